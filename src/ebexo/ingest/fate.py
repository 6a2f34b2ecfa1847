"""What became of a store event, as the HTTP door tells it."""

from typing import Any

from ebexo.ingest.reasons import reason_text
from ebexo.outbox.models import Attempt, Message

OUTCOMES = {
    None: "The call has begun.",
    "delivered": "SALESmanago acknowledged it.",
    "interrupted": "The sending process ended during the call; it is not known whether it arrived.",
    "credentials": "SALESmanago turned the account away.",
    "refused": "SALESmanago refused it.",
    "throttled": "SALESmanago asked for fewer calls.",
    "unavailable": "SALESmanago could not be reached.",
    "unknown": "No readable answer came, so it is not known whether it arrived.",
    "asked": "SALESmanago was asked who this is.",
    "identified": "SALESmanago was asked who this visitor is, and knew.",
    "unknown_visitor": "SALESmanago was asked who this visitor is, and did not know.",
    "event_gone": "SALESmanago does not have the event any more that was to be changed.",
    "found": "SALESmanago was asked whether it has it, and it has.",
    "cannot_be_known": "SALESmanago was asked whether it has it, and the answer did not say.",
    "not_sent": "Something else was told first; it is sent when its turn comes again.",
    "left_out": "SALESmanago took others of the same call and not this one.",
    "broke": "Something went wrong on our side.",
    "partly": "The call carried several messages, which did not all come to the same.",
}


def fate(message: Message) -> dict[str, Any]:
    """The message with its state, reason, notes and attempts, oldest first."""
    superseding = Message.objects.filter(pk=message.superseded_by).first() if message.superseded_by else None
    return {
        "id": message.event_id,
        "type": message.type,
        "state": message.state,
        "reason": {"code": message.reason, "text": reason_text(message.reason)} if message.reason else None,
        "notes": message.notes,
        "superseded_by": superseding.event_id if superseding else None,
        "attempts": [_told(attempt) for attempt in message.tries.order_by("pk")],
    }


def _told(attempt: Attempt) -> dict[str, Any]:
    words = OUTCOMES.get(attempt.outcome, "The call ended.")
    return {
        "at": attempt.started_at.isoformat(),
        "outcome": attempt.outcome,
        "http_status": attempt.http_status,
        "text": f"{words} {attempt.error}." if attempt.error else words,
    }
