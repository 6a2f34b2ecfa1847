"""What the connector remembers of the shop's customers."""

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
    """A store event that could not be written when it happened. It goes as soon as it is.

    `person` is the keyed hash of the address, so that nothing is kept of somebody who asked to be forgotten.
    """

    event_id = models.CharField(max_length=64, primary_key=True)
    person = models.CharField(max_length=64, db_index=True)
    body = models.JSONField()
    tried_at = models.DateTimeField(db_index=True)

    objects: ClassVar[models.Manager["KeptEvent"]] = models.Manager()
