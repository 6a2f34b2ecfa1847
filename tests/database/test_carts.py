"""Carts on their way to SALESmanago: one CART event for one cart, and whose cart it is."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ebexo.carts.models import Cart
from ebexo.contacts.knowledge import Known, Status
from ebexo.contacts.known import learn_of
from ebexo.contacts.models import Acquaintance, Contact, Stranger
from ebexo.outbox.due import due_stores
from ebexo.stores.models import Account

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 1, 10, tzinfo=UTC)
JAN, EWA = "jan.kowalski@example.com", "ewa@example.com"
GRANT = {"code": "marketing", "granted": True, "at": "2026-11-01T09:59:00Z"}
WITHDRAWAL = {"code": "marketing", "granted": False, "at": "2026-11-01T10:00:30Z"}


def order(shop, step="placed", **more):
    """An order of what is in the cart that all these tests are about."""
    return shop.order(step, **{"cart_id": "basket-77", **more})


def know(vendor, email, contact_id):
    """SALESmanago has a contact that we never heard of."""
    vendor.contacts[email] = {"id": contact_id, "status": "opt_in", "name": None, "modified_at": START}


# One CART event for one cart


def test_the_first_change_adds_the_event_after_the_contact_and_later_ones_update_it_whole(shop, vendor):
    first = shop.change("A", second=0)
    shop.deliver()
    second = shop.change("A", "B", second=10)
    shop.deliver()

    assert vendor.kinds() == ["upsert", "add", "update"]
    assert shop.standing(first, second) == [("delivered", None)] * 2
    assert vendor.events == [
        {
            "eventId": "event-1",
            "contactId": "id-1",
            "email": JAN,
            "date": 1793527210000,
            "contactExtEventType": "CART",
            "products": "A,B",
            "detail1": "A,B",
            "detail3": "1/1",
            "detail6": "A,B",
            "detail7": "A,B",
            "value": Decimal("20.00"),
            "externalId": "basket-77",
            "detail8": "pl",
            "detail9": "PLN",
        }
    ]


def test_a_removal_updates_the_event_too(shop, vendor):
    shop.change("A", "B")
    shop.deliver()
    shop.tell(
        "cart.product_removed",
        cart={"id": "basket-77", "items": [{"product_id": "B"}], "total": 1},
        second=10,
    )
    shop.deliver()

    assert vendor.told("products") == ["B"]


def test_the_same_content_again_sends_nothing_whatever_its_link(shop, vendor):
    shop.change("A", url="https://shop.example/c/1")
    shop.deliver()
    again = shop.change("A", url="https://shop.example/c/2", second=10)
    shop.deliver()

    assert vendor.kinds() == ["upsert", "add"]
    assert shop.standing(again) == [("superseded", "cart_unchanged")]


def test_what_occurred_before_a_change_that_was_the_same_is_older_than_what_was_told(shop, vendor):
    shop.change("A", second=0)
    shop.deliver()
    shop.change("A", second=20)
    shop.deliver()
    Cart.objects.update(heard_at=START)  # as where a browser's cart was told without being heard on arrival

    older = shop.change("A", "B", second=10)
    shop.deliver()

    assert shop.standing(older) == [("superseded", "cart_older")]
    assert vendor.told("products") == ["A"]


@pytest.mark.parametrize(
    ("hours", "kinds"), [(11.9, ["add", "update", "update"]), (12, ["add", "update", "add"])]
)
def test_an_event_is_updated_within_twelve_hours_of_the_last_change(shop, vendor, hours, kinds):
    shop.change("A", second=0)
    shop.deliver()
    shop.deliver(later=11 * 3600)
    shop.change("A", "B", second=1)
    shop.deliver()
    shop.deliver(later=hours * 3600 - 2)
    shop.change("A", "B", "C", second=2)
    shop.deliver()

    assert vendor.kinds() == ["upsert", *kinds]


def test_a_change_older_than_what_was_told_says_nothing(shop, vendor):
    shop.change("A", second=10)
    shop.deliver()
    older = shop.change("B", second=5)
    shop.deliver()

    assert shop.standing(older) == [("superseded", "cart_older")]
    assert vendor.told("products") == ["A"]


def test_emptying_deletes_the_event_and_the_next_change_adds_one(shop, vendor):
    shop.change("A", second=0)
    shop.deliver()
    shop.change(second=1)
    shop.deliver()
    empty = shop.change(second=2)
    shop.deliver()

    assert vendor.events == []
    assert shop.standing(empty) == [("superseded", "cart_empty")]

    shop.change("A", second=3)
    shop.deliver()

    assert vendor.kinds() == ["upsert", "add", "delete_event", "add"]
    assert vendor.told("products") == ["A"]


def test_an_event_that_is_gone_there_needs_no_deleting(shop, vendor):
    shop.change("A", second=0)
    shop.deliver()
    vendor.events.clear()
    emptied = shop.change(second=1)
    shop.deliver()

    assert shop.standing(emptied) == [("delivered", None)]


def test_an_event_that_is_gone_there_is_added_anew_by_an_update(shop, vendor):
    shop.change("A", second=0)
    shop.deliver()
    vendor.events.clear()
    shop.change("A", "B", second=1)
    shop.deliver()
    shop.change("A", "B", "C", second=2)
    shop.deliver()

    assert vendor.kinds() == ["upsert", "add", "update", "add", "update"]
    assert vendor.told("products") == ["A,B,C"]


def test_a_refusal_of_the_content_itself_keeps_the_event_that_is_there(shop, vendor):
    shop.change("A", second=0)
    shop.deliver()
    vendor.faults = ["refused", "refused"]
    refused = shop.change("A", "B", second=1)
    shop.deliver()
    shop.change("A", "C", second=2)
    shop.deliver()

    assert shop.standing(refused) == [("failed", "refused")]
    assert vendor.told("products") == ["A,C"]


# Changes that wait


def test_changes_within_a_second_collapse_into_the_last(shop, vendor):
    first, second = shop.change("A", second=0), shop.change("A", "B", second=0.4)
    assert due_stores(now=shop.now) == []
    third = shop.change("A", "B", "C", second=0.8)

    shop.deliver()

    assert vendor.kinds() == ["upsert", "add"]
    assert vendor.told("products") == ["A,B,C"]
    assert shop.standing(first, second, third) == [
        ("superseded", "cart_newer"),
        ("superseded", "cart_newer"),
        ("delivered", None),
    ]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.superseded_by, second.superseded_by) == (second.pk, third.pk)


def test_a_successor_is_waited_for_a_second_from_the_first_change(shop, vendor):
    first = shop.change("A", second=0)
    shop.now += timedelta(seconds=0.9)
    second = shop.change("A", "B", second=0.9)

    assert second.not_before == first.not_before == START + timedelta(days=1, seconds=1)


def test_another_cart_and_another_person_do_not_collapse(shop, vendor):
    shop.change("A", cart_id="one")
    shop.change("B", cart_id="two")
    shop.change("C", cart_id="one", email=EWA)
    shop.deliver()

    assert sorted(vendor.told("email", "externalId", "products")) == [
        (EWA, "one", "C"),
        (JAN, "one", "A"),
        (JAN, "two", "B"),
    ]


def test_a_change_that_was_tried_does_not_collapse(shop, vendor):
    first = shop.change("A", second=0)
    vendor.faults = ["unavailable"]
    shop.once()
    second = shop.change("A", "B", second=1)
    shop.deliver()

    assert shop.standing(first, second) == [("delivered", None)] * 2
    assert vendor.told("products") == ["A,B"]


def test_a_change_that_carries_a_consent_does_not_collapse(shop, vendor, with_settings):
    with_settings(mode="consent", consent_code="marketing")
    first = shop.change("A", second=0, consents=[GRANT])
    second = shop.change("A", "B", second=0.5)
    shop.deliver()

    assert shop.standing(first, second) == [("delivered", None)] * 2
    assert vendor.contacts[JAN]["status"] == "opt_in"


# Orders close carts


def test_an_order_closes_its_cart_and_the_event_stays(shop, vendor):
    shop.change("A", second=0)
    shop.deliver()
    order(shop, second=10)
    late = shop.change("A", "B", second=5)
    shop.deliver()

    assert vendor.told("contactExtEventType", "products") == [("CART", "A"), ("PURCHASE", "A")]
    assert shop.standing(late) == [("superseded", "cart_closed")]


def test_an_order_supersedes_what_waits_of_its_cart(shop, vendor):
    waiting = shop.change("A", second=0)
    order(shop, second=0.5)
    shop.deliver()

    assert shop.standing(waiting) == [("superseded", "cart_closed")]
    assert vendor.told("contactExtEventType") == ["PURCHASE"]


def test_a_consent_in_a_cart_that_became_an_order_is_still_told(shop, vendor, with_settings):
    with_settings(mode="consent", consent_code="marketing")
    waiting = shop.change("A", second=0, consents=[GRANT])
    order(shop, second=0.5)
    shop.deliver()

    waiting.refresh_from_db()
    assert (waiting.state, waiting.notes) == ("delivered", ["cart_closed"])
    assert vendor.kinds() == ["upsert", "add"]
    assert vendor.requests[0]["wire"]["forceOptIn"] is True
    assert vendor.told("contactExtEventType") == ["PURCHASE"]


def test_a_later_change_of_the_cart_opens_a_new_event(shop, vendor):
    shop.change("A", second=0)
    shop.deliver()
    order(shop, second=10)
    shop.change("B", second=11)
    shop.deliver()
    shop.change("B", "C", second=12)
    shop.deliver()

    assert vendor.told("contactExtEventType", "products") == [
        ("CART", "A"),
        ("PURCHASE", "A"),
        ("CART", "B,C"),
    ]


def test_emptying_the_cart_after_the_order_leaves_its_event(shop, vendor):
    shop.change("A", second=0)
    shop.deliver()
    order(shop, second=10)
    empty = shop.change(second=11)
    shop.deliver()

    assert vendor.told("contactExtEventType") == ["CART", "PURCHASE"]
    assert shop.standing(empty) == [("superseded", "cart_empty")]


def test_a_repeat_or_the_payment_of_an_order_closes_no_cart_again(shop, vendor):
    shop.change("A", second=0)
    order(shop, second=10)
    shop.change("B", second=11)
    order(shop, "paid", second=12)
    order(shop, second=13)
    shop.deliver()
    shop.change("B", "C", second=14)
    shop.deliver()

    assert vendor.told("contactExtEventType", "products") == [("PURCHASE", "A"), ("CART", "B,C")]


@pytest.mark.parametrize(
    ("bought", "is_closed"),
    [(("A",), True), (("A", "B"), True), (("B",), False), ((), False)],
)
def test_an_order_without_a_cart_closes_the_one_it_explains(shop, vendor, bought, is_closed):
    shop.change("A", second=0)
    shop.deliver()
    order(shop, products=bought, cart_id=None, second=10)

    assert (Cart.objects.get().closed_at is not None) is is_closed


def test_an_order_explains_the_cart_heard_of_last(shop):
    for second, cart_id in enumerate(("first", "second", "third")):
        shop.change("A" if cart_id != "third" else "Z", cart_id=cart_id, second=second)
    order(shop, products=("A",), cart_id=None, second=10)

    assert list(Cart.objects.exclude(closed_at=None).values_list("cart_id", flat=True)) == ["second"]


def test_the_cart_of_another_person_is_not_explained(shop):
    shop.change("A", email=EWA)
    order(shop, products=("A",), cart_id=None, second=10)

    assert Cart.objects.get().closed_at is None


def test_an_order_of_somebody_who_may_not_be_sent_closes_the_cart_all_the_same(shop, vendor, with_settings):
    shop.change("A", second=0)
    shop.deliver()
    with_settings(active=False)
    order(shop, second=10)
    with_settings(active=True)
    shop.change("B", second=11)
    shop.deliver()

    assert vendor.told("contactExtEventType", "products") == [("CART", "A"), ("CART", "B")]


def test_an_order_closes_the_cart_whoever_filled_it_and_whoever_is_heard_of_later(shop, vendor):
    know(vendor, EWA, "id-of-ewa")
    order(shop, second=10)
    late = shop.change("A", email=None, smclient="id-of-ewa", second=5)
    shop.deliver()

    assert shop.standing(late) == [("superseded", "cart_closed")]
    assert vendor.told("contactExtEventType") == ["PURCHASE"]


def test_a_cart_in_another_event_is_not_one(shop, vendor):
    waiting = shop.change("A", second=0)
    shop.tell(
        "customer.updated", cart={"id": "basket-77", "items": [{"product_id": "B"}], "total": 1}, second=0.5
    )
    shop.deliver()

    assert shop.standing(waiting) == [("delivered", None)]
    assert vendor.told("products") == ["A"]


# Whose cart it is


def test_another_person_with_the_same_cart_gets_an_event_of_their_own(shop, vendor):
    shop.change("A", second=0)
    shop.deliver()
    shop.change("A", "B", second=1, email=EWA)
    shop.deliver()

    assert vendor.told("email", "products") == [(JAN, "A"), (EWA, "A,B")]


def test_somebody_logged_in_is_named_by_their_address_and_a_cookie_by_its_contact(shop, vendor):
    shop.change("A", second=0)
    shop.deliver()
    shop.change("A", email=None, smclient="id-1", second=1, cart_id="guest")
    shop.change("A", smclient="somebody-elses", second=2, cart_id="logged-in")
    shop.deliver()

    added = [request["wire"] for request in vendor.requests if request["kind"] == "add"]
    assert [(wire.get("email"), wire.get("contactId")) for wire in added] == [
        (JAN, None),
        (None, "id-1"),
        (JAN, None),
    ]
    assert vendor.questions == []


def test_a_guest_who_logs_in_keeps_their_event(shop, vendor):
    know(vendor, JAN, "id-of-jan")
    shop.change("A", email=None, smclient="id-of-jan", second=0)
    shop.deliver()
    shop.change("A", "B", second=1)
    shop.deliver()

    assert vendor.told("contactId", "products") == [("id-of-jan", "A,B")]


def test_a_cookie_is_asked_about_once_and_known_from_then_on(shop, vendor):
    know(vendor, JAN, "id-of-jan")
    first = shop.change("A", email=None, smclient="id-of-jan", second=0)
    shop.deliver()
    shop.change("A", "B", email=None, smclient="id-of-jan", second=1)
    shop.deliver()

    assert vendor.questions == [{"kind": "basic_by_id", "ids": ["id-of-jan"]}]
    assert vendor.kinds() == ["add", "update"]
    first.refresh_from_db()
    assert list(first.tries.order_by("pk").values_list("outcome", flat=True)) == ["identified", "delivered"]


def test_changes_of_a_browser_that_wait_collapse_too(shop, vendor):
    know(vendor, JAN, "id-of-jan")
    first = shop.change("A", email=None, smclient="id-of-jan", second=0)
    shop.change("A", "B", email=None, smclient="id-of-jan", second=0.3)
    shop.deliver()

    assert shop.standing(first) == [("superseded", "cart_newer")]
    assert vendor.kinds() == ["add"]


def test_a_stranger_is_withheld_and_not_asked_about_for_a_day(shop, vendor):
    first = shop.change("A", email=None, smclient="nobody", second=0)
    shop.deliver()
    second = shop.change("B", email=None, smclient="nobody", second=1)
    shop.deliver()

    assert shop.standing(first, second) == [("withheld", "unknown_visitor")] * 2
    assert len(vendor.questions) == 1

    shop.deliver(later=86400)
    third = shop.change("C", email=None, smclient="nobody", second=2)
    shop.deliver()

    assert shop.standing(third) == [("withheld", "unknown_visitor")]
    assert len(vendor.questions) == 2
    assert vendor.requests == []


def test_nothing_is_left_of_a_withheld_visitor_but_a_hash(shop, everything_stored):
    shop.change("SECRET-THING", email=None, smclient="a-cookie-of-somebody")
    shop.deliver()

    assert "SECRET-THING" not in everything_stored()
    assert "a-cookie-of-somebody" not in everything_stored()


def test_a_browser_without_a_cookie_is_withheld(shop, vendor):
    message = shop.tell(
        "cart.product_added",
        email=None,
        visitor={},
        cart={"id": "c", "items": [{"product_id": "A"}], "total": 1},
    )

    assert shop.standing(message) == [("withheld", "unknown_visitor")]
    assert (message.person_hash, message.payload) == (None, None)


def test_a_stranger_who_becomes_known_meanwhile_is_not_asked_about(shop, vendor):
    waiting = shop.change("A", email=None, smclient="id-1", second=0)
    shop.tell("customer.registered", second=0)
    account = Account.objects.get()
    there = Known("id-1", JAN, Status.OPT_IN, START)
    learn_of(Contact.objects.get().pk, remote=account.remote, known=there)  # as by another worker's call
    know(vendor, JAN, "id-1")
    shop.deliver()

    assert shop.standing(waiting) == [("delivered", None)]
    assert vendor.questions == []


@pytest.mark.parametrize(
    ("settings", "reason"),
    [({"active": False}, "integration_off"), ({"dry_run": True}, "dry_run")],
)
def test_off_and_dry_run_ask_nothing(shop, vendor, with_settings, settings, reason):
    waiting = shop.change("A", email=None, smclient="nobody", second=0)
    with_settings(**settings)
    later = shop.change("B", email=None, smclient="another", second=1)
    shop.deliver()

    assert shop.standing(waiting, later) == [("withheld", reason)] * 2
    assert (vendor.questions, vendor.requests) == ([], [])


@pytest.mark.parametrize("mode", ["consent", "double-opt-in"])
def test_an_address_learnt_by_a_cookie_needs_a_grant(shop, vendor, with_settings, everything_stored, mode):
    with_settings(mode=mode, consent_code="marketing")
    know(vendor, JAN, "id-of-jan")
    first = shop.change("A", email=None, smclient="id-of-jan", second=0)
    shop.deliver()

    assert shop.standing(first) == [("withheld", "unknown_visitor")]
    first.refresh_from_db()
    assert first.person_masked == "j…i@e…e.com"
    assert (vendor.requests, Acquaintance.objects.count()) == ([], 0)
    assert JAN not in everything_stored()


def test_an_address_learnt_by_a_cookie_with_a_grant_goes(shop, vendor, with_settings):
    with_settings(mode="consent", consent_code="marketing")
    shop.tell("consent.changed", consents=[GRANT])
    with_settings(active=False)
    shop.deliver()
    with_settings(active=True)
    know(vendor, JAN, "id-of-jan")
    cart = shop.change("A", email=None, smclient="id-of-jan", second=0)
    shop.deliver()

    assert shop.standing(cart) == [("delivered", None)]
    assert vendor.told("email", "products") == [(JAN, "A")]


def test_a_grant_makes_the_stranger_known_within_the_day(shop, vendor, with_settings):
    with_settings(mode="consent", consent_code="marketing")
    know(vendor, JAN, "id-of-jan")
    shop.change("A", email=None, smclient="id-of-jan", second=0)
    shop.deliver()
    shop.tell("consent.changed", consents=[GRANT])
    shop.deliver()
    shop.change("A", email=None, smclient="id-of-jan", second=1)
    shop.deliver()

    assert vendor.told("email", "products") == [(JAN, "A")]


def test_a_known_person_without_a_grant_is_withheld_with_their_mask(shop, vendor, with_settings):
    shop.change("A", second=0)
    shop.deliver()
    with_settings(mode="consent", consent_code="marketing")
    cart = shop.change("A", "B", email=None, smclient="id-1", second=1)

    assert shop.standing(cart) == [("withheld", "no_consent")]
    assert cart.person_masked == "j…i@e…e.com"


def test_an_ignored_domain_is_ignored_behind_a_cookie_too(shop, vendor, with_settings):
    with_settings(ignored_domains=["example.com"])
    know(vendor, JAN, "id-of-jan")
    cart = shop.change("A", email=None, smclient="id-of-jan", second=0)
    shop.deliver()

    assert shop.standing(cart) == [("withheld", "ignored_domain")]
    assert vendor.requests == []


def test_somebody_erased_is_not_learnt_again_by_their_cookie(shop, vendor, everything_stored):
    shop.tell("customer.erased", second=10)
    know(vendor, JAN, "id-of-jan")
    cart = shop.change("A", email=None, smclient="id-of-jan", second=20)
    shop.deliver()

    assert shop.standing(cart) == [("withheld", "erased")]
    assert JAN not in everything_stored()
    assert vendor.requests == []


def test_an_erasure_removes_the_carts(shop, vendor):
    shop.change("A", second=0)
    shop.deliver()
    shop.tell("customer.erased", second=10)
    shop.deliver()

    assert Cart.objects.count() == 0
    assert vendor.events == []


def test_an_answer_that_does_not_come_is_asked_for_again(shop, vendor):
    know(vendor, JAN, "id-of-jan")
    vendor.blind = ["unavailable", "lost"]
    cart = shop.change("A", email=None, smclient="id-of-jan", second=0)
    shop.deliver()

    assert shop.standing(cart) == [("delivered", None)]
    assert len(vendor.questions) == 3
    assert vendor.told("products") == ["A"]


# Another account


def test_another_account_starts_with_no_carts_and_asks_about_cookies_anew(shop, vendor, with_settings):
    shop.change("A", second=0)
    shop.deliver()
    waiting = shop.change("A", "B", email=None, smclient="id-1", second=1)
    with_settings(client_id="another-client")
    vendor.events.clear()
    shop.deliver()

    assert shop.standing(waiting) == [("delivered", None)]
    assert vendor.questions == [{"kind": "basic_by_id", "ids": ["id-1"]}]
    assert vendor.kinds() == ["upsert", "add", "add"]


def test_a_stranger_to_one_account_is_asked_about_at_another(shop, vendor, with_settings):
    shop.change("A", email=None, smclient="nobody", second=0)
    shop.deliver()
    with_settings(client_id="another-client")
    shop.change("A", email=None, smclient="nobody", second=1)
    shop.deliver()

    assert len(vendor.questions) == 2
    assert Stranger.objects.count() == 2


def test_a_withdrawal_in_a_cart_takes_the_person_off_and_tells_no_cart(shop, vendor, with_settings):
    with_settings(mode="consent", consent_code="marketing")
    shop.change("A", second=0, consents=[GRANT])
    shop.deliver()
    shop.change("A", "B", second=60, consents=[WITHDRAWAL])
    shop.deliver()

    assert vendor.kinds() == ["upsert", "add", "upsert"]
    assert vendor.requests[-1]["wire"]["forceOptOut"] is True
    assert vendor.told("products") == ["A"]


def test_a_cart_told_with_a_consent_is_remembered(shop, vendor, with_settings):
    with_settings(mode="consent", consent_code="marketing")
    shop.change("A", second=0, consents=[GRANT])
    shop.deliver()
    shop.change("A", "B", second=1)
    shop.deliver()

    assert vendor.kinds() == ["upsert", "add", "update"]
    assert (Contact.objects.count(), Account.objects.count()) == (1, 1)
