"""Sending many jobs in few calls: contacts first, then the orders of those that SALESmanago has.

What a batch does not tell of a single job is found out by sending it again: in halves where it was turned down as a
whole, alone where SALESmanago left out just this one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from ebexo.contacts.knowledge import Known
from ebexo.delivery.calls import is_history
from ebexo.delivery.errand import OrderErrand
from ebexo.delivery.job import Job
from ebexo.delivery.result import NotNow, Result, Turn, delivered, failed, not_sent
from ebexo.delivery.telling.contacts import Story
from ebexo.delivery.telling.events import contact_comes_first
from ebexo.delivery.telling.lookup import addresses, is_needed, seen
from ebexo.outbox.states import Outcome, State
from salesmanago import (
    AddEvent,
    Client,
    ContactsUpserted,
    EventsAdded,
    OutcomeUnknown,
    Refused,
    SalesmanagoError,
)

T = TypeVar("T")
LOOKED_UP_AT_ONCE = 50
"""No limit is published for asking by address; fifty is what SALESmanago takes where it says so."""


async def transfer_batch(jobs: Sequence[Job], client: Client, *, turn: Turn, now: datetime) -> list[Result]:
    """Tell SALESmanago what these jobs have to tell. Never raises a `SalesmanagoError`."""
    batch = Batch([Passenger(job, job.known) for job in jobs], client, turn, now)
    try:
        await batch.look_up()
        await batch.tell_contacts()
        await batch.tell_orders()
    except NotNow:
        for passenger in batch.aboard:
            was_called = passenger.told is not None  # of the contact, though not yet of the order
            passenger.leave(replace(not_sent(passenger.job).outcome, was_called=was_called))
    return [passenger.result for passenger in batch.passengers]


@dataclass
class Passenger:
    """A job in a batch. `known` is what SALESmanago knows of the contact, `told` the same once it was told by us."""

    job: Job
    known: Known | None
    told: Known | None = None
    notes: tuple[str, ...] = ()
    outcome: Outcome | None = None
    error: SalesmanagoError | None = None

    def leave(self, outcome: Outcome, error: SalesmanagoError | None = None) -> None:
        """Nothing more is done for this job now."""
        self.outcome, self.error = outcome, error

    @property
    def tells_contact(self) -> bool:
        return self.job.errand is None or self.known is None or contact_comes_first(self.job, self.known)

    @property
    def result(self) -> Result:
        if self.outcome is None:
            raise ValueError("the job is still on its way")
        return Result(self.job, self.outcome, known=self.told, error=self.error)


@dataclass
class Batch:
    """Jobs on their way together."""

    passengers: Sequence[Passenger]
    client: Client
    turn: Turn
    now: datetime

    @property
    def aboard(self) -> list[Passenger]:
        return [passenger for passenger in self.passengers if passenger.outcome is None]

    async def look_up(self) -> None:
        """Ask what SALESmanago knows of the people who were never sent."""
        unknown = [one for one in self.passengers if one.tells_contact and is_needed(one.job)]
        groups = [
            unknown[start : start + LOOKED_UP_AT_ONCE] for start in range(0, len(unknown), LOOKED_UP_AT_ONCE)
        ]
        await asyncio.gather(*(self._look_up(group) for group in groups))

    async def tell_contacts(self) -> None:
        """One call for the contacts; those that only had that to tell are through with it.

        Of history, no rule and no workflow is started; it has a call of its own.
        """
        passengers = [one for one in self.aboard if one.tells_contact]
        for of_past in (False, True):
            alike = [one for one in passengers if is_history(one.job) is of_past]
            if alike:
                await self._tell_contacts(alike, fire_events=not of_past)

    async def _tell_contacts(self, passengers: Sequence[Passenger], *, fire_events: bool) -> None:
        stories = [Story.of(one.job, one.known) for one in passengers]

        async def tell() -> ContactsUpserted:
            return await self.client.upsert_contacts(
                [story.request for story in stories], fire_events=fire_events
            )

        def read(answer: ContactsUpserted) -> None:
            for one, story in zip(passengers, stories, strict=True):
                contact_id = answer.contact_ids.get(story.request.email)
                if contact_id is None:
                    one.leave(_left_out())
                    continue
                one.told, one.notes = story.now_known(contact_id, now=self.now), story.notes
                if one.job.errand is None:
                    excerpt = f"contactId {contact_id}"
                    one.leave(delivered(http_status=answer.http_status, excerpt=excerpt, notes=story.notes))

        await self._call(passengers, tell, read, was_told=True)

    async def tell_orders(self) -> None:
        """One call for the orders of those who are still aboard."""
        passengers = self.aboard
        if not passengers:
            return

        async def tell() -> EventsAdded:
            return await self.client.add_events([_event(one) for one in passengers])

        def read(answer: EventsAdded) -> None:
            left_out = [one for one in passengers if _address(one) in answer.failed_contacts]
            all_named = answer.failed_amount <= len(left_out)
            for one in passengers:
                told = delivered(http_status=answer.http_status, notes=one.notes) if all_named else _unsure()
                one.leave(_left_out() if one in left_out else told)

        await self._call(passengers, tell, read, was_told=True)

    async def _look_up(self, group: Sequence[Passenger]) -> None:
        async def ask() -> Sequence[Known | None]:
            found = await self.client.basic_contacts([email for one in group for email in addresses(one.job)])
            return [seen(one.job, found, now=self.now) for one in group]

        def read(answer: Sequence[Known | None]) -> None:
            for one, known in zip(group, answer, strict=True):
                one.known = known

        await self._call(group, ask, read, was_told=False)

    async def _call(
        self,
        passengers: Sequence[Passenger],
        call: Callable[[], Awaitable[T]],
        read: Callable[[T], None],
        *,
        was_told: bool,
    ) -> None:
        """Where the call fails, its passengers are through for now.

        A refusal of them all is tried again in halves, and so is what may have taken too long because of its size.
        """
        await self.turn()
        try:
            read(await call())
        except Refused as error:
            for one in passengers:
                one.leave(_halved(one.job, error, size=_half(passengers)), error)
        except SalesmanagoError as error:
            too_large = isinstance(error, OutcomeUnknown) and was_told
            for one in passengers:
                outcome = failed(error, one.job, was_told=was_told)
                one.leave(replace(outcome, largest_batch=_half(passengers)) if too_large else outcome, error)


def _event(passenger: Passenger) -> AddEvent:
    errand = passenger.job.errand
    if not isinstance(errand, OrderErrand):
        raise TypeError("only orders share a call")
    return AddEvent(errand.event, email=_address(passenger))


def _address(passenger: Passenger) -> str:
    known = passenger.told or passenger.known
    return known.email if known else passenger.job.event.person.email


def _left_out() -> Outcome:
    """SALESmanago took others of the call and not this one: alone it will say why."""
    return Outcome(State.WAITING, kind="left_out", reason="left_out", http_status=200, largest_batch=1)


def _unsure() -> Outcome:
    """Some of the call were not taken, and which is not said: each is looked for."""
    return Outcome(
        State.WAITING,
        kind="unknown",
        reason="outcome_unknown",
        http_status=200,
        in_doubt=True,
        largest_batch=1,
    )


def _half(passengers: Sequence[Passenger]) -> int:
    return max(1, (len(passengers) + 1) // 2)


def _halved(job: Job, error: Refused, *, size: int) -> Outcome:
    """Turned down without a word about which of them: the half without the culprit will pass."""
    outcome = failed(error, job, was_told=True)
    return Outcome(
        State.WAITING,
        kind=outcome.kind,
        reason="batch_refused",
        http_status=outcome.http_status,
        error="SALESmanago refuses the whole batch",
        largest_batch=size,
    )
