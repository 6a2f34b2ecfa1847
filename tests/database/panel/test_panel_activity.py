"""Activity: every message of the store, narrowed down by what is asked for, a page at a time."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ebexo.outbox.models import Message
from ebexo.outbox.states import LIVE_STATES, State
from ebexo.panel.activity.groups import BY_NAME, BY_STATE
from ebexo.panel.activity.listing import A_PAGE, Place, Wanted, page_of
from ebexo.stores.models import Account, Store

Browser = Callable[..., Client]
Read = Callable[[Any], str]
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ORDER = (
    '{"id":"event-1","type":"order.placed","occurred_at":"2026-11-23T10:00:00Z",'
    '"customer":{"email":"jan.kowalski@example.com"},"order":{"number":"1042","total":"10.00"}}'
)


@pytest.fixture
def address(store: Store) -> str:
    return f"/panel/{store.handle}/aktywnosc/"


@pytest.fixture
def told(store: Store) -> Callable[..., Message]:
    """A message of this state; one that ended did so at the moment it came in."""

    def make(number: int, state: str, *, at: datetime = NOON, of: Store = store, **fields: Any) -> Message:
        return Message.objects.create(
            store=of,
            event_id=f"event-{number}",
            payload_sha="0" * 64,
            occurred_at=at,
            accepted_at=at,
            state=state,
            done_at=None if state in LIVE_STATES else at,
            **{"type": "customer.logged_in", **fields},
        )

    return make


def _numbers(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'data-message="(\d+)"', page)]


def test_messages_of_this_store_are_listed_newest_first(
    browser: Browser, read: Read, told: Any, address: str, foreign_store: Store
) -> None:
    told(1, "delivered", of=foreign_store)
    older = told(
        2, "withheld", at=NOON - timedelta(minutes=1), reason="no_consent", person_masked="j…i@e…e.com"
    )
    newer = told(3, "waiting", type="order.placed", payload=ORDER)

    shown = read(browser().get(address))

    assert _numbers(shown) == [newer.pk, older.pk]
    assert "Order placed · 1042" in shown
    assert "j…i@e…e.com" in shown
    assert "jan.kowalski@example.com" not in shown
    assert "The person has not given the consent that this integration asks for." in shown


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [7, 6, 5, 4, 3, 2, 1]),
        ("state=waiting", [2, 1]),
        ("state=delivered", [3]),
        ("state=withheld", [4]),
        ("state=failed", [6, 5]),
        ("state=needless", [7]),
        ("state=given-up", []),
        ("kind=order.paid", [5, 2]),
        ("state=failed&kind=order.paid", [5]),
        ("since=2026-11-24", [7, 6, 5]),
        ("until=2026-11-23", [4, 3, 2, 1]),
        ("since=2026-11-23&until=2026-11-23", [4, 3, 2, 1]),
        ("since=2026-11-24&until=2026-11-23", []),
        ("state=failed&since=2026-11-24", [6, 5]),
        ("state=nonsense&kind=nonsense&since=yesterday&after=here", [7, 6, 5, 4, 3, 2, 1]),
    ],
)
def test_the_address_narrows_the_list_down(
    browser: Browser, read: Read, told: Any, address: str, query: str, expected: list[int]
) -> None:
    states = ["waiting", "in_flight", "delivered", "withheld", "failed", "held", "superseded"]
    numbers = {}
    for number, state in enumerate(states, start=1):
        at = (
            NOON + timedelta(seconds=number) + (timedelta(hours=11) if number > 4 else timedelta())
        )  # 0:00 in Warsaw
        kind = "order.paid" if number in (2, 5) else "cart.product_added"
        reason = "united" if state == "superseded" else None
        numbers[told(number, state, at=at, type=kind, reason=reason).pk] = number

    shown = read(browser().get(f"{address}?{query}"))

    assert [numbers[number] for number in _numbers(shown)] == expected


def test_what_ended_is_found_by_the_day_it_ended(told: Any, store: Store) -> None:
    message = told(1, "delivered", at=NOON - timedelta(days=9))
    Message.objects.update(done_at=NOON)

    today = Wanted((State.DELIVERED,), since=NOON - timedelta(hours=1), until=NOON + timedelta(hours=1))

    assert [found.pk for found in page_of(store.pk, today).messages] == [message.pk]


def test_pages_follow_each_other_without_a_gap_or_a_repeat(
    browser: Browser, read: Read, told: Any, address: str
) -> None:
    every = [
        told(number, "delivered", at=NOON + timedelta(seconds=number // 7)).pk
        for number in range(2 * A_PAGE + 3)
    ]
    client, query, found = browser(), "state=delivered", []

    while query:
        shown = read(client.get(f"{address}?{query}"))
        found += _numbers(shown)
        older = re.search(r'href="\?([^"]*)" id="older"', shown)
        query = older.group(1).replace("&amp;", "&") if older else ""

    assert found == sorted(every, reverse=True)
    assert 'id="newest"' in shown


def test_a_place_is_read_as_it_was_written() -> None:
    place = Place(NOON + timedelta(microseconds=123456), 42)

    assert Place.read(str(place)) == place
    assert [Place.read(text) for text in ("", "-", "1", "1-", "a-1", "-1-1", "1-" + "9" * 17)] == [None] * 7


def test_what_is_chosen_stays_chosen_and_can_be_let_go_of(browser: Browser, read: Read, address: str) -> None:
    shown = read(browser().get(f"{address}?state=withheld&kind=order.placed&since=2026-11-01"))

    assert '<option value="withheld" selected>' in shown
    assert '<option value="order.placed" selected>' in shown
    assert 'value="2026-11-01"' in shown
    assert f'id="everything" href="{address}"' in shown


@pytest.mark.parametrize(
    ("query", "sentence", "way"),
    [
        ("", "As soon as somebody registers", "klucze/"),
        ("state=waiting", "Nothing waits: everything that was to be sent has been sent.", None),
        ("state=failed", "Everything arrived. There is nothing to do.", None),
        ("state=delivered", "Nothing has been delivered.", "polaczenie/"),
        ("state=waiting&kind=order.paid", "Choose fewer conditions or a longer time.", None),
        ("after=1-1", "There are no older messages.", None),
    ],
)
def test_an_empty_list_says_what_to_do(
    browser: Browser, read: Read, store: Store, address: str, query: str, sentence: str, way: str | None
) -> None:
    shown = read(browser().get(f"{address}?{query}"))

    nothing = shown[shown.index('id="nothing"') :]
    assert sentence in nothing
    assert way is None or f'href="/panel/{store.handle}/{way}"' in nothing


def test_days_are_those_of_the_stores_time_zone(
    browser: Browser, read: Read, told: Any, address: str, store: Store
) -> None:
    message = told(1, "delivered", at=datetime(2026, 11, 23, 3, 0, tzinfo=UTC))
    Account.objects.filter(pk=store.pk).update(time_zone="America/New_York")

    shown = read(browser().get(f"{address}?since=2026-11-22&until=2026-11-22"))

    assert _numbers(shown) == [message.pk]
    assert "22 November 2026, 22:00" in shown


def test_every_state_belongs_to_one_group() -> None:
    assert set(BY_STATE) == set(State)
    assert BY_NAME["waiting"].states == LIVE_STATES


@pytest.mark.parametrize(
    ("query", "statements"), [("", 6), ("state=failed", 7), ("state=failed&kind=order.paid", 7)]
)
def test_a_list_takes_a_handful_of_statements(
    browser: Browser, told: Any, address: str, query: str, statements: int
) -> None:
    for number in range(20):
        told(number, "failed", reason="refused")
    client = browser()

    with CaptureQueriesContext(connection) as captured:
        client.get(f"{address}?{query}")

    assert len(captured) == statements
