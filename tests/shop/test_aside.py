"""What follows a shopper's request is done beside it, and what can't be is left to the sweep."""

import os
import threading
from collections.abc import Iterator
from queue import Full
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from ebexo.storefront.present import answering, present_request
from ebexo_oscar import aside as module
from ebexo_oscar.aside import aside


@pytest.fixture
def request_of_a_shopper(monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpRequest]:
    monkeypatch.setattr(module, "PATIENCE", 0)
    request = RequestFactory().get("/")
    with answering(request):
        yield request


def test_work_is_done_by_another_thread_that_knows_the_request(request_of_a_shopper: HttpRequest) -> None:
    done = threading.Event()
    seen: list[object] = []

    def work() -> None:
        seen.extend([threading.current_thread().name, present_request()])
        done.set()

    aside(work)

    assert done.wait(5)
    assert seen == ["ebexo_oscar", request_of_a_shopper]


def test_work_that_fails_does_not_end_the_helper(request_of_a_shopper: HttpRequest, caplog: Any) -> None:
    done = threading.Event()

    aside(lambda: 1 / 0)
    aside(done.set)

    assert done.wait(5)
    assert "could not be told; the sweep tries again" in caplog.text


def test_without_a_request_work_is_done_at_once() -> None:
    done: list[str] = []

    aside(lambda: done.append(threading.current_thread().name))

    assert done == [threading.current_thread().name]


def test_inside_a_transaction_work_is_done_at_once(db: None, request_of_a_shopper: HttpRequest) -> None:
    done: list[str] = []

    aside(lambda: done.append(threading.current_thread().name))

    assert done == [threading.current_thread().name]


def test_too_much_work_is_left_to_the_sweep(
    request_of_a_shopper: HttpRequest, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    class Busy:
        class queue:  # noqa: N801  (stands in for an attribute)
            @staticmethod
            def put_nowait(work: object) -> None:
                raise Full

    monkeypatch.setattr(module, "_helper", Busy)

    aside(lambda: 1 / 0)

    assert "the sweep tells the rest" in caplog.text


def test_forked_process_gets_a_helper_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    first, again = module._helper(), module._helper()
    monkeypatch.setattr(os, "getpid", lambda: -1)

    assert first is again
    assert module._helper() is not first
