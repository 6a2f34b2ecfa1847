"""Birds that sing wherever they are: secrets and a person that nobody could take for something else."""

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

import pytest

PERSON = {
    "id": "ptak-4711",
    "email": "kanarek.zolty@gniazdko.example",
    "previous_email": "kanarek.stary@gniazdko.example",
    "first_name": "Kanaryjka",
    "last_name": "Zolciutka",
    "phone": "+48 600 999 111",
    "company": "Ptaszarnia Zlota",
    "address": {
        "street": "ul. Klatkowa 7/3",
        "city": "Gniazdowo",
        "postal_code": "99-876",
        "region": "dziuplowskie",
        "country": "PL",
    },
    "birth_date": "1977-07-17",
    "properties": {"song": "tirilirili"},
}
ITEMS = [
    {
        "product_id": "ziarno-88",
        "sku": "ZIARNO",
        "name": "Ziarno konopne",
        "quantity": 3,
        "unit_price": "77.77",
    }
]
CART = {
    "id": "koszyk-kanarka",
    "items": ITEMS,
    "total": "233.31",
    "currency": "PLN",
    "url": "https://shop.example/k",
}
ORDER = {
    "number": "zamowienie-kanarka",
    "total": "233.31",
    "currency": "PLN",
    "items": ITEMS,
    "payment_method": "przelewem-za-ziarno",
    "discount_codes": ["CWIRCWIR"],
}
OF_THE_PERSON = (
    "kanarek", "kanaryjka", "zolciutka", "600999111", "600 999 111", "ptaszarnia", "klatkowa", "gniazdowo", "99-876",
    "dziuplowskie", "1977-07-17", "19770717", "tirilirili", "ptak-4711", "ziarno", "koszyk-kanarka",
    "zamowienie-kanarka", "233.31", "cwircwir",
)  # fmt: skip
OWNER = "wroblica@wrobelek.example"
"""The owner of the SALESmanago account."""
MEMBER = "sowa@sowka.example"
"""Somebody with a login to the panel."""
CLIENT = "canary-client-31ab"
"""Its Client ID stands on every page of the shop, and in the audit log; it has no business anywhere else."""
SECRETS = {
    "api_secret": "canary-apisecret-9f2d7b",
    "password": "canary-panel-password-77",
    "wrong_password": "canary-wrong-password-78",
    "letterbox": "canary-letterbox-5518",
    "database": "canary-database-6620",
    "wrong_key": "ek_canarykey0123456789canarykey0123456789",
    "callback_key": "canarycallbackkey0123456789abcdef01234567",
}


@pytest.fixture
def birds() -> Callable[..., list[str]]:
    """`birds(text, *more)`: which of those that must never be heard are in it, and of these further ones."""

    def heard(text: str, *more: str) -> list[str]:
        said = text.lower()
        return [bird for bird in (*OF_THE_PERSON, *SECRETS.values(), *more) if bird.lower() in said]

    return heard


class Parrot(BaseHTTPRequestHandler):
    """A far side that repeats everything it was told, in one way after another."""

    turns = count()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        answers = (
            (200, "text/html", f"<html><pre>{body}</pre></html>"),
            (500, "text/html", f"<html><pre>{body}</pre></html>"),
            (200, "application/json", json.dumps({"success": False, "message": [f"Not known: {body}"]})),
            (200, "application/json", body[:-40]),
            (502, "text/plain", body),
            (429, "application/json", json.dumps({"success": False, "message": body})),
            (
                200,
                "application/json",
                json.dumps({"success": False, "message": [body.upper()], "email": body}),
            ),
        )
        status, kind, answer = answers[next(self.turns) % len(answers)]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(answer.encode())

    do_GET = do_POST  # noqa: N815  (its own name for it)

    def log_message(self, *arguments: object) -> None:
        """Not to standard error."""


@pytest.fixture
def parrot() -> Iterator[Callable[[str], None]]:
    """`parrot(address)` listens there."""
    servers = []

    def listen(address: str) -> None:
        host, _colon, port = address.rpartition(":")
        server = ThreadingHTTPServer((host, int(port)), Parrot)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()

    yield listen
    for server in servers:
        server.shutdown()
        server.server_close()


class Door:
    """Calls to a server, from whoever they are; what it answered to what it did not like is in `refusals`."""

    def __init__(self, address: str) -> None:
        self._address = address
        self.refusals: list[str] = []
        self.cookies: dict[str, str] = {}

    def __call__(self, method: str, path: str, content: Any = None, **headers: str) -> tuple[int, str]:
        body = content if isinstance(content, bytes | None) else json.dumps(content).encode()
        connection = http.client.HTTPConnection(self._address, timeout=30)
        cookies = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        connection.request(method, path, body, {"Content-Type": "application/json"} | cookies | headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie", ()):
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        connection.close()
        if answer.status >= 400:
            kept = [header for header in answer.getheaders() if header[0] != "Set-Cookie"]
            its_own_address = escape(path)  # a page may lead back to itself
            self.refusals.append(f"{answer.status} {kept} {text.replace(its_own_address, '')}")
        return answer.status, text


@pytest.fixture
def door(installation: Any) -> Door:
    return Door(installation.web)


@pytest.fixture
def nest() -> dict[str, Any]:
    """Everything that is planted, by name."""
    return {
        "person": PERSON,
        "cart": CART,
        "order": ORDER,
        "owner": OWNER,
        "client_id": CLIENT,
        "member": MEMBER,
        **SECRETS,
    }
