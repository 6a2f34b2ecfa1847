"""The HTTP door: one shape for every answer, and never a 500."""

import json
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from ebexo.events import EventType
from ebexo.outbox.models import Attempt, Message
from ebexo.stores.models import ApiKey

pytestmark = pytest.mark.django_db

EVENTS = "/api/v1/events"


@pytest.fixture
def knock(store):
    """POST a body with the store's key; the answer."""

    def post(body, *, key=store.api_key, **more):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers: Any = {"HTTP_AUTHORIZATION": f"Bearer {key}"} if key is not None else {}
        client = Client(raise_request_exception=False)
        return client.post(EVENTS, raw, content_type="application/json", **headers, **more)

    return post


@pytest.fixture
def ask(store):
    """GET what became of an event."""

    def get(event_id, *, key=store.api_key):
        client = Client(raise_request_exception=False)
        return client.get(f"{EVENTS}/{event_id}", HTTP_AUTHORIZATION=f"Bearer {key}")

    return get


def a_problem(status, title, detail, **more):
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}


def test_an_accepted_event_is_answered_202_and_on_record(knock, an_event):
    answer = knock(an_event(1))

    assert (answer.status_code, answer.json()) == (202, {"accepted": 1, "duplicates": 0, "rejected": []})
    assert Message.objects.get().event_id == "event-1"


def test_the_same_event_again_is_a_duplicate(knock, an_event):
    knock(an_event(1))

    answer = knock(an_event(1))

    assert (answer.status_code, answer.json()) == (202, {"accepted": 0, "duplicates": 1, "rejected": []})
    assert Message.objects.count() == 1


def test_another_body_under_the_same_id_is_a_conflict(knock, an_event):
    knock(an_event(1))

    answer = knock(an_event(1, email="other@example.com"))

    assert (answer.status_code, answer.json()) == (
        409,
        a_problem(409, "Conflict", "Another event was told under this id before."),
    )
    assert answer["Content-Type"] == "application/problem+json"


NO_CREDENTIAL = (
    "Send the store's API key as “Authorization: Bearer …”, "
    "or sign the call and name the store in “Ebexo-Store”."
)
WRONG_KEY = "This API key opens nothing: it is mistyped, has ended or was revoked. Send a current one."


@pytest.mark.parametrize(
    ("key", "detail"),
    [
        (None, NO_CREDENTIAL),
        ("", WRONG_KEY),
        ("ek_wrong", WRONG_KEY),
        ("ż", WRONG_KEY),
        ("x" * 5000, WRONG_KEY),
    ],
)
def test_without_a_right_key_nothing_is_looked_at(knock, an_event, key, detail):
    answer = knock(an_event(1), key=key)

    assert (answer.status_code, answer["WWW-Authenticate"], answer.json()) == (
        401,
        "Bearer",
        a_problem(401, "Unauthorized", detail),
    )
    assert Message.objects.count() == 0


def test_a_revoked_key_opens_nothing(knock, an_event, store):
    from django.utils import timezone

    ApiKey.objects.filter(store=store).update(revoked_at=timezone.now())

    assert knock(an_event(1)).status_code == 401


def test_a_key_is_not_kept_in_the_clear(store, everything_stored):
    assert store.api_key not in everything_stored()


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "The body is not JSON in UTF-8."),
        (b"{", "The body is not JSON in UTF-8."),
        (b"\xff", "The body is not JSON in UTF-8."),
        (b'{"id": NaN}', "The body is not JSON in UTF-8."),
        (b"[" * 50_000, "The body is not JSON in UTF-8."),
        (b"[]", "The body must be a JSON object."),
        (b'{"a":' * 20 + b"{}" + b"}" * 20, "The body is nested more than 20 levels deep."),
    ],
)
def test_what_is_no_json_object_is_answered_400(knock, body, detail):
    answer = knock(body)

    assert (answer.status_code, answer.json()) == (400, a_problem(400, "Bad Request", detail))


def test_a_body_of_a_megabyte_is_read_and_a_larger_one_is_not(knock, an_event):
    event = json.dumps(an_event(1)).encode()

    assert knock(event + b" " * (1_000_000 - len(event))).status_code == 202
    answer = knock(event + b" " * (1_000_001 - len(event)))

    assert (answer.status_code, answer.json()) == (
        413,
        a_problem(413, "Request Entity Too Large", "A body may have 1 MB at most."),
    )


def test_every_field_at_fault_is_named(knock, an_event):
    answer = knock(
        an_event(1, type="x", customer={"email": "x", "phone": 5, "a/b": 1}, occurred_at="yesterday")
    )

    known = ", ".join(EventType)
    assert (answer.status_code, answer.json()) == (
        422,
        a_problem(
            422,
            "Unprocessable Entity",
            "The event can't be accepted.",
            errors=[
                {"pointer": "/type", "detail": f"There is no such event type. Known: {known}."},
                {
                    "pointer": "/occurred_at",
                    "detail": "A moment is text such as 2026-11-23T10:00:00+01:00.",
                },
                {"pointer": "/customer/email", "detail": "This is not an e-mail address."},
                {"pointer": "/customer/phone", "detail": "This must be text."},
                {"pointer": "/customer/a~1b", "detail": "There is no such field here."},
            ],
        ),
    )
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    "customer",
    [
        {"birth_date": "\ud800"},
        {"properties": {"\ud800": "x"}},
        {"first_name": "a\0b"},
        {"id": "a\0b"},
        {"\ud800": "x"},
        {"properties": {"a\0": "x"}},
        {"properties": {"a": "\0"}},
        {"id": 10**300},
        {"id": "x" * 256},
        {"first_name": ["x"] * 1000},
        {"email": "İ@İ.example"},
        {"email": f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 60}"},
        {"email": f"{'a' * 250}@example.com"},
        {"language": "x" * 255},
        {"phone": "\u202e+48"},
        {"created_at": "0001-01-01T00:00:00+14:00"},
    ],
    ids=ascii,
)
def test_odd_values_are_taken_or_refused_but_break_nothing(knock, an_event, customer):
    event = an_event(
        1, customer=customer, consents=[{"code": "m", "granted": True, "at": "2026-11-01T10:00:00Z"}]
    )

    assert knock(event).status_code in (202, 422)


@pytest.mark.parametrize("field", ["code", "ip", "source"])
@pytest.mark.parametrize("text", ["\0", "\ud800", "x" * 64, "x" * 300, "łódź", 5, [], {}])
def test_odd_consents_are_taken_or_refused_but_break_nothing(knock, an_event, with_settings, field, text):
    with_settings(mode="consent", consent_code="marketing")
    consent = {"code": "marketing", "granted": True, "at": "2026-11-01T10:00:00Z", field: text}

    assert knock(an_event(1, consents=[consent])).status_code in (202, 422)


def test_a_moment_long_ago_is_taken(knock, an_event):
    assert knock(an_event(1, occurred_at="0001-01-02T00:00:00Z")).status_code == 202


def test_a_database_that_cannot_be_written_is_answered_503(knock, an_event, monkeypatch, caplog):
    def fail(*args):
        raise OperationalError("disk full: jan.kowalski@example.com")

    monkeypatch.setattr("ebexo.ingest.door.telling.receive_sharing", fail)

    answer = knock(an_event(1))

    assert (answer.status_code, answer["Retry-After"], answer.json()) == (
        503,
        "5",
        a_problem(503, "Service Unavailable", "The event could not be stored. Send it again."),
    )
    assert "OperationalError" in caplog.text
    assert "jan.kowalski" not in caplog.text


def test_a_database_that_cannot_be_read_is_answered_503(knock, an_event, ask, monkeypatch):
    def fail(*args, **more):
        raise OperationalError("gone")

    monkeypatch.setattr("ebexo.ingest.auth.store_of_key", fail)

    assert (knock(an_event(1)).status_code, ask("event-1").status_code) == (503, 503)


def test_the_fate_of_a_waiting_event(knock, an_event, ask):
    knock(an_event(1, consents=[{"code": "x", "granted": True, "at": "2026-11-01T10:00:00Z"}]))

    assert ask("event-1").json() == {
        "id": "event-1",
        "type": "customer.updated",
        "state": "waiting",
        "reason": None,
        "notes": ["unknown_consent:x"],
        "superseded_by": None,
        "attempts": [],
    }


def test_the_fate_of_a_withheld_event(with_settings, knock, an_event, ask):
    with_settings(active=False)
    knock(an_event(1))

    answer = ask("event-1").json()

    assert (answer["state"], answer["reason"]) == (
        "withheld",
        {"code": "integration_off", "text": "The integration is switched off, so nothing is sent."},
    )


OUTCOMES = [
    (None, None, None, "The call has begun."),
    ("delivered", 200, None, "SALESmanago acknowledged it."),
    (
        "interrupted",
        None,
        None,
        "The sending process ended during the call; it is not known whether it arrived.",
    ),
    ("credentials", 200, "No", "SALESmanago turned the account away. No."),
    ("refused", 400, "No", "SALESmanago refused it. No."),
    ("throttled", 429, None, "SALESmanago asked for fewer calls."),
    ("unavailable", 500, None, "SALESmanago could not be reached."),
    ("unknown", 502, None, "No readable answer came, so it is not known whether it arrived."),
    ("asked", 200, None, "SALESmanago was asked who this is."),
    ("identified", 200, None, "SALESmanago was asked who this visitor is, and knew."),
    ("unknown_visitor", 200, None, "SALESmanago was asked who this visitor is, and did not know."),
    ("found", 200, None, "SALESmanago was asked whether it has it, and it has."),
    ("cannot_be_known", 200, None, "SALESmanago was asked whether it has it, and the answer did not say."),
    ("not_sent", None, None, "Something else was told first; it is sent when its turn comes again."),
    ("partly", 200, None, "The call carried several messages, which did not all come to the same."),
    ("some_day", 200, None, "The call ended."),
]


def test_every_outcome_of_an_attempt_has_words(store, tell, ask):
    message = tell(1)
    moment = message.accepted_at
    for outcome, status, error, _ in OUTCOMES:
        attempt = Attempt.objects.create(
            store=store,
            epoch=1,
            endpoint="x",
            started_at=moment,
            outcome=outcome,
            http_status=status,
            error=error,
        )
        attempt.messages.add(message)

    assert ask("event-1").json()["attempts"] == [
        {"at": moment.isoformat(), "outcome": outcome, "http_status": status, "text": text}
        for outcome, status, _, text in OUTCOMES
    ]


REASONS = (
    "integration_off dry_run ignored_domain no_consent credentials_client_id credentials_secret credentials_owner "
    "credentials_account refused throttled unavailable outcome_unknown expired"
)


@pytest.mark.parametrize("code", REASONS.split())
def test_every_reason_has_a_sentence_in_english_whatever_the_language(tell, ask, code):
    message = tell(1)
    Message.objects.filter(pk=message.pk).update(reason=code)

    reason = ask("event-1").json()["reason"]

    assert reason["code"] == code
    assert reason["text"].endswith(".")
    assert reason["text"].isascii()


def test_a_foreign_and_an_unknown_event_are_answered_404(knock, an_event, ask, other_store):
    knock(an_event(1))

    unknown = a_problem(404, "Not Found", "This store told no event with this id.")
    for answer in (ask("event-2"), ask("event-1", key=other_store.api_key)):
        assert (answer.status_code, answer.json()) == (404, unknown)


@pytest.mark.parametrize("event_id", ["order/1042", "a b", "ż?#%2F", "..", "a//b", "-"])
def test_whatever_the_id_its_fate_can_be_asked(knock, an_event, ask, event_id):
    from urllib.parse import quote

    knock(an_event() | {"id": event_id})

    assert ask(quote(event_id, safe="")).json()["id"] == event_id
