"""What a change of a cart asks of SALESmanago: every state of the cart, every kind of change."""

from datetime import UTC, datetime, timedelta

import pytest

from ebexo.carts.steps import AddCart, CartReason, CartState, Change, DeleteCart, UpdateCart, next_step

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
BEFORE, AFTER = NOON - timedelta(seconds=1), NOON + timedelta(seconds=1)
LATER = NOON + timedelta(hours=1)

UNKNOWN = CartState()
OPEN = CartState("event-1", "digest-1", NOON, NOON)
EMPTIED = CartState(None, "empty", NOON, NOON)
CLOSED = CartState("event-1", "digest-1", NOON, NOON, closed_at=NOON)
CLOSED_UNTOLD = CartState(closed_at=NOON)
OPEN_AGAIN = CartState("event-2", "digest-2", AFTER, AFTER, closed_at=NOON)


def changed(occurred_at=AFTER, digest="digest-2"):
    return Change(occurred_at, digest, is_empty=False)


def emptied(occurred_at=AFTER):
    return Change(occurred_at, "empty", is_empty=True)


STEPS = {
    "the first change": (changed(), UNKNOWN, AddCart()),
    "another content": (changed(), OPEN, UpdateCart("event-1")),
    "another content at the same moment": (changed(NOON), OPEN, UpdateCart("event-1")),
    "the same content": (changed(digest="digest-1"), OPEN, CartReason.UNCHANGED),
    "an older change": (changed(BEFORE), OPEN, CartReason.OLDER),
    "an older change back to the same": (changed(BEFORE, "digest-1"), OPEN, CartReason.OLDER),
    "emptied": (emptied(), OPEN, DeleteCart("event-1")),
    "emptied before what was told": (emptied(BEFORE), OPEN, CartReason.OLDER),
    "empty from the first": (emptied(), UNKNOWN, CartReason.EMPTY),
    "emptied once more": (emptied(), EMPTIED, CartReason.EMPTY),
    "filled after it was emptied": (changed(), EMPTIED, AddCart()),
    "what an order took already": (changed(BEFORE), CLOSED, CartReason.CLOSED),
    "at the moment of the order": (changed(NOON), CLOSED, CartReason.CLOSED),
    "after the order": (changed(AFTER), CLOSED, AddCart()),
    "the same content after the order": (changed(AFTER, "digest-1"), CLOSED, AddCart()),
    "emptied after the order": (emptied(AFTER), CLOSED, CartReason.EMPTY),
    "taken by an order before anything was told": (changed(BEFORE), CLOSED_UNTOLD, CartReason.CLOSED),
    "the first after such an order": (changed(AFTER), CLOSED_UNTOLD, AddCart()),
    "another content of what came after the order": (
        changed(LATER, "digest-3"),
        OPEN_AGAIN,
        UpdateCart("event-2"),
    ),
    "emptied after it was filled again": (emptied(LATER), OPEN_AGAIN, DeleteCart("event-2")),
}


@pytest.mark.parametrize(("change", "cart", "step"), STEPS.values(), ids=STEPS)
def test_a_change_asks_for_exactly_this(change, cart, step):
    assert next_step(change, cart, now=LATER) == step


@pytest.mark.parametrize(
    ("idle", "step"),
    [
        (timedelta(hours=12) - timedelta(microseconds=1), UpdateCart("event-1")),
        (timedelta(hours=12), AddCart()),
        (timedelta(days=3), AddCart()),
    ],
)
def test_after_twelve_hours_without_a_change_another_event_begins(idle, step):
    assert next_step(changed(NOON + idle), OPEN, now=NOON + idle) == step


def test_the_twelve_hours_count_from_when_it_was_told_and_not_from_when_it_occurred():
    cart = CartState("event-1", "digest-1", NOON, told_at=NOON + timedelta(hours=5))

    assert next_step(changed(), cart, now=NOON + timedelta(hours=16)) == UpdateCart("event-1")


def test_an_old_event_of_an_emptied_cart_is_deleted_however_long_ago_it_was_told():
    assert next_step(emptied(), OPEN, now=NOON + timedelta(days=30)) == DeleteCart("event-1")


def test_the_same_content_says_nothing_however_long_ago_it_was_told():
    change = changed(digest="digest-1")

    assert next_step(change, OPEN, now=NOON + timedelta(days=30)) == CartReason.UNCHANGED
