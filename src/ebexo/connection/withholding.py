"""Withholding what waits, all of a store's at once."""

from django.db import transaction
from django.utils import timezone

from ebexo.consents.gate import Reason
from ebexo.contacts.hashes import traces
from ebexo.outbox.models import IS_LIVE, Message
from ebexo.outbox.states import State
from ebexo.outbox.withholding import waiting_of, withhold
from ebexo.stores.models import Account


def count_waiting(store_id: int) -> int:
    return Message.objects.filter(IS_LIVE, store_id=store_id, state=State.WAITING).count()


def withhold_waiting(account: Account) -> int:
    """Withhold everything that waits for this store, drop its data, and say how much it was."""
    with transaction.atomic():
        waiting = waiting_of(account.pk)
        withhold(waiting, reason=Reason.INACTIVE, person_of=traces, now=timezone.now())
    return len(waiting)
