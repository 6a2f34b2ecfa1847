"""An import is judged row by row; what the rehearsal counts is what the run does."""

import pytest

from ebexo.consents.models import Decision
from ebexo.contacts.models import Acquaintance, Contact
from ebexo.history.models import Import, Part
from ebexo.history.states import Counts
from ebexo.ingest.receive import receive
from ebexo.orders.models import Order
from ebexo.outbox.models import Message
from ebexo.stores.models import Account

pytestmark = pytest.mark.django_db


def test_rehearsal_counts_and_changes_nothing(rehearsed, a_customer):
    lines = [
        a_customer(1),
        a_customer(2),
        a_customer(3, email="PERSON-1@example.com"),
        a_customer(2, email="other@example.com"),
        a_customer(5, email="not an address"),
    ]

    numbers = rehearsed(lines)

    assert numbers == Counts(new=2, duplicates=2, invalid={"email": 1})
    assert not Message.objects.exists()
    assert not Contact.objects.exists()


def test_run_queues_what_is_new_and_keeps_the_rows_that_are_not(run, a_customer, queued, verdicts):
    found = run([a_customer(1), a_customer(2, email="nobody"), a_customer(3), a_customer(1)])

    assert found.numbers == Counts(new=2, duplicates=1, invalid={"email": 1})
    assert queued() == ["1", "3"]
    assert verdicts(found) == [(2, "invalid", "email"), (4, "duplicate", "")]
    assert found.state == "running"


def test_messages_of_history_say_so_and_tell_what_was_known_when_the_import_began(run, a_customer):
    found = run([a_customer(1)])

    message = Message.objects.get()
    assert (message.kind, message.type, message.event_id) == (
        "history",
        "customer.updated",
        f"history-{found.pk}-1",
    )
    assert message.occurred_at == found.created_at


def test_import_again_sends_only_what_is_new(run, a_customer, queued):
    run([a_customer(1), a_customer(2)])

    again = run([a_customer(1), a_customer(2), a_customer(3)])

    assert again.numbers == Counts(new=1, already_sent=2)
    assert queued() == ["1", "2", "3"]


def test_people_who_were_sent_before_are_not_sent_again(store, run, a_customer, tell):
    tell(1, email="person-1@example.com")
    Message.objects.update(state="delivered", done_at="2026-11-01T10:00:00Z", payload=None)
    Acquaintance.objects.create(
        contact=Contact.objects.get(),
        remote=store.account.remote,
        vendor_id="id-1",
        email="person-1@example.com",
        status="opt_in",
        status_at="2026-11-01T10:00:00Z",
        acknowledged_at="2026-11-01T10:00:00Z",
    )

    found = run([a_customer(1), a_customer(2)])

    assert found.numbers == Counts(new=1, already_sent=1)


def test_another_account_knows_nobody_yet(store, run, a_customer, with_settings, tell):
    tell(1, email="person-1@example.com")
    Message.objects.update(state="delivered", done_at="2026-11-01T10:00:00Z", payload=None)
    Acquaintance.objects.create(
        contact=Contact.objects.get(),
        remote=store.account.remote,
        vendor_id="id-1",
        email="person-1@example.com",
        status="opt_in",
        status_at="2026-11-01T10:00:00Z",
        acknowledged_at="2026-11-01T10:00:00Z",
    )
    with_settings(client_id="another-client")

    assert run([a_customer(1)]).numbers == Counts(new=1)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"active": False}, "integration_off"),
        ({"dry_run": True}, "dry_run"),
        ({"ignored_domains": ["example.com"]}, "ignored_domain"),
        ({"mode": "consent", "consent_code": "marketing"}, "no_consent"),
        ({"mode": "double-opt-in", "consent_code": "marketing"}, "no_consent"),
    ],
)
def test_who_may_not_be_sent_is_withheld_with_the_reason(
    run, rehearsed, a_customer, with_settings, settings, reason
):
    with_settings(**settings)

    numbers = rehearsed([a_customer(1)])
    found = run([a_customer(1)])

    assert numbers == found.numbers == Counts(withheld={reason: 1})
    assert not Message.objects.exists()


def test_decisions_of_the_file_are_recorded_before_the_gate_is_asked(run, a_customer, with_settings, queued):
    with_settings(mode="consent", consent_code="marketing")
    yes = {"code": "marketing", "granted": True, "at": "2026-10-01T10:00:00Z", "ip": "203.0.113.24"}
    no = {"code": "marketing", "granted": False, "at": "2026-10-01T10:00:00Z"}

    found = run([a_customer(1, consents=[yes]), a_customer(2, consents=[no]), a_customer(3)])

    assert found.numbers == Counts(new=1, withheld={"no_consent": 2})
    assert queued() == ["1"]
    decisions = Decision.objects.order_by("pk").values_list("granted", "source", "ip")
    assert list(decisions) == [(True, "import", "203.0.113.24"), (False, "import", "")]


def test_the_same_decisions_are_recorded_once(run, a_customer, with_settings):
    with_settings(mode="consent", consent_code="marketing")
    yes = {"code": "marketing", "granted": True, "at": "2026-10-01T10:00:00Z"}

    for _ in range(2):
        run([a_customer(1, consents=[yes])])

    assert Decision.objects.count() == 1


def test_newest_decision_wins_whichever_the_file_tells(run, a_customer, with_settings, tell):
    with_settings(mode="consent", consent_code="marketing")
    no = {"code": "marketing", "granted": False, "at": "2026-10-02T10:00:00Z"}
    tell(1, email="person-1@example.com", consents=[no])
    older_yes = {"code": "marketing", "granted": True, "at": "2026-10-01T10:00:00Z"}

    found = run([a_customer(1, consents=[older_yes])])

    assert found.numbers == Counts(withheld={"no_consent": 1})


def test_somebody_who_asked_to_be_forgotten_is_not_revived(store, run, a_customer, with_settings, an_event):
    with_settings(mode="consent", consent_code="marketing")
    receive(store, an_event("gone", type="customer.erased", email="person-1@example.com"))
    yes = {"code": "marketing", "granted": True, "at": "2026-11-20T10:00:00Z"}

    found = run([a_customer(1, consents=[yes])])

    assert found.numbers == Counts(withheld={"erased": 1})
    assert Contact.objects.get().erased_at is not None
    assert not Decision.objects.exists()


def test_withdrawal_in_a_file_takes_off_somebody_who_was_sent(store, run, a_customer, with_settings, tell):
    with_settings(mode="consent", consent_code="marketing")
    yes = {"code": "marketing", "granted": True, "at": "2026-10-01T10:00:00Z"}
    tell(1, email="person-1@example.com", consents=[yes])
    Message.objects.update(state="delivered", done_at="2026-11-01T10:00:00Z", payload=None)
    Acquaintance.objects.create(
        contact=Contact.objects.get(),
        remote=store.account.remote,
        vendor_id="id-1",
        email="person-1@example.com",
        status="opt_in",
        status_at="2026-10-01T10:00:00Z",
        acknowledged_at="2026-10-01T10:00:00Z",
    )
    no = {"code": "marketing", "granted": False, "at": "2026-10-02T10:00:00Z"}

    found = run([a_customer(1, consents=[no])])

    assert found.numbers == Counts(withheld={"no_consent": 1})
    waiting = Message.objects.get(done_at=None)
    assert (waiting.kind, waiting.type) == ("live", "consent.changed")


def test_orders_are_queued_with_their_own_date(run, an_order):
    found = run([an_order(1)], kind="orders")

    assert found.numbers == Counts(new=1)
    message = Message.objects.get()
    assert (message.kind, message.type) == ("history", "order.placed")
    assert message.occurred_at.isoformat() == "2025-03-01T10:00:00+00:00"
    assert Order.objects.get().number == "1"
    assert Contact.objects.get().bought_at == message.occurred_at


def test_orders_that_were_told_or_wait_are_not_told_again(run, rehearsed, an_order, store):
    live = an_order(1) | {"id": "order-1", "occurred_at": "2026-11-01T10:00:00Z"}
    receive(store, live)

    lines = [an_order(1), an_order(2)]

    assert (
        rehearsed(lines, kind="orders") == run(lines, kind="orders").numbers == Counts(new=1, already_sent=1)
    )
    assert run(lines, kind="orders").numbers == Counts(already_sent=2)


def test_orders_that_are_no_purchase_are_withheld(run, an_order, with_settings):
    with_settings(purchase_counts="paid")

    found = run(
        [
            an_order(1),
            an_order(2, type="order.paid"),
            an_order(3, type="order.cancelled"),
            an_order(4, type="order.returned", return_number="R1"),
        ],
        kind="orders",
    )

    withheld = {"order_does_not_count": 1, "order_cancelled": 1, "order_was_returned": 1}
    assert found.numbers == Counts(new=1, withheld=withheld)


def test_orders_carry_no_consents_and_need_a_date(run, an_order, verdicts):
    undated = an_order(2)
    del undated["order"]["placed_at"]
    answers = [{"code": "marketing", "granted": True, "at": "2026-10-01T10:00:00Z"}]

    found = run([an_order(1) | {"consents": answers}, undated, an_order(3), an_order(3)], kind="orders")

    assert found.numbers == Counts(new=1, duplicates=1, invalid={"consents_with_orders": 1, "no_moment": 1})


def test_past_order_takes_no_cart_of_today(store, run, an_order, an_event):
    cart = {"id": "basket-1", "items": [{"product_id": "P-1"}], "total": "49.90"}
    receive(store, an_event("cart", type="cart.product_added", email="person-1@example.com", cart=cart))

    run([an_order(1, cart_id="basket-1")], kind="orders")

    assert Message.objects.get(event_id="event-cart").state == "waiting"


def test_history_adds_nothing_where_much_waits_already(run, a_customer, monkeypatch, work_off, queued):
    monkeypatch.setattr("ebexo.history.running.WAITING_AT_MOST", 100)
    found = run([a_customer(number) for number in range(250)])
    assert (found.row_position, len(queued())) == (100, 100)

    Message.objects.filter(event_id__endswith="-5").update(state="delivered", done_at=found.created_at)
    work_off()

    found.refresh_from_db()
    assert found.row_position == 200


def test_import_is_done_once_the_last_of_its_messages_has_left(run, a_customer, work_off):
    found = run([a_customer(1)])
    assert found.state == "running"

    Message.objects.update(state="delivered", done_at=found.created_at)
    work_off()

    found = Import.objects.get()
    assert (found.state, found.is_cleared) == ("done", True)
    assert found.ended_at is not None
    assert not Part.objects.exists()


def test_settings_that_change_meanwhile_hold_from_the_next_part_on(an_import, a_customer, work_off, store):
    found = an_import([a_customer(number) for number in range(150)])
    work_off(at_most=1)
    Account.objects.filter(store=store).update(active=False)

    work_off()

    found.refresh_from_db()
    assert found.numbers == Counts(new=100, withheld={"integration_off": 50})
