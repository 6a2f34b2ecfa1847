"""People who use the panel, and the stores they may see. Not the shop's shoppers: those have tables of their own."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from ebexo.audit.actions import Action
from ebexo.audit.recording import record
from ebexo.stores.models import Store


class Users(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An operator: the person `ebexo manage createsuperuser` makes."""
        with transaction.atomic():
            user = self.create_user(email, password, is_operator=True, **fields)
            record(Action.USER_ADDED, subject=user.email, after={"role": "operator"})
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person with a login. An operator sees every store, anybody else those they are a member of.

    `platform_store` set: whoever the platform sends to this store. Such a user has no password, and an address that
    leads nowhere. `language` is that of the panel when they last logged in, empty as long as they have not.
    """

    email = models.EmailField(_("E-mail"), unique=True)
    is_operator = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    platform_store = models.OneToOneField(
        Store, on_delete=models.CASCADE, null=True, related_name="platform_user"
    )
    language = models.CharField(max_length=10, default="")

    USERNAME_FIELD = "email"
    objects = Users()

    def __str__(self) -> str:
        return self.platform_store.name if self.platform_store else self.email

    @property
    def is_staff(self) -> bool:
        """Whoever has a login may open the panel; what they see there is decided page by page."""
        return True

    def has_perm(self, permission: str, subject: object = None) -> bool:  # noqa: ARG002  (Django's shape)
        return self.is_active and self.is_operator

    def has_perms(self, permissions: list[str], subject: object = None) -> bool:
        return all(self.has_perm(permission, subject) for permission in permissions)

    def has_module_perms(self, app: str) -> bool:  # noqa: ARG002  (Django's shape)
        return self.is_active and self.is_operator


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    VIEWER = "viewer", _("Viewer")


class Member(models.Model):
    """The right to one store: an owner may change its settings, a viewer may read them."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="members")
    role = models.CharField(max_length=10, choices=Role.choices)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "store"], name="ebexo_member_once")]


class Link(models.Model):
    """An address that works once. Whoever opens it before `ends_at` is let in as `user`, or chooses their password."""

    class Purpose(models.TextChoices):
        PANEL = "panel"
        INVITATION = "invitation"
        RESET = "reset"

    digest = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="links")
    ends_at = models.DateTimeField()


class TwoFactor(models.Model):
    """Somebody's second step at the login: the secret that their app makes codes of.

    `last_step` is the 30 seconds whose code was used last: neither it nor an earlier one works again.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="two_factor")
    secret_encrypted = models.TextField()
    since = models.DateTimeField()
    last_step = models.BigIntegerField()


class RecoveryCode(models.Model):
    """A code that stands in once for one of the app's. Only a keyed hash is kept; a used one is gone."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, unique=True)


class Session(AbstractBaseSession):
    """A login, in a table of our own: a shop in the same database has its own."""

    @classmethod
    def get_session_store_class(cls) -> Any:
        from ebexo.panel.sessions import SessionStore

        return SessionStore


class LoginAttempt(models.Model):
    """A login that failed lately, or is being tried. `key` is a keyed hash of address and e-mail."""

    key = models.CharField(max_length=64)
    attempted_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["key"], name="ebexo_login_attempt_key")]
