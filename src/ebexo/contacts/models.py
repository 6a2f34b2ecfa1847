"""Who is who: the people of a store, and what SALESmanago knows of them.

Until a person is sent, nothing readable about them is kept here: customer ids and e-mail addresses are keyed
hashes, good for recognising somebody and for nothing else.
"""

from typing import ClassVar

from django.db import models

from ebexo.contacts.knowledge import Status
from ebexo.stores.models import Store


class Contact(models.Model):
    """One person of one store.

    `email_at` is the moment of the event that told their present address, `opted_out_at` when they last opted out, in
    the store or at SALESmanago. `erased_at` set: they asked to be forgotten, and their hashes are a suppression list.
    `forgotten_at` is the moment of their newest erasure, kept when they come back: what happened before it stays out.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    email_at = models.DateTimeField()
    bought_at = models.DateTimeField(null=True)
    opted_out_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)


class Kind(models.TextChoices):
    CUSTOMER = "customer"
    EMAIL = "email"


class Identity(models.Model):
    """One thing a contact is recognised by, as a keyed hash.

    A contact has one e-mail and any number of customer ids. An address given up is free for the next person.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    digest = models.CharField(max_length=64)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="identities")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["store", "kind", "digest"], name="ebexo_identity_once")
        ]


class Acquaintance(models.Model):
    """What one far side (endpoint and Client ID) knows of a contact. Another account starts with none."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="acquaintances")
    remote = models.CharField(max_length=64)
    vendor_id = models.CharField(max_length=64)
    email = models.CharField(max_length=254)
    customer_id = models.CharField(max_length=255, null=True)
    status = models.CharField(max_length=10, choices=[(status, status) for status in Status])
    status_at = models.DateTimeField()
    is_customer = models.BooleanField(default=False)
    told_at = models.DateTimeField(null=True)
    told_fields = models.JSONField(default=list)
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contact", "remote"], name="ebexo_acquaintance_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["vendor_id"], name="ebexo_acquaintance_vendor_id"),
            models.Index(fields=["remote", "email"], name="ebexo_acquaintance_email"),
        ]


class StatusChange(models.Model):
    """A status of the e-mail channel learnt from a far side. Its number is the cursor that a store reads on from."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE)
    remote = models.CharField(max_length=64)
    at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=[(status, status) for status in Status])
    source = models.CharField(max_length=20)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["store", "id"], name="ebexo_status_change_cursor")]


class Return(models.Model):
    """An erased person who came back of their own accord: which event lifted the suppression, and when."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE)
    event_id = models.CharField(max_length=64)
    event_type = models.CharField(max_length=40)
    erased_at = models.DateTimeField()
    at = models.DateTimeField()


class Stranger(models.Model):
    """A browser's `smclient` that the far side knew no contact by, when it was asked at `asked_at`."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    remote = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    asked_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["store", "remote", "digest"], name="ebexo_stranger_once")
        ]
