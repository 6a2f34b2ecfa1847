"""Orders on their way to SALESmanago: the ledger, what it lets through, and the contact that comes first."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ebexo.ingest.receive import receive
from ebexo.orders.models import Order, Step

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 1, 10, tzinfo=UTC)
JAN, EWA = "jan.kowalski@example.com", "ewa@example.com"
GRANT = {"code": "marketing", "granted": True, "at": "2026-11-01T09:59:00Z"}
WITHDRAWAL = {"code": "marketing", "granted": False, "at": "2026-11-01T10:10:00Z"}


DELIVERED = ("delivered", None)


# What is told


def test_an_order_is_told_whole_after_its_contact(shop, vendor, with_settings):
    with_settings(location="sklep_pl", shop_domain="sklep.example", product_id="sku")
    order = {
        "number": "1042",
        "cart_id": "basket-77",
        "placed_at": "2026-11-01T10:00:00+01:00",
        "total": "298.98",
        "currency": "pln",
        "items": [
            {
                "product_id": "P-100",
                "sku": "CH-OLCHA",
                "variant_id": None,
                "name": "Krzesło  Olcha, białe",
                "quantity": 2,
                "unit_price": "99.99",
            },
            {"product_id": "P-205", "variant_id": "V-2", "name": "Stolik", "quantity": "1.5"},
        ],
        "payment_method": "przelewy24",
        "shipping_method": "Kurier InPost",
        "discount_codes": ["JESIEN10", "VIP"],
    }
    shop.tell("order.placed", order=order, customer={"id": "7", "language": "pl-PL"})

    shop.deliver()

    assert vendor.kinds() == ["upsert", "add"]
    assert vendor.requests[0]["wire"]["contact"]["state"] == "CUSTOMER"
    assert vendor.requests[1]["wire"] == {
        "email": JAN,
        "contactEvent": {
            "date": 1793527200000,
            "contactExtEventType": "PURCHASE",
            "products": "CH-OLCHA,P-205",
            "detail1": "Krzesło Olcha białe,Stolik",
            "detail3": "2/1.5",
            "detail6": "P-100,P-205",
            "detail7": "P-100,V-2",
            "value": Decimal("298.98"),
            "description": "przelewy24",
            "location": "sklep_pl",
            "shopDomain": "sklep.example",
            "externalId": "1042",
            "detail2": "1042",
            "detail5": "Kurier InPost",
            "detail8": "pl",
            "detail9": "PLN",
            "detail10": "JESIEN10,VIP",
        },
        "forceOptIn": False,
    }


def test_a_cancellation_and_a_return_are_told_after_the_purchase(shop, vendor):
    shop.order("placed", "1")
    shop.order("cancelled", "1", second=10)
    shop.order("placed", "2")
    shop.order("returned", "2", total="40.00", return_number="R-1", second=10)
    shop.deliver()

    assert vendor.told("contactExtEventType", "externalId", "detail2", "value") == [
        ("PURCHASE", "1", "1", Decimal("100.00")),
        ("CANCELLATION", "1", "1", Decimal("100.00")),
        ("PURCHASE", "2", "2", Decimal("100.00")),
        ("RETURN", "2", "R-1", Decimal("40.00")),
    ]


def test_the_contact_is_told_first_only_where_it_lacks_or_becomes_a_customer(shop, vendor):
    shop.tell("customer.registered")
    shop.deliver()
    shop.order("placed", "1", second=1)
    shop.deliver()
    shop.order("placed", "2", second=2)
    shop.deliver()

    assert vendor.kinds() == ["upsert", "upsert", "add", "add"]
    assert [request["wire"]["contact"]["state"] for request in vendor.requests[:2]] == [
        "PROSPECT",
        "CUSTOMER",
    ]


def test_a_partner_stays_one_without_being_told_again(shop, vendor):
    shop.tell("customer.registered", customer={"state": "PARTNER"})
    shop.deliver()
    shop.order("placed", second=1, customer={"state": "PARTNER"})
    shop.deliver()

    assert vendor.kinds() == ["upsert", "add"]


def test_a_new_address_is_told_before_the_order(shop, vendor):
    shop.order("placed", "1", customer={"id": "7"})
    shop.deliver()
    shop.order("placed", "2", email="nowy@example.com", customer={"id": "7"}, second=1)
    shop.deliver()

    assert vendor.kinds() == ["upsert", "add", "upsert", "add"]
    assert list(vendor.contacts) == ["nowy@example.com"]
    assert vendor.requests[-1]["wire"]["email"] == "nowy@example.com"


def test_what_is_to_be_noted_of_the_contact_is_noted_of_the_order(shop):
    order = shop.order(customer={"birth_date": "0000-00-00"})
    shop.deliver()

    order.refresh_from_db()
    assert (order.state, order.notes) == ("delivered", ["birth_date_unusable"])


# The ledger


def test_whatever_the_store_repeats_a_step_is_told_once(shop, vendor):
    shop.order("placed")
    repeats = [shop.order("placed", second=1), shop.order("paid", second=2)]
    shop.deliver()
    repeats.append(shop.order("placed", total="999.00", second=3))
    shop.order("returned", total="10.00", return_number="R-1", second=4)
    shop.deliver()
    repeats.append(shop.order("returned", total="20.00", return_number="R-1", second=5))
    shop.deliver()

    assert vendor.told("contactExtEventType") == ["PURCHASE", "RETURN"]
    assert shop.standing(*repeats) == [("superseded", "order_already_told")] * 4


def test_payment_alone_counts_as_both(shop, vendor):
    shop.order("paid")
    shop.deliver()
    late = shop.order("placed", second=1)
    shop.deliver()

    assert vendor.told("contactExtEventType") == ["PURCHASE"]
    assert shop.standing(late) == [("superseded", "order_already_told")]


def test_where_a_purchase_counts_when_paid_placing_tells_nothing(shop, vendor, with_settings):
    with_settings(purchase_counts="paid")
    placed = shop.order("placed", total="1.00")
    shop.deliver()
    assert vendor.requests == []
    shop.order("paid", second=1)
    shop.deliver()

    assert shop.standing(placed) == [("superseded", "order_does_not_count")]
    assert vendor.told("contactExtEventType", "value") == [("PURCHASE", Decimal("100.00"))]


def test_a_cancellation_before_the_purchase_ends_the_order(shop, vendor):
    cancelled = shop.order("cancelled", second=10)
    placed = shop.order("placed", second=0)
    paid = shop.order("paid", second=5)
    shop.deliver()

    assert vendor.requests == []
    assert shop.standing(cancelled, placed, paid) == [
        ("superseded", "order_no_purchase"),
        ("superseded", "order_cancelled"),
        ("superseded", "order_cancelled"),
    ]


def test_a_purchase_and_its_cancellation_that_wait_together_are_both_told(shop, vendor):
    shop.order("placed")
    shop.order("cancelled", second=1)
    paid = shop.order("paid", second=2)
    shop.deliver()

    assert vendor.told("contactExtEventType") == ["PURCHASE", "CANCELLATION"]
    assert shop.standing(paid) == [("superseded", "order_already_told")]


def test_a_cancellation_of_an_order_that_never_counted_tells_nothing(shop, vendor, with_settings):
    with_settings(purchase_counts="paid")
    shop.order("placed")
    shop.order("cancelled", second=1)
    paid = shop.order("paid", second=2)
    shop.deliver()

    assert vendor.requests == []
    assert shop.standing(paid) == [("superseded", "order_cancelled")]


def test_nothing_follows_a_cancellation(shop, vendor):
    shop.order("placed")
    shop.order("cancelled", second=1)
    shop.deliver()
    later = [
        shop.order("cancelled", second=2),
        shop.order("returned", total="1.00", return_number="R-1", second=3),
        shop.order("paid", second=4),
    ]
    shop.deliver()

    assert vendor.told("contactExtEventType") == ["PURCHASE", "CANCELLATION"]
    assert shop.standing(*later) == [
        ("superseded", "order_already_told"),
        ("superseded", "order_cancelled"),
        ("superseded", "order_already_told"),
    ]


def test_returns_sum_up_to_the_whole_and_no_further(shop, vendor):
    shop.order("placed")
    for number, total in ((1, "30.00"), (2, "69.99"), (4, "0.01")):
        shop.order("returned", total=total, return_number=f"R-{number}", second=number)
        if number == 2:
            over = shop.order("returned", total="0.02", return_number="R-3", second=3)
    shop.deliver()
    cancelled = shop.order("cancelled", second=9)
    shop.deliver()

    assert vendor.told("contactExtEventType", "detail2", "value") == [
        ("PURCHASE", "1042", Decimal("100.00")),
        ("RETURN", "R-1", Decimal("30.00")),
        ("RETURN", "R-2", Decimal("69.99")),
        ("RETURN", "R-4", Decimal("0.01")),
    ]
    assert shop.standing(over, cancelled) == [
        ("withheld", "return_exceeds_purchase"),
        ("superseded", "order_returned"),
    ]


def test_what_was_withheld_leaves_no_personal_data(shop, everything_stored):
    shop.order("placed")
    shop.deliver()
    over = shop.order(
        "returned", total="100.01", return_number="R-1", second=1, customer={"phone": "600999111"}
    )
    shop.deliver()

    over.refresh_from_db()
    assert (over.payload, over.person_masked) == (None, "j…i@e…e.com")


def test_a_refused_purchase_frees_its_step(shop, vendor):
    vendor.faults = [None, "refused"]
    refused = shop.order("placed")
    shop.deliver()
    cancelled = shop.order("cancelled", second=1)
    shop.deliver()
    assert shop.standing(refused, cancelled) == [("failed", "refused"), ("superseded", "order_no_purchase")]
    assert vendor.events == []


def test_the_payment_tells_what_the_refused_order_did_not(shop, vendor):
    vendor.faults = [None, "refused"]
    shop.order("placed")
    shop.deliver()
    shop.order("paid", second=1)
    shop.deliver()

    assert vendor.told("contactExtEventType") == ["PURCHASE"]


def test_a_purchase_withheld_while_it_waits_frees_its_step(shop, vendor, with_settings):
    vendor.faults = [None, "unavailable"]
    placed = shop.order("placed")
    shop.once()
    with_settings(dry_run=True)
    shop.deliver()
    with_settings(dry_run=False)
    shop.order("paid", second=1)
    shop.deliver()

    assert shop.standing(placed) == [("withheld", "dry_run")]
    assert vendor.told("contactExtEventType") == ["PURCHASE"]


@pytest.mark.parametrize(
    ("settings", "reason"), [({"active": False}, "integration_off"), ({"dry_run": True}, "dry_run")]
)
def test_off_and_dry_run_tell_no_order(shop, vendor, with_settings, settings, reason):
    waiting = shop.order("placed", "1")
    with_settings(**settings)
    told = shop.order("placed", "2", second=1)
    shop.deliver()

    assert shop.standing(waiting, told) == [("withheld", reason)] * 2
    assert (vendor.requests, Step.objects.count()) == ([], 0)


def test_two_stores_with_the_same_order_number_have_two_ledgers(shop, vendor, other_store, new_worker):
    shop.order("placed")
    receive(other_store, {"id": "x", "type": "order.placed", "occurred_at": "2026-11-01T10:00:00Z",
                          "customer": {"email": JAN}, "order": {"number": "1042", "total": "5.00"}})  # fmt: skip
    shop.deliver()
    new_worker(other_store, vendor).deliver()

    assert sorted(vendor.told("value")) == [Decimal("5.00"), Decimal("100.00")]


def test_another_person_tells_the_same_order_once_more_in_vain(shop, vendor):
    shop.order("placed")
    shop.deliver()
    again = shop.order("placed", email=EWA, second=1)
    shop.deliver()

    assert shop.standing(again) == [("superseded", "order_already_told")]


def test_a_cancellation_told_of_another_person_waits_for_the_purchase(shop, vendor):
    vendor.faults = [None, "unavailable"]
    shop.order("placed")
    shop.once()
    cancelled = shop.order("cancelled", email=EWA, second=1)
    vendor.faults = ["unavailable"]
    shop.deliver()

    assert shop.standing(cancelled) == [DELIVERED]
    assert vendor.told("email", "contactExtEventType") == [(JAN, "PURCHASE"), (EWA, "CANCELLATION")]


# Consents inside orders


def test_a_grant_inside_an_order_opts_in_and_tells_it(shop, vendor, with_settings):
    with_settings(mode="consent", consent_code="marketing")
    shop.order("placed", consents=[GRANT])
    shop.deliver()

    assert vendor.kinds() == ["upsert", "add"]
    assert vendor.contacts[JAN]["status"] == "opt_in"


def test_an_order_without_a_grant_is_withheld(shop, vendor, with_settings):
    with_settings(mode="consent", consent_code="marketing")
    order = shop.order("placed")
    shop.deliver()

    assert shop.standing(order) == [("withheld", "no_consent")]
    assert (order.payload, vendor.requests) == (None, [])


def test_a_grant_inside_an_order_that_tells_nothing_is_told_all_the_same(shop, vendor, with_settings):
    with_settings(mode="consent", consent_code="marketing", purchase_counts="paid")
    order = shop.order("placed", consents=[GRANT])
    shop.deliver()

    order.refresh_from_db()
    assert (order.state, order.notes) == ("delivered", ["order_does_not_count"])
    assert vendor.kinds() == ["upsert"]
    assert vendor.contacts[JAN]["status"] == "opt_in"


def test_a_withdrawal_inside_an_order_opts_out_and_tells_no_order(shop, vendor, with_settings):
    with_settings(mode="consent", consent_code="marketing")
    shop.tell("consent.changed", consents=[GRANT])
    shop.deliver()
    shop.order("placed", second=700, consents=[WITHDRAWAL])
    shop.deliver()

    assert vendor.kinds() == ["upsert", "upsert"]
    assert vendor.contacts[JAN]["status"] == "opt_out"


def test_an_order_without_a_ticked_box_changes_no_status(shop, vendor):
    shop.tell("newsletter.unsubscribed")
    shop.deliver()
    shop.order("placed", second=1)
    shop.deliver()

    assert vendor.contacts[JAN]["status"] == "opt_out"


# Another account, and erasure


def test_another_account_knows_no_order_yet(shop, vendor, with_settings):
    shop.order("placed", "1")
    shop.deliver()
    with_settings(client_id="another-client")
    vendor.events.clear()
    returned = shop.order("returned", "1", total="1.00", return_number="R-1", second=1)
    shop.order("paid", "1", second=2)
    shop.deliver()

    assert shop.standing(returned) == [("superseded", "order_no_purchase")]
    assert vendor.told("contactExtEventType") == ["PURCHASE"]


def test_an_answer_of_the_former_account_is_written_down_for_that_alone(shop, vendor, worker, with_settings):
    former = with_settings().remote
    shop.order("placed")
    shop.now += timedelta(seconds=2)
    worker.claim()
    vendor.faults = [None, "lost"]
    worker.send()
    worker.settle()
    with_settings(client_id="another-client")
    vendor.events.clear()
    shop.deliver(later=30)

    told = {step.remote == former: step.told_at is not None for step in Step.objects.all()}
    assert told == {True: False, False: True}


def test_an_erasure_removes_the_ledger_and_what_happened_before_stays_out(shop, vendor):
    shop.order("placed")
    shop.deliver()
    shop.tell("customer.erased", second=10)
    shop.deliver()
    late = shop.order("paid", second=5)
    shop.deliver()

    assert shop.standing(late) == [("withheld", "erased")]
    assert (Order.objects.count(), Step.objects.count(), vendor.events) == (0, 0, [])


def test_a_ledger_erased_with_another_person_breaks_nothing(shop, vendor):
    shop.order("placed")
    shop.deliver()
    waiting = shop.order("cancelled", email=EWA, second=1)
    shop.tell("customer.erased", second=10)
    shop.deliver()

    assert shop.standing(waiting) == [("superseded", "order_no_purchase")]
