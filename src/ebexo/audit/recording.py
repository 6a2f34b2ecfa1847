"""Writing the audit log."""

from collections.abc import Mapping
from typing import Any

from ebexo.audit.acting import present_actor
from ebexo.audit.actions import Action
from ebexo.audit.models import Entry

CHANGED = "changed"
"""What an entry says of a secret."""
LONGEST_SUBJECT = 300


def record(
    action: Action,
    *,
    store_id: int | None = None,
    subject: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add an entry: whoever acts at the moment did this, to `subject`. Call it in the transaction that does it.

    Of `before` and `after` only what differs is kept. The caller hands in no secret (`CHANGED` stands for one) and no
    personal data of shoppers but masked.
    """
    former, new = differing(before or {}, after or {})
    actor = present_actor()
    Entry.objects.create(
        store_id=store_id,
        actor_kind=actor.kind,
        actor=actor.name,
        address=actor.address,
        action=action,
        subject=subject[:LONGEST_SUBJECT],
        before=former,
        after=new,
    )


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is not the same in both, each side by itself."""
    nothing = object()
    return (
        {name: value for name, value in before.items() if after.get(name, nothing) != value},
        {name: value for name, value in after.items() if before.get(name, nothing) != value},
    )
