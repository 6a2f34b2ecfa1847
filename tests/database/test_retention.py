"""What is dropped in time, to the day, and what stays however old it is."""

import json
import sys
from datetime import timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from ebexo import cli
from ebexo.carts.models import Cart
from ebexo.consents.models import Consent, Decision, Wording
from ebexo.contacts.models import Acquaintance, Contact, StatusChange, Stranger
from ebexo.ingest.receive import receive
from ebexo.operations import sweep
from ebexo.operations.retention import Periods, periods
from ebexo.operations.sizes import sizes
from ebexo.operations.sweep import Pruned, prune
from ebexo.orders.models import Order, Step
from ebexo.outbox.models import Attempt, Key, Message
from ebexo.outbox.states import LIVE_STATES, State
from ebexo.panel.models import Link, LoginAttempt, Session, User
from ebexo.panel.throttle import WITHIN
from ebexo.platform.upkeep import all_sweeps
from ebexo.stores.models import Opening

pytestmark = pytest.mark.django_db

NOW = timezone.now()
KEPT = Periods(payloads=timedelta(days=30), messages=timedelta(days=400))
A_MOMENT = timedelta(microseconds=1)
DONE_WITH = (State.DELIVERED, State.WITHHELD, State.SUPERSEDED, State.DISCARDED)
NEEDED = (State.FAILED, State.HELD)
NOTHING = dict.fromkeys(
    (
        "messages",
        "payloads",
        "keys",
        "carts",
        "strangers",
        "order_days",
        "order_tasks",
        "import_rows",
        "abandoned_imports",
        "imports",
        "sessions",
        "login_attempts",
        "links",
        "openings",
    ),
    0,
)


@pytest.fixture
def pruned():
    """Prune as if it were `now`; what was dropped, kinds of which nothing was left out."""

    def run(now=NOW):
        found = Pruned()
        for step in prune(all_sweeps(now=now, kept=KEPT)):
            found.add(step)
        assert set(found.dropped) == set(NOTHING)
        return {name: count for name, count in found.dropped.items() if count}

    return run


@pytest.fixture
def key_of_jan(store):
    return Key.objects.create(store=store, key="contact:1")


@pytest.fixture
def a_message(store, key_of_jan):
    """A message of one contact that came to its end so long ago, with one attempt."""

    def make(state=State.DELIVERED, *, ago, answered=True, **fields):
        seq = key_of_jan.messages.count() + 1
        ended_at = NOW - ago
        message = Message.objects.create(
            store=store,
            key=key_of_jan,
            key_seq=seq,
            event_id=f"event-{seq}",
            type="customer.updated",
            payload='{"name": "Łucja"}',
            payload_sha="sha",
            occurred_at=ended_at,
            accepted_at=ended_at,
            state=state,
            done_at=None if state in LIVE_STATES else ended_at,
            **fields,
        )
        Key.objects.filter(pk=key_of_jan.pk).update(tail_seq=seq, head_seq=seq + 1)
        if answered:
            an_attempt(message)
        return message

    return make


def an_attempt(*messages):
    attempt = Attempt.objects.create(
        store=messages[0].store,
        epoch=1,
        endpoint="http://there",
        started_at=messages[0].accepted_at,
        outcome="refused",
        http_status=400,
        error="Łucja is unknown",
        excerpt="contactId 1",
    )
    attempt.messages.add(*messages)
    return attempt


def rows_of(model, **only):
    return list(model.objects.filter(**only).order_by("pk").values())


def numbers(model):
    return list(model.objects.order_by("pk").values_list("pk", flat=True))


@pytest.mark.parametrize("state", DONE_WITH)
def test_payload_and_answer_go_thirty_days_after_the_end_and_nothing_else_of_the_message(
    a_message, pruned, state
):
    kept, gone = a_message(state, ago=KEPT.payloads), a_message(state, ago=KEPT.payloads + A_MOMENT)
    messages, attempts = rows_of(Message), rows_of(Attempt)

    assert pruned() == {"payloads": 1}

    assert [row["id"] for row in messages] == [kept.pk, gone.pk]
    assert rows_of(Message) == [messages[0], messages[1] | {"payload": None}]
    assert rows_of(Attempt) == [attempts[0], attempts[1] | {"error": None, "excerpt": None}]
    assert pruned() == {}


def test_an_answer_goes_though_the_message_never_had_a_payload(a_message, pruned):
    message = a_message(State.WITHHELD, ago=timedelta(days=31))
    Message.objects.filter(pk=message.pk).update(payload=None)

    assert pruned() == {"payloads": 1}
    assert rows_of(Attempt)[0]["excerpt"] is None


@pytest.mark.parametrize("state", [*NEEDED, *LIVE_STATES])
def test_what_is_live_failed_or_held_stays_as_it_is_however_old(a_message, pruned, everything_stored, state):
    message = a_message(state, ago=timedelta(days=5000))
    Key.objects.update(head_seq=1, head_message=message.pk)
    before = everything_stored()

    assert pruned() == {}

    assert everything_stored() == before


def test_once_a_failed_message_is_given_up_its_time_begins(a_message, pruned):
    message = a_message(State.FAILED, ago=timedelta(days=900))
    Message.objects.update(state=State.DISCARDED, done_at=NOW)

    assert pruned(NOW + KEPT.payloads) == {}
    assert pruned(NOW + KEPT.payloads + A_MOMENT) == {"payloads": 1}
    assert pruned(NOW + KEPT.messages) == {}
    assert numbers(Message) == [message.pk]
    assert pruned(NOW + KEPT.messages + A_MOMENT) == {"messages": 1, "keys": 1}


@pytest.mark.parametrize("state", [State.WITHHELD, State.DISCARDED])
def test_of_a_message_in_doubt_only_the_contents_go(a_message, pruned, state):
    message = a_message(state, ago=timedelta(days=900), in_doubt=True)

    assert pruned() == {"payloads": 1}

    assert [(row["id"], row["in_doubt"], row["payload"]) for row in rows_of(Message)] == [
        (message.pk, True, None)
    ]
    assert Key.objects.count() == 1


def test_an_answer_that_a_failed_message_shares_with_others_stays(a_message, pruned):
    failed = a_message(State.FAILED, ago=timedelta(days=900), answered=False)
    delivered = a_message(ago=timedelta(days=31), answered=False)
    an_attempt(failed, delivered)
    attempts = rows_of(Attempt)

    assert pruned() == {"payloads": 1}

    assert rows_of(Attempt) == attempts
    assert list(Message.objects.order_by("pk").values_list("payload", flat=True)) == [
        '{"name": "Łucja"}',
        None,
    ]


@pytest.mark.parametrize("state", DONE_WITH)
def test_a_message_goes_400_days_after_its_end_with_its_attempts(a_message, pruned, state):
    gone, kept = a_message(state, ago=KEPT.messages + A_MOMENT), a_message(state, ago=KEPT.messages)

    assert pruned() == {"messages": 1, "payloads": 1}

    assert numbers(Message) == [kept.pk]
    assert Attempt.messages.through.objects.count() == Attempt.objects.count() == 1
    assert Attempt.objects.get().messages.get() == kept
    assert not Attempt.objects.filter(messages=gone.pk).exists()


def test_an_attempt_stays_with_the_message_that_stays(a_message, pruned):
    gone = a_message(ago=timedelta(days=401), answered=False)
    kept = a_message(State.FAILED, ago=timedelta(days=401), answered=False)
    attempt = an_attempt(gone, kept)

    assert pruned() == {"messages": 1}

    assert list(Attempt.objects.get(pk=attempt.pk).messages.values_list("pk", flat=True)) == [kept.pk]
    assert Attempt.objects.get().excerpt == "contactId 1"


def test_a_key_goes_on_counting_while_a_message_of_it_is_there(store, tell, pruned):
    first, second = tell(1), tell(2)
    Message.objects.filter(pk=first.pk).update(state=State.DELIVERED, done_at=NOW - timedelta(days=401))
    Message.objects.filter(pk=second.pk).update(state=State.FAILED, done_at=NOW - timedelta(days=401))
    Key.objects.update(head_seq=3)

    assert pruned() == {"messages": 1}

    assert tell(3).key_seq == 3
    assert list(Message.objects.order_by("pk").values_list("key_seq", flat=True)) == [2, 3]


def test_an_empty_key_goes_and_the_next_message_begins_a_new_one(tell, pruned):
    tell(1)
    Message.objects.update(state=State.DELIVERED, done_at=NOW - timedelta(days=401))
    Key.objects.update(head_seq=2, head_message=None, due_at=None)

    assert pruned() == {"messages": 1, "keys": 1}

    again = tell(2)
    key = Key.objects.get()
    assert (key.head_seq, key.tail_seq, key.head_message, again.key_seq) == (1, 1, again.pk, 1)
    assert pruned() == {}


def test_an_id_is_known_for_400_days_and_new_after_that(store, an_event, tell, pruned):
    first = tell(1)
    Message.objects.update(state=State.DELIVERED, done_at=NOW)
    Key.objects.update(head_seq=2)

    pruned(NOW + timedelta(days=399))
    repeat = receive(store, an_event(1))
    assert (repeat.message.pk, repeat.duplicate) == (first.pk, True)

    pruned(NOW + timedelta(days=401))
    later = receive(store, an_event(1))
    assert (later.duplicate, later.message.state) == (False, State.WAITING)
    assert numbers(Message) == [later.message.pk]


def test_an_id_that_was_withheld_is_known_as_long(store, an_event, with_settings, pruned):
    with_settings(active=False)
    first = receive(store, an_event(1)).message
    Message.objects.update(done_at=NOW)

    assert pruned(NOW + timedelta(days=399)) == {}
    assert receive(store, an_event(1)).message == first
    assert (first.state, Message.objects.get().person_masked) == (State.WITHHELD, first.person_masked)
    assert pruned(NOW + timedelta(days=401)) == {"messages": 1}


@pytest.fixture
def a_step(store, a_message):
    """A step of an order that this message, 401 days old, was to tell."""
    contact = Contact.objects.create(store=store, email_at=NOW)

    def make(state, **fields):
        message = a_message(state, ago=timedelta(days=401))
        order = Order.objects.create(store=store, contact=contact, number=f"order-{message.pk}")
        return message, Step.objects.create(
            order=order, remote="there", kind="PURCHASE", amount=Decimal(10), message=message.pk, **fields
        )

    return make


def test_the_ledger_of_orders_outlives_the_messages(a_step, pruned):
    a_step(State.DELIVERED, told_at=NOW - timedelta(days=401), event_id="e-1")
    ledger = rows_of(Order), rows_of(Step)

    assert pruned() == {"messages": 1, "keys": 1}

    assert (rows_of(Order), rows_of(Step)) == ledger


def test_a_step_that_was_told_without_being_noted_stays_told_and_an_untold_one_is_free(a_step, pruned):
    delivered, told = a_step(State.DELIVERED)
    a_step(State.WITHHELD)
    _, held = a_step(State.HELD, is_held=True)

    assert pruned() == {"messages": 2}

    assert list(Step.objects.order_by("pk").values_list("pk", "told_at", "is_held")) == [
        (told.pk, delivered.done_at, False),
        (held.pk, None, True),
    ]


def a_cart(store, number, **moments):
    contact, _ = Contact.objects.get_or_create(store=store, defaults={"email_at": NOW})
    return Cart.objects.create(store=store, contact=contact, cart_id=f"cart-{number}", **moments)


def test_a_cart_goes_when_nothing_happened_to_it_for_400_days(store, pruned):
    old, older = NOW - KEPT.messages, NOW - KEPT.messages - A_MOMENT
    kept = [
        a_cart(store, 1, heard_at=old),
        a_cart(store, 2, heard_at=older, told_at=old),
        a_cart(store, 3, heard_at=older, told_at=older, closed_at=old),
    ]
    a_cart(store, 4, heard_at=older)
    a_cart(store, 5, heard_at=older, told_at=older, closed_at=older)

    assert pruned() == {"carts": 2}

    assert numbers(Cart) == [cart.pk for cart in kept]


def test_a_cart_of_which_something_waits_to_be_told_stays(store, other_store, tell, pruned):
    customer = {"type": "cart.product_added", "occurred_at": NOW.isoformat()}
    item = {"product_id": "1", "name": "Kubek", "unit_price": "10.00", "quantity": 1}
    tell(1, **customer, cart={"id": "cart-1", "currency": "PLN", "total": "10.00", "items": [item]})
    Cart.objects.update(heard_at=NOW - timedelta(days=900))
    a_cart(other_store, 1, heard_at=NOW - timedelta(days=900))

    assert pruned() == {"carts": 1}

    assert Cart.objects.get().store_id == store.pk


def test_what_the_panel_and_strangers_leave_behind_goes_when_it_is_over(store, pruned):
    user = User.objects.create_user("anna@shop.example")
    day = timedelta(days=1)
    moments = [
        ("kept", NOW, NOW - WITHIN, NOW - day + A_MOMENT, NOW + A_MOMENT),
        ("gone", NOW - A_MOMENT, NOW - WITHIN - A_MOMENT, NOW - day, NOW),
    ]
    for word, expires_at, attempted_at, asked_at, ends_at in moments:
        Session.objects.create(session_key=word, session_data="", expire_date=expires_at)
        LoginAttempt.objects.create(key=word, attempted_at=attempted_at)
        Stranger.objects.create(store=store, remote="there", digest=word, asked_at=asked_at)
        Link.objects.create(digest=word, purpose="panel", user=user, ends_at=ends_at)
    Opening.objects.create(store=store, digest="d", sha="s", answer_encrypted="e", created_at=NOW - day)

    assert pruned() == {"sessions": 1, "login_attempts": 1, "strangers": 1, "links": 1, "openings": 1}

    assert Session.objects.get().session_key == "kept"
    assert LoginAttempt.objects.get().key == "kept"
    assert Stranger.objects.get().digest == "kept"
    assert Link.objects.get().digest == "kept"
    assert numbers(User) == [user.pk]


def test_decisions_and_what_is_known_of_people_stay(store, pruned, everything_stored):
    long_ago = NOW - timedelta(days=4000)
    contact = Contact.objects.create(store=store, email_at=long_ago)
    consent = Consent.objects.create(store=store, code="marketing", name="Marketing")
    wording = Wording.objects.create(consent=consent, version=1, text="Tak")
    Decision.objects.create(contact=contact, consent=consent, wording=wording, granted=True, at=long_ago)
    status = {"contact": contact, "remote": "there", "status": "opt_in"}
    StatusChange.objects.create(store=store, at=long_ago, source="callback", **status)
    Acquaintance.objects.create(vendor_id="1", email="jan@example.com", status_at=long_ago, **status)
    before = everything_stored()

    assert pruned() == {}

    assert everything_stored() == before


def test_it_goes_a_few_rows_at_a_time_and_passes_over_what_stays(a_message, monkeypatch):
    monkeypatch.setattr(sweep, "LOOKED_AT_ONCE", 4)
    monkeypatch.setattr(sweep, "DROPPED_AT_ONCE", 2)
    kept = [
        a_message(State.FAILED if number in (0, 5) else State.DELIVERED, ago=timedelta(days=401)).pk
        for number in range(10)
    ]

    steps = [
        (step.looked_at, step.dropped)
        for step in prune(all_sweeps(now=NOW, kept=KEPT))
        if step.name == "messages"
    ]

    assert steps == [(0, 0), (0, 2), (0, 1), (4, 0), (0, 2), (0, 1), (4, 0), (0, 2), (2, 0)]
    assert numbers(Message) == [kept[0], kept[5]]


def test_the_periods_are_those_of_the_environment():
    assert periods() == KEPT


def test_sizes_are_counted_in_bytes_by_state_and_by_table(a_message, on_postgresql):
    a_message(State.DELIVERED, ago=timedelta())
    a_message(State.FAILED, ago=timedelta())

    found = sizes()

    assert found.payload_bytes == 2 * len('{"name": "Łucja"}'.encode())
    assert found.messages == dict.fromkeys(State, 0) | {"delivered": 1, "failed": 1}
    assert found.rows["ebexo_outbox_message"] == found.rows["ebexo_outbox_attempt"] == 2
    ours = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label.startswith("ebexo_")
    ]
    assert set(found.rows) == {model._meta.db_table for model in ours}
    assert found.database_bytes > 100_000
    assert found.reusable_bytes == 0 or not on_postgresql


@pytest.fixture
def ebexo(monkeypatch, capsys):
    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["ebexo", *arguments])
        cli.main()
        return capsys.readouterr()

    return run


def test_the_command_prints_what_was_dropped_and_what_there_is(ebexo, a_message):
    a_message(State.DELIVERED, ago=timedelta(days=401))
    a_message(State.WITHHELD, ago=timedelta(days=40))
    a_message(State.FAILED, ago=timedelta(days=900))

    out, err = ebexo("prune")

    lines = out.splitlines()
    assert lines[0] == "Dropped: messages 1, payloads 1."
    assert lines[1].startswith("Database: ")
    assert lines[2:5] == ["Payloads: 0.0 MB.", "Messages: withheld 1, failed 1.", "Rows by table:"]
    assert "  ebexo_outbox_message                        2" in lines
    assert err == ""


def test_the_command_prints_one_json_object(ebexo, a_message):
    a_message(State.DELIVERED, ago=timedelta(days=401))

    out, err = ebexo("prune", "--json")

    answer = json.loads(out)
    assert set(answer) == {"dropped", "longest_transaction_ms", "sizes"}
    assert answer["dropped"] == NOTHING | {"messages": 1, "keys": 1}
    assert answer["longest_transaction_ms"] > 0
    assert set(answer["sizes"]) == {"database_bytes", "reusable_bytes", "payload_bytes", "messages", "rows"}
    assert answer["sizes"]["rows"]["ebexo_outbox_message"] == 0
    assert err == ""
    assert json.loads(ebexo("prune", "--json").out)["dropped"] == NOTHING


@pytest.mark.skipif("os.environ.get('EBEXO_TEST_DATABASE') == 'postgresql'", reason="SQLite's words")
def test_candidates_are_read_by_stretches_of_the_primary_key(a_message):
    a_message(ago=timedelta(days=401))
    [messages, contents, *_] = all_sweeps(now=NOW, kept=KEPT)

    for found in (messages, contents):
        rows = Message.objects.filter(found.is_over, pk__gte=1, pk__lte=5000).order_by("pk").values_list("pk")
        plan = rows.explain().splitlines()
        assert "SEARCH ebexo_outbox_message USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)" in plan[0]
    assert connection.vendor == "sqlite"
