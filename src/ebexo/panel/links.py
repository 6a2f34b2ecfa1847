"""Addresses that work once: the way into the panel from a platform's menu, and to choosing a password."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from ebexo.panel.models import Link, User
from ebexo.stores.tokens import digest

LASTS = {
    Link.Purpose.PANEL: timedelta(seconds=60),
    Link.Purpose.INVITATION: timedelta(days=7),
    Link.Purpose.RESET: timedelta(hours=1),
}
PAGES = {
    Link.Purpose.PANEL: "admin:enter",
    Link.Purpose.INVITATION: "admin:invitation",
    Link.Purpose.RESET: "admin:reset",
}
TO_A_PASSWORD = (Link.Purpose.INVITATION, Link.Purpose.RESET)


@dataclass(frozen=True)
class NewLink:
    """The whole address, which can't be shown again, and until when it works."""

    url: str
    ends_at: datetime


def new_link(user: User, purpose: Link.Purpose, *, base: str, now: datetime) -> NewLink:
    """One more link for this person, below the address `base`. Only the hash of its token is kept.

    The token stands in the query: addresses are logged without it.
    A new link to choosing a password takes the place of the former ones; links to the panel stand beside each other.
    """
    token, ends_at = secrets.token_urlsafe(32), now + LASTS[purpose]
    with transaction.atomic():
        Link.objects.filter(ends_at__lte=now).delete()
        if purpose in TO_A_PASSWORD:
            Link.objects.filter(user=user, purpose=purpose).delete()
        Link.objects.create(digest=digest(token), purpose=purpose, user=user, ends_at=ends_at)
    return NewLink(f"{base}{reverse(PAGES[purpose])}?token={token}", ends_at)


def person_of_link(token: str, purpose: Link.Purpose, *, now: datetime) -> User | None:
    """Whom this link is for; None if it was used, is too old, or never was."""
    links = Link.objects.select_related("user__platform_store")
    found = links.filter(digest=digest(token), purpose=purpose, ends_at__gt=now, user__is_active=True).first()
    return found.user if found else None


def drop_password_links(user: User) -> None:
    """Whoever has just chosen a password needs no link to choosing one."""
    Link.objects.filter(user=user, purpose__in=TO_A_PASSWORD).delete()


def use_link(token: str, purpose: Link.Purpose, *, now: datetime) -> User | None:
    """Whom this link is for, once: from now on it leads nowhere. Of several at the same time only one is answered."""
    person = person_of_link(token, purpose, now=now)
    used, _rows = Link.objects.filter(digest=digest(token), purpose=purpose).delete()
    return person if used else None
