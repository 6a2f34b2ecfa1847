"""The shapes of the door's answers, as its schema describes them."""

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import ConfigDict, Field

from ebexo.ingest.changes import AT_ONCE


class FieldError(Schema):
    """A field at fault."""

    pointer: str = Field(description="JSON pointer (RFC 6901); empty for the whole event")
    detail: str


class Problem(Schema):
    """RFC 9457. Nothing was accepted, and `detail` says why."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Unprocessable Entity"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["The event can't be accepted."])
    errors: list[FieldError] = Field(default_factory=list, description="only where fields are at fault")


class Rejected(Schema):
    """An event of a list that was not accepted."""

    index: int = Field(ge=0, description="its place in the list, from 0")
    problem: Problem


class ListProblem(Problem):
    """The problem document of a list of which nothing was accepted names what is wrong with each event."""

    rejected: list[Rejected] = Field(default_factory=list, description="only for a list")


class Accepted(Schema):
    """What was accepted is on disk."""

    accepted: int = Field(ge=0, examples=[1])
    duplicates: int = Field(ge=0, description="told before; nothing was added", examples=[0])
    rejected: list[Rejected] = Field(description="always empty for an event told alone")


class ReasonTold(Schema):
    code: str = Field(examples=["no_consent"])
    text: str


class AttemptTold(Schema):
    """One call to SALESmanago."""

    at: datetime
    outcome: str | None = Field(description="null while the call is on its way", examples=["delivered"])
    http_status: int | None = Field(examples=[200])
    text: str = Field(examples=["SALESmanago acknowledged it."])


class Fate(Schema):
    """What became of a store event."""

    id: str
    type: str = Field(examples=["customer.registered"])
    state: str = Field(examples=["delivered"])
    reason: ReasonTold | None
    notes: list[str]
    superseded_by: str | None = Field(description="the id of the event that carries this one's news")
    attempts: list[AttemptTold] = Field(description="oldest first")


class Person(Schema):
    """What is known of a person."""

    contact_id: str | None = Field(description="SALESmanago's id of the contact; null before they were told")
    status: str | None = Field(examples=["opt_in"])
    waiting: int = Field(ge=0, description="how many of their events are still to be sent")


class Change(Schema):
    """A status that SALESmanago told us."""

    cursor: int
    at: datetime
    customer_id: str | None
    email: str | None
    channel: str = Field(examples=["email"])
    status: str = Field(examples=["opt_out"])
    source: str = Field(examples=["callback"])


class Changes(Schema):
    changes: list[Change] = Field(description="oldest first", max_length=AT_ONCE)
    next: int = Field(ge=0, description="the cursor to go on from")


def answers(status: int, shape: type[Schema], *turned_down: int) -> dict[int, Any]:
    """What an operation may answer: its own, what every operation may, and these problem documents."""
    return {status: shape, **dict.fromkeys(sorted((401, 500, 503, *turned_down)), Problem)}
