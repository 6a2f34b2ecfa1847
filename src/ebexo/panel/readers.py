"""Who is written to about a store, and in which language."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet

from ebexo.panel.models import Role, User
from ebexo.panel.users import people
from ebexo.stores.models import Store

FEW_STORES = 10
"""In an installation with more, operators are not written to: they have the metrics, and too many letters."""


@dataclass(frozen=True)
class Reader:
    number: int
    email: str
    language: str


def readers_of(store: Store) -> list[Reader]:
    """The owners of the store; where it has none, the operators, if the installation has but a few stores."""
    users = list(_owners(store))
    if not users and Store.objects.count() <= FEW_STORES:
        users = list(people().filter(is_operator=True, is_active=True))
    return [Reader(user.pk, user.email, user.language or settings.LANGUAGE_CODE) for user in users]


def _owners(store: Store) -> QuerySet[User]:
    """Whoever comes from a platform's menu has no e-mail of their own."""
    return people().filter(is_active=True, memberships__store=store, memberships__role=Role.OWNER)
