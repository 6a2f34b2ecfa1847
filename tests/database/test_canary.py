"""A secret and a person, distinctive enough to be found wherever they have no business to be."""

import asyncio
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any
from zipfile import ZipFile

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from django.db import connections
from django.test import Client
from django.utils import timezone

from ebexo.delivery.drain import drain
from ebexo.delivery.pace import Pace
from ebexo.ingest.receive import receive
from ebexo.operations.support.bundle import write_bundle
from ebexo.outbox.models import Attempt, Key, Lane, Message
from ebexo.outbox.states import State
from ebexo.stores.models import Account
from salesmanago import open_session

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "canary-s3cret-9f2d"
EMAIL = "kanarek.zolty@ptaszarnia.example"
PERSON = {
    "id": "ptak-4711",
    "email": EMAIL,
    "first_name": "Kanaryjka",
    "last_name": "Żółciutka",
    "phone": "+48 600 999 111",
    "company": "Ptaszarnia Złota",
    "address": {"street": "ul. Klatkowa 7/3", "city": "Gniazdowo", "postal_code": "99-876", "country": "PL"},
    "properties": {"song": "tirilirili"},
}
CANARIES = (
    SECRET,
    EMAIL,
    "kanarek",
    "kanaryjka",
    "żółciutka",
    "600999111",
    "600 999 111",
    "ptaszarnia",
    "klatkowa",
    "gniazdowo",
    "99-876",
    "tirilirili",
    "ptak-4711",
)


TURNS: web.AppKey[Any] = web.AppKey("turns")


def canaries_in(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary.lower() in text.lower()]


async def a_parrot(request: web.Request) -> web.Response:
    """A far side that repeats everything it was told, in one way after another."""
    body = await request.text()
    if request.path.endswith("/basic"):
        return web.json_response({"success": True, "message": [], "contacts": []})
    number = next(request.app[TURNS])
    answers = [
        web.json_response({"success": False, "message": [f"User not authenticated: {body}"]}),
        web.Response(status=500, text=f"<html><pre>{body}</pre></html>", content_type="text/html"),
        web.Response(status=502, text=body),
        web.Response(status=429, text=json.dumps({"success": False, "message": body})),
        web.Response(text=body[:50] + "…"),
        web.json_response({"success": False, "message": [body.upper()], "values": {"email": [body]}}),
    ]
    answer: web.Response = answers[number % len(answers)]
    return answer


def test_neither_secret_nor_person_is_found_outside_of_the_payload(store, caplog, capfd, tmp_path):
    caplog.set_level(logging.DEBUG)
    account = store.account
    account.api_secret = SECRET
    account.save()
    told = {
        "id": "event-1",
        "type": "customer.updated",
        "occurred_at": "2026-11-01T10:00:00Z",
        "customer": PERSON,
    }
    client = Client(raise_request_exception=False)
    headers: Any = {"HTTP_AUTHORIZATION": f"Bearer {store.api_key}", "content_type": "application/json"}

    taken = client.post("/api/v1/events", json.dumps(told), **headers)
    refused = client.post("/api/v1/events", json.dumps(told | {"id": "event-2", "type": "x"}), **headers)
    conflict = client.post(
        "/api/v1/events", json.dumps(told | {"occurred_at": "2026-11-01T11:00:00Z"}), **headers
    )
    _drain_until_it_is_refused(store)
    fate = client.get("/api/v1/events/event-1", **headers)

    assert [answer.status_code for answer in (taken, refused, conflict, fate)] == [202, 422, 409, 200]
    for answer in (taken, refused, conflict, fate):
        assert canaries_in(answer.content.decode()) == []
        assert canaries_in(json.dumps(answer.json(), ensure_ascii=False)) == []
    attempts = list(Attempt.objects.order_by("pk").values())
    assert [attempt["outcome"] for attempt in attempts] == [
        "credentials",
        "unavailable",
        "unknown",
        "throttled",
        "unknown",
        "refused",
    ]
    assert canaries_in(repr(attempts)) == []
    rows = Message.objects.values_list(
        "reason", "notes", "person_hash", "person_masked", "event_id", "payload_sha"
    )
    assert canaries_in(repr(list(rows))) == []
    assert canaries_in(_support_bundle(store, tmp_path / "help.zip")) == []
    assert canaries_in(caplog.text) == []
    assert canaries_in("".join(capfd.readouterr())) == []
    assert store.api_key not in caplog.text


def test_a_fault_of_our_own_does_not_put_the_person_into_the_log(store, caplog):
    told = {
        "id": "event-1",
        "type": "customer.updated",
        "occurred_at": "2026-11-01T10:00:00Z",
        "customer": PERSON,
    }
    message = receive(store, told).message
    broken = (message.payload or "").replace('"customer":', '"customer_of_a_former_version":')

    from ebexo.events import StoreEvent

    with pytest.raises(ValueError, match="validation error") as error:
        StoreEvent.model_validate_json(broken)

    assert canaries_in(str(error.value)) == []


def _support_bundle(store, path) -> str:
    write_bundle(path, [store], log=None, now=timezone.now())
    with ZipFile(path) as bundle:
        return "".join(bundle.read(name).decode() for name in bundle.namelist())


def _drain_until_it_is_refused(store) -> None:
    pool = ThreadPoolExecutor(1)

    async def database(work):
        return await asyncio.get_running_loop().run_in_executor(pool, _and_close, work)

    def prepare(endpoint):
        Account.objects.filter(pk=store.pk).update(endpoint=endpoint)
        Lane.objects.update(backoff_until=None)
        Key.objects.update(due_at=Message.objects.values_list("accepted_at", flat=True).get())
        return Message.objects.values_list("state", flat=True).get()

    async def main():
        app = web.Application()
        app[TURNS] = count()
        app.router.add_post("/{path:.*}", a_parrot)
        async with TestServer(app) as server, open_session() as session:
            while await database(lambda: prepare(str(server.make_url("")).rstrip("/"))) == State.WAITING:
                await drain(
                    store.pk,
                    session=session,
                    database=database,
                    owner="test",
                    pace=Pace(),
                    stopping=asyncio.Event(),
                )

    try:
        asyncio.run(main())
    finally:
        pool.shutdown()


def _and_close(work):
    try:
        return work()
    finally:
        connections.close_all()
