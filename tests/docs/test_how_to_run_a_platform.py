"""The dispatcher of the platform's page is run as it stands, against a door that answers this and that."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs/how-to/run-a-platform.md"
PROBLEM = {"type": "about:blank", "title": "", "status": 422, "detail": "No."}


@dataclass
class Shop:
    """A shop of the platform with what waits in its outbox, by the names that the page uses."""

    api_key: str
    waiting: list[dict[str, str]]
    next_call_at: float = 0.0
    refused: list[str] = field(default_factory=list)

    def oldest_events(self, at_most: int) -> list[dict[str, str]]:
        return self.waiting[:at_most]

    def settle(self, told: list[dict[str, str]], *, refused: dict[int, Any]) -> None:
        self.refused += [event["id"] for index, event in enumerate(told) if index in refused]
        self.waiting = self.waiting[len(told) :]


def dispatcher(address: str) -> Callable[[list[Shop]], None]:
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {"EBEXO": address}
    exec(next(block for block in blocks if "def dispatch" in block), names)
    dispatch: Callable[[list[Shop]], None] = names["dispatch"]
    return dispatch


def test_dispatcher_tells_each_shop_with_its_own_key(answering: Callable[..., Any]) -> None:
    door = answering()
    shops = [Shop("ek_1", [{"id": "a"}, {"id": "b"}]), Shop("ek_2", [{"id": "c"}]), Shop("ek_3", [])]

    dispatcher(f"http://127.0.0.1:{door.server_port}/api/v1")(shops)

    assert sorted(zip(door.keys, door.told, strict=True)) == [
        ("Bearer ek_1", ["a", "b"]),
        ("Bearer ek_2", ["c"]),
    ]
    assert [shop.waiting for shop in shops] == [[], [], []]


def test_dispatcher_leaves_a_shop_alone_as_long_as_it_was_told_to(answering: Callable[..., Any]) -> None:
    door = answering((429, {"Retry-After": "60"}, PROBLEM))
    dispatch = dispatcher(f"http://127.0.0.1:{door.server_port}/api/v1")
    shop = Shop("ek_1", [{"id": "a"}])

    dispatch([shop])
    dispatch([shop])

    assert len(door.told) == 1
    assert 50 < shop.next_call_at - time.time() <= 60
    assert shop.waiting == [{"id": "a"}]


def test_dispatcher_finds_the_event_at_fault(answering: Callable[..., Any]) -> None:
    door = answering((422, {}, PROBLEM), (422, {}, PROBLEM))
    dispatch = dispatcher(f"http://127.0.0.1:{door.server_port}/api/v1")
    shop = Shop("ek_1", [{"id": "a"}, {"id": "b"}])

    dispatch([shop])
    dispatch([shop])

    assert door.told == [["a", "b"], ["a"], ["b"]]
    assert (shop.refused, shop.waiting) == (["a"], [])
