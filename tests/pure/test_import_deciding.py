"""What may follow what in an import, how its numbers add up, and what a row tells."""

from datetime import UTC, datetime
from itertools import product

import pytest

from ebexo.history.row_events import Unfit, customer_event, event_id, order_event
from ebexo.history.states import Counts, ImportState, RowVerdict, Verdict, may_become

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CHANGES = {
    ("rehearsed", "running"),
    ("paused", "running"),
    ("rehearsing", "paused"),
    ("running", "paused"),
    ("receiving", "cancelled"),
    ("rehearsing", "cancelled"),
    ("rehearsed", "cancelled"),
    ("running", "cancelled"),
    ("paused", "cancelled"),
}


def test_only_what_is_open_can_be_changed_and_nothing_comes_back_from_the_end():
    possible = {
        (present.value, wanted.value)
        for present, wanted in product(ImportState, ImportState)
        if present is not wanted and may_become(present, wanted)
    }

    assert possible == CHANGES


def test_numbers_of_parts_add_up_by_code():
    first = Counts().plus(
        [
            RowVerdict(2, Verdict.NEW),
            RowVerdict(3, Verdict.WITHHELD, "no_consent"),
            RowVerdict(4, Verdict.INVALID, "email", "e-mail"),
        ]
    )
    both = first.plus(
        [
            RowVerdict(5, Verdict.WITHHELD, "no_consent"),
            RowVerdict(6, Verdict.WITHHELD, "erased"),
            RowVerdict(7, Verdict.DUPLICATE, twin=2),
            RowVerdict(8, Verdict.ALREADY_SENT),
        ]
    )

    assert both == Counts(
        new=1,
        already_sent=1,
        duplicates=1,
        withheld={"erased": 1, "no_consent": 2},
        invalid={"email": 1},
    )
    assert both.rows == 7
    assert Counts.from_json(both.to_json()) == both


@pytest.mark.parametrize("told_as", ["customer.registered", "newsletter.subscribed", "customer.logged_in"])
def test_customer_of_the_past_does_nothing_now(told_as):
    told = {"type": told_as, "customer": {"email": "jan@example.com", "previous_email": "old@example.com"}}

    assert customer_event(told, number="history-1-2", known_at=NOON) == {
        "id": "history-1-2",
        "type": "customer.updated",
        "occurred_at": NOON,
        "customer": {"email": "jan@example.com"},
        "consents": [],
    }


def test_decisions_of_a_file_come_from_the_import_unless_it_says_otherwise():
    plain = {"code": "marketing", "granted": True, "at": "2026-10-01T10:00:00Z"}
    told = {"customer": {}, "consents": [plain, plain | {"source": "checkout"}]}

    event = customer_event(told, number="history-1-2", known_at=NOON)

    assert not isinstance(event, Unfit)
    assert [answer["source"] for answer in event["consents"]] == ["import", "checkout"]


def test_order_of_the_past_has_the_date_of_the_order():
    order = {"number": "7", "placed_at": "2025-03-01T10:00:00Z"}

    event = order_event({"order": order, "occurred_at": "2026-01-01T10:00:00Z"}, number="history-1-2")

    assert not isinstance(event, Unfit)
    assert (event["type"], event["occurred_at"]) == ("order.placed", "2025-03-01T10:00:00Z")


@pytest.mark.parametrize(
    ("told", "unfit"),
    [
        ({"type": "order.cancelled"}, Unfit("order_cancelled", is_withheld=True)),
        ({"type": "order.returned"}, Unfit("order_was_returned", is_withheld=True)),
        ({"type": "customer.updated"}, Unfit("other_kind", "type")),
        ({"order": {"number": "7"}}, Unfit("no_moment", "order.placed_at")),
        ({"order": {}, "consents": [{}]}, Unfit("consents_with_orders", "consents")),
    ],
)
def test_order_that_is_no_purchase_of_the_past_is_not_told(told, unfit):
    assert order_event(told, number="history-1-2") == unfit


def test_the_same_row_has_the_same_id_and_no_other_row_has_it():
    ids = {event_id(number, row) for number in (1, 11) for row in (1, 11, 111)}

    assert len(ids) == 6
    assert event_id(1, 2) == "history-1-2"
