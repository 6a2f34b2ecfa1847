"""Who has a login, and what it lets them do."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from ebexo.audit.actions import Action
from ebexo.audit.recording import record
from ebexo.panel.access import home_of
from ebexo.panel.deleting import delete
from ebexo.panel.models import Member, Role, User
from ebexo.stores.models import Store

OPERATOR = "operator"
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
        return [Right(OPERATOR, None)]
    members: Iterable[Member] = user.memberships.select_related("store").order_by("store__name", "pk")
    return [Right(member.role, member.store) for member in members]


def add_operator(email: str) -> User:
    """The login of this e-mail, made if there is none, with the right to every store."""
    with transaction.atomic():
        user = _login(email)
        action = Action.PASSWORD_LINK_MADE if user.is_operator else Action.USER_ADDED
        user.is_operator = True
        user.save(update_fields=["is_operator"])
        record(action, subject=user.email, after={"role": OPERATOR})
    return user


def add_member(email: str, *, store: Store, role: Role) -> User:
    """The login of this e-mail, made if there is none, with this role in the store. Raises IsOperator."""
    with transaction.atomic():
        user = _login(email)
        if user.is_operator:
            raise IsOperator
        former = Member.objects.filter(user=user, store=store).first()
        Member.objects.update_or_create(user=user, store=store, defaults={"role": role})
        before, after = {"role": former.role} if former else {}, {"role": str(role)}
        record(_adding(former, role), store_id=store.pk, subject=user.email, before=before, after=after)
    return user


def remove_login(user: User) -> None:
    """Nobody logs in with this e-mail any more; whoever is logged in with it is out."""
    with transaction.atomic():
        record(Action.LOGIN_REMOVED, store_id=home_of(user), subject=user.email)
        delete(User.objects.filter(pk=user.pk))


def remove_member(user: User, store: Store) -> bool:
    """Take this store away from somebody; their login stays. False: they are no member of it."""
    with transaction.atomic():
        taken, _rows = user.memberships.filter(store=store).delete()
        if taken:
            record(Action.USER_TAKEN_OFF, store_id=store.pk, subject=user.email)
    return bool(taken)


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


def _adding(former: Member | None, role: Role) -> Action:
    """Who is added once more gets a new link to choosing a password, and perhaps another role."""
    if former is None:
        return Action.USER_ADDED
    return Action.USER_ROLE_CHANGED if former.role != role else Action.PASSWORD_LINK_MADE


def _login(email: str) -> User:
    """The login of this e-mail, switched on. A new one has no password until its owner chooses one."""
    user = people().filter(email=email.strip().lower()).first() or User.objects.create_user(email)
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
    return user
