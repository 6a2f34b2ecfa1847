"""Withholding what waits, all of a store's at once."""

from django.db import transaction
from django.utils import timezone

from ebexo.consents.gate import Reason
from ebexo.contacts.hashes import masked_email, person_hash
from ebexo.events import StoreEvent
from ebexo.outbox.models import Key, Message, State
from ebexo.stores.models import Account


def count_waiting(store_id: int) -> int:
    return Message.objects.filter(store_id=store_id, state=State.WAITING).count()


def withhold_waiting(account: Account) -> int:
    """Withhold everything that waits for this store, drop its data, and say how much it was.

    What is being sent at this moment ends as it ends.
    """
    now = timezone.now()
    with transaction.atomic():
        waiting = list(Message.objects.select_for_update().filter(store_id=account.pk, state=State.WAITING))
        for message in waiting:
            email = StoreEvent.model_validate_json(message.payload or "").customer.email
            message.state, message.reason, message.done_at = State.WITHHELD, Reason.INACTIVE, now
            message.payload = None
            message.person_hash, message.person_masked = person_hash("email", email), masked_email(email)
        Message.objects.bulk_update(
            waiting, ["state", "reason", "done_at", "payload", "person_hash", "person_masked"], batch_size=500
        )
        _close_heads({message.key_id for message in waiting if message.key_id})
    return len(waiting)


def _close_heads(key_ids: set[int]) -> None:
    """Keys with nothing in flight are empty now; the others are moved on when their call ends."""
    for key in Key.objects.select_for_update().filter(pk__in=key_ids):
        if not Message.objects.filter(key=key, state=State.IN_FLIGHT).exists():
            key.head_seq, key.head_message, key.due_at = key.tail_seq + 1, None, None
            key.save(update_fields=["head_seq", "head_message", "due_at"])
