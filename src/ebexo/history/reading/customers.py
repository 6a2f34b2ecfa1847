"""From the row of a table to the customer it tells of."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from ebexo.history.reading import fields
from ebexo.history.reading.fields import consent_of, plain
from ebexo.history.reading.judging import Judged, judge
from ebexo.history.reading.lookups import STATES
from ebexo.history.reading.table import Line
from ebexo.history.reading.types import Problem
from ebexo.history.reading.values import answer, is_no_moment, moment, phone
from ebexo.history.reading.words import Note, ProblemCode

_TEXTS = ("id", "email", "company", "language", "birth_date")
_ADDRESS = ("postal_code", "city", "region", "country")
_STATES = {plain(word): state for state, words in STATES.items() for word in words}
TYPE = "customer.updated"


@dataclass(frozen=True)
class Person:
    """What a row says of somebody."""

    customer: dict[str, Any]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def customer(line: Line, *, zone: tzinfo, now: datetime | None) -> Judged:
    """The row as an event that tells a customer."""
    person = person_in(line, zone=zone)
    told: dict[str, Any] = {"type": TYPE, "customer": person.customer}
    if occurred_at := moment_in(line, fields.OCCURRED_AT, zone):
        told["occurred_at"] = occurred_at
    consents, undated = _consents(line, person.customer.get("created_at"), zone)
    if consents:
        told["consents"] = consents
    return judge(
        told,
        now=now,
        header_of=lambda field: _header(line, field, consents),
        problems=(*person.problems, *undated),
        notes=person.notes,
    )


def person_in(line: Line, *, zone: tzinfo) -> Person:
    """The customer in this row, without what it leaves open."""
    email, number, state = line[fields.EMAIL], line[fields.PHONE], line[fields.STATE]
    usable_phone = phone(number)
    known_state = _STATES.get(plain(state))
    told: dict[str, Any] = {name: line[f"customer.{name}"] for name in _TEXTS}
    told |= _names(line) | {"phone": usable_phone, "state": known_state}
    told |= {"created_at": moment_in(line, fields.CREATED_AT, zone), "address": _address(line)}
    told["properties"] = _properties(line)
    several = (Problem(line.columns.header(fields.EMAIL), ProblemCode.SEVERAL_EMAILS),)
    notes = {Note.PHONE: usable_phone is None, Note.STATE: bool(state) and known_state is None}
    return Person(
        {name: value for name, value in told.items() if value},
        several if email.count("@") > 1 else (),
        tuple(note for note, is_due in notes.items() if is_due),
    )


def moment_in(line: Line, field: str, zone: tzinfo) -> str:
    """The moment in this column as ISO 8601; empty where there is none."""
    text = line[field]
    return "" if is_no_moment(text) else moment(text, zone)


def _names(line: Line) -> dict[str, str]:
    """One name in one cell is parted behind its first word; SALESmanago gets both in one again."""
    first, last = line[fields.FIRST_NAME], line[fields.LAST_NAME]
    if not (first or last):
        first, _, last = line[fields.FULL_NAME].partition(" ")
    return {"first_name": first, "last_name": last.strip()}


def _address(line: Line) -> dict[str, str]:
    house = "/".join(filter(None, (line[fields.BUILDING], line[fields.APARTMENT])))
    told = {"street": " ".join(filter(None, (line[fields.STREET], house)))}
    told |= {part: line[f"customer.address.{part}"] for part in _ADDRESS}
    return {name: value for name, value in told.items() if value}


def _properties(line: Line) -> dict[str, str]:
    told = {field: line[field] for field in line.columns.beginning_with(fields.PROPERTY)}
    return {field.removeprefix(fields.PROPERTY): value for field, value in told.items() if value}


def _consents(
    line: Line, created_at: str | None, zone: tzinfo
) -> tuple[list[dict[str, Any]], tuple[Problem, ...]]:
    """The answers in this row. One without a date is as old as the account: it must not outdo a later decision."""
    told, undated = [], []
    for field in line.columns.beginning_with(fields.CONSENT):
        code, part = consent_of(field)
        if part or not (said := line[field]):
            continue
        at = moment_in(line, f"{field}.at", zone) or created_at
        if not at:
            undated.append(Problem(line.columns.header(field), ProblemCode.CONSENT_WITHOUT_MOMENT))
            continue
        evidence = {name: line[f"{field}.{name}"] for name in ("ip", "source")}
        found = {name: value for name, value in evidence.items() if value}
        told.append({"code": code, "granted": answer(said), "at": at, **found})
    return told, tuple(undated)


def _header(line: Line, field: str, consents: list[dict[str, Any]]) -> str:
    if not field.startswith(fields.CONSENT):
        return line.columns.header(field)
    place, _, part = field.removeprefix(fields.CONSENT).partition(".")
    name = f"{fields.CONSENT}{consents[int(place)]['code']}" if place.isdigit() else field
    is_evidence = part in ("at", "ip", "source") and f"{name}.{part}" in line.columns.places
    return line.columns.header(f"{name}.{part}" if is_evidence else name)
