"""Shops that tell events over HTTP, one person's one after the other, and remember what was accepted.

A shop whose call fails repeats it, with the same ids, until it is answered: so the order of a person's events is
known, and whatever was answered with 202 must arrive.
"""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from bench.chaos.checker import CART, CONTACT, PURCHASE, Accepted

MOST_ORDERS = 20
"""Of one person: SALESmanago's list of events is trusted to be whole up to fifty."""
TRY_AGAIN_AFTER = 0.1
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Person:
    """Somebody of a shop; `told` is the number of their events so far."""

    email: str
    told: int = 0
    orders: int = 0

    def next_event(self, chance: random.Random) -> tuple[dict[str, Any], Accepted]:
        """The next thing this person does, and what the checker is to know of it."""
        self.told += 1
        kind = chance.choices([CONTACT, CART, PURCHASE], weights=[7, 1, 1])[0]
        if kind == PURCHASE and self.orders == MOST_ORDERS:
            kind = CONTACT
        event: dict[str, Any] = {
            "id": f"{self.email.partition('@')[0]}-{self.told}",
            "occurred_at": (_EPOCH + timedelta(minutes=self.told)).isoformat(),
            "customer": {"email": self.email},
        }
        if kind == CONTACT:
            event["type"] = "customer.updated"
            event["customer"]["properties"] = {f"seq_{self.told}": "1"}
            return event, Accepted(self.email, self.told)
        if kind == CART:
            items = [{"product_id": f"item-{self.told}"}]
            event |= {
                "type": "cart.product_added",
                "cart": {"id": f"cart-{self.email}", "items": items, "total": 1},
            }
            return event, Accepted(self.email, self.told, CART, f"cart-{self.email}")
        self.orders += 1
        number = f"order-{self.orders}-{self.email}"
        items = [{"product_id": "bought"}]
        event |= {"type": "order.placed", "order": {"number": number, "total": self.told, "items": items}}
        return event, Accepted(self.email, self.told, PURCHASE, number)


@dataclass
class Load:
    """Persons of several shops, each busy on their own, until `end` is called."""

    url: str
    keys: list[str]
    persons: int
    pause: float
    seed: int = 0
    accepted: list[Accepted] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    _ending: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self) -> None:
        """Each person finishes what they are about, which may need the server."""
        self._ending.set()

    async def run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=20)
        connector = aiohttp.TCPConnector(limit=40)
        async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
            shops = [self._shop(number, key, session) for number, key in enumerate(self.keys)]
            await asyncio.gather(*(busy for shop in shops for busy in shop))

    def _shop(self, number: int, key: str, session: aiohttp.ClientSession) -> list[Any]:
        people = [Person(f"shop{number}-person{person}@example.com") for person in range(self.persons)]
        few, many = people[: self.persons // 2], people[self.persons // 2 :]
        chance = random.Random(f"{self.seed}-{number}")  # noqa: S311  (repeatable)
        return [self._be_busy([person], key, session, chance, size=1) for person in few] + [
            self._be_busy(many, key, session, chance, size=40)
        ]

    async def _be_busy(
        self,
        people: list[Person],
        key: str,
        session: aiohttp.ClientSession,
        chance: random.Random,
        *,
        size: int,
    ) -> None:
        """These people do `size` things at a time, told in one call."""
        while not self._ending.is_set():
            await asyncio.sleep(chance.uniform(0, 2 * self.pause))
            told = [chance.choice(people).next_event(chance) for _ in range(size)]
            events = [event for event, _ in told]
            await self._tell(events[0] if size == 1 else {"events": events}, key, session)
            self.accepted += [known for _, known in told]

    async def _tell(self, body: Any, key: str, session: aiohttp.ClientSession) -> None:
        """Again and again, until it is answered with 202."""
        while True:
            try:
                async with session.post(
                    f"{self.url}/api/v1/events", json=body, headers={"Authorization": f"Bearer {key}"}
                ) as response:
                    answer = await response.json()
                if response.status == 202 and not answer["rejected"]:
                    return
                if response.status not in (429, 503):
                    self.refused.append(f"{response.status} {answer}")
            except (OSError, TimeoutError, aiohttp.ClientError):
                pass
            await asyncio.sleep(TRY_AGAIN_AFTER)
