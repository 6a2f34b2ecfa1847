"""SALESmanago's words without the person they are about: they end up in front of merchants and in logs."""

from collections.abc import Iterator
from typing import Any

from ebexo.contacts.knowledge import Known
from salesmanago import ContactUpsert
from salesmanago.redaction import Redaction

SHORTEST = 3
"""Shorter texts (a country, a language) name nobody, and blotting them out would leave nothing to read."""


def without_the_person(text: str | None, request: ContactUpsert) -> str | None:
    """`text` with everything blotted out that `request` tells of the contact, in whatever case it comes back."""
    told = [value for value in _texts(request.to_wire()) if len(value) >= SHORTEST]
    parts = [part for value in told for part in value.split() if len(part) >= SHORTEST]
    return Redaction(*told, *parts).quotation(text) if text else None


def without_the_visitor(text: str | None, known: Known) -> str | None:
    """The same for an event, which names nobody but by address or contact id."""
    return Redaction(known.email, known.contact_id).quotation(text) if text else None


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for name, item in value.items():
                if name not in ("tags", "state"):
                    yield from _texts(item)
        case list():
            for item in value:
                yield from _texts(item)
