"""A store with owners, its troubles, and a mail server that may fail."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from ebexo.outbox.models import Lane, Message
from ebexo.panel.models import Member, Role, User
from ebexo.platform import alerting
from ebexo.stores.models import Store


@pytest.fixture(autouse=True)
def _in_english_and_quickly(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def owner(store: Store) -> User:
    return a_member(store, "anna@olcha.example")


@pytest.fixture
def member() -> Callable[..., User]:
    return a_member


def a_member(store: Store, email: str, role: Role = Role.OWNER, **more: Any) -> User:
    user = User.objects.create_user(email, "dobre-haslo-do-panelu", **more)
    Member.objects.create(user=user, store=store, role=role)
    return user


class Clock:
    """The time of day, as far as alerts go by it. `look` is a look at it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = timezone.now()
        monkeypatch.setattr("django.utils.timezone.now", lambda: self.now)

    def look(self, *, minutes: float = 0) -> list[str]:
        """After so many minutes more; the subjects of the letters that came of it, with whom they went to."""
        self.now += timedelta(minutes=minutes)
        before = len(mail.outbox)
        alerting.look()
        return [f"{letter.to[0]}: {letter.subject}" for letter in mail.outbox[before:]]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def lane(store: Store) -> Callable[..., None]:
    """Change the store's lane, there from the first call on."""

    def change(of: Store = store, **fields: Any) -> None:
        Lane.objects.update_or_create(store=of, defaults=fields)

    return change


@pytest.fixture
def a_message(store: Store, lane: Callable[..., None]) -> Callable[..., None]:
    """A message in some state, accepted or ended `at`."""
    lane()

    def add(state: str, at: datetime, *, number: int) -> None:
        done_at = None if state in ("waiting", "in_flight") else at
        Message.objects.create(
            store=store,
            event_id=f"event-{number}",
            type="customer.updated",
            payload_sha="",
            occurred_at=at,
            accepted_at=at,
            state=state,
            done_at=done_at,
        )

    return add
