"""Carts: whose, what SALESmanago has of them, and whether an order took them. Products only, nobody's data."""

from typing import ClassVar

from django.db import models

from ebexo.contacts.models import Contact
from ebexo.stores.models import Store


class Cart(models.Model):
    """One person's cart.

    `heard_at` is the moment of the newest change the store told, and `products` what was in the cart then; with
    `closed_at` an order took it. The rest is what the far side `remote` has of it: see `CartState`.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="carts")
    cart_id = models.CharField(max_length=255)
    heard_at = models.DateTimeField(null=True)
    products = models.JSONField(default=list)
    closed_at = models.DateTimeField(null=True)
    remote = models.CharField(max_length=64, default="")
    event_id = models.CharField(max_length=64, null=True)
    digest = models.CharField(max_length=64, null=True)
    occurred_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contact", "cart_id"], name="ebexo_cart_once")
        ]
        indexes: ClassVar = [models.Index(fields=["store", "cart_id"], name="ebexo_cart_id")]
