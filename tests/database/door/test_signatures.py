"""Calls signed after Standard Webhooks."""

import json
import time
from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from ebexo.ingest.door import signatures
from ebexo.outbox.models import Message
from ebexo.stores.keys import rotate_signing_secret

pytestmark = pytest.mark.django_db


def test_a_signed_event_is_accepted(call, signed, an_event):
    answer = call("POST", "/events", an_event(1), **signed(an_event(1)))

    assert (answer.status_code, answer.json()) == (202, {"accepted": 1, "duplicates": 0, "rejected": []})


def test_what_the_public_library_signs_is_accepted(call, store, an_event):
    body = json.dumps(an_event(1))
    now = timezone.now()
    signature = Webhook(store.signing_secret).sign("msg_1", now, body)

    answer = call(
        "POST",
        "/events",
        body.encode(),
        **{
            "Ebexo-Store": store.public_key,
            "webhook-id": "msg_1",
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
        },
    )

    assert answer.status_code == 202


def test_a_signed_call_may_ask(call, signed, tell):
    tell(1)

    answer = call("GET", "/events/event-1", **signed(b""))

    assert (answer.status_code, answer.json()["state"]) == (200, "waiting")


def test_a_replayed_call_creates_nothing(call, signed, an_event):
    body, headers = {"events": [an_event(1), an_event(2)]}, None
    headers = signed(body)

    answers = [call("POST", "/events", body, **headers).json() for _ in range(3)]

    assert answers == [
        {"accepted": 2, "duplicates": 0, "rejected": []},
        {"accepted": 0, "duplicates": 2, "rejected": []},
        {"accepted": 0, "duplicates": 2, "rejected": []},
    ]
    assert Message.objects.count() == 2


def test_during_a_rotation_both_secrets_sign_and_afterwards_the_new_one(call, signed, store, an_event):
    former = store.signing_secret
    now = timezone.now()
    rotate_signing_secret(store, now=now, overlap=timedelta(hours=1))

    both = [
        call("POST", "/events", an_event(number), **signed(an_event(number), secret=secret)).status_code
        for number, secret in enumerate((former, store.signing_secret))
    ]
    store.former_signing_secret_ends_at = now
    store.save()
    after = [
        call("POST", "/events", an_event(number), **signed(an_event(number), secret=secret)).status_code
        for number, secret in enumerate((former, store.signing_secret), start=2)
    ]

    assert (both, after) == ([202, 202], [401, 202])


def test_one_right_signature_among_several_is_enough(call, signed, an_event):
    headers = signed(an_event(1))
    headers["webhook-signature"] = f"v1,AAAA v1a,BBBB {headers['webhook-signature']}"

    assert call("POST", "/events", an_event(1), **headers).status_code == 202


@pytest.mark.parametrize(("seconds", "status"), [(-290, 202), (290, 202), (-310, 401), (310, 401)])
def test_a_signature_is_good_for_five_minutes_either_way(call, signed, an_event, seconds, status):
    headers = signed(an_event(1), sent_at=time.time() + seconds)

    assert call("POST", "/events", an_event(1), **headers).status_code == status


def test_a_signature_of_one_store_is_none_of_another(call, signed, other_store, an_event, a_problem):
    answers = [
        call("POST", "/events", an_event(1), **signed(an_event(1), public_key=public_key)).json()
        for public_key in (other_store.public_key, "pk_of_nobody", "ż", "pk\x7f")
    ]

    assert answers == [a_problem(401, "Unauthorized", signatures.NO_MATCH)] * 4
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    "signature", ["x", "v1", "v1,", "v1,ż", "v2,AAAA", "v1,AAAA,BBBB", "v1a,AAAA", " ", "v1,====="]
)
def test_an_odd_signature_is_a_wrong_one(call, signed, an_event, signature):
    headers = signed(an_event(1)) | {"webhook-signature": signature}

    assert call("POST", "/events", an_event(1), **headers).status_code == 401


@pytest.mark.parametrize("timestamp", ["x", "-1", "1e9", "1.5", "٣", "9" * 11, "9" * 5000, "nan"])
def test_an_odd_timestamp_is_a_wrong_one(call, signed, an_event, timestamp):
    headers = signed(an_event(1)) | {"webhook-timestamp": timestamp}

    assert call("POST", "/events", an_event(1), **headers).status_code == 401


def test_a_body_that_is_not_text_is_signed_by_nobody(call, signed):
    assert call("POST", "/events", b"\xff", **signed(b"\xff")).status_code == 401


def test_the_signed_body_may_have_a_megabyte_and_no_more(call, signed):
    body = b" " * 1_000_001

    assert call("POST", "/events", body, **signed(body)).status_code == 413


def test_a_right_key_needs_no_signature(call, store, an_event):
    answer = call(
        "POST",
        "/events",
        an_event(1),
        Authorization=f"Bearer {store.api_key}",
        **{"webhook-id": "somebody's gateway adds this"},
    )

    assert answer.status_code == 202
