"""What we owe SALESmanago: lanes (one a store), keys (one a contact), messages and attempts.

The outbox knows no vendor. A message is one store event with a state; a key keeps the order of one contact's
messages; a lane is held by one worker at a time, and `epoch` fences off whoever held it before.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from ebexo.outbox.states import MessageKind, State
from ebexo.stores.models import Store


class Lane(models.Model):
    """The right to send for a store: held until `lease_until` by `owner`, under the fencing number `epoch`.

    `paused_reason`: SALESmanago turns the account away, so only a probe is sent now and then; `stopped_at`: a person
    has stopped the sending, so nothing is.
    """

    store = models.OneToOneField(Store, on_delete=models.CASCADE, primary_key=True)
    epoch = models.BigIntegerField(default=0)
    owner = models.CharField(max_length=80, default="")
    lease_until = models.DateTimeField(null=True)
    backoff_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    paused_reason = models.CharField(max_length=20, null=True)
    stopped_at = models.DateTimeField(null=True)
    last_served_at = models.DateTimeField(null=True)

    @property
    def is_well(self) -> bool:
        """The last call worked, and nothing holds up the next one."""
        return not self.failures and self.backoff_until is None and self.paused_reason is None


class Key(models.Model):
    """One contact's messages, in order. Only the head may be sent; `due_at` is null while it is being sent.

    `is_history`: all that is not final here is of the kind history. Where something live waits behind, what stands
    before it is as urgent.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    key = models.CharField(max_length=80)
    tail_seq = models.BigIntegerField(default=0)
    head_seq = models.BigIntegerField(default=1)
    head_message = models.BigIntegerField(null=True)
    due_at = models.DateTimeField(null=True)
    is_history = models.BooleanField(default=False)
    blocked = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["store", "key"], name="ebexo_key_once")]
        indexes: ClassVar = [
            # The one query the dispatcher lives on: heads of a store that are due, oldest first.
            models.Index(
                fields=["store", "is_history", "due_at", "head_message"],
                condition=Q(head_seq__lte=F("tail_seq"), blocked=False),
                name="ebexo_key_due",
            )
        ]


IS_LIVE = Q(done_at=None)
"""Messages that are not final. Said beside the state that is meant, it lets the database answer from the small index
of what is live; the states themselves, being parameters, do not."""


class Message(models.Model):
    """One store event as a row of the outbox. A message that was never queued has no key and no payload.

    `topic` is what it is about besides its contact (one cart, one order), empty for nothing else; `not_before` when
    it may be sent at the earliest. `carried` are the types of earlier messages that were united with this one.
    `largest_batch`: a call with more messages than that was turned down as a whole.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, db_index=False)  # others begin with it
    key = models.ForeignKey(Key, on_delete=models.CASCADE, null=True, related_name="messages")
    key_seq = models.BigIntegerField(null=True)
    event_id = models.CharField(max_length=64)
    type = models.CharField(max_length=40)
    topic = models.CharField(max_length=64, default="")
    payload = models.TextField(null=True)
    payload_sha = models.CharField(max_length=64)
    occurred_at = models.DateTimeField()
    accepted_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True)
    kind = models.CharField(
        max_length=10, choices=[(kind, kind) for kind in MessageKind], default=MessageKind.LIVE
    )
    state = models.CharField(max_length=12, choices=[(state, state) for state in State])
    reason = models.CharField(max_length=40, null=True)
    notes = models.JSONField(default=list)
    person_hash = models.CharField(max_length=64, null=True)
    person_masked = models.CharField(max_length=80, null=True)
    epoch = models.BigIntegerField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    crash_reclaims = models.PositiveIntegerField(default=0)
    in_doubt = models.BooleanField(default=False)
    carried = models.JSONField(default=list)
    largest_batch = models.PositiveSmallIntegerField(null=True)
    superseded_by = models.BigIntegerField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["store", "event_id"], name="ebexo_message_event"),
            models.UniqueConstraint(fields=["key", "key_seq"], name="ebexo_message_seq"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["store", "state", "accepted_at", "type"], condition=IS_LIVE, name="ebexo_message_live"
            ),
            # The lists and the numbers of the panel: what ended when, and all there is. The type stands last, so that
            # a list of one kind of event is read from the index as well.
            models.Index(
                fields=["store", "state", "done_at", "type"],
                condition=Q(done_at__isnull=False),  # in these words SQLite knows it again
                name="ebexo_message_ended",
            ),
            models.Index(fields=["store", "accepted_at", "type"], name="ebexo_message_told"),
            # What waits of one cart or one order.
            models.Index(
                fields=["store", "topic"], condition=IS_LIVE & ~Q(topic=""), name="ebexo_message_topic"
            ),
            # What was told of an order, however long ago: the reconciliation with the shop's own orders.
            models.Index(
                fields=["store", "topic"],
                condition=Q(type__in=("order.placed", "order.paid")),
                name="ebexo_message_order",
            ),
            # What was withheld of one person: their page in the panel, and an erasure.
            models.Index(
                fields=["store", "person_hash"],
                condition=Q(person_hash__isnull=False),
                name="ebexo_message_person",
            ),
        ]


class Attempt(models.Model):
    """One call to SALESmanago and its outcome. It may carry several messages."""

    messages = models.ManyToManyField(Message, related_name="tries")
    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    epoch = models.BigIntegerField()
    endpoint = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, null=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=500, null=True)
    retry_after = models.FloatField(null=True)
    excerpt = models.CharField(max_length=2000, null=True)
