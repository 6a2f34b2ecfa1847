"""The storefront of shops that are not Django: one script, and one question that it asks."""

import json
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from ebexo.consents.ledger import withdraw
from ebexo.contacts.erasing import forget
from ebexo.contacts.knowledge import Known, Status
from ebexo.contacts.known import learn
from ebexo.contacts.models import Contact
from ebexo.outbox.models import Key
from ebexo.storefront.remote import views
from ebexo.storefront.remote.throttle import Throttle
from ebexo.stores.keys import rotate_signing_secret, signing_secrets
from ebexo.stores.models import Account

pytestmark = pytest.mark.django_db

EARLIER = datetime(2026, 11, 2, tzinfo=UTC)
GRANT = {"code": "marketing", "granted": True, "at": "2026-11-01T10:00:00Z", "source": "registration"}
LOGGED_IN = {"cookie": f"ebexo_panel_session={'a' * 32}"}
LEFT_ALONE = {"monitored": False, "contact_id": None, "wait": None}
NOBODY_KNOWN = {"monitored": True, "contact_id": None, "wait": None}
EXPECTED = {"monitored": True, "contact_id": None, "wait": 2.5}


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch):
    """Buckets of this test's own."""
    monkeypatch.setattr(views, "BY_ADDRESS", Throttle(rate=5, burst=100))
    monkeypatch.setattr(views, "BY_STORE", Throttle(rate=50, burst=500))


@pytest.fixture
def signed(store):
    """The token that the shop's server makes."""

    def made(*, secret: str | None = None, seconds: float = 300, **claims: Any) -> str:
        key = secret or signing_secrets(store, now=timezone.now())[0]
        return jwt.encode({"exp": time.time() + seconds, **claims}, key, algorithm="HS256")

    return made


@pytest.fixture
def ask(store):
    """A page asks; the answer as it came."""

    def asked(question: Any = None, *, public_key: str = store.public_key, **more: Any) -> Any:
        body = question if isinstance(question, bytes) else json.dumps(question).encode()
        client = Client(raise_request_exception=False)
        return client.post(f"/storefront/{public_key}/identity", body, content_type="text/plain", **more)

    return asked


@pytest.fixture
def acknowledged(store):
    """SALESmanago has answered for this person; nothing of theirs waits any more."""

    def done(message: Any, contact_id: str = "id-1") -> Contact:
        contact = Contact.objects.get(pk=int(message.key.key.removeprefix("contact:")))
        told = Known(contact_id, "jan.kowalski@example.com", Status.OPT_IN, EARLIER, sent=True)
        learn(contact.pk, remote=Account.objects.get(store=store).remote, known=told, now=EARLIER)
        Key.objects.filter(pk=message.key_id).update(head_seq=message.key.tail_seq + 1)
        return contact

    return done


def script(store, **more):
    return Client(raise_request_exception=False).get(f"/storefront/{store.public_key}/ebexo.js", **more)


def told_settings(answer):
    found = re.search(r"}\)\((\{.*\})\);$", answer.content.decode().strip())
    assert found
    return json.loads(found[1])


# The script


def test_the_script_carries_the_settings_of_the_store_and_nothing_secret(store):
    answer = script(store)

    assert (answer.status_code, answer["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert told_settings(answer) == {
        "clientId": "sandbox-client",
        "endpoint": "http://127.0.0.1:1",
        "always": False,
        "asks": False,
    }
    text = answer.content.decode()
    assert not [secret for secret in ("sandbox-secret", store.signing_secret, "owner@") if secret in text]


def test_the_script_is_smaller_than_4_kb_and_evaluates_nothing(store, with_settings):
    with_settings(mode="consent", consent_code="marketing", load_always=True)

    text = script(store).content

    assert len(text) < 4_000
    assert re.findall(rb"eval|Function\(|innerHTML|document\.write|SETTINGS|^//", text, re.MULTILINE) == []
    assert told_settings(script(store))["always"] is True
    assert told_settings(script(store))["asks"] is True


def test_a_client_id_can_not_break_out_of_the_script(store, with_settings):
    with_settings(client_id='"});alert(1);//</script>\u2028SETTINGS')

    assert told_settings(script(store))["clientId"] == '"});alert(1);//</script>\u2028SETTINGS'
    assert "\u2028" not in script(store).content.decode()


def test_the_script_may_be_kept_for_five_minutes_and_is_then_asked_for_by_its_tag(store, with_settings):
    first = script(store)
    again = script(store, headers={"if-none-match": first["ETag"]})
    with_settings(client_id="another-client")
    changed = script(store, headers={"if-none-match": first["ETag"]})

    assert first["Cache-Control"] == "public, max-age=300"
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert (changed.status_code, told_settings(changed)["clientId"]) == (200, "another-client")


def test_pages_of_any_origin_may_load_the_script(store):
    answer = script(store)

    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_neither_call_sets_a_cookie_or_asks_for_a_session(store, ask, signed, django_assert_num_queries):
    with django_assert_num_queries(1):
        answer = script(store, headers=LOGGED_IN)
    asked = ask({"token": signed(sub="1")}, headers=LOGGED_IN)

    assert (dict(answer.cookies), dict(asked.cookies)) == ({}, {})
    assert "Cookie" not in answer.get("Vary", "") + asked.get("Vary", "")


@pytest.mark.parametrize("settings", [{"active": False}, {"client_id": ""}, {"endpoint": ""}])
def test_the_script_of_a_store_that_is_switched_off_does_nothing(store, with_settings, settings):
    with_settings(**settings)

    answer = script(store)

    assert answer.status_code == 200
    assert "function nothing() {}" in answer.content.decode()
    assert not re.search(rb"fetch|cookie|sandbox-client", answer.content)


def test_an_unknown_public_key_is_answered_by_a_script_that_does_nothing(store):
    answer = Client().get("/storefront/pk_unknown/ebexo.js")

    assert (answer.status_code, answer["Content-Type"]) == (404, "text/javascript; charset=utf-8")
    assert "function nothing() {}" in answer.content.decode()


def test_the_script_is_only_read(store):
    address = f"/storefront/{store.public_key}/ebexo.js"

    answers = [getattr(Client(), method)(address).status_code for method in ("head", "post", "put", "delete")]

    assert answers == [200, 405, 405, 405]


# The question


def test_a_person_on_the_way_is_worth_asking_for_again(ask, tell, signed):
    tell(customer={"id": "7"})

    answer = ask({"token": signed(sub="7")})

    assert (answer.status_code, answer.json()) == (200, EXPECTED)
    assert (answer["Cache-Control"], answer["Access-Control-Allow-Origin"]) == ("no-store", "*")
    assert "Access-Control-Allow-Credentials" not in answer


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "7"},
        {"email": "Jan.Kowalski@Example.com"},
        {"sub": "new", "email": "jan.kowalski@example.com"},
    ],
)
def test_the_bearer_of_a_token_learns_their_contact_id(ask, tell, signed, acknowledged, claims):
    acknowledged(tell(customer={"id": "7"}))

    answer = ask({"token": signed(**claims)})

    assert answer.json() == {"monitored": True, "contact_id": "id-1", "wait": None}


def test_the_customer_id_decides_before_the_address(ask, tell, signed, acknowledged):
    acknowledged(tell(1, email="ewa@example.com", customer={"id": "7"}), "id-of-7")
    acknowledged(tell(2, email="adam@example.com", customer={"id": "8"}), "id-of-8")

    answer = ask({"token": signed(sub="7", email="adam@example.com")})

    assert answer.json()["contact_id"] == "id-of-7"


def test_nobody_is_waited_for_of_whom_nothing_is_on_the_way(ask, tell, signed):
    message = tell(customer={"id": "7"})
    Key.objects.filter(pk=message.key_id).update(head_seq=2)

    assert ask({"token": signed(sub="7")}).json() == NOBODY_KNOWN


def test_the_shop_may_tell_of_a_person_a_moment_after_its_page(ask, signed):
    assert ask({"token": signed(sub="7")}).json() == EXPECTED


def test_where_a_consent_is_asked_for_somebody_unknown_has_given_none(ask, signed, with_settings):
    with_settings(mode="consent", consent_code="marketing")

    assert ask({"token": signed(sub="7")}).json() == {**LEFT_ALONE, "wait": 2.5}


def test_a_withdrawal_ends_the_monitoring(ask, tell, signed, acknowledged, with_settings):
    account = with_settings(mode="consent", consent_code="marketing")
    contact = acknowledged(tell(customer={"id": "7"}, consents=[GRANT]))
    granted = ask({"token": signed(sub="7")}).json()

    withdraw(contact, account.consent_code, at=timezone.now(), source="profile")

    assert granted == {"monitored": True, "contact_id": "id-1", "wait": None}
    assert ask({"token": signed(sub="7")}).json() == LEFT_ALONE


def test_somebody_who_asked_to_be_forgotten_is_left_alone(ask, tell, signed, acknowledged):
    forget(acknowledged(tell(customer={"id": "7"})), erased_at=timezone.now())

    assert ask({"token": signed(sub="7")}).json() == LEFT_ALONE


def test_a_store_that_was_switched_off_meanwhile_leaves_everybody_alone(
    ask, tell, signed, acknowledged, with_settings
):
    acknowledged(tell(customer={"id": "7"}))
    with_settings(active=False)

    answers = [ask(question).json() for question in ({"token": signed(sub="7")}, {"smclient": "id-1"})]

    assert answers == [LEFT_ALONE] * 2


def test_another_account_does_not_know_the_person(ask, tell, signed, acknowledged, with_settings):
    acknowledged(tell(customer={"id": "7"}))
    with_settings(client_id="another-client")

    assert ask({"token": signed(sub="7")}).json() == NOBODY_KNOWN


def test_asking_writes_nothing(ask, tell, signed, acknowledged, everything_stored):
    acknowledged(tell(customer={"id": "7"}))
    before = everything_stored()

    for question in ({"token": signed(sub="7")}, {"token": signed(sub="8")}, {"smclient": "id-1"}):
        ask(question)

    assert everything_stored() == before


# A cookie without a token


def test_a_cookie_alone_tells_nobody_who_it_names(ask, tell, acknowledged):
    acknowledged(tell(customer={"id": "7"}))

    assert [ask({"smclient": value}).json() for value in ("id-1", "id-2")] == [NOBODY_KNOWN] * 2


def test_whoever_a_cookie_names_is_left_alone_after_a_withdrawal(ask, tell, acknowledged, with_settings):
    account = with_settings(mode="consent", consent_code="marketing")
    contact = acknowledged(tell(customer={"id": "7"}, consents=[GRANT]))
    granted = ask({"smclient": "id-1"}).json()

    withdraw(contact, account.consent_code, at=timezone.now(), source="profile")

    assert (granted, ask({"smclient": "id-1"}).json()) == (NOBODY_KNOWN, LEFT_ALONE)
    assert ask({"smclient": "id-2"}).json() == NOBODY_KNOWN


@pytest.mark.parametrize("value", ["", "x" * 65, "a\x00b", "\ud800", "ż", "'--", "id-1\n"])
def test_no_cookie_is_answered_with_an_error_of_ours(ask, with_settings, value):
    with_settings(mode="consent", consent_code="marketing")

    answer = ask({"smclient": value})

    assert (answer.status_code, answer.json()) == (200, NOBODY_KNOWN)


# What is refused


def refused(answer):
    body = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert (answer["Access-Control-Allow-Origin"], answer["Cache-Control"]) == ("*", "no-store")
    assert body["status"] == answer.status_code
    return answer.status_code, body["detail"]


NOT_SIGNED = (401, "The token is not signed (HS256) with a signing secret of this store.")


def test_a_token_that_is_over_or_holds_too_long_is_refused(ask, signed):
    over, too_long = (ask({"token": signed(sub="7", seconds=seconds)}) for seconds in (-1, 605))

    assert refused(over) == (401, "The token is over.")
    assert refused(too_long) == (401, "The token holds for more than 10 minutes.")


def test_a_token_of_another_store_is_refused(ask, tell, signed, acknowledged, other_store):
    acknowledged(tell(customer={"id": "7"}))

    assert refused(ask({"token": signed(sub="7", secret=other_store.signing_secret)})) == NOT_SIGNED
    foreign = ask({"token": signed(sub="7")}, public_key=other_store.public_key)
    assert refused(foreign) == NOT_SIGNED


def test_a_person_of_another_store_is_unknown(ask, tell, signed, acknowledged, other_store):
    acknowledged(tell(customer={"id": "7"}))

    token = signed(sub="7", secret=other_store.signing_secret)

    assert ask({"token": token}, public_key=other_store.public_key).json() == EXPECTED


def test_an_unsigned_token_is_refused(ask):
    token = jwt.encode({"sub": "7", "exp": time.time() + 300}, "", algorithm="none")

    assert refused(ask({"token": token})) == NOT_SIGNED


def test_after_a_rotation_both_secrets_hold_until_the_former_ends(ask, store, signed):
    former = store.signing_secret
    rotate_signing_secret(store, now=timezone.now(), overlap=timedelta(hours=1))
    at_first = [ask({"token": signed(sub="7", secret=secret)}) for secret in (former, store.signing_secret)]

    store.former_signing_secret_ends_at = timezone.now()
    store.save()

    assert [answer.status_code for answer in at_first] == [200, 200]
    assert refused(ask({"token": signed(sub="7", secret=former)})) == NOT_SIGNED
    assert ask({"token": signed(sub="7", secret=store.signing_secret)}).status_code == 200


@pytest.mark.parametrize(
    "question", [{}, {"token": None}, {"token": 7}, {"token": ["a"], "smclient": "id-1"}, {"smclient": 7}]
)
def test_a_question_about_nobody_is_refused(ask, question):
    said = "Send the token that says who is logged in, or the cookie “smclient”, as text."

    assert refused(ask(question)) == (401, said)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 5000, b'{"token": NaN}'])
def test_a_body_that_is_no_json_object_is_refused(ask, body):
    assert refused(ask(body))[0] == 400


def test_a_long_body_is_refused_before_anything_is_looked_up(ask, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = ask(b"x" * 8_193)

    assert refused(answer) == (413, "A body may have 8 kB at most.")


def test_an_unknown_public_key_is_not_found(ask):
    assert refused(ask({}, public_key="pk_unknown")) == (404, "No store has this public key.")


def test_a_question_that_can_not_be_answered_may_be_asked_again(ask, monkeypatch, signed):
    def fail(*args):
        raise DatabaseError("near jan.kowalski@example.com")

    monkeypatch.setattr(views, "about_person", fail)
    answer = ask({"token": signed(sub="7")})
    monkeypatch.setattr(views, "_account", fail)

    assert refused(answer) == (503, "The person could not be looked up. Ask again.")
    assert answer["Retry-After"] == "5"
    assert Client().get("/storefront/pk_a/ebexo.js").status_code == 503


def test_a_preflight_is_answered_without_a_look_at_anything(store, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = Client().options(f"/storefront/{store.public_key}/identity")

    assert (answer.status_code, answer["Access-Control-Allow-Headers"]) == (204, "Content-Type")
    assert Client().get(f"/storefront/{store.public_key}/identity").status_code == 405


def test_whoever_asks_too_much_waits_and_others_do_not(
    ask, store, other_store, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(views, "BY_ADDRESS", Throttle(rate=0.5, burst=2))
    statuses = [ask({}, REMOTE_ADDR="8.8.4.4").status_code for _ in range(2)]

    with django_assert_num_queries(0):
        answer = ask({}, REMOTE_ADDR="8.8.4.4")

    assert (statuses, refused(answer)) == ([401, 401], (429, "Too many questions. Ask again a little later."))
    assert answer["Retry-After"] == "2"
    assert [ask({}, REMOTE_ADDR=other).status_code for other in ("8.8.8.8", "127.0.0.1")] == [401, 401]


def test_one_store_that_is_asked_about_too_much_does_not_slow_another(ask, other_store, monkeypatch):
    monkeypatch.setattr(views, "BY_STORE", Throttle(rate=1, burst=1))
    ask({})

    assert [ask({}).status_code, ask({}, public_key=other_store.public_key).status_code] == [429, 401]
