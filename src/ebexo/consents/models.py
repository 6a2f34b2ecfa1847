"""Wordings a shopper can accept, and the decisions people made about them."""

from typing import ClassVar

from django.db import models

from ebexo.contacts.models import Contact
from ebexo.stores.models import Store


class Consent(models.Model):
    """A consent of a store, kept under Konfiguracja → Zgody. Its wording is versioned."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="consents")
    code = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    vendor_name = models.CharField(max_length=255, default="")
    required = models.BooleanField(default=False)
    active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["store", "code"], name="ebexo_consent_code")]

    def __str__(self) -> str:
        return self.name


class Wording(models.Model):
    """One version of a consent's text. A changed text is a new version.

    `asks_again`: decisions about earlier versions no longer count.
    """

    consent = models.ForeignKey(Consent, on_delete=models.CASCADE, related_name="wordings")
    version = models.PositiveIntegerField()
    text = models.TextField()
    asks_again = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["consent", "version"], name="ebexo_wording_version")
        ]


class Decision(models.Model):
    """One grant or withdrawal of a consent by a person.

    Decisions are only ever added: the database itself refuses to change one, and to delete one of a person who has
    not asked to be forgotten.
    """

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="decisions")
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT)
    wording = models.ForeignKey(Wording, on_delete=models.PROTECT)
    granted = models.BooleanField()
    at = models.DateTimeField()
    source = models.CharField(max_length=40, default="")
    ip = models.CharField(max_length=45, default="")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["contact", "consent", "-at"], name="ebexo_decision_latest")]
