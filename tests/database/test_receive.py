"""How a store event gets in: once, with its consents, and without a trace of people nobody may send."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from ebexo.consents.models import Decision
from ebexo.contacts.hashes import person_hash
from ebexo.events import FieldProblem, InvalidEvent
from ebexo.ingest import receive as receiving
from ebexo.ingest.receive import OtherBody, receive
from ebexo.outbox.models import Key, Lane, Message

pytestmark = pytest.mark.django_db

PERSON = {"first_name": "Przemysława", "last_name": "Brzęczyszczykiewicz", "phone": "+48600111222"}
EMAIL = "przemka@szczebrzeszyn.example"
GRANT = {"code": "marketing", "granted": True, "at": "2026-11-01T09:00:00Z"}


def test_an_accepted_event_waits_at_the_head_of_its_contact(store, an_event):
    before = timezone.now()

    receipt = receive(store, an_event(1))

    message = Message.objects.get()
    assert not receipt.duplicate
    assert (
        message.event_id,
        message.type,
        message.state,
        message.reason,
        message.notes,
        message.key_seq,
    ) == (
        "event-1",
        "customer.updated",
        "waiting",
        None,
        [],
        1,
    )
    assert message.occurred_at == datetime(2026, 11, 1, 10, 0, tzinfo=UTC)
    assert before <= message.accepted_at <= timezone.now()
    assert message.payload == (
        '{"id":"event-1","type":"customer.updated","occurred_at":"2026-11-01T10:00:00Z",'
        '"customer":{"email":"jan.kowalski@example.com"}}'
    )
    key = Key.objects.get()
    assert (key.head_seq, key.tail_seq, key.head_message, key.due_at) == (
        1,
        1,
        message.pk,
        message.accepted_at,
    )
    assert Lane.objects.get().store_id == store.pk


def test_the_same_event_again_is_a_duplicate_and_adds_nothing(store, an_event, everything_stored):
    first = receive(store, an_event(1, consents=[GRANT], customer={"properties": {"a": "1", "b": "2"}}))
    stored = everything_stored()

    again = receive(store, an_event(1, consents=[GRANT], customer={"properties": {"b": 2, "a": 1}}))

    assert (again.duplicate, again.message.pk, everything_stored() == stored) == (
        True,
        first.message.pk,
        True,
    )


def test_another_event_under_a_known_id_is_refused_and_changes_nothing(store, an_event, everything_stored):
    receive(store, an_event(1))
    stored = everything_stored()

    with pytest.raises(OtherBody):
        receive(store, an_event(1, email="other@example.com", consents=[GRANT]))

    assert everything_stored() == stored


def test_two_stores_may_use_the_same_id_for_different_events(store, other_store, an_event):
    receive(store, an_event(1))
    receive(other_store, an_event(1, email="other@example.com"))

    assert sorted(Message.objects.values_list("store_id", "event_id")) == sorted(
        [(store.pk, "event-1"), (other_store.pk, "event-1")]
    )


def test_a_bad_event_leaves_nothing(store, an_event, everything_stored):
    stored = everything_stored()
    ahead = (timezone.now() + timedelta(minutes=6)).isoformat()

    with pytest.raises(InvalidEvent) as refusal:
        receive(store, an_event(1, occurred_at=ahead))

    assert refusal.value.problems == [
        FieldProblem("/occurred_at", "This moment is more than 5 minutes ahead of our clock.")
    ]
    assert everything_stored() == stored


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"active": False}, "integration_off"),
        ({"dry_run": True}, "dry_run"),
        ({"ignored_domains": ["szczebrzeszyn.example"]}, "ignored_domain"),
        ({"mode": "consent", "consent_code": "marketing"}, "no_consent"),
        ({"mode": "double-opt-in", "consent_code": "marketing"}, "no_consent"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_withheld_event_leaves_a_reason_and_nothing_about_the_person(
    with_settings, tell, everything_stored, settings, reason
):
    with_settings(**settings)

    message = tell(1, email=EMAIL, customer={**PERSON, "id": "customer-4711"})

    assert (message.state, message.reason, message.payload, message.key) == ("withheld", reason, None, None)
    assert message.done_at == message.accepted_at
    assert (message.person_hash, message.person_masked) == (person_hash("email", EMAIL), "p…a@s…n.example")
    stored = everything_stored().lower()
    assert [word for word in (EMAIL, "customer-4711", *PERSON.values()) if word.lower() in stored] == []
    assert Key.objects.count() == 0


def test_a_withheld_event_is_known_again(with_settings, store, an_event):
    with_settings(active=False)
    receive(store, an_event(1))
    with_settings(active=True)

    assert receive(store, an_event(1)).duplicate
    with pytest.raises(OtherBody):
        receive(store, an_event(1, email="other@example.com"))
    assert list(Message.objects.values_list("state", flat=True)) == ["withheld"]


def test_decisions_are_recorded_with_the_wording_of_the_moment_before_the_event_is_judged(
    with_settings, tell
):
    account = with_settings(mode="consent", consent_code="marketing")
    consent = account.store.consents.get()
    consent.wordings.create(version=2, text="Yes, write to me often.")
    now = timezone.now()
    withdrawal = {
        **GRANT,
        "granted": False,
        "at": "2026-11-01T09:30:00+01:00",
        "ip": "203.0.113.24",
        "source": "checkout",
    }

    message = tell(1, consents=[{**GRANT, "at": now.isoformat()}, withdrawal])

    assert (message.state, message.notes) == ("waiting", [])
    decisions = Decision.objects.order_by("pk").values_list(
        "consent__code", "wording__version", "granted", "at", "source", "ip"
    )
    assert list(decisions) == [
        ("marketing", 2, True, now, "", ""),
        ("marketing", 1, False, datetime(2026, 11, 1, 8, 30, tzinfo=UTC), "checkout", "203.0.113.24"),
    ]


def test_an_unknown_consent_is_noted_and_a_consent_of_another_store_is_unknown(store, other_store, tell):
    from ebexo.consents import editing

    editing.add(other_store.pk, code="theirs", text="Yes.", traits=editing.Traits("Theirs"))

    message = tell(1, consents=[{**GRANT, "code": "theirs"}, {**GRANT, "code": "nobody's"}])

    assert message.notes == ["unknown_consent:nobody's", "unknown_consent:theirs"]
    assert Decision.objects.count() == 0


@pytest.mark.parametrize(
    ("first", "second", "state"),
    [
        (("2026-11-01T09:00:00Z", True), ("2026-11-01T10:00:00Z", False), "withheld"),
        (("2026-11-01T10:00:00Z", False), ("2026-11-01T09:00:00Z", True), "withheld"),
        (("2026-11-01T10:00:00Z", True), ("2026-11-01T09:00:00Z", False), "waiting"),
        (("2026-11-01T09:00:00Z", True), ("2026-11-01T09:00:00Z", False), "withheld"),
    ],
)
def test_the_newest_decision_holds_whatever_the_order_of_arrival(with_settings, tell, first, second, state):
    with_settings(mode="consent", consent_code="marketing")
    for number, (at, granted) in enumerate([first, second]):
        tell(number, consents=[{**GRANT, "at": at, "granted": granted}])

    assert tell(3).state == state


def test_a_grant_of_one_person_is_no_ground_for_another(with_settings, tell):
    with_settings(mode="consent", consent_code="marketing")
    tell(1, consents=[GRANT])

    assert tell(2, email="somebody.else@example.com").reason == "no_consent"


def test_a_grant_of_another_consent_is_no_ground(with_settings, tell, store):
    from ebexo.consents import editing

    with_settings(mode="consent", consent_code="marketing")
    editing.add(store.pk, code="terms", text="I accept.", traits=editing.Traits("Terms"))

    assert tell(1, consents=[{**GRANT, "code": "terms"}]).reason == "no_consent"


def test_what_a_shop_rolls_back_never_happened(store, an_event, everything_stored):
    stored = everything_stored()

    def place_an_order():
        with transaction.atomic():
            receive(store, an_event(1, consents=[GRANT]))
            raise RuntimeError("the shop's own trouble")

    with pytest.raises(RuntimeError):
        place_an_order()

    assert everything_stored() == stored


@pytest.mark.parametrize("trouble", [OtherBody, InvalidEvent, IntegrityError])
def test_a_failing_receive_leaves_the_shop_s_transaction_usable(store, an_event, monkeypatch, trouble):
    receive(store, an_event(1))
    bad = {OtherBody: an_event(1, email="x@example.com"), InvalidEvent: an_event(2, type="x")}.get(
        trouble, an_event(3)
    )
    if trouble is IntegrityError:

        def collide(*args, **kwargs):
            Key.objects.create(store_id=store.pk, key=Key.objects.get().key)

        monkeypatch.setattr(receiving, "put", collide)

    with transaction.atomic():
        with pytest.raises(trouble):
            receive(store, bad)
        monkeypatch.undo()
        receive(store, an_event(4))

    assert sorted(Message.objects.values_list("event_id", flat=True)) == ["event-1", "event-4"]


def test_receiving_takes_a_fixed_number_of_statements(
    store, an_event, with_settings, django_assert_num_queries
):
    with django_assert_num_queries(16):  # a person never seen, and the lane is made, too
        receive(store, an_event(1, customer={"id": "7"}))
    with django_assert_num_queries(8):  # somebody known, with a message waiting
        receive(store, an_event(2, customer={"id": "7"}))
    with django_assert_num_queries(3):
        receive(store, an_event(2, customer={"id": "7"}))
    with_settings(active=False)
    with django_assert_num_queries(7):
        receive(store, an_event(3, customer={"id": "7"}))
