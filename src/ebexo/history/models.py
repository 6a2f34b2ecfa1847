"""Imports of history: what was told, how far it is, and what became of its rows."""

from typing import ClassVar

from django.db import models

from ebexo.history.states import OPEN, Counts, ImportState
from ebexo.stores.models import Store


class Source(models.TextChoices):
    """Where the rows come from."""

    FILE = "file"
    API = "api"
    SHOP = "shop"


class ImportKind(models.TextChoices):
    CUSTOMERS = "customers"
    ORDERS = "orders"


class Import(models.Model):
    """One import. `begun_by` is who asked for it, in words for a merchant.

    `shape` is how its file is read, `line` the number of the last row told. `position` counts the parts that are
    through in the present round, which is the rehearsal or the run; `row_position` their rows. `counts` are those of
    the run, `rehearsal` those of the rehearsal. `is_rehearsal`: once rehearsed it waits for somebody to start it.
    `paused_in` is what it goes on with. `remote` is the account that it was begun for. The rate is measured from
    `measured_at`, when `measured_row` rows were through. `is_cleared`: it has ended and is tidied up.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    kind = models.CharField(max_length=10, choices=ImportKind.choices)
    source = models.CharField(max_length=10, choices=Source.choices)
    file_name = models.CharField(max_length=255, default="")
    shape = models.JSONField(default=dict)
    begun_by = models.CharField(max_length=254, default="")
    is_rehearsal = models.BooleanField(default=False)
    remote = models.CharField(max_length=64, default="")
    state = models.CharField(max_length=12, choices=[(state, state) for state in ImportState])
    paused_in = models.CharField(max_length=12, default="")
    problem = models.CharField(max_length=40, default="")
    parts = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    line = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    row_position = models.PositiveIntegerField(default=0)
    rehearsal = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    measured_at = models.DateTimeField(null=True)
    measured_row = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    stepped_at = models.DateTimeField(null=True)
    is_cleared = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            # What there is to do for whoever runs imports.
            models.Index(
                fields=["stepped_at"], condition=models.Q(is_cleared=False), name="ebexo_import_at_work"
            ),
            models.Index(fields=["store", "-id"], name="ebexo_import_of_store"),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def numbers(self) -> Counts:
        """Of the run once there is one, else of the rehearsal."""
        return Counts.from_json(self.counts if self.started_at else self.rehearsal)


class Part(models.Model):
    """Some rows of an import that are judged and put in one transaction.

    `content` are the rows and `verdicts` what became of those that are not sent: compressed JSON. Once a part is
    through, only what was told in the rows that were not sent is left of `content`.
    """

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="all_parts")
    number = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    content = models.BinaryField(null=True)
    verdicts = models.BinaryField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["of", "number"], name="ebexo_import_part")]


class Seen(models.Model):
    """That a row of an import is about this customer or order; kept while the rows are told, to find duplicates."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64)
    row = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["of", "digest"], name="ebexo_import_seen")]
