"""What is left of an import that has ended: its numbers, and what it did not send, for as long as payloads are kept."""

from datetime import datetime

from django.db.models import Q, QuerySet

from ebexo.consents.gate import Reason
from ebexo.history.models import Import, Part, Seen
from ebexo.history.row_events import events_of
from ebexo.history.states import ImportState
from ebexo.outbox.models import IS_LIVE, Message
from ebexo.outbox.states import MessageKind, State
from ebexo.outbox.withholding import withhold
from ebexo.standing import person_left

AT_ONCE = 500
LEFT_TO_A_PERSON = (ImportState.RECEIVING, ImportState.REHEARSED, ImportState.PAUSED)
"""What goes on only if a person wants it to."""


def waiting_of(found: Import) -> QuerySet[Message]:
    """What of this import waits in the outbox, or is being sent."""
    return Message.objects.filter(
        IS_LIVE,
        store_id=found.store_id,
        kind=MessageKind.HISTORY,
        event_id__startswith=events_of(found.pk),
    )


def left_alone_since(moment: datetime) -> Q:
    """Imports that nobody completed, started or resumed since then. What was told in them is not kept for ever."""
    untouched = Q(stepped_at=None, created_at__lt=moment) | Q(stepped_at__lt=moment)
    return untouched & Q(state__in=LEFT_TO_A_PERSON)


def give_up(imports: QuerySet[Import], *, now: datetime) -> int:
    """They are cancelled; what they hold goes with the next steps."""
    return imports.update(state=ImportState.CANCELLED, ended_at=now, measured_at=None)


def clear(found: Import, now: datetime) -> bool:
    """Do one piece of what is to be done for an import that has ended. Call it inside a transaction.

    Of one that was cancelled, what waits in the outbox is withheld. What was not worked off is removed.
    """
    if found.state == ImportState.CANCELLED and _withhold_some(found, now=now):
        return True
    if _drop_some(Seen.objects.filter(of=found)):
        return True
    of_no_use = Q(number__gte=found.position) | Q(content=None)
    if _drop_some(Part.objects.filter(of_no_use, of=found)):
        return True
    found.is_cleared = True
    found.save(update_fields=["is_cleared"])
    return True


def _withhold_some(found: Import, *, now: datetime) -> bool:
    waiting = waiting_of(found).filter(state=State.WAITING).order_by("pk")
    some = list(waiting.select_for_update(of=("self",))[:AT_ONCE])
    withhold(some, reason=Reason.IMPORT_CANCELLED, person_of=_person, now=now)
    return bool(some)


def _person(payload: str | None) -> tuple[str, str | None]:
    return person_left(payload, Reason.IMPORT_CANCELLED)


def _drop_some(rows: "QuerySet[Part] | QuerySet[Seen]") -> bool:
    numbers = list(rows.values_list("pk", flat=True)[:AT_ONCE])
    rows.model._base_manager.filter(pk__in=numbers).delete()  # noqa: SLF001  (Django's public name)
    return bool(numbers)
