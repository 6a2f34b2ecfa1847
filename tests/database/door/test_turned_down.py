"""Everything that is turned down, with its whole answer: docs/reference/http-api.md, "What is turned down".

The page says what is answered, and here stands how to bring it about. Neither may have a row that the other lacks.
"""

import re
import time
from collections import namedtuple
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import OperationalError
from django.utils import timezone

from ebexo.environment import environment
from ebexo.ingest import pressure
from ebexo.outbox.models import Message
from ebexo.stores.keys import rotate_key, rotate_signing_secret
from ebexo.stores.models import ApiKey

pytestmark = pytest.mark.django_db

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "http-api.md"
MOMENT = "2026-11-01T10:00:00Z"


@pytest.fixture
def world(call, signed, an_event, store, other_store, monkeypatch):
    """Two stores and how to knock; `answers` are all that were given."""
    answers = []

    def noted(*args, **headers):
        answers.append(call(*args, **headers))
        return answers[-1]

    def tell(body, *, key=store.api_key):
        return noted("POST", "/events", body, Authorization=f"Bearer {key}")

    pressure.forget()
    yield SimpleNamespace(
        call=noted,
        tell=tell,
        answers=answers,
        signed=signed,
        an_event=an_event,
        store=store,
        other_store=other_store,
        monkeypatch=monkeypatch,
    )
    pressure.forget()


def event(w, **fields):
    return w.tell(w.an_event(1) | fields)


def customer(w, **fields):
    return w.tell(w.an_event(1, customer=fields))


def consent(w, **fields):
    answer = {"code": "marketing", "granted": True, "at": MOMENT} | fields
    return w.tell(w.an_event(1, consents=[answer]))


def cart(w, **fields):
    item = {"product_id": "P-100", "quantity": 1, "unit_price": "99.99"}
    whole = {"id": "basket-77", "items": [item], "total": "99.99", "currency": "PLN"} | fields
    return w.tell(w.an_event(1, type="cart.product_added", cart=whole))


def item(w, **fields):
    return cart(w, items=[{"product_id": "P-100"} | fields])


def order(w, **fields):
    kind = fields.pop("type", "order.placed")
    return w.tell(w.an_event(1, type=kind, order={"number": "1042", "total": "1.00"} | fields))


def without(w, *names):
    whole = w.an_event(1)
    return w.tell({name: value for name, value in whole.items() if name not in names})


def ask(w, path, *, key=None):
    return w.call("GET", path, Authorization=f"Bearer {key or w.store.api_key}")


def tell_signed(w, *, headers=None, **how):
    body = w.an_event(1)
    return w.call("POST", "/events", body, **{**w.signed(body, **how), **(headers or {})})


def with_revoked_key(w):
    ApiKey.objects.filter(store=w.store).update(revoked_at=timezone.now())
    return event(w)


def with_rotated_key(w):
    rotate_key(w.store, now=timezone.now() - timedelta(days=2))
    return event(w)


def with_rotated_secret(w):
    former = w.store.signing_secret
    rotate_signing_secret(w.store, now=timezone.now() - timedelta(days=2))
    return tell_signed(w, secret=former)


def under_a_known_id(w):
    event(w)
    return event(w, occurred_at="2026-11-01T10:00:01Z")


def of_another_store(w, path):
    event(w)
    return ask(w, path, key=w.other_store.api_key)


def with_too_much_waiting(w):
    event(w, id="first")
    w.monkeypatch.setattr(pressure, "environment", lambda: replace(environment(), waiting_events_limit=1))
    pressure.forget()
    return event(w)


def with_a_full_disk(w):
    usage = namedtuple("usage", "total used free")
    limits = replace(environment(), database_url=None)
    w.monkeypatch.setattr(pressure, "environment", lambda: limits)
    w.monkeypatch.setattr("ebexo.ingest.pressure.disk_usage", lambda path: usage(10**12, 10**12, 0))
    return event(w)


def with_a_failure(w, error, ask_instead=False):
    def fail(*args, **more):
        raise error

    if ask_instead:
        w.monkeypatch.setattr("ebexo.ingest.door.asking.fate", fail)
        event(w)
        return ask(w, "/events/event-1")
    w.monkeypatch.setattr("ebexo.ingest.door.telling.receive_sharing", fail)
    return event(w)


NESTED = b'{"a":' * 20 + b"{}" + b"}" * 20
CASES = {
    "neither an API key nor a signature": lambda w: w.call("POST", "/events", w.an_event(1)),
    "a wrong API key": lambda w: w.tell(w.an_event(1), key="ek_wrong"),
    "a revoked API key": with_revoked_key,
    "a replaced API key, after its end": with_rotated_key,
    "a signed call that lacks a header": lambda w: tell_signed(w, headers={"webhook-id": ""}),
    "a moment of signing that is none": lambda w: tell_signed(w, headers={"webhook-timestamp": "now"}),
    "a signature older than 5 minutes": lambda w: tell_signed(w, sent_at=time.time() - 301),
    "a signature from the future": lambda w: tell_signed(w, sent_at=time.time() + 310),
    "a wrong signature": lambda w: tell_signed(w, headers={"webhook-signature": "v1,AAAA"}),
    "a signature by a replaced secret, after its end": with_rotated_secret,
    "a signature by another store's secret": lambda w: tell_signed(w, secret=w.other_store.signing_secret),
    "a signature for a store that does not exist": lambda w: tell_signed(w, public_key="pk_none"),
    "10 MB": lambda w: w.tell(b" " * 10_000_000),
    "no body": lambda w: w.tell(b""),
    "half a JSON document": lambda w: w.tell(b'{"id": "event-1"'),
    "text that is not UTF-8": lambda w: w.tell(b'{"id": "\xff"}'),
    "`NaN` for a number": lambda w: w.tell(b'{"id": NaN}'),
    "a JSON array": lambda w: w.tell([w.an_event(1)]),
    "21 levels of nesting": lambda w: w.tell(NESTED),
    "an empty object": lambda w: w.tell({}),
    "no `id`": lambda w: without(w, "id"),
    "a blank `id`": lambda w: event(w, id=" "),
    "an `id` of more than 64 characters": lambda w: event(w, id="x" * 65),
    "an `id` that is a number": lambda w: event(w, id=1),
    "another event under a known `id`": under_a_known_id,
    "no `type`": lambda w: without(w, "type"),
    "an unknown `type`": lambda w: event(w, type="customer.sneezed"),
    "an unknown field": lambda w: event(w, store="another"),
    "no `occurred_at`": lambda w: without(w, "occurred_at"),
    "a moment without an offset": lambda w: event(w, occurred_at="2026-11-01T10:00:00"),
    "a day for a moment": lambda w: event(w, occurred_at="2026-11-01"),
    "a number for a moment": lambda w: event(w, occurred_at=1793527200),
    "a day that there is not": lambda w: event(w, occurred_at="2026-02-30T10:00:00Z"),
    "an hour that there is not": lambda w: event(w, occurred_at="2026-11-01T25:00:00Z"),
    "a moment outside the calendar": lambda w: event(w, occurred_at="0001-01-01T00:00:00+14:00"),
    "a moment of the future": lambda w: event(w, occurred_at="2999-01-01T00:00:00Z"),
    "no customer where one is needed": lambda w: without(w, "customer"),
    "text for the customer": lambda w: event(w, customer="Jan"),
    "a customer without an e-mail": lambda w: event(w, customer={"id": "10042"}),
    "an e-mail that is none": lambda w: customer(w, email="jan@"),
    "a number for a text": lambda w: customer(w, first_name=5),
    "a text of more than 255 characters": lambda w: customer(w, last_name="x" * 256),
    "a NUL character": lambda w: customer(w, first_name="Jan\0"),
    "an unknown label of the customer": lambda w: customer(w, state="FRIEND"),
    "a list for the properties": lambda w: customer(w, properties=[]),
    "an unknown field of the address": lambda w: customer(w, address={"town": "Kraków"}),
    "`consent.changed` without a consent": lambda w: event(w, type="consent.changed"),
    "a consent that is neither granted nor not": lambda w: consent(w, granted="perhaps"),
    "a consent without its moment": lambda w: event(w, consents=[{"code": "marketing", "granted": True}]),
    "a consent of the future": lambda w: consent(w, at="2999-01-01T00:00:00Z"),
    "more than 50 consents": lambda w: event(
        w, consents=[{"code": f"c{number}", "granted": True, "at": MOMENT} for number in range(51)]
    ),
    "a cart event without its cart": lambda w: event(w, type="cart.product_added"),
    "a cart of nobody": lambda w: w.tell(
        {"id": "event-1", "type": "cart.product_added", "occurred_at": MOMENT, "cart": {"id": "basket-77"}}
    ),
    "a cart without its total": lambda w: cart(w, total=None),
    "an amount below 0": lambda w: cart(w, total="-1"),
    "an amount in words": lambda w: cart(w, total="a lot"),
    "a currency that is none": lambda w: cart(w, currency="zł"),
    "an address that is none": lambda w: cart(w, url="javascript:alert(1)"),
    "a comma in a product's id": lambda w: item(w, product_id="P-100,P-200"),
    "a quantity of 0": lambda w: item(w, quantity=0),
    "an order event without its order": lambda w: event(w, type="order.placed"),
    "an order without its total": lambda w: order(w, total=None),
    "`order.returned` without the return's number": lambda w: order(w, type="order.returned"),
    "text for the list": lambda w: w.tell({"events": "all"}),
    "an empty list": lambda w: w.tell({"events": []}),
    "a list of 501": lambda w: w.tell({"events": [w.an_event(1)] * 501}),
    "a list beside another field": lambda w: w.tell({"events": [w.an_event(1)], "store": "another"}),
    "an event that was never told": lambda w: ask(w, "/events/event-1"),
    "an event that another store told": lambda w: of_another_store(w, "/events/event-1"),
    "a person whom nobody told of": lambda w: ask(w, "/contacts?email=nobody@example.com"),
    "a person of another store": lambda w: of_another_store(w, "/contacts?email=jan.kowalski@example.com"),
    "neither or both of `email` and `customer_id`": lambda w: ask(
        w, "/contacts?email=a@b.example&customer_id=1"
    ),
    "an `after` that is no cursor": lambda w: ask(w, "/changes?after=yesterday"),
    "an address at which there is nothing": lambda w: ask(w, "/nothing"),
    "a method that is not there": lambda w: w.call("DELETE", "/events"),
    "more waits than may": with_too_much_waiting,
    "too little room on the disk": with_a_full_disk,
    "a database that can't be written": lambda w: with_a_failure(
        w, OperationalError("jan.kowalski@example.com")
    ),
    "a database that can't be read": lambda w: with_a_failure(w, OperationalError("gone"), ask_instead=True),
    "a fault of ours": lambda w: with_a_failure(w, RuntimeError("jan.kowalski@example.com")),
}


def documented():
    """The rows of the page: what, the status, and the answer in words."""
    section = PAGE.read_text().split("## What is turned down")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (\d{3}) \| (.+) \|$", section, re.MULTILINE)
    return {what: (int(status), words) for what, status, words in rows}


def test_the_page_and_these_tests_have_the_same_rows():
    assert list(documented()) == list(CASES)


@pytest.mark.parametrize("what", CASES)
def test_what_is_turned_down_is_answered_as_documented(what, world):
    status, words = documented()[what]
    detail, *errors = re.split(r" (?=`/)", words)
    expected = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors:
        expected["errors"] = [
            {"pointer": pointer, "detail": said}
            for pointer, said in (error.removeprefix("`").split("`: ", 1) for error in errors)
        ]

    answer = CASES[what](world)

    assert (answer.status_code, answer["Content-Type"], answer.json()) == (
        status,
        "application/problem+json",
        expected,
    )
    assert Message.objects.count() == sum(answer.status_code == 202 for answer in world.answers)


def test_what_goes_wrong_here_leaves_no_person_in_the_log(world, caplog):
    CASES["a fault of ours"](world)
    CASES["a database that can't be written"](world)

    assert "RuntimeError" in caplog.text
    assert "jan.kowalski" not in caplog.text
