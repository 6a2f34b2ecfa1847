"""A platform with its operator key, a browser, and a command line."""

import io
import json
import sys
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from ebexo import cli
from ebexo.stores.operators import add_operator_key

Answer = Any


@pytest.fixture(autouse=True)
def _passwords_are_hashed_quickly(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def operator_key(db: None) -> str:
    _row, key = add_operator_key()
    return key


@pytest.fixture
def call(operator_key: str) -> Callable[..., Answer]:
    """Call an address below /api/v1/stores with the operator key; `key` None: without any."""

    def made(
        method: str, path: str = "", body: Any = None, *, key: str | None = operator_key, **headers: str
    ) -> Answer:
        client = Client(raise_request_exception=False)
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        raw = body if isinstance(body, (bytes, str)) else json.dumps(body)
        return client.generic(
            method, f"/api/v1/stores{path}", raw, content_type="application/json", headers=headers
        )

    return made


@pytest.fixture
def a_problem() -> Callable[..., dict[str, Any]]:
    """A problem document."""

    def described(status: int, title: str, detail: str, **more: Any) -> dict[str, Any]:
        return {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}

    return described


@pytest.fixture
def browser() -> Callable[..., Client]:
    """The browser of somebody who is not logged in."""
    return lambda language="en": Client(headers={"Accept-Language": language})


@pytest.fixture
def read() -> Callable[[Any], str]:
    """The page as text, its characters as people see them, runs of blanks made one."""
    return lambda response: " ".join(unescape(response.content.decode()).split())


@pytest.fixture
def ebexo(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Run a command line; exit status, standard output, standard error."""

    def run(*arguments: str, stdin: str = "") -> tuple[Any, str, str]:
        monkeypatch.setattr(sys, "argv", ["ebexo", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        try:
            cli.main()
            status: Any = 0
        except SystemExit as end:
            status = end.code
        out, err = capsys.readouterr()
        return status, out, err

    return run
