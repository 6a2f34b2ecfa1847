"""Who we work for: stores, the keys they knock with, and their SALESmanago account."""

import hashlib
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ebexo.secrets import decrypt, encrypt
from ebexo.stores.tokens import new_handle, new_public_key, new_signing_secret


class Store(models.Model):
    """One merchant's shop; the tenant. Everything belongs to exactly one store.

    `removal_began_at` set: it is being removed, and what guards its records lets them go.
    """

    handle = models.CharField(max_length=40, unique=True, default=new_handle)
    public_key = models.CharField(max_length=40, unique=True, default=new_public_key)
    name = models.CharField(max_length=200)
    signing_secret_encrypted = models.TextField()
    former_signing_secret_encrypted = models.TextField(default="")
    former_signing_secret_ends_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    removal_began_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.signing_secret_encrypted = self.signing_secret_encrypted or encrypt(new_signing_secret())
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came

    @property
    def signing_secret(self) -> str:
        return decrypt(self.signing_secret_encrypted)


class ApiKey(models.Model):
    """A key of the HTTP door. Only its hash is kept; the key itself is shown once, when it is made.

    `hint` is how it begins, to tell it from others; `ends_at` when it stops by itself, after a rotation.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="api_keys")
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class OperatorKey(models.Model):
    """A key of whoever runs the installation: it opens and removes stores, and is no key of any of them."""

    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class Opening(models.Model):
    """How a platform that opened this store was answered, kept for a day so that the same call gives the same answer.

    `digest` is that of the operator key and the platform's own word for the call, `sha` that of what was asked for.
    The answer holds an API key, so it is encrypted.
    """

    store = models.OneToOneField(Store, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    sha = models.CharField(max_length=64)
    answer_encrypted = models.TextField()
    created_at = models.DateTimeField()


class Installation(models.Model):
    """The one row that all machines of an installation share on PostgreSQL; on SQLite there is none.

    `sealed` is the installation secret, encrypted. Only `ebexo.shared_secret` reads and writes it.
    """

    id = models.PositiveSmallIntegerField(primary_key=True)
    sealed = models.TextField()
    made_at = models.DateTimeField()


class Mode(models.TextChoices):
    """Who is sent. The names of the second and third mode are ours; they stand in this one place."""

    AUTOMATIC = "automatic", _("Automatic")
    CONSENT = "consent", _("With consent")
    DOUBLE_OPT_IN = "double-opt-in", _("With consent, confirmed by e-mail")

    @property
    def needs_consent(self) -> bool:
        return self is not Mode.AUTOMATIC


class ProductId(models.TextChoices):
    """Which identifier of a product goes into `products`, by which SALESmanago's product feed knows it."""

    ID = "id", _("Product id")
    SKU = "sku", _("SKU")
    VARIANT = "variant", _("Variant id")


class PurchaseCounts(models.TextChoices):
    """When an order is a purchase."""

    PLACED = "placed", _("When the order is placed")
    PAID = "paid", _("When the order is paid")


class InDoubt(models.TextChoices):
    """What becomes of a purchase of which nobody can say whether SALESmanago has it."""

    HOLD = "hold", _("Hold it back until I decide")
    REPEAT = "repeat", _("Send it again, at the risk of counting it twice")


class Account(models.Model):
    """The store's SALESmanago settings: the seven fields, the advanced ones, and how the last check went.

    The secret is encrypted at rest and is given out only to the connection to SALESmanago.
    """

    store = models.OneToOneField(Store, on_delete=models.CASCADE, primary_key=True)
    active = models.BooleanField(default=False)
    owner_email = models.CharField(max_length=254, default="")
    client_id = models.CharField(max_length=100, default="")
    api_secret_encrypted = models.TextField(default="")
    endpoint = models.CharField(max_length=200, default="")
    mode = models.CharField(max_length=20, choices=Mode.choices, default=Mode.AUTOMATIC)
    consent_code = models.CharField(max_length=64, default="")

    location = models.CharField(max_length=36, default="")
    shop_domain = models.CharField(max_length=255, default="")
    country = models.CharField(max_length=2, default="PL")
    language = models.CharField(max_length=2, default="pl")
    time_zone = models.CharField(max_length=40, default="Europe/Warsaw")
    product_id = models.CharField(max_length=10, choices=ProductId.choices, default=ProductId.ID)
    purchase_counts = models.CharField(
        max_length=10, choices=PurchaseCounts.choices, default=PurchaseCounts.PLACED
    )
    in_doubt = models.CharField(max_length=10, choices=InDoubt.choices, default=InDoubt.HOLD)
    tags = models.JSONField(default=dict)
    ignored_domains = models.JSONField(default=list)
    rate = models.PositiveSmallIntegerField(default=10)
    double_opt_in_email_id = models.CharField(max_length=100, default="")
    double_opt_in_language = models.CharField(max_length=10, default="")
    dry_run = models.BooleanField(default=False)
    load_always = models.BooleanField(default=False)

    checked_at = models.DateTimeField(null=True)
    check_problem = models.CharField(max_length=20, null=True)
    saved_at = models.DateTimeField(auto_now=True)
    statuses_read_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(mode="automatic") | ~models.Q(consent_code=""),
                name="ebexo_account_consent_mode_has_consent",
            )
        ]

    @property
    def needs_consent(self) -> bool:
        """See `Mode`."""
        return self.mode != Mode.AUTOMATIC

    @property
    def api_secret(self) -> str:
        return decrypt(self.api_secret_encrypted) if self.api_secret_encrypted else ""

    @api_secret.setter
    def api_secret(self, secret: str) -> None:
        self.api_secret_encrypted = encrypt(secret) if secret else ""

    @property
    def is_complete(self) -> bool:
        """Could SALESmanago be called with what is filled in?"""
        return all([self.owner_email, self.client_id, self.api_secret_encrypted, self.endpoint])

    @property
    def remote(self) -> str:
        """The far side: what is known there belongs to this pair, and to no other."""
        return hashlib.sha256(f"{self.endpoint}|{self.client_id}".encode()).hexdigest()


class Alert(models.Model):
    """A trouble of a store that its owners are told about by e-mail: one row for each kind, used again and again.

    It lasts from `opened_at` to `closed_at` (None: it goes on). `mailed_at` set: somebody has taken it on to write
    the letters. `written_to` are the numbers of the people who got one; `tries` how often the mail server has failed,
    which is not asked again before `not_before`.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="alerts")
    kind = models.CharField(max_length=10)
    opened_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    written_to = models.JSONField(default=list)
    tries = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["store", "kind"], name="ebexo_alert_once")]
        indexes: ClassVar = [
            models.Index(fields=["store"], condition=models.Q(closed_at=None), name="ebexo_alert_open")
        ]
