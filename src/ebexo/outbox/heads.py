"""Moving contacts on: the oldest message of a key that is not final is its head, and only the head may be sent."""

from collections.abc import Collection

from django.db import connection

from ebexo.outbox.models import Key
from ebexo.outbox.states import MessageKind, State
from ebexo.statements import change_some

AT_ONCE = 500

_OLDEST = """
    (SELECT {column} FROM ebexo_outbox_message AS message
     WHERE message.key_id = ebexo_outbox_key.id AND message.key_seq >= ebexo_outbox_key.head_seq
       AND message.done_at IS NULL
     ORDER BY message.key_seq LIMIT 1)
"""
_LIVE = f"""
    (SELECT 1 FROM ebexo_outbox_message AS message
     WHERE message.key_id = ebexo_outbox_key.id AND message.key_seq >= ebexo_outbox_key.head_seq
       AND message.done_at IS NULL AND message.kind = '{MessageKind.LIVE}')
"""  # noqa: S608  (our own word)
_DUE_AT = "CASE WHEN message.state = %s THEN COALESCE(message.not_before, message.accepted_at) END"
_MOVE = f"""
    UPDATE ebexo_outbox_key SET
        is_history = CASE WHEN is_history THEN TRUE ELSE NOT EXISTS {_LIVE} END,
        head_message = {_OLDEST.format(column="message.id")},
        due_at = {_OLDEST.format(column=_DUE_AT)},
        head_seq = COALESCE({_OLDEST.format(column="message.key_seq")}, tail_seq + 1)
    WHERE id IN ({{}})
"""  # noqa: S608  (nothing in it comes from outside)


def move_heads_on(key_ids: Collection[int]) -> None:
    """Let each of these keys have its head. Call it inside the transaction that made the former heads final."""
    ordered = sorted(key_ids)
    for start in range(0, len(ordered), AT_ONCE):
        some = ordered[start : start + AT_ONCE]
        if connection.features.has_select_for_update:  # nothing may be put in between
            locked = Key.objects.select_for_update(no_key=True).filter(pk__in=some).order_by("pk")
            list(locked.values_list("pk", flat=True))
        change_some(_MOVE, [State.WAITING], some)
