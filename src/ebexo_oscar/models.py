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
