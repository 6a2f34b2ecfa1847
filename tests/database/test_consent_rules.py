"""The rules of consent, one by one, from the event to what SALESmanago is told; and what an erasure leaves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from ebexo.consents import editing
from ebexo.consents.ledger import change_wording, latest
from ebexo.consents.models import Consent, Decision
from ebexo.contacts.knowledge import Status
from ebexo.contacts.models import Acquaintance, Contact, Return
from ebexo.contacts.statuses import Source
from ebexo.outbox.models import Message
from ebexo.standing import learn_status

pytestmark = pytest.mark.django_db

JAN = "jan.kowalski@example.com"
PERSON = {"id": "customer-4711", "first_name": "Przemysław", "last_name": "Brzęczyk", "phone": "+48600111222"}
TRACES = (JAN, "customer-4711", "Przemysław", "Brzęczyk", "600111222")


def moment(minutes: int = 0) -> str:
    """A moment of today; the later, the more minutes."""
    return (timezone.now() - timedelta(hours=2) + timedelta(minutes=minutes)).isoformat()


def yes(minutes: int, *, code: str = "marketing") -> dict[str, Any]:
    return {"code": code, "granted": True, "at": moment(minutes), "ip": "203.0.113.24"}


def no(minutes: int) -> dict[str, Any]:
    return {**yes(minutes), "granted": False}


@pytest.fixture
def in_consent_mode(with_settings):
    return with_settings(mode="consent", consent_code="marketing")


@pytest.fixture
def in_double_opt_in_mode(with_settings):
    return with_settings(mode="double-opt-in", consent_code="marketing")


@pytest.fixture
def flags(vendor):
    """Of each upsert that was sent: in, out, confirm or leave."""
    words = {
        (False, False, False): "leave",
        (True, False, False): "in",
        (True, False, True): "confirm",
        (False, True, False): "out",
    }

    def found() -> list[str]:
        wires = [request["wire"] for request in vendor.requests if request["kind"] == "upsert"]
        names = ("forceOptIn", "forceOptOut", "useApiDoubleOptIn")
        return [words[tuple(wire[name] for name in names)] for wire in wires]

    return found


def became(message: Message) -> tuple[str, str | None]:
    stored = Message.objects.get(pk=message.pk)
    return stored.state, stored.reason


# Rule 1


def test_what_lost_its_ground_after_arrival_is_not_sent(in_consent_mode, tell, worker, vendor):
    waiting = tell(1, consents=[yes(0)])
    in_consent_mode.consent_code = "partners"
    in_consent_mode.save()

    worker.deliver()

    assert (became(waiting), vendor.requests) == (("withheld", "no_consent"), [])


# Rule 2


def test_withheld_events_leave_nothing_of_the_person_in_the_database(
    with_settings, tell, everything_stored, worker
):
    with_settings(mode="consent", consent_code="marketing")
    for number, act in enumerate(["customer.registered", "customer.logged_in", "newsletter.subscribed"]):
        tell(number, type=act, email=JAN, customer=PERSON)
    tell(5, type="newsletter.unsubscribed", email=JAN, customer=PERSON)
    tell(6, type="consent.changed", email=JAN, customer=PERSON, consents=[no(0)])
    worker.deliver()

    assert {*Message.objects.values_list("state", flat=True)} == {"withheld"}
    assert {*Message.objects.values_list("person_masked", flat=True)} == {"j…i@e…e.com"}
    assert [trace for trace in TRACES if trace.lower() in everything_stored().lower()] == []


# Rule 3


def test_a_withdrawal_withholds_what_waits_sends_one_opt_out_and_then_nothing(
    in_consent_mode, tell, worker, flags
):
    tell(1, consents=[yes(0)])
    worker.deliver()
    waiting = tell(2)
    tell(3, type="consent.changed", consents=[no(5)])
    again = tell(4, type="consent.changed", consents=[no(6)])
    worker.deliver()
    login = tell(5, type="customer.logged_in")

    assert flags() == ["in", "out"]
    assert became(waiting) == ("withheld", "no_consent")
    assert became(again) == ("withheld", "already_out")
    assert became(login) == ("withheld", "no_consent")


def test_an_opt_out_tells_nothing_but_who(in_consent_mode, tell, worker, vendor):
    tell(1, consents=[yes(0)], customer=PERSON)
    worker.deliver()
    tell(2, type="consent.changed", consents=[no(5)], customer=PERSON)
    worker.deliver()

    wire = vendor.requests[-1]["wire"]
    assert wire["contact"] == {"email": JAN}
    assert set(wire) == {
        "async",
        "contact",
        "forceOptIn",
        "forceOptOut",
        "forcePhoneOptIn",
        "forcePhoneOptOut",
        "useApiDoubleOptIn",
    }


def test_a_withdrawal_while_the_first_transfer_is_on_its_way_is_followed_by_the_opt_out(
    in_consent_mode, tell, worker, vendor, flags
):
    tell(1, consents=[yes(0)])
    worker.claim()
    tell(2, type="consent.changed", consents=[no(5)])
    worker.send()
    worker.settle()
    worker.deliver()

    assert (flags(), vendor.contacts[JAN]["status"]) == (["in", "out"], "opt_out")


def test_a_withdrawal_after_a_transfer_in_doubt_is_followed_by_the_opt_out(
    in_consent_mode, tell, worker, vendor, flags
):
    tell(1, consents=[yes(0)])
    vendor.faults = ["unread"]
    worker.claim()
    worker.send()
    worker.settle()
    tell(2, type="consent.changed", consents=[no(5)])
    worker.deliver()

    assert (flags(), vendor.contacts[JAN]["status"]) == (["in", "out"], "opt_out")


def test_an_opt_out_that_waits_is_sent_though_the_mode_has_changed(in_consent_mode, tell, worker, flags):
    tell(1, consents=[yes(0)])
    worker.deliver()
    tell(2, type="consent.changed", consents=[no(5)])
    in_consent_mode.mode = "automatic"
    in_consent_mode.save()
    worker.deliver()

    assert flags() == ["in", "out"]


# Rule 4


@pytest.mark.parametrize("act", ["customer.logged_in", "customer.updated", "customer.registered"])
def test_an_event_without_an_answer_leaves_the_status_alone(tell, worker, vendor, act):
    tell(1)
    worker.deliver()
    tell(2, type=act)
    worker.deliver()

    wire = vendor.requests[-1]["wire"]
    names = ("forceOptIn", "forceOptOut", "forcePhoneOptIn", "forcePhoneOptOut", "useApiDoubleOptIn")
    assert [wire[name] for name in names] == [False] * 5


# Rule 5


def test_who_opted_out_is_not_opted_in_by_the_automatic_mode_on_another_account(
    store, with_settings, tell, worker, vendor, flags
):
    tell(1)
    worker.deliver()
    learn_status(Contact.objects.get(), status=Status.OPT_OUT, at=timezone.now(), source=Source.CALLBACK)
    with_settings(client_id="another")
    vendor.contacts.clear()
    tell(2)
    worker.deliver()

    assert flags() == ["in", "out"]


def test_a_sign_up_newer_than_an_opt_out_opts_in_however_late_both_are_told(tell, worker, flags):
    tell(1)
    worker.deliver()
    later = timezone.now()
    tell(2, type="newsletter.unsubscribed", occurred_at=(later + timedelta(seconds=1)).isoformat())
    tell(3, type="newsletter.subscribed", occurred_at=(later + timedelta(seconds=2)).isoformat())
    worker.deliver()

    assert flags() == ["in", "out", "in"]


# Rule 6


def test_only_a_contact_unknown_there_is_opted_in_by_the_mode(tell, worker, vendor, flags):
    vendor.contacts[JAN] = {
        "id": "id-1",
        "status": "opt_out",
        "name": None,
        "modified_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    tell(1)
    tell(2, email="new@example.com")
    worker.deliver()

    assert flags() == ["leave", "in"]


# Rule 7


def test_a_confirmation_that_was_certainly_not_asked_for_is_asked_for_unchanged(
    with_settings, tell, worker, vendor
):
    with_settings(mode="double-opt-in", consent_code="marketing", double_opt_in_email_id="mail-7")
    message = tell(1, consents=[yes(0)])
    vendor.faults = ["unavailable"]
    worker.deliver()

    first, second = [request["wire"] for request in vendor.requests]
    assert first == second
    assert (first["forceOptIn"], first["useApiDoubleOptIn"], first["doubleOptInEmailId"]) == (
        True,
        True,
        "mail-7",
    )
    assert (vendor.confirmations, Message.objects.get(pk=message.pk).notes) == ([JAN], [])


@pytest.mark.parametrize(
    ("fault", "sent", "notes"),
    [
        ("unread", ["confirm", "leave"], ["confirmation_may_be_missing"]),
        ("lost", ["confirm", "confirm"], []),
    ],
)
def test_a_confirmation_in_doubt_is_asked_for_again_only_where_the_contact_is_not_found(
    in_double_opt_in_mode, tell, worker, vendor, flags, fault, sent, notes
):
    message = tell(1, consents=[yes(0)])
    vendor.faults = [fault]
    worker.deliver()

    assert (flags(), Message.objects.get(pk=message.pk).notes) == (sent, notes)
    assert (vendor.confirmations, Acquaintance.objects.get().status) == ([JAN], "pending")


def test_who_withdraws_before_a_confirmation_in_doubt_is_clicked_is_opted_out(
    in_double_opt_in_mode, tell, worker, vendor, flags
):
    tell(1, consents=[yes(0)])
    vendor.faults = ["unread"]
    worker.deliver()
    tell(2, type="consent.changed", consents=[no(5)])
    worker.deliver()

    assert (flags(), vendor.contacts[JAN]["status"]) == (["confirm", "leave", "out"], "opt_out")


# Rule 8


def test_an_opt_out_learnt_from_salesmanago_is_not_echoed(in_consent_mode, tell, worker, vendor, flags):
    tell(1, consents=[yes(0)])
    worker.deliver()
    learn_status(Contact.objects.get(), status=Status.OPT_OUT, at=timezone.now(), source=Source.CALLBACK)
    told_by_the_shop = tell(2, type="consent.changed", consents=[{**no(0), "at": timezone.now().isoformat()}])
    worker.deliver()

    assert (flags(), became(told_by_the_shop)) == (["in"], ("withheld", "already_out"))


# Rule 9


def test_the_newest_decision_travels_under_the_consent_s_name_in_salesmanago(
    store, with_settings, tell, worker, vendor
):
    with_settings(consent_code="marketing")
    Consent.objects.update(vendor_name="Zgoda marketingowa")
    withdrawal = no(5)
    tell(1, type="consent.changed", consents=[withdrawal])
    tell(2, type="consent.changed", consents=[yes(0)])
    worker.deliver()

    detail = {
        "consentName": "Zgoda marketingowa",
        "consentAccept": False,
        "agreementDate": int(datetime.fromisoformat(withdrawal["at"]).timestamp() * 1000),
        "ip": "203.0.113.24",
        "optOut": True,
    }
    assert [request["wire"]["consentDetails"] for request in vendor.requests] == [[detail], [detail]]


# Rule 10


def test_a_sign_up_counts_as_a_grant_only_with_the_linked_consent(in_consent_mode, tell, worker, flags):
    alone = tell(1, type="newsletter.subscribed")
    tell(2, type="newsletter.subscribed", consents=[yes(0)])
    worker.deliver()

    assert (became(alone), flags()) == (("withheld", "no_consent"), ["in"])


# Rule 11


def test_an_opt_out_there_is_a_withdrawal_and_an_opt_in_there_is_no_grant(in_consent_mode, tell, worker):
    tell(1, consents=[yes(0)])
    worker.deliver()
    contact = Contact.objects.get()
    learn_status(contact, status=Status.OPT_OUT, at=timezone.now(), source=Source.CALLBACK)
    learn_status(contact, status=Status.OPT_IN, at=timezone.now(), source=Source.CALLBACK)

    newest = latest(contact, "marketing")
    assert newest
    assert (newest.granted, newest.source, Decision.objects.count()) == (False, "salesmanago", 2)
    assert became(tell(2)) == ("withheld", "no_consent")


# Rule 12


@pytest.mark.parametrize(
    ("mode", "state", "sent"),
    [("consent", ("withheld", "never_sent"), []), ("automatic", ("delivered", None), ["out"])],
)
def test_an_unsubscription_of_somebody_never_sent_goes_in_the_automatic_mode_alone(
    with_settings, tell, worker, flags, mode, state, sent
):
    with_settings(mode=mode, consent_code="marketing")
    message = tell(1, type="newsletter.unsubscribed")
    worker.deliver()

    assert (became(message), flags()) == (state, sent)


# Rule 13


@pytest.mark.parametrize(("asks_again", "state"), [(False, "waiting"), (True, "withheld")])
def test_a_newer_wording_leaves_decisions_valid_unless_it_asks_again(
    in_consent_mode, tell, asks_again, state
):
    tell(1, consents=[yes(0)])
    change_wording(Consent.objects.get(), text="Write to me daily.", asks_again=asks_again)

    assert tell(2).state == state


def test_a_grant_given_before_the_wording_that_asks_again_does_not_count_however_late_it_is_told(
    in_consent_mode, tell
):
    change_wording(Consent.objects.get(), text="Write to me daily.", asks_again=True)

    assert tell(1, consents=[yes(0)]).reason == "no_consent"
    assert tell(2, consents=[{**yes(0), "at": timezone.now().isoformat()}]).state == "waiting"


# Rule 14


def test_an_unsubscription_older_than_the_grant_that_stands_opts_nobody_out(
    in_consent_mode, tell, worker, flags
):
    tell(1, consents=[yes(5)])
    worker.deliver()
    tell(2, type="newsletter.unsubscribed", occurred_at=moment(0), consents=[no(0)])
    worker.deliver()

    assert flags() == ["in", "leave"]


# Decisions are only ever added


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ebexo_consents_decision SET granted = NOT granted",
        "UPDATE ebexo_consents_decision SET at = recorded_at",
        "DELETE FROM ebexo_consents_decision",
    ],
)
def test_the_database_itself_refuses_to_change_or_delete_a_decision(in_consent_mode, tell, statement):
    tell(1, consents=[yes(0)])
    before = list(Decision.objects.values())

    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        connection.cursor().execute(statement)

    assert list(Decision.objects.values()) == before


def test_decisions_of_an_erased_person_may_be_deleted_and_not_changed(in_consent_mode, tell):
    tell(1, consents=[yes(0)])
    Contact.objects.update(erased_at=timezone.now())

    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        connection.cursor().execute("UPDATE ebexo_consents_decision SET granted = NOT granted")
    connection.cursor().execute("DELETE FROM ebexo_consents_decision")

    assert Decision.objects.count() == 0


# Erasure


@pytest.fixture
def deletions(vendor):
    def found() -> list[str]:
        return [request["email"] for request in vendor.requests if request["kind"] == "delete"]

    return found


def test_an_erasure_leaves_nothing_of_the_person_here_or_there(
    with_settings, tell, worker, vendor, deletions, everything_stored
):
    with_settings(consent_code="marketing")
    tell(1, customer=PERSON, consents=[yes(0)])
    worker.deliver()
    waiting = tell(2, email=JAN, customer=PERSON)
    learn_status(Contact.objects.get(), status=Status.OPT_OUT, at=timezone.now(), source=Source.CALLBACK)
    tell(3, type="customer.erased", customer=PERSON, occurred_at=timezone.now().isoformat())
    worker.deliver()
    tell(4, type="customer.logged_in", customer=PERSON, occurred_at=moment(0), consents=[yes(1)])
    tell(5, customer=PERSON, occurred_at=timezone.now().isoformat())
    worker.deliver()

    assert became(waiting) == ("withheld", "erased")
    assert (deletions(), vendor.contacts) == ([JAN], {})
    assert [trace for trace in TRACES if trace.lower() in everything_stored().lower()] == []
    assert {*Message.objects.values_list("person_masked", "payload")} == {(None, None)}
    assert Decision.objects.count() == 0


def test_an_erasure_waits_for_what_is_on_its_way_and_that_leaves_nothing_either(
    tell, worker, vendor, deletions, everything_stored
):
    tell(1, customer=PERSON, occurred_at=moment(0))
    worker.claim()
    tell(2, type="customer.erased", customer=PERSON, occurred_at=moment(5))
    worker.send()
    worker.settle()
    worker.deliver()

    assert (deletions(), vendor.contacts) == ([JAN], {})
    assert [trace for trace in TRACES if trace.lower() in everything_stored().lower()] == []


def test_an_erasure_reaches_the_new_address_that_is_on_its_way(tell, worker, vendor):
    tell(1, customer=PERSON, occurred_at=moment(0))
    worker.deliver()
    tell(2, email="new@example.com", customer={**PERSON, "previous_email": JAN}, occurred_at=moment(1))
    worker.claim()
    tell(3, type="customer.erased", email="new@example.com", customer=PERSON, occurred_at=moment(5))
    worker.send()
    worker.settle()
    worker.deliver()

    assert vendor.contacts == {}


def test_two_erasures_are_one_deletion(tell, worker, vendor, deletions):
    tell(1)
    worker.deliver()
    tell(2, type="customer.erased", occurred_at=moment(5))
    again = tell(3, type="customer.erased", occurred_at=moment(6))
    worker.deliver()

    assert (deletions(), vendor.contacts, became(again)) == ([JAN], {}, ("withheld", "erased"))


def test_a_deletion_in_doubt_is_repeated_and_finding_nobody_is_fine(tell, worker, vendor, deletions):
    tell(1)
    worker.deliver()
    erasure = tell(2, type="customer.erased", occurred_at=moment(5))
    vendor.faults = ["unread"]
    worker.deliver()

    assert (deletions(), vendor.contacts, became(erasure)) == ([JAN, JAN], {}, ("delivered", None))


def test_an_erasure_of_somebody_never_sent_is_not_told(tell, worker, vendor):
    message = tell(1, type="customer.erased", occurred_at=moment(5))
    worker.deliver()

    assert (became(message), vendor.requests) == (("withheld", "never_sent"), [])


def test_an_erased_address_stays_out_though_its_customer_number_is_told_with_another(tell):
    tell(1, customer=PERSON, occurred_at=moment(0))
    tell(2, type="customer.erased", customer=PERSON, occurred_at=moment(5))
    tell(3, email="new@example.com", customer=PERSON, occurred_at=moment(6))

    assert tell(4, email=JAN, occurred_at=moment(7)).reason == "erased"


@pytest.mark.parametrize("act", ["customer.registered", "newsletter.subscribed"])
def test_only_an_act_of_their_own_after_the_erasure_lets_a_person_back_in(tell, worker, vendor, act):
    tell(1, type="customer.erased", occurred_at=moment(5))
    before = tell(2, type=act, occurred_at=moment(4))
    login = tell(3, type="customer.logged_in", occurred_at=moment(6))
    tell(4, type=act, occurred_at=moment(7))
    late = tell(5, occurred_at=moment(3))
    worker.deliver()

    assert [became(message)[1] for message in (before, login, late)] == ["erased"] * 3
    assert list(Return.objects.values_list("event_id", "event_type")) == [("event-4", act)]
    assert list(vendor.contacts) == [JAN]


def test_a_grant_from_before_the_erasure_is_no_ground_for_who_came_back(in_consent_mode, tell):
    tell(1, type="customer.erased", occurred_at=moment(5))
    tell(2, type="customer.registered", occurred_at=moment(6))
    tell(3, consents=[yes(3)], occurred_at=moment(7))

    assert tell(4, type="customer.logged_in", occurred_at=moment(8)).reason == "no_consent"
    assert Decision.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("code", "x" * 65, "too_long"),
        ("code", "a\0b", "unreadable"),
        ("name", "x" * 201, "too_long"),
        ("name", "a\0b", "unreadable"),
        ("vendor_name", "x" * 256, "too_long"),
        ("text", "a\0b", "unreadable"),
    ],
)
def test_a_consent_that_the_database_could_not_store_is_refused(store, field, value, problem):
    given = {"code": "terms", "name": "Terms", "text": "I accept.", "vendor_name": ""} | {field: value}
    traits = editing.Traits(given["name"], vendor_name=given["vendor_name"])

    with pytest.raises(editing.RefusedConsent) as refusal:
        editing.add(store.pk, code=given["code"], text=given["text"], traits=traits)

    assert refusal.value.problems == {field: problem}
    assert Consent.objects.count() == 0
