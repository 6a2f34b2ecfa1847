"""What the door is told about imports and answers, as the schema describes it."""

from datetime import datetime
from typing import Literal

from ninja import Schema
from pydantic import ConfigDict, Field


class Numbers(Schema):
    """How many rows came to what so far; `withheld` and `invalid` by their codes."""

    new: int = Field(ge=0, description="sent; in a rehearsal: would be")
    already_sent: int = Field(ge=0)
    duplicates: int = Field(ge=0, description="about the same customer or order as an earlier row")
    withheld: dict[str, int] = Field(examples=[{"no_consent": 12}])
    invalid: dict[str, int] = Field(examples=[{"email": 3}])


class RowNotSent(Schema):
    """A row that is not sent, and why."""

    row: int = Field(ge=1, description="as lines are counted, from 1")
    verdict: str = Field(examples=["withheld"])
    code: str = Field(examples=["no_consent"])
    field: str = Field(description="what is wrong in an invalid row")
    text: str


class ImportTold(Schema):
    """An import."""

    id: int = Field(examples=[12])
    kind: Literal["customers", "orders"]
    source: Literal["file", "api", "shop"]
    rehearse: bool = Field(description="once every row was judged, it waits for somebody to start it")
    state: str = Field(examples=["running"])
    rows: int = Field(ge=0)
    position: int = Field(ge=0, description="how many rows are through: rehearsed, or judged and queued")
    waiting: int = Field(ge=0, description="how many of its messages are still to be sent")
    counts: Numbers
    rate: float | None = Field(description="rows a second since it was started or resumed")
    seconds_left: int | None = Field(description="an estimate")
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    examples: list[RowNotSent] = Field(description="the first rows that are not sent", max_length=20)


class Wanted(Schema):
    """What is to become of an import."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["running", "paused", "cancelled"]
