"""Shops that tell events to several webs, one person's one after the other, and remember what was accepted."""

import asyncio
import itertools
import random
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp

from bench.chaos.checker import Accepted, applications
from bench.chaos.load import Person

AGAIN_AFTER = 0.1
ANSWER_WITHIN = 20


@dataclass
class Shops:
    """`with Shops(…)`: busy until the block ends; then everybody finishes what they are about.

    Each call goes to the next web in turn. Whoever is refused, cut off or asked to wait repeats it with the same id
    at the next one, and their next event comes only after that.
    """

    webs: Sequence[str]
    keys: Sequence[str]
    persons: int = 6
    pause: float = 0.5
    accepted: list[Accepted] = field(default_factory=list)
    repeated: int = 0
    refused: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._ending = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ending.set()
        self._thread.join(60)
        assert not self._thread.is_alive(), "A shop is not answered."

    async def _run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            people = [
                self._be_busy(Person(f"shop{number}-person{one}@example.com"), key, session)
                for number, key in enumerate(self.keys)
                for one in range(self.persons)
            ]
            await asyncio.gather(*people)

    async def _be_busy(self, person: Person, key: str, session: aiohttp.ClientSession) -> None:
        chance, webs = random.Random(person.email), itertools.cycle(self.webs)
        while not self._ending.is_set():
            await asyncio.sleep(chance.uniform(0, 2 * self.pause))  # shoppers come at irregular moments
            event, known = person.next_event(chance)
            while not await self._is_accepted(event, f"http://{next(webs)}/api/v1/events", key, session):
                self.repeated += 1
                await asyncio.sleep(AGAIN_AFTER)  # as a shop does that got no answer
            self.accepted.append(known)

    async def _is_accepted(self, event: Any, url: str, key: str, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.post(url, json=event, headers={"Authorization": f"Bearer {key}"}) as response:
                answer = await response.text()
        except (OSError, TimeoutError, aiohttp.ClientError):
            return False
        if response.status not in (202, 429, 503):
            self.refused.append(f"{response.status} {answer}")
        return response.status == 202


def told_twice(accepted: Iterable[Accepted], journal: Iterable[Mapping[str, Any]]) -> list[str]:
    """Events that the far side applied more than once, by its journal."""
    known = {(one.kind, one.reference): one for one in accepted if one.arrives}
    times = Counter(
        (one.contact, number) for one in applications(journal, known=known) for number in one.numbers
    )
    return [f"{contact} {number}" for (contact, number), count in times.items() if count > 1]
