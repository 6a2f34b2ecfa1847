"""SALESmanago says that somebody confirmed or unsubscribed: it is mirrored, and nothing is sent because of it."""

import hashlib
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from ebexo.callbacks import views
from ebexo.callbacks.addresses import callback_addresses, constant_of, public_base
from ebexo.consents.models import Decision
from ebexo.contacts.erasing import forget
from ebexo.contacts.knowledge import Known, Status
from ebexo.contacts.known import known, learn
from ebexo.contacts.models import Contact, StatusChange
from ebexo.environment import environment
from ebexo.outbox.models import Message
from ebexo.stores.models import Account

pytestmark = pytest.mark.django_db

JAN = "jan.kowalski@example.com"
EARLIER = datetime(2026, 11, 2, tzinfo=UTC)
GRANT = {"code": "marketing", "granted": True, "at": "2026-11-01T10:00:00Z", "source": "registration"}


@pytest.fixture
def call(store):
    """SALESmanago calls; the answer's status and body."""
    client = Client(raise_request_exception=False)
    client.get("/callbacks/")  # loads what a server loads when it starts

    def called(path, email=JAN, *, written=None, key=None, handle=store.handle, method="get"):
        key = key or hashlib.sha1((email + constant_of(handle)).encode()).hexdigest()
        address = f"/callbacks/salesmanago/{handle}/{path}?email={written or quote(email)}&key={key}"
        answer = getattr(client, method)(address)
        return answer.status_code, answer.json()

    return called


@pytest.fixture
def told(store, tell):
    """A person of whom SALESmanago was told, and what it has of them."""

    def person(email=JAN, *, status=Status.OPT_IN, **fields):
        message = tell(f"of-{email}", email=email, **fields)
        Message.objects.filter(pk=message.pk).update(state="delivered", done_at=timezone.now())
        contact = Contact.objects.get(pk=int(message.key.key.removeprefix("contact:")))
        account = Account.objects.get(store=store)
        learnt = Known(f"id-{email}", email, status, EARLIER, customer_id="7", sent=True)
        learn(contact.pk, remote=account.remote, known=learnt, now=EARLIER)
        return contact

    return person


@pytest.fixture
def there(store):
    """What SALESmanago has of a person, as far as we know."""

    def found(contact):
        known_there = known(contact.pk, remote=Account.objects.get(store=store).remote)
        assert known_there
        return known_there

    return found


@pytest.fixture
def status_of(there):
    return lambda contact: there(contact).status


def changes():
    return list(StatusChange.objects.order_by("pk").values_list("status", "source"))


def decisions():
    return list(Decision.objects.order_by("pk").values_list("granted", "source"))


OK = (200, {"success": True})
FORBIDDEN = (403, {"success": False})


def test_an_opt_out_is_mirrored_and_nothing_is_sent(call, told, status_of):
    contact = told()
    before = timezone.now()

    assert call("opt-out") == OK

    contact.refresh_from_db()
    assert status_of(contact) is Status.OPT_OUT
    assert before <= contact.opted_out_at <= timezone.now()
    assert StatusChange.objects.get().at == contact.opted_out_at
    assert changes() == [("opt_out", "callback")]
    assert Message.objects.filter(done_at=None).count() == 0


def test_an_opt_out_withdraws_where_a_consent_is_asked_for_and_withholds_what_waits(
    call, told, tell, with_settings, state_of
):
    with_settings(mode="consent", consent_code="marketing")
    told(consents=[GRANT])
    waiting = tell("waiting", customer={"company": "Olcha"})
    assert state_of(waiting)["state"] == "waiting"

    call("opt-out")

    assert decisions() == [(True, "registration"), (False, "salesmanago")]
    assert (state_of(waiting)["state"], state_of(waiting)["reason"]) == ("withheld", "no_consent")
    assert Message.objects.get(pk=waiting.pk).payload is None


def test_in_the_automatic_mode_no_decision_is_made_and_what_waits_stays(call, told, tell, state_of):
    told()
    waiting = tell("waiting")

    call("opt-out")

    assert (state_of(waiting)["state"], decisions()) == ("waiting", [])


def test_an_opt_in_confirms_who_was_asked(call, told, status_of, with_settings):
    with_settings(mode="double-opt-in", consent_code="marketing")
    contact = told(status=Status.PENDING, consents=[GRANT])

    assert call("opt-in") == OK

    assert (status_of(contact), changes()) == (Status.OPT_IN, [("opt_in", "callback")])
    assert decisions() == [(True, "registration")]


def test_an_opt_in_after_an_opt_out_is_recorded_and_grants_nothing(
    call, told, status_of, tell, with_settings
):
    with_settings(mode="consent", consent_code="marketing")
    contact = told(consents=[GRANT])
    call("opt-out")

    call("opt-in")

    contact.refresh_from_db()
    assert (status_of(contact), changes()) == (
        Status.OPT_IN,
        [("opt_out", "callback"), ("opt_in", "callback")],
    )
    assert decisions() == [(True, "registration"), (False, "salesmanago")]
    assert contact.opted_out_at is not None
    assert tell("later").reason == "no_consent"


@pytest.mark.parametrize(("path", "status"), [("opt-in", Status.OPT_IN), ("opt-out", Status.OPT_OUT)])
def test_a_status_that_is_known_is_no_news(call, told, status_of, everything_stored, path, status):
    told(status=status)
    before = everything_stored()

    assert [call(path), call(path)] == [OK, OK]

    assert everything_stored() == before


def test_a_callback_that_comes_twice_is_written_once(call, told, with_settings, everything_stored):
    with_settings(mode="consent", consent_code="marketing")
    told(consents=[GRANT])
    call("opt-out")
    before = everything_stored()

    call("opt-out")

    assert everything_stored() == before


def test_of_callbacks_out_of_order_the_last_to_arrive_wins_and_the_withdrawal_stands(
    call, told, status_of, with_settings
):
    """They carry no moment. What was said last is found by the daily reading."""
    with_settings(mode="double-opt-in", consent_code="marketing")
    contact = told(status=Status.PENDING, consents=[GRANT])

    call("opt-out")
    call("opt-in")

    assert status_of(contact) is Status.OPT_IN
    assert decisions()[-1] == (False, "salesmanago")


def test_somebody_unknown_is_answered_alike_and_leaves_no_trace(call, told, everything_stored):
    told()
    before = everything_stored()

    assert [call(path, "nobody@example.com") for path in ("opt-in", "opt-out")] == [OK, OK]

    assert everything_stored() == before


def test_somebody_who_asked_to_be_forgotten_stays_forgotten(call, told, everything_stored):
    forget(told(), erased_at=timezone.now())
    before = everything_stored()

    assert [call(path) for path in ("opt-in", "opt-out")] == [OK, OK]

    assert everything_stored() == before


def test_an_opt_out_of_somebody_never_sent_is_remembered(call, tell, with_settings, state_of):
    """SALESmanago knows them by others; their grant waits here."""
    with_settings(mode="consent", consent_code="marketing")
    waiting = tell("grant", consents=[GRANT])

    for path in ("opt-in", "opt-out", "opt-out"):
        assert call(path) == OK

    assert (changes(), decisions()) == (
        [("opt_out", "callback")],
        [(True, "registration"), (False, "salesmanago")],
    )
    assert state_of(waiting)["state"] == "withheld"


def test_a_person_is_known_by_the_address_that_salesmanago_has(call, told, tell, status_of):
    """Their new one is still on its way, and the former belongs to somebody else here."""
    contact = told(customer={"id": "7"})
    tell("moved", email="new@example.com", customer={"id": "7"})
    tell("other", email=JAN, customer={"id": "8"})

    call("opt-out")

    assert status_of(contact) is Status.OPT_OUT
    assert StatusChange.objects.get().contact == contact


@pytest.mark.parametrize(
    "written", ["jan+sklep@example.com", "jan%2Bsklep@example.com", "jan%2bsklep%40example.com"]
)
def test_a_plus_in_the_address_is_a_plus_raw_and_encoded(call, told, status_of, written):
    contact = told("jan+sklep@example.com")
    other = told("jansklep@example.com")

    assert call("opt-out", "jan+sklep@example.com", written=written) == OK

    assert (status_of(contact), status_of(other)) == (Status.OPT_OUT, Status.OPT_IN)


def test_an_address_in_other_letters_is_the_same_person(call, told, status_of):
    contact = told()

    assert call("opt-out", "Jan.Kowalski@Example.com") == OK

    assert status_of(contact) is Status.OPT_OUT


@pytest.mark.parametrize("key", ["0" * 40, "x", "%00", "ż"])
def test_a_wrong_key_is_turned_away_alike_for_everybody(call, told, everything_stored, key):
    told()
    before = everything_stored()

    assert [call("opt-out", email, key=key) for email in (JAN, "nobody@example.com")] == [FORBIDDEN] * 2

    assert everything_stored() == before


def test_a_key_of_another_store_is_wrong(call, told, store, other_store):
    told()
    key = hashlib.sha1((JAN + constant_of(other_store.handle)).encode()).hexdigest()

    assert call("opt-out", key=key) == FORBIDDEN


def test_another_store_s_person_of_that_address_is_left_alone(call, told, status_of, other_store):
    contact = told()

    assert call("opt-out", handle=other_store.handle) == OK

    assert status_of(contact) is Status.OPT_IN


def test_an_unknown_store_is_not_found(call):
    assert call("opt-out", handle="store-0000000000") == (404, {"success": False})


def test_a_post_is_understood_and_any_other_method_is_not(call, told, status_of):
    contact = told()

    assert call("opt-out", method="post") == OK

    assert status_of(contact) is Status.OPT_OUT
    address = f"/callbacks/salesmanago/{contact.store.handle}/opt-in"
    answers = [getattr(Client(), method)(address).status_code for method in ("head", "put", "delete")]
    assert answers == [405, 405, 405]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?",
        "?email",
        "?email=%",
        "?email=%ff%fe&key=%ff",
        "?email[]=a&key[]=b",
        "?email=a&email=b&key=c&key=d",
        "?" + "email=" * 3000,
        "?" + "&" * 3000,
        "?email=" + "%F0%9F%92%A9" * 500 + "&key=" + "f" * 5000,
        "?email=a%00b@example.com&key=" + "0" * 40,
        "?key=1&email=a%0d%0aSet-Cookie:x",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_request_is_answered_with_an_error_of_ours(store, query, method):
    client = Client(raise_request_exception=False)

    answer = getattr(client, method)(f"/callbacks/salesmanago/{store.handle}/opt-out{query}")

    assert (answer.status_code, answer.json()) == FORBIDDEN


@pytest.mark.parametrize("handle", ["%00", "a%2Fb", "żółw", "x" * 3000, "..", "'--"])
def test_no_store_name_is_answered_with_an_error_of_ours(db, handle):
    answer = Client(raise_request_exception=False).get(f"/callbacks/salesmanago/{handle}/opt-out")

    assert answer.status_code == 404


def test_what_can_not_be_stored_may_be_sent_again(call, told, monkeypatch):
    def fail(*args, **more):
        raise DatabaseError(f"disk full near {JAN}")

    told()
    monkeypatch.setattr(views, "learn_status", fail)

    assert call("opt-out") == (503, {"success": False})


def test_a_status_told_during_a_transfer_is_not_overwritten_by_it(call, told, there, store):
    """The transfer left the status alone, and was answered after the callback."""
    contact = told()
    remote = Account.objects.get(store=store).remote
    former = there(contact)

    call("opt-out")
    learn(contact.pk, remote=remote, known=former, former=former, now=timezone.now())

    assert there(contact).status is Status.OPT_OUT


def test_a_status_set_by_a_transfer_after_a_callback_stands(call, told, there, store):
    contact = told()
    remote = Account.objects.get(store=store).remote
    former = there(contact)
    call("opt-out")

    now = timezone.now()
    granted = Known(former.contact_id, JAN, Status.OPT_IN, now, sent=True)
    learn(contact.pk, remote=remote, known=granted, former=former, now=now)

    assert there(contact).status is Status.OPT_IN


def test_the_addresses_to_paste_carry_a_constant_of_the_store(store, other_store, monkeypatch, rf):
    constant = constant_of(store.handle)
    base = f"https://shop.example/callbacks/salesmanago/{store.handle}"
    assert (len(constant), constant != constant_of(other_store.handle)) == (16, True)

    found = callback_addresses(store.handle, base="https://shop.example")

    assert found == {
        "opt_in": f"{base}/opt-in?email=$email$&key=sha1($email${constant})",
        "opt_out": f"{base}/opt-out?email=$email$&key=sha1($email${constant})",
    }


def test_the_addresses_lead_to_the_public_address_or_to_where_the_panel_is_open(monkeypatch, rf):
    request = rf.get("/panel/", headers={"host": "localhost:8000"})
    assert [public_base(), public_base(request)] == ["http://127.0.0.1:8000", "http://localhost:8000"]

    monkeypatch.setenv("EBEXO_PUBLIC_URL", "https://shop.example/")
    environment.cache_clear()
    try:
        assert [public_base(), public_base(request)] == ["https://shop.example"] * 2
    finally:
        monkeypatch.undo()
        environment.cache_clear()


@pytest.mark.django_db(transaction=True)
def test_a_thousand_at_once_are_all_answered(call, told, with_settings, status_of, in_threads):
    """50 threads: 50 people's opt-outs ten times each, and as many wrong keys between them."""
    with_settings(mode="consent", consent_code="marketing")
    people = [told(f"person-{number}@example.com", consents=[GRANT]) for number in range(50)]

    def knock(thread):
        emails = [f"person-{(thread + number) % 50}@example.com" for number in range(10)]
        return [call("opt-out", email, key=key) for email in emails for key in (None, "0" * 40)]

    answers = in_threads(50, knock)

    assert answers == [[OK, FORBIDDEN] * 10] * 50
    assert {status_of(person) for person in people} == {Status.OPT_OUT}
    assert StatusChange.objects.count() == 50
    assert Decision.objects.filter(granted=False).count() == 50
    assert Message.objects.filter(done_at=None).count() == 0
