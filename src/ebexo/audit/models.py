"""The audit log. The database itself refuses to change an entry, and to delete one of a store that is there."""

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone


class Entry(models.Model):
    """One change: who made it (`actor_kind`, `actor`, `address`), what it was, on which object, and what it changed.

    `store` None: it concerns the installation, or somebody who sees more than one store. `before` and `after` hold
    what differs, by name; of a secret only that it was changed, and of personal data a mask.
    """

    store = models.ForeignKey(
        "ebexo_stores.Store", on_delete=models.CASCADE, null=True, related_name="audit_entries"
    )
    at = models.DateTimeField(default=timezone.now)
    actor_kind = models.CharField(max_length=20)
    actor = models.CharField(max_length=254, default="")
    address = models.CharField(max_length=45, default="")
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=300, default="")
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["store", "-id"], name="ebexo_audit_of_store")]
