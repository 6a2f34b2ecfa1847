"""A platform opens stores, once each, and with its own key only."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from ebexo.callbacks.addresses import callback_addresses
from ebexo.cli.advanced import SETTINGS
from ebexo.connection import settings as account_settings
from ebexo.connection.check import Check
from ebexo.platform import opening as opening_for_platform
from ebexo.platform.shapes import Advanced
from ebexo.stores.keys import store_of_key
from ebexo.stores.models import Account, ApiKey, Opening, OperatorKey, Store
from ebexo.stores.operators import add_operator_key, revoke_operator_key

pytestmark = pytest.mark.django_db
NOBODY_LISTENS = "http://127.0.0.1:1"
INCOMPLETE = {
    "ok": False,
    "problem": "incomplete",
    "sentence": "Fill in e-mail, Client ID, ApiSecret and endpoint, so that the connection can be checked.",
}
WHOLE = {
    "name": "Krzesła Olcha",
    "email": "Owner@Shop.example",
    "client_id": "client",
    "api_secret": "s3cret",
    "endpoint": NOBODY_LISTENS,
    "mode": "double-opt-in",
    "consent": "marketing",
    "active": True,
    "advanced": {
        "country": "de",
        "language": "DE",
        "time_zone": "Europe/Berlin",
        "product_id": "sku",
        "tags": {"login": ["BACK"]},
        "ignored_domains": ["allegromail.pl"],
        "rate": 25,
        "doi_email_id": "77",
        "doi_language": "DE",
        "dry_run": True,
    },
}


@pytest.fixture
def checks(monkeypatch):
    """Every check of a connection, as it is made; all of them find that it works."""
    made = []

    def check(account):
        made.append(account.store_id)
        return Check(None)

    monkeypatch.setattr(account_settings, "check", check)
    return made


def test_store_is_opened_by_its_name_alone(call):
    answer = call("POST", body={"name": " Olcha "})

    store = Store.objects.get()
    told = answer.json()
    assert (answer.status_code, store.name) == (201, "Olcha")
    assert told == {
        "store": store.handle,
        "api_key": told["api_key"],
        "public_key": store.public_key,
        "signing_secret": store.signing_secret,
        "callbacks": callback_addresses(store.handle, base="http://testserver"),
        "check": INCOMPLETE,
    }
    assert store_of_key(told["api_key"], now=timezone.now()) == store
    assert store.account.active is False


def test_store_is_opened_with_all_its_settings_and_checked(call, checks):
    answer = call("POST", body=WHOLE)

    account = Account.objects.get()
    assert answer.status_code == 201
    assert answer.json()["check"] == {"ok": True, "problem": None, "sentence": "The connection works."}
    assert checks == [account.store_id]
    assert "s3cret" not in answer.content.decode()
    assert {
        "owner_email": account.owner_email,
        "client_id": account.client_id,
        "api_secret": account.api_secret,
        "endpoint": account.endpoint,
        "mode": account.mode,
        "consent_code": account.consent_code,
        "active": account.active,
        "country": account.country,
        "language": account.language,
        "time_zone": account.time_zone,
        "product_id": account.product_id,
        "tags": account.tags,
        "ignored_domains": account.ignored_domains,
        "rate": account.rate,
        "double_opt_in_email_id": account.double_opt_in_email_id,
        "double_opt_in_language": account.double_opt_in_language,
        "dry_run": account.dry_run,
        "load_always": account.load_always,
    } == {
        "owner_email": "owner@shop.example",
        "client_id": "client",
        "api_secret": "s3cret",
        "endpoint": NOBODY_LISTENS,
        "mode": "double-opt-in",
        "consent_code": "marketing",
        "active": True,
        "country": "DE",
        "language": "de",
        "time_zone": "Europe/Berlin",
        "product_id": "sku",
        "tags": {"login": ["BACK"]},
        "ignored_domains": ["allegromail.pl"],
        "rate": 25,
        "double_opt_in_email_id": "77",
        "double_opt_in_language": "de",
        "dry_run": True,
        "load_always": False,
    }


def test_check_that_fails_is_told_and_the_store_is_there(call):
    answer = call("POST", body={**WHOLE, "mode": "automatic"})

    assert answer.status_code == 201
    assert (answer.json()["check"]["ok"], answer.json()["check"]["problem"]) == (False, "network")
    assert Account.objects.get().check_problem == "network"


def test_every_advanced_setting_of_the_command_line_has_its_name_here():
    assert set(Advanced.model_fields) == {*SETTINGS, "tags"}


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/name"]),
        ({"name": "  "}, ["/name"]),
        ({"name": "x" * 201}, ["/name"]),
        ({"name": "Olcha\0"}, ["/name"]),
        ({"name": 5, "mode": "sometimes", "colour": "red"}, ["/name", "/mode", "/colour"]),
        ({"name": "Olcha", "active": "yes", "advanced": {"rate": "10"}}, ["/active", "/advanced/rate"]),
        ({"name": "Olcha", "email": "nobody", "endpoint": "shop.example"}, ["/email", "/endpoint"]),
        ({"name": "Olcha", "mode": "consent"}, ["/consent"]),
        ({"name": "Olcha", "active": True}, ["/email", "/client_id", "/api_secret", "/endpoint"]),
        (
            {"name": "Olcha", "advanced": {"rate": 0, "country": "POL", "doi_email_id": "a b"}},
            ["/advanced/country", "/advanced/rate", "/advanced/doi_email_id"],
        ),
    ],
)
def test_value_that_cannot_be_right_is_named_and_no_store_is_opened(call, body, pointers):
    answer = call("POST", body=body)

    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers
    assert Store.objects.count() == 0


def test_refused_settings_are_explained(call, a_problem):
    answer = call("POST", body={"name": "Olcha", "mode": "consent"})

    assert answer.json() == a_problem(
        422,
        "Unprocessable Entity",
        "No store was opened, since these settings can't be right.",
        errors=[{"pointer": "/consent", "detail": "Choose the consent on which people are sent."}],
    )


@pytest.mark.parametrize("body", ["", "{", "[]", '"Olcha"', b"\xff"])
def test_body_that_is_no_object_is_turned_down(call, body):
    answer = call("POST", body=body)

    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"
    assert Store.objects.count() == 0


def test_same_call_opens_one_store_and_is_answered_alike(call, checks):
    first = call("POST", body=WHOLE, **{"Idempotency-Key": "shop-17"})
    again = call("POST", body=WHOLE, **{"Idempotency-Key": "shop-17"})

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert (Store.objects.count(), ApiKey.objects.count(), len(checks)) == (1, 1, 1)


def test_same_call_leaves_alone_what_the_merchant_changed_meanwhile(call, checks):
    call("POST", body=WHOLE, **{"Idempotency-Key": "shop-17"})
    Account.objects.update(client_id="the-merchants")

    call("POST", body=WHOLE, **{"Idempotency-Key": "shop-17"})

    assert Account.objects.get().client_id == "the-merchants"


def test_call_that_was_cut_off_before_the_check_is_finished_by_the_next(call, checks, monkeypatch):
    def cut_off(account, seven):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(opening_for_platform, "save", cut_off)
        with pytest.raises(KeyboardInterrupt):
            call("POST", body=WHOLE, **{"Idempotency-Key": "shop-17"})
    answer = call("POST", body=WHOLE, **{"Idempotency-Key": "shop-17"})

    assert (answer.status_code, Store.objects.count(), len(checks)) == (201, 1, 1)
    assert store_of_key(answer.json()["api_key"], now=timezone.now()) == Store.objects.get()
    assert Account.objects.get().client_id == "client"


def test_another_body_under_the_same_key_is_a_conflict(call, checks, a_problem):
    call("POST", body=WHOLE, **{"Idempotency-Key": "shop-17"})

    answer = call("POST", body={**WHOLE, "name": "Brzoza"}, **{"Idempotency-Key": "shop-17"})

    assert (answer.status_code, answer.json()) == (
        409,
        a_problem(409, "Conflict", "Another store was opened under this Idempotency-Key before."),
    )
    assert Store.objects.count() == 1


def test_another_key_no_key_and_another_operator_open_another_store(call):
    _row, other = add_operator_key()

    for headers in ({"Idempotency-Key": "shop-17"}, {"Idempotency-Key": "shop-18"}, {}, {}):
        call("POST", body={"name": "Olcha"}, **headers)
    call("POST", body={"name": "Olcha"}, key=other, **{"Idempotency-Key": "shop-17"})

    assert Store.objects.count() == 5


def test_same_call_a_day_later_opens_another_store(call):
    call("POST", body={"name": "Olcha"}, **{"Idempotency-Key": "shop-17"})
    Opening.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))

    call("POST", body={"name": "Olcha"}, **{"Idempotency-Key": "shop-17"})

    assert (Store.objects.count(), Opening.objects.count()) == (2, 1)


def test_two_same_calls_at_the_same_moment_open_one_store(call, monkeypatch):
    first = call("POST", body={"name": "Olcha"}, **{"Idempotency-Key": "shop-17"})
    find, blind = Opening.objects.filter, [True]

    def too_early(*args, **fields):
        """The first look finds nothing, as if the other call had not been written yet."""
        if "digest" in fields and blind:
            blind.pop()
            return find(pk=0)
        return find(*args, **fields)

    monkeypatch.setattr(Opening.objects, "filter", too_early)

    again = call("POST", body={"name": "Olcha"}, **{"Idempotency-Key": "shop-17"})

    assert (again.json(), Store.objects.count(), blind) == (first.json(), 1, [])


def test_what_is_remembered_of_a_call_is_encrypted(call, everything_stored):
    told = call("POST", body=WHOLE, **{"Idempotency-Key": "shop-17"}).json()

    stored = everything_stored()

    for secret in (told["api_key"], told["signing_secret"], "s3cret", "shop-17"):
        assert secret not in stored


def test_digest_of_a_call_is_unique(call):
    call("POST", body={"name": "Olcha"}, **{"Idempotency-Key": "shop-17"})
    former = Opening.objects.get()

    with pytest.raises(IntegrityError):
        Opening.objects.create(
            store=Store.objects.create(name="x"), digest=former.digest, sha="", created_at=timezone.now()
        )


ROUTES = [("POST", ""), ("DELETE", "/{}"), ("POST", "/{}/panel-link")]


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(
    ("key", "status", "detail"),
    [
        (
            None,
            401,
            "Send an operator key as “Authorization: Bearer …”. The command ebexo operator-key makes one.",
        ),
        ("", 401, "This operator key opens nothing: it is mistyped or was revoked. Send a current one."),
        (
            "ok_wrong",
            401,
            "This operator key opens nothing: it is mistyped or was revoked. Send a current one.",
        ),
        (
            "revoked",
            401,
            "This operator key opens nothing: it is mistyped or was revoked. Send a current one.",
        ),
        (
            "of the store",
            403,
            "This is the API key of one store. Stores are opened and removed with an operator key.",
        ),
    ],
)
def test_without_an_operator_key_nothing_is_done(call, a_problem, store, method, path, key, status, detail):
    if key == "of the store":
        key = store.api_key
    if key == "revoked":
        row, key = add_operator_key()
        assert revoke_operator_key(row.pk, now=timezone.now())

    answer = call(method, path.format(store.handle), {"name": "Brzoza"}, key=key)

    title = {401: "Unauthorized", 403: "Forbidden"}[status]
    assert (answer.status_code, answer.json()) == (status, a_problem(status, title, detail))
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.headers.get("WWW-Authenticate") == ("Bearer" if status == 401 else None)
    assert [found.pk for found in Store.objects.all()] == [store.pk]


@pytest.mark.parametrize("path", ["events/event-1", "contacts?email=jan@example.com", "changes"])
def test_operator_key_opens_no_door_of_a_store(operator_key, store, path):
    answer = Client().get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {operator_key}"})

    assert answer.status_code == 401


def test_operator_key_tells_no_events(operator_key, store, an_event):
    answer = Client().post(
        "/api/v1/events",
        json.dumps(an_event(1)),
        content_type="application/json",
        headers={"Authorization": f"Bearer {operator_key}"},
    )

    assert answer.status_code == 401


@pytest.mark.parametrize(("method", "path"), ROUTES[1:])
@pytest.mark.parametrize("handle", ["store-0000000000", "nobody", "%00", "..%2F"])
def test_store_that_is_not_there_is_answered_404(call, a_problem, method, path, handle):
    answer = call(method, path.format(handle))

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_use_of_an_operator_key_is_noted_once_a_minute(call):
    call("POST", body={})
    first = OperatorKey.objects.get().last_used_at
    call("POST", body={})
    second = OperatorKey.objects.get().last_used_at
    OperatorKey.objects.update(last_used_at=timezone.now() - timedelta(minutes=1))
    call("POST", body={})

    assert first is not None
    assert second == first
    third = OperatorKey.objects.get().last_used_at
    assert third is not None
    assert timezone.now() - third < timedelta(seconds=30)


def test_platform_routes_stand_in_the_schema():
    schema = Client().get("/api/v1/openapi.json").json()

    assert set(schema["paths"]) >= {
        "/api/v1/stores",
        "/api/v1/stores/{store}",
        "/api/v1/stores/{store}/panel-link",
    }
    assert schema["paths"]["/api/v1/stores"]["post"]["security"] == [{"OperatorBearer": []}]
    assert sorted(schema["paths"]["/api/v1/stores/{store}"]["delete"]["responses"]) == [
        "204",
        "401",
        "403",
        "404",
        "500",
        "503",
    ]
