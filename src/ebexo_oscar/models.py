"""What the connector remembers of the shop's customers and carts."""

from typing import ClassVar

from django.db import models


class ToldCustomer(models.Model):
    """What was last told of a customer, as a keyed hash, and whether something changed since.

    One edit of a profile saves several rows. The first of them marks the customer, in the shop's own transaction;
    after the commit the whole customer is told once, if anything that is told did change, and the mark is gone. A
    mark that a crash left behind is found by the sweep.
    """

    user_id = models.CharField(max_length=64, primary_key=True)
    digest = models.CharField(max_length=64, default="")
    previous_email = models.EmailField(null=True)
    changed_at = models.DateTimeField(null=True, db_index=True)

    objects: ClassVar[models.Manager["ToldCustomer"]] = models.Manager()


class StatusCursor(models.Model):
    """How far the shop has been told of statuses: the number of the last change, by store."""

    store = models.CharField(max_length=40, primary_key=True)
    cursor = models.BigIntegerField(default=0)

    objects: ClassVar[models.Manager["StatusCursor"]] = models.Manager()


class KeptEvent(models.Model):
    """A store event that is written into the outbox right behind the commit, or that failed to be. It goes as soon as
    it is there.

    Where `order_id` names an order of the shop, what the event still lacks is read from that: what is in it, and whose
    it is. Where `user_id` names a customer, they are read whole. `person` is the keyed hash of the address, so that
    nothing is kept of somebody who asked to be forgotten, and what is told of them later finds what comes first.
    `tried_at` is when it was kept, or last tried in vain.
    """

    event_id = models.CharField(max_length=64, unique=True)
    person = models.CharField(max_length=64, db_index=True)
    body = models.JSONField()
    order_id = models.BigIntegerField(null=True)
    user_id = models.CharField(max_length=64, null=True)
    tried_at = models.DateTimeField(db_index=True)
    has_failed = models.BooleanField(default=False)

    objects: ClassVar[models.Manager["KeptEvent"]] = models.Manager()


class ToldCart(models.Model):
    """A cart whose change is still to be told, or what was told of it last.

    `changed_at` is the moment of a change not told yet, and `tried_at` when it was last tried; `shop_url` is the
    address the shop was visited at then. `digest` and `quantity` are what was told last: a keyed hash, and how many
    things were in it.

    `smclient` is the cookie of a visitor who is not logged in, and stands here for two reasons: the change may be
    told when their request is long over, and a cart told as theirs (`told_as`) has to end as theirs. It goes with
    the cart, and `told_as` is kept only while SALESmanago may have the cart.
    """

    basket_id = models.BigIntegerField(primary_key=True)
    changed_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(db_index=True)
    shop_url = models.CharField(max_length=255, default="")
    smclient = models.CharField(max_length=64, default="")
    told_as = models.CharField(max_length=64, default="")
    digest = models.CharField(max_length=64, default="")
    quantity = models.PositiveIntegerField(default=0)

    objects: ClassVar[models.Manager["ToldCart"]] = models.Manager()


class OrdersWatch(models.Model):
    """Since when the sweep looks for orders that were never told, by store. What is older is history."""

    store = models.CharField(max_length=40, primary_key=True)
    since = models.DateTimeField()

    objects: ClassVar[models.Manager["OrdersWatch"]] = models.Manager()
