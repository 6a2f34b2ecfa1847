"""What the shop says of its own orders, and what it is asked to do about those that are missing. Nobody's data."""

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from ebexo.stores.models import Store


class Source(models.TextChoices):
    SHOP = "shop"
    """A Django shop that reads its own order table."""
    API = "api"
    FILE = "file"


class OrderDay(models.Model):
    """One day, in the store's time zone, of which the shop has told all orders; `told_at` is when, last.

    `missing` is how many of them were never told as events, as counted at `counted_at`: see `reconciliation.missing`.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    day = models.DateField()
    source = models.CharField(max_length=10, choices=Source.choices)
    told_at = models.DateTimeField()
    missing = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["store", "day"], name="ebexo_order_day_once")
        ]
        indexes: ClassVar = [
            # What is counted again every few minutes.
            models.Index(fields=["day"], condition=models.Q(missing__gt=0), name="ebexo_order_day_missing")
        ]


class ShopOrder(models.Model):
    """One order as the shop has it. `total` is text: as a number SQLite would keep 15 digits of it."""

    day = models.ForeignKey(OrderDay, on_delete=models.CASCADE, related_name="orders")
    number = models.CharField(max_length=255)
    total = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    placed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "number"], name="ebexo_shop_order_once")
        ]


class ConnectedShop(models.Model):
    """A Django shop that looks after its orders itself, and when it last did."""

    store = models.OneToOneField(Store, on_delete=models.CASCADE, primary_key=True)
    seen_at = models.DateTimeField()


class Task(models.Model):
    """Something that a connected shop is asked to do the next time it looks: to tell its days anew (`first` to
    `last`), or to send the events of these orders. `outcome` says what came of it.
    """

    class Kind(models.TextChoices):
        DAYS = "days"
        SEND = "send"

    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    first = models.DateField(null=True)
    last = models.DateField(null=True)
    numbers = models.JSONField(default=list)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    outcome = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["store"], condition=models.Q(done_at=None), name="ebexo_task_open")
        ]
