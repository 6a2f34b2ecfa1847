"""The ledger of orders: which steps of an order SALESmanago was told. Numbers and amounts only, nobody's data."""

from typing import ClassVar

from django.db import models

from ebexo.contacts.models import Contact
from ebexo.orders.steps import Kind
from ebexo.stores.models import Store


class Order(models.Model):
    """One order of a store.

    `called_off_at`: the store told a cancellation that occurred then; `took_cart_at`: the order took a cart then.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE)
    number = models.CharField(max_length=255)
    called_off_at = models.DateTimeField(null=True)
    took_cart_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["store", "number"], name="ebexo_order_once")]


class Step(models.Model):
    """A step of an order that a message tells to the far side `remote`; the constraint makes it once.

    It is written before the call, so that nothing else tells the same, and removed if the message ends untold.
    `told_at` is when SALESmanago acknowledged it, `event_id` what it called it; `is_held`: nobody can say.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="steps")
    remote = models.CharField(max_length=64)
    kind = models.CharField(max_length=20, choices=[(kind, kind) for kind in Kind])
    return_number = models.CharField(max_length=255, default="")
    amount = models.DecimalField(max_digits=19, decimal_places=2)
    message = models.BigIntegerField()
    told_at = models.DateTimeField(null=True)
    event_id = models.CharField(max_length=64, null=True)
    is_held = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order", "remote", "kind", "return_number"], name="ebexo_step_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["message"], name="ebexo_step_message")]
