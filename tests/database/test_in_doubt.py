"""Answers that got lost: nothing is added twice, and where nobody can know, the merchant decides."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ebexo.carts.models import Cart
from ebexo.delivery.by_hand.deciding import NothingToDecide, it_arrived, send_again
from ebexo.orders.models import Step

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 1, 10, tzinfo=UTC)
JAN, EWA = "jan.kowalski@example.com", "ewa@example.com"
HELD = ("held", "cannot_be_known")
DELIVERED = ("delivered", None)
KINDS = ["CART", "PURCHASE", "CANCELLATION", "RETURN"]


def last_step(shop, kind):
    """A message of this kind, with what has to be there before it told already."""
    if kind == "CART":
        shop.tell("customer.registered")
        shop.deliver()
        return shop.change("A", cart_id="c")
    if kind == "PURCHASE":
        shop.tell("customer.registered")
        shop.order("placed", "0")
        shop.deliver()
        return shop.order("placed")
    shop.order("placed")
    shop.deliver()
    if kind == "CANCELLATION":
        return shop.order("cancelled", second=1)
    shop.order("returned", total="1.00", return_number="R-1", second=1)
    shop.deliver()
    return shop.order("returned", total="2.00", return_number="R-2", second=2)


def held(shop, kind="PURCHASE", *, fault="lost"):
    """A message of this kind of which nobody can say whether it arrived."""
    message = last_step(shop, kind)
    shop.vendor.faults, shop.vendor.blind = [fault], ["unlisted"]
    shop.deliver()
    shop.deliver(later=11)
    assert shop.standing(message) == [HELD]
    return message


# Looking


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("fault", "last"), [("unread", "found"), ("lost", "delivered")])
def test_after_a_lost_answer_it_is_looked_for_before_it_is_sent_again(shop, vendor, kind, fault, last):
    message = last_step(shop, kind)
    vendor.faults = [fault]

    shop.deliver()
    assert (shop.tries(message), vendor.questions) == (["unknown"], [])
    shop.deliver(later=9)
    assert (shop.tries(message), vendor.questions) == (["unknown"], [])
    shop.deliver(later=2)

    assert shop.tries(message) == ["unknown", last]
    assert shop.standing(message) == [DELIVERED]
    told = vendor.told("contactExtEventType", "externalId", "detail2")
    assert len(told) == len(set(told))
    assert told[-1][0] == kind
    assert vendor.questions == [{"kind": "full", "emails": [JAN]}]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_after_a_crash_it_is_looked_for_too(shop, vendor, worker, kind, moment):
    message = last_step(shop, kind)
    shop.now += timedelta(seconds=2)
    worker.claim()
    if moment == "after":
        worker.send()
    worker.die()

    shop.deliver()
    assert vendor.questions == []
    shop.deliver(later=11)

    assert shop.standing(message) == [DELIVERED]
    told = vendor.told("contactExtEventType", "externalId", "detail2")
    assert len(told) == len(set(told))
    assert told[-1][0] == kind
    assert len(vendor.questions) == 1


def test_a_found_cart_is_updated_by_the_id_that_was_found(shop, vendor):
    shop.tell("customer.registered")
    shop.deliver()
    shop.change("A")
    vendor.faults = ["unread"]
    shop.deliver()
    shop.deliver(later=11)
    shop.change("A", "B", second=1)
    shop.deliver()

    assert vendor.kinds() == ["upsert", "add", "update"]
    assert vendor.told("products") == ["A,B"]


@pytest.mark.parametrize("fault", ["unread", "lost"])
def test_an_update_and_a_deletion_are_repeated_without_looking(shop, vendor, fault):
    shop.change("A")
    shop.deliver()
    vendor.faults = [fault]
    shop.change("A", "B", second=1)
    shop.deliver()
    assert vendor.told("products") == ["A,B"]
    vendor.faults = [fault]
    shop.change(second=2)
    shop.deliver()

    assert (vendor.events, vendor.questions) == ([], [])


@pytest.mark.parametrize("fault", ["unread", "lost"])
def test_an_update_that_was_added_anew_in_doubt_is_looked_for(shop, vendor, fault):
    shop.change("A")
    shop.deliver()
    vendor.events.clear()
    vendor.faults = [None, fault]
    shop.change("A", "B", second=1)
    shop.deliver()
    shop.deliver(later=11)

    assert vendor.told("products") == ["A,B"]
    assert len(vendor.questions) == 1


def test_a_crash_while_an_update_was_added_anew_is_looked_for(shop, vendor, worker):
    shop.change("A")
    shop.deliver()
    vendor.events.clear()
    shop.change("A", "B", second=1)
    shop.now += timedelta(seconds=2)
    worker.claim()
    worker.send()
    worker.die()
    vendor.events[0]["eventId"] = "another-id"  # whatever it is called there, it is not the id we know
    shop.deliver()
    shop.deliver(later=11)

    assert vendor.told("products") == ["A,B"]


def test_what_cannot_be_asked_now_is_asked_later(shop, vendor):
    message = last_step(shop, "PURCHASE")
    vendor.faults, vendor.blind = ["unread"], ["unavailable", "lost"]
    shop.deliver()
    shop.deliver(later=11)
    shop.deliver(later=11)
    shop.deliver(later=11)

    assert shop.tries(message) == ["unknown", "unavailable", "unknown", "found"]
    assert vendor.told("contactExtEventType", "externalId") == [("PURCHASE", "0"), ("PURCHASE", "1042")]


def test_what_is_refused_after_looking_is_no_longer_in_doubt(shop, vendor):
    message = last_step(shop, "PURCHASE")
    vendor.faults = ["lost"]
    shop.deliver()
    vendor.faults = ["refused"]
    shop.deliver(later=11)
    message.refresh_from_db()
    assert (message.state, message.in_doubt) == ("failed", False)

    shop.order("paid", second=1)
    shop.deliver()

    assert vendor.told("externalId") == ["0", "1042"]


def test_a_visitors_cart_is_looked_for_by_the_contact(shop, vendor):
    shop.tell("customer.registered")
    shop.deliver()
    vendor.faults = ["unread"]
    shop.change("A", second=1, email=None, smclient="id-1")
    shop.deliver()
    shop.deliver(later=11)

    assert vendor.questions == [{"kind": "full_by_id", "ids": ["id-1"]}]
    assert vendor.told("contactExtEventType") == ["CART"]


# What cannot be known


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("blind", ["unlisted", "refused", "fifty"])
def test_what_cannot_be_known_is_held(shop, vendor, kind, blind):
    message = last_step(shop, kind)
    _make_blind(vendor, blind)
    vendor.faults = ["lost"]
    shop.deliver()
    shop.deliver(later=11)

    assert shop.standing(message) == [HELD]
    assert shop.tries(message) == ["unknown", "cannot_be_known"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("blind", ["unlisted", "refused", "fifty"])
def test_what_cannot_be_known_is_repeated_where_the_merchant_wants_it(
    shop, vendor, with_settings, kind, blind
):
    with_settings(in_doubt="repeat")
    message = last_step(shop, kind)
    _make_blind(vendor, blind)
    vendor.faults = ["lost"]
    shop.deliver()
    shop.deliver(later=11)

    assert shop.standing(message) == [DELIVERED]
    assert shop.tries(message) == ["unknown", "delivered"]


def _make_blind(vendor, blind):
    if blind == "fifty":
        contact_id = vendor.contacts[JAN]["id"]
        other = {"contactId": contact_id, "email": JAN, "contactExtEventType": "VISIT", "date": 1}
        vendor.events += [{"eventId": f"visit-{n}", **other} for n in range(50)]
    else:
        vendor.blind = [blind]


def test_a_list_of_fifty_that_names_it_is_enough(shop, vendor):
    message = last_step(shop, "PURCHASE")
    _make_blind(vendor, "fifty")
    vendor.faults = ["unread"]
    shop.deliver()
    shop.deliver(later=11)

    assert shop.tries(message) == ["unknown", "found"]


def test_what_is_held_holds_back_later_events_of_its_order_alone(shop, vendor):
    held(shop)
    behind = [
        shop.order("cancelled", second=1),
        shop.order("returned", total="1.00", return_number="R-1", second=2),
    ]
    others = [shop.order("placed", "2", second=3), shop.change("Z", second=4), shop.tell("customer.updated")]
    repeat = shop.order("paid", second=5)
    shop.deliver()

    assert shop.standing(*behind) == [("held", "order_held")] * 2
    assert shop.standing(*others) == [DELIVERED] * 3
    assert shop.standing(repeat) == [("superseded", "order_already_told")]


# The merchant decides


@pytest.mark.parametrize("kind", ["PURCHASE", "CANCELLATION", "RETURN"])
def test_it_arrived(shop, vendor, kind):
    message = held(shop, kind, fault="unread")
    requests = len(vendor.requests)

    it_arrived(message.pk, now=shop.now)

    assert shop.standing(message) == [DELIVERED]
    step = Step.objects.get(message=message.pk)
    assert (step.told_at, step.is_held) == (shop.now, False)
    shop.deliver()
    assert len(vendor.requests) == requests


def test_what_was_held_behind_goes_on_after_it_arrived(shop, vendor):
    message = held(shop, fault="unread")
    shop.order("returned", total="60.00", return_number="R-1", second=1)
    shop.order("returned", total="40.00", return_number="R-2", second=2)
    shop.deliver()

    it_arrived(message.pk, now=shop.now)
    shop.deliver()

    assert vendor.told("contactExtEventType", "detail2") == [
        ("PURCHASE", "0"),
        ("PURCHASE", "1042"),
        ("RETURN", "R-1"),
        ("RETURN", "R-2"),
    ]


def test_it_is_sent_again_and_what_waits_of_the_order_follows(shop, vendor):
    message = held(shop)
    behind = shop.order("returned", total="1.00", return_number="R-1", second=1)
    shop.deliver()
    waiting = shop.order("returned", total="2.00", return_number="R-2", second=2)
    shop.tell("customer.updated", second=3)

    send_again(message.pk, now=shop.now)
    message.refresh_from_db()
    assert (message.state, message.reason, message.in_doubt, message.attempts) == ("waiting", None, False, 0)
    shop.deliver()

    assert shop.standing(message, behind, waiting) == [DELIVERED] * 3
    assert vendor.told("contactExtEventType", "detail2") == [
        ("PURCHASE", "0"),
        ("PURCHASE", "1042"),
        ("RETURN", "R-1"),
        ("RETURN", "R-2"),
    ]


def test_a_later_event_in_hand_at_the_decision_goes_behind_what_is_sent_again(shop, vendor, monkeypatch):
    """The worker has the return in hand already, and its step is asked for right after the decision."""
    message = held(shop)
    returned = shop.order("returned", total="1.00", return_number="R-1", second=1)
    from ebexo.orders import ledger

    claim_step = ledger.claim_step

    def decide_first(*args, **more):
        monkeypatch.setattr(ledger, "claim_step", claim_step)
        send_again(message.pk, now=shop.now)
        return claim_step(*args, **more)

    monkeypatch.setattr(ledger, "claim_step", decide_first)
    shop.deliver()

    assert shop.standing(message, returned) == [DELIVERED] * 2
    assert vendor.told("contactExtEventType") == ["PURCHASE", "PURCHASE", "RETURN"]


def test_what_is_sent_again_may_be_in_doubt_again(shop, vendor):
    message = held(shop)
    send_again(message.pk, now=shop.now)
    vendor.faults, vendor.blind = ["lost"], ["unlisted"]
    shop.deliver()
    shop.deliver(later=11)

    assert shop.standing(message) == [HELD]
    assert shop.tries(message) == ["unknown", "cannot_be_known", "unknown", "cannot_be_known"]


def test_what_is_refused_when_sent_again_frees_the_order(shop, vendor):
    message = held(shop)
    behind = shop.order("cancelled", second=1)
    shop.deliver()
    send_again(message.pk, now=shop.now)
    vendor.faults = ["refused"]
    shop.deliver()

    assert shop.standing(message, behind) == [("failed", "refused"), ("superseded", "order_no_purchase")]


def test_a_cart_that_is_sent_again_is_told_unless_it_changed_since(shop, vendor):
    message = held(shop, "CART")
    send_again(message.pk, now=shop.now)
    shop.deliver()
    assert (shop.standing(message), vendor.told("products")) == ([DELIVERED], ["A"])

    again = shop.change("A", "B", second=5)
    Cart.objects.update(event_id=None)
    vendor.events.clear()
    vendor.faults, vendor.blind = ["lost"], ["unlisted"]
    shop.deliver()
    shop.deliver(later=11)
    assert shop.standing(again) == [HELD]
    shop.change("C", second=6)
    shop.deliver()
    send_again(again.pk, now=shop.now)
    shop.deliver()

    assert shop.standing(again) == [("superseded", "cart_older")]
    assert vendor.told("products") == ["C"]


def test_there_is_nothing_to_decide_about_anything_else(shop):
    message = shop.order("placed")
    for decide in (it_arrived, send_again):
        with pytest.raises(NothingToDecide):
            decide(message.pk, now=shop.now)
    shop.deliver()
    decided = held(shop, "RETURN")
    it_arrived(decided.pk, now=shop.now)

    with pytest.raises(NothingToDecide):
        send_again(decided.pk, now=shop.now)
    with pytest.raises(NothingToDecide):
        it_arrived(10**9, now=shop.now)


def test_what_expired_in_doubt_is_for_the_merchant_too(shop, vendor):
    message = last_step(shop, "PURCHASE")
    vendor.faults, vendor.blind = ["lost"], ["unavailable"] * 9
    shop.deliver()
    shop.deliver(later=11)
    shop.now += timedelta(days=7)
    shop.deliver()
    assert shop.standing(message) == [("failed", "expired")]
    behind = shop.order("cancelled", second=1)
    repeat = shop.order("paid", second=2)
    vendor.blind = []
    shop.deliver()
    assert shop.standing(behind, repeat) == [("held", "order_held"), ("superseded", "order_already_told")]

    send_again(message.pk, now=shop.now)
    shop.deliver()

    assert shop.standing(message, behind) == [DELIVERED] * 2
    assert vendor.told("contactExtEventType") == ["PURCHASE", "PURCHASE", "CANCELLATION"]


def test_a_purchase_in_doubt_stays_claimed_after_an_opt_out(shop, vendor, with_settings):
    grant = {"code": "marketing", "granted": True, "at": "2026-11-01T09:00:00Z"}
    withdrawal = {"code": "marketing", "granted": False, "at": "2026-11-01T11:00:00Z"}
    with_settings(mode="consent", consent_code="marketing")
    shop.tell("consent.changed", consents=[grant])
    shop.deliver()
    shop.order("placed")
    vendor.faults = [None, "unread"]
    shop.deliver()
    shop.tell("consent.changed", second=3600, consents=[withdrawal])
    shop.deliver()
    shop.tell("consent.changed", second=7200, consents=[grant | {"at": "2026-11-01T12:00:00Z"}])
    paid = shop.order("paid", second=7201)
    shop.deliver(later=30)

    assert shop.standing(paid) == [("superseded", "order_already_told")]
    assert vendor.told("contactExtEventType") == ["PURCHASE"]


def test_nothing_held_is_left_of_somebody_erased(shop, vendor):
    message = held(shop)
    shop.tell("customer.erased", second=10)
    shop.deliver()

    message.refresh_from_db()
    assert (message.state, message.reason, message.payload) == ("withheld", "erased", None)


def test_a_grant_in_a_held_event_is_told_at_once(shop, vendor, with_settings):
    with_settings(mode="consent", consent_code="marketing")
    grant = {"code": "marketing", "granted": True, "at": "2026-11-01T09:00:00Z"}
    shop.tell("consent.changed", consents=[grant])
    shop.deliver()
    message = shop.order("placed")
    vendor.faults, vendor.blind = ["lost"], ["unlisted"]
    shop.deliver()
    shop.deliver(later=11)
    upserts = vendor.kinds().count("upsert")
    behind = shop.order("cancelled", second=4000, consents=[grant | {"at": "2026-11-01T11:00:00Z"}])
    shop.deliver()
    assert shop.standing(behind) == [("held", "order_held")]
    assert vendor.kinds().count("upsert") == upserts + 1

    send_again(message.pk, now=shop.now)
    shop.deliver()

    assert shop.standing(message, behind) == [DELIVERED] * 2
    assert vendor.told("contactExtEventType", "value") == [
        ("PURCHASE", Decimal("100.00")),
        ("CANCELLATION", Decimal("100.00")),
    ]
