"""One store never reads or changes anything of another: every address there is, by every method."""

import json
import re
from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.db.models import QuerySet
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from ebexo.contacts.models import Acquaintance, Contact, StatusChange
from ebexo.history.models import Import
from ebexo.outbox.models import Attempt, Message
from ebexo.stores.models import Account, Store

pytestmark = pytest.mark.django_db

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PRIVATE = ("olcha-file", "olcha-person", "olcha-customer", "olcha-vendor-id", "olcha-event", "sandbox-secret")


@pytest.fixture
def full_store(store, an_event, tell_door):
    """A store with something in every table that its callers could reach."""
    consent = {"code": "olcha-consent", "granted": True, "at": "2026-11-01T10:00:00Z"}
    told = an_event(
        1, email="olcha-person@example.com", customer={"id": "olcha-customer"}, consents=[consent]
    )
    assert tell_door(told | {"id": "olcha-event"}).status_code == 202
    contact, message = Contact.objects.get(), Message.objects.get()
    Acquaintance.objects.create(
        contact=contact,
        remote=store.account.remote,
        vendor_id="olcha-vendor-id",
        email="olcha-person@example.com",
        customer_id="olcha-customer",
        status="opt_in",
        status_at=timezone.now(),
    )
    StatusChange.objects.create(
        store=store,
        contact=contact,
        remote=store.account.remote,
        at=timezone.now(),
        status="opt_in",
        source="callback",
    )
    Import.objects.create(
        store=store,
        kind="customers",
        source="api",
        file_name="olcha-file",
        state="rehearsed",
        created_at=timezone.now(),
    )
    attempt = Attempt.objects.create(store=store, epoch=1, endpoint="x", started_at=timezone.now())
    attempt.messages.add(message)
    return store


def rows_of(store):
    """Everything stored of this store, by table."""
    rows = {}
    found: QuerySet[Any]
    for model in apps.get_models():
        names = {field.name for field in model._meta.fields}
        if model is Store:
            found = model._default_manager.filter(pk=store.pk)
        elif model._meta.app_label.startswith("ebexo_") and "store" in names:
            found = model._default_manager.filter(store=store)
        elif model._meta.app_label.startswith("ebexo_") and "contact" in names:
            found = model._default_manager.filter(contact__store=store)
        else:
            continue
        rows[model.__name__] = sorted(map(repr, found.values_list()))
    return rows


def addresses(patterns=None, before=""):
    """Every address with its open parts, such as `api/v1/events/<path:event_id>`."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, before + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield before + str(pattern.pattern)


def filled(address, values):
    """The address with every combination of these values in its open parts."""
    parts = re.split(r"<[^>]+>", address)
    for chosen in product(values, repeat=len(parts) - 1):
        text = "".join(part + value for part, value in zip(parts, [*chosen, ""], strict=True))
        yield "/" + re.sub(r"[\^$?\\]|\(.*?\)", "", text)


def foreign_calls(store):
    values = [
        "olcha-event",
        str(store.pk),
        str(Message.objects.get(store=store).pk),
        str(Import.objects.get(store=store).pk),
        store.handle,
        store.public_key,
    ]
    for address in addresses():
        if address.count("<") > 2:
            continue
        yield from filled(address, values)
    yield from (
        "/api/v1/contacts?email=olcha-person@example.com",
        "/api/v1/contacts?customer_id=olcha-customer",
        "/api/v1/changes?after=0",
        "/api/v1/changes",
    )


def test_with_the_key_of_another_store_nothing_is_read_and_nothing_changed(full_store, other_store, an_event):
    before = rows_of(full_store)
    client = Client(raise_request_exception=False)
    body = an_event(1, email="birch@example.com", customer={"id": "olcha-customer"}) | {"id": "olcha-event"}
    leaks, calls = [], 0

    for path, method in product(sorted(set(foreign_calls(full_store))), METHODS):
        answer = client.generic(
            method,
            path,
            json.dumps(body),
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {other_store.api_key}",
        )
        calls += 1
        said = answer.getvalue().decode(errors="replace") if not answer.streaming else ""
        leaks += [(method, path, word) for word in PRIVATE if word in said and word not in path]
        assert answer.status_code != 500, (method, path)

    assert (leaks, calls > 100) == ([], True)
    assert rows_of(full_store) == before
    assert {
        len(before[name]) for name in ("Message", "Import", "StatusChange", "Acquaintance", "ApiKey")
    } == {1}


def test_the_same_id_in_two_stores_is_two_events(full_store, other_store, tell_door, an_event):
    body = an_event(1, email="birch@example.com") | {"id": "olcha-event"}

    assert tell_door(body, key=other_store.api_key).json()["accepted"] == 1
    assert Message.objects.filter(event_id="olcha-event").count() == 2
    assert Account.objects.count() == 2
