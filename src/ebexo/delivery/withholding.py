"""Withholding what waits, all of a store's at once."""

from django.db import transaction
from django.utils import timezone

from ebexo.consents.gate import Reason
from ebexo.contacts.hashes import masked_email, person_hash
from ebexo.events import StoreEvent
from ebexo.outbox.models import IS_LIVE, Message
from ebexo.outbox.settle import move_head_on
from ebexo.outbox.states import State
from ebexo.stores.models import Account


def count_waiting(store_id: int) -> int:
    return Message.objects.filter(IS_LIVE, store_id=store_id, state=State.WAITING).count()


def withhold_waiting(account: Account) -> int:
    """Withhold everything that waits for this store, drop its data, and say how much it was.

    What is being sent at this moment ends as it ends.
    """
    now = timezone.now()
    with transaction.atomic():
        messages = Message.objects.filter(IS_LIVE, store_id=account.pk, state=State.WAITING)
        waiting = list(messages.order_by("pk").select_for_update())
        for message in waiting:
            email = StoreEvent.model_validate_json(message.payload or "").customer.email
            message.state, message.reason, message.done_at = State.WITHHELD, Reason.INACTIVE, now
            message.payload = None
            message.person_hash, message.person_masked = person_hash("email", email), masked_email(email)
        Message.objects.bulk_update(
            waiting, ["state", "reason", "done_at", "payload", "person_hash", "person_masked"], batch_size=500
        )
        for key_id in sorted({message.key_id for message in waiting if message.key_id}):
            move_head_on(key_id)
    return len(waiting)
