"""Purchases whose answer gets lost, with real processes: in the end there is exactly one, and it is told how."""

from datetime import datetime

import pytest

ADD = "/api/v2/contact/addContactExtEvent"
LIST = "/api/contact/list"
SHORT = {"EBEXO_CALL_SECONDS": "1", "EBEXO_LOOK_AFTER_SECONDS": "0.5"}
PURCHASE = ("PURCHASE", "1042", 298.98)


@pytest.fixture
def shop(installation):
    """A store with a sandbox, of which orders are told."""

    def an_order(number, *, kind="order.placed", **more):
        told = {"number": "1042", "total": "298.98", "items": [{"product_id": "P-100", "quantity": 2}]}
        return {
            "id": f"event-{number}",
            "type": kind,
            "occurred_at": "2026-11-01T10:00:00Z",
            "customer": {"email": "ewa@example.com"},
            "order": told | more,
        }

    installation.sandbox()
    installation.open_store()
    installation.event = an_order
    return installation


def told(installation):
    """Kind, number and amount of every event that the sandbox has, in order."""
    events = installation.backstage("GET", "events").body["events"]
    return [(event["contactExtEventType"], event["detail2"], event["value"]) for event in events]


@pytest.mark.parametrize(
    ("fault", "more", "last"),
    [
        ("reset_after", {}, "found"),
        ("reset_before", {}, "delivered"),
        ("hang", {"seconds": 3}, "found"),
        ("hang", {"seconds": 3, "applied": False}, "delivered"),
        pytest.param("empty", {}, "found", marks=pytest.mark.long),
        pytest.param("drip", {"seconds": 3}, "found", marks=pytest.mark.long),
    ],
)
def test_a_lost_answer_leaves_one_purchase(shop, until, fault, more, last):
    shop.serve(**SHORT)
    shop.fault(ADD, fault, times=1, **more)

    shop.tell(1)

    until(lambda: shop.states(1) == ["delivered"])
    assert shop.outcomes(1) == ["unknown", last]
    assert told(shop) == [PURCHASE]
    fate = shop.fate(1)
    assert (fate["reason"], len(fate["attempts"])) == (None, 2)
    assert fate["attempts"][0]["text"].startswith(
        "No readable answer came, so it is not known whether it arrived."
    )
    assert (
        fate["attempts"][1]["text"]
        == {
            "found": "SALESmanago was asked whether it has it, and it has.",
            "delivered": "SALESmanago acknowledged it.",
        }[last]
    )


@pytest.mark.both(postgresql="long")
def test_a_kill_right_after_the_sandbox_applied_it_leaves_one_purchase(shop, until):
    serve = shop.serve(**SHORT | {"EBEXO_CALL_SECONDS": "4"})
    shop.fault(ADD, "hang", times=1, seconds=30)
    shop.tell(1)
    until(lambda: told(shop) == [PURCHASE])

    serve.kill()
    shop.serve(**SHORT)

    until(lambda: shop.states(1) == ["delivered"])
    assert shop.outcomes(1) == ["interrupted", "found"]
    assert told(shop) == [PURCHASE]


def test_a_kill_between_the_answer_and_its_record_leaves_one_purchase(shop, until):
    """The first answer is that of the contact's look-up and of the purchase together: one job, one end."""
    serve = shop.serve(**SHORT, EBEXO_FAILPOINTS="settling=kill")
    shop.tell(1)
    assert serve.popen.wait(20) == -9
    assert told(shop) == [PURCHASE]

    shop.serve(**SHORT)

    until(lambda: shop.states(1) == ["delivered"])
    assert told(shop) == [PURCHASE]


def test_it_is_looked_for_only_after_what_is_on_its_way_had_time_to_arrive(shop, until):
    shop.serve(EBEXO_CALL_SECONDS="1", EBEXO_LOOK_AFTER_SECONDS="2")
    shop.fault(ADD, "reset_after", times=1)

    shop.tell(1)

    until(lambda: shop.states(1) == ["delivered"])
    added, looked = shop.requests(ADD)[0], shop.requests(LIST)[0]
    waited = datetime.fromisoformat(looked["at"]) - datetime.fromisoformat(added["at"])
    assert 2 <= waited.total_seconds() < 8


@pytest.mark.both(postgresql="long")
def test_what_follows_a_purchase_in_doubt_waits_for_it(shop, until):
    shop.serve(**SHORT)
    shop.fault(ADD, "reset_after", times=1)

    shop.tell(1)
    shop.tell(2, kind="order.returned", total="100.00", return_number="R-1")
    shop.tell(3, kind="order.returned", total="198.99", return_number="R-2")

    until(lambda: shop.states(1, 2, 3) == ["delivered", "delivered", "withheld"])
    assert told(shop) == [PURCHASE, ("RETURN", "R-1", 100.0)]
    assert shop.fate(3)["reason"]["code"] == "return_exceeds_purchase"


def test_where_the_list_is_refused_it_is_held_and_the_order_with_it(shop, until):
    shop.serve(**SHORT)
    shop.fault(ADD, "reset_after", times=1)
    shop.fault(LIST, "refuse_email", email="ewa@example.com")

    shop.tell(1)
    until(lambda: shop.states(1) == ["held"])
    shop.tell(2, kind="order.cancelled")

    until(lambda: shop.states(2) == ["held"])
    assert [shop.fate(number)["reason"]["code"] for number in (1, 2)] == ["cannot_be_known", "order_held"]
    assert told(shop) == [PURCHASE]
