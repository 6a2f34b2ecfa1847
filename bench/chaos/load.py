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

from bench.chaos.checker import CANCELLATION, CART, PURCHASE, RETURN, Accepted

MOST_STEPS = 40
"""Of one person's orders: SALESmanago's list of events is trusted to be whole up to fifty."""
TRY_AGAIN_AFTER = 0.1
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Bought:
    """An order of a person, and what became of it."""

    number: str
    total: int
    returns: int = 0
    is_cancelled: bool = False

    def next_step(self, chance: random.Random) -> tuple[str, dict[str, Any], str, bool]:
        """Event type, the order of the event, its reference, and whether it may be sent.

        Half of it comes back, and then the other half; or it is cancelled. Now and then, and always after that,
        something is told that may not be sent: that it is cancelled once more, or a return of more than was bought.
        """
        order = {"number": self.number, "total": self.total, "items": [{"product_id": "bought"}]}
        is_wrong = self.is_cancelled or self.returns == 2 or chance.random() < 0.2
        cancels = chance.random() < 0.5
        if cancels and is_wrong == (self.is_cancelled or self.returns > 0):
            self.is_cancelled = self.is_cancelled or not is_wrong
            return "order.cancelled", order, self.number, not is_wrong
        number = f"{self.number}-{'all' if is_wrong else self.returns}"
        total = self.total * 2 if is_wrong else self.total / 2
        self.returns += not is_wrong
        return "order.returned", order | {"total": total, "return_number": number}, number, not is_wrong


@dataclass
class Person:
    """Somebody of a shop; `told` is the number of their events so far."""

    email: str
    told: int = 0
    steps: int = 0
    orders: list[Bought] = field(default_factory=list)

    def next_event(self, chance: random.Random) -> tuple[dict[str, Any], Accepted]:
        """The next thing this person does, and what the checker is to know of it."""
        self.told += 1
        act = chance.choices(
            [self._updates, self._fills_cart, self._buys, self._regrets], weights=[7, 1, 1, 1]
        )[0]
        if act in (self._buys, self._regrets):
            act = self._updates if self.steps == MOST_STEPS else act
        told, known = act(chance)
        event: dict[str, Any] = {
            "id": f"{self.email.partition('@')[0]}-{self.told}",
            "occurred_at": (_EPOCH + timedelta(minutes=self.told)).isoformat(),
            "customer": {"email": self.email},
        }
        return event | told, known

    def _updates(self, _: random.Random) -> tuple[dict[str, Any], Accepted]:
        customer = {"email": self.email, "properties": {f"seq_{self.told}": "1"}}
        return {"type": "customer.updated", "customer": customer}, Accepted(self.email, self.told)

    def _fills_cart(self, _: random.Random) -> tuple[dict[str, Any], Accepted]:
        cart = {"id": f"cart-{self.email}", "items": [{"product_id": f"item-{self.told}"}], "total": 1}
        known = Accepted(self.email, self.told, CART, f"cart-{self.email}")
        return {"type": "cart.product_added", "cart": cart}, known

    def _buys(self, _: random.Random) -> tuple[dict[str, Any], Accepted]:
        self.steps += 1
        self.orders.append(Bought(f"order-{len(self.orders) + 1}-{self.email}", total=self.told))
        number = self.orders[-1].number
        order = {"number": number, "total": self.told, "items": [{"product_id": "bought"}]}
        return {"type": "order.placed", "order": order}, Accepted(self.email, self.told, PURCHASE, number)

    def _regrets(self, chance: random.Random) -> tuple[dict[str, Any], Accepted]:
        """Whoever has not bought anything yet cancels an order that nobody placed."""
        self.steps += 1
        bought = chance.choice(self.orders or [Bought(f"no-order-{self.email}", total=1, is_cancelled=True)])
        event_type, order, reference, arrives = bought.next_step(chance)
        kind = CANCELLATION if event_type == "order.cancelled" else RETURN
        known = Accepted(self.email, self.told, kind, reference, arrives=arrives)
        return {"type": event_type, "order": order}, known


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
            await asyncio.sleep(chance.uniform(0, 2 * self.pause))  # shoppers come at irregular moments
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
            await asyncio.sleep(TRY_AGAIN_AFTER)  # as a shop does that got no answer
