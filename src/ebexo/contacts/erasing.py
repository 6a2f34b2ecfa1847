"""Forgetting a person, and knowing them again only by their hashes."""

from datetime import datetime
from typing import Protocol

from ebexo.contacts.models import Acquaintance, Contact, Return, StatusChange
from ebexo.events import ConsentAnswer, StoreEvent


def forget(contact: Contact, *, erased_at: datetime) -> None:
    """Remove what is known of the person. Their hashes stay, so that no import and no late event revives them.

    So does the moment of their last opt-out: should they come back, the automatic mode must not opt them in again.
    """
    for rows in (Acquaintance, StatusChange, Return):
        rows.objects.filter(contact=contact).delete()
    newest = max(contact.forgotten_at or erased_at, erased_at)
    contact.erased_at, contact.forgotten_at, contact.bought_at = newest, newest, None
    contact.save(update_fields=["erased_at", "forgotten_at", "bought_at"])


def forget_anew(contact: Contact, *, erased_at: datetime) -> None:
    """The person is erased, and asked for it again: only what happens after that lets them back in."""
    if contact.erased_at is not None and contact.erased_at < erased_at:
        contact.erased_at = contact.forgotten_at = erased_at
        contact.save(update_fields=["erased_at", "forgotten_at"])


class Forgettable(Protocol):
    """A contact, or what of it says whether they asked to be forgotten."""

    erased_at: datetime | None
    forgotten_at: datetime | None


def is_forgotten(contact: Forgettable, event: StoreEvent) -> bool:
    """Is this event none that may be told: the person is erased, or came back and it happened before the erasure?"""
    if contact.erased_at is not None:
        return True
    return contact.forgotten_at is not None and event.latest_moment <= contact.forgotten_at


def answers_to_keep(contact: Contact, event: StoreEvent) -> list[ConsentAnswer]:
    """The answers in this event that an erasure has not wiped out."""
    if contact.erased_at is not None:
        return []
    wiped_out_till = contact.forgotten_at
    return [answer for answer in event.consents if wiped_out_till is None or answer.at > wiped_out_till]


def let_back_in(contact: Contact, event: StoreEvent, *, came_back_at: datetime | None) -> None:
    """Lift the suppression if the person did something of their own after the erasure, and keep why."""
    if contact.erased_at is None or came_back_at is None or came_back_at <= contact.erased_at:
        return
    Return.objects.create(
        store_id=contact.store_id,
        contact=contact,
        event_id=event.id,
        event_type=event.type,
        erased_at=contact.erased_at,
        at=came_back_at,
    )
    contact.erased_at = None
    contact.save(update_fields=["erased_at"])


def note_opt_out(contact: Contact, *, at: datetime | None) -> None:
    """Remember when the person last opted out; an older opt-out changes nothing."""
    if at is not None and (contact.opted_out_at is None or at > contact.opted_out_at):
        contact.opted_out_at = at
        contact.save(update_fields=["opted_out_at"])
