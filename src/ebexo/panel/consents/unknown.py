"""Codes that came with events although the store has no consent for them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextField
from django.db.models.functions import Cast

from ebexo.consents.models import Consent
from ebexo.outbox.models import Message

NOTE = "unknown_consent:"
LOOKED_AT = 5000
"""So many of the newest events are looked at, however many a store has told."""


@dataclass(frozen=True)
class UnknownCode:
    code: str
    events: int
    last_at: datetime


def unknown_codes(store_id: int) -> list[UnknownCode]:
    """Each such code with how many of the newest events carried it and when the last one came, the most frequent first.

    A code that has got its consent meanwhile is left out.
    """
    known = set(Consent.objects.filter(store_id=store_id).values_list("code", flat=True))
    moments: dict[str, list[datetime]] = {}
    for notes, accepted_at in _noted(store_id):
        for code in {note.removeprefix(NOTE) for note in notes if note.startswith(NOTE)} - known:
            moments.setdefault(code, []).append(accepted_at)
    found = [UnknownCode(code, len(all_of_it), max(all_of_it)) for code, all_of_it in moments.items()]
    return sorted(found, key=lambda unknown: (-unknown.events, unknown.code))


def _noted(store_id: int) -> Iterator[tuple[list[str], datetime]]:
    """Notes and moments of the newest events that have such a note; the database reads no others."""
    newest = Message.objects.filter(store_id=store_id).order_by("-accepted_at").values("pk")[:LOOKED_AT]
    noted = Message.objects.annotate(written=Cast("notes", TextField())).filter(
        pk__in=newest, written__contains=NOTE
    )
    return noted.values_list("notes", "accepted_at").iterator()
