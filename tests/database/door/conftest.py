"""Ways to knock at the HTTP door, with a key and signed."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client

from ebexo.stores.models import Store


@pytest.fixture
def call() -> Callable[..., Any]:
    """Any call as any server hands it on; the answer, whatever happened inside."""

    def made(method: str, path: str, body: Any = b"", **headers: Any) -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        client = Client(raise_request_exception=False)
        return client.generic(
            method, f"/api/v1{path}", raw, content_type="application/json", headers=headers or None
        )

    return made


@pytest.fixture
def tell_door(store: Store, call: Callable[..., Any]) -> Callable[..., Any]:
    """POST events with the store's key; the answer."""

    def post(body: Any, *, key: str = store.api_key) -> Any:  # type: ignore[attr-defined]  # put there by the fixture
        return call("POST", "/events", body, Authorization=f"Bearer {key}")

    return post


@pytest.fixture
def signed(store: Store) -> Callable[..., dict[str, str]]:
    """The headers of a signed call, worked out by hand from the words of Standard Webhooks."""

    def headers(
        body: Any,
        *,
        secret: str | None = None,
        sent_at: float | None = None,
        message_id: str = "msg_1",
        public_key: str = store.public_key,
    ) -> dict[str, str]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        timestamp = str(int(time.time() if sent_at is None else sent_at))
        key = base64.b64decode((secret or store.signing_secret).removeprefix("whsec_"))
        digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + raw, hashlib.sha256).digest()
        return {
            "Ebexo-Store": public_key,
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
        }

    return headers


@pytest.fixture
def application(db: None) -> Iterator[WSGIHandler]:
    """What a server runs, inside this test's transaction: as a rule a call that begins or ends drops that."""
    moments = (request_started, request_finished)
    for moment in moments:
        moment.disconnect(close_old_connections)
    yield WSGIHandler()
    for moment in moments:
        moment.connect(close_old_connections)


@pytest.fixture
def a_problem() -> Callable[..., dict[str, Any]]:
    def document(status: int, title: str, detail: str, **more: Any) -> dict[str, Any]:
        return {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}

    return document
