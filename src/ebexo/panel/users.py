"""Who has a login, and what it lets them do."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from ebexo.panel.models import Member, Role, User
from ebexo.stores.models import Store

NOWHERE = "platform.invalid"
"""The domain of those who have no e-mail of their own. Mail to it is never delivered (RFC 2606)."""


class IsOperator(Exception):
    """An operator sees and changes every store already; no narrower role can be added to that."""


@dataclass(frozen=True)
class Right:
    """One line of what somebody may do: `role` is operator, owner or viewer; an operator's store is None."""

    role: str
    store: Store | None


def people() -> QuerySet[User]:
    """Everybody with a login of their own, by e-mail. Whoever a platform sends has none."""
    return User.objects.filter(platform_store=None).order_by("email")


def rights_of(user: User) -> list[Right]:
    """What this person may do, store by store."""
    if user.is_operator:
        return [Right("operator", None)]
    members: Iterable[Member] = user.memberships.select_related("store").order_by("store__name", "pk")
    return [Right(member.role, member.store) for member in members]


def add_operator(email: str) -> User:
    """The login of this e-mail, made if there is none, with the right to every store."""
    with transaction.atomic():
        user = _login(email)
        user.is_operator = True
        user.save(update_fields=["is_operator"])
    return user


def add_member(email: str, *, store: Store, role: Role) -> User:
    """The login of this e-mail, made if there is none, with this role in the store. Raises IsOperator."""
    with transaction.atomic():
        user = _login(email)
        if user.is_operator:
            raise IsOperator
        Member.objects.update_or_create(user=user, store=store, defaults={"role": role})
    return user


def platform_user(store: Store) -> User:
    """Whoever the platform sends to this store: an owner of it, without a password."""
    with transaction.atomic():
        unusable = User(email=f"{store.handle}@{NOWHERE}", platform_store=store)
        unusable.set_unusable_password()
        fields = {"email": unusable.email, "password": unusable.password}
        user, _made = User.objects.get_or_create(platform_store=store, defaults=fields)
        Member.objects.get_or_create(user=user, store=store, defaults={"role": Role.OWNER})
    return user


def logins_of_nothing_but(store: Store) -> QuerySet[User]:
    """People who have a login for this store alone."""
    elsewhere = Member.objects.exclude(store=store).values("user")
    return User.objects.filter(memberships__store=store, is_operator=False).exclude(pk__in=elsewhere)


def _login(email: str) -> User:
    """The login of this e-mail, switched on. A new one has no password until its owner chooses one."""
    user = people().filter(email=email.strip().lower()).first() or User.objects.create_user(email)
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
    return user
