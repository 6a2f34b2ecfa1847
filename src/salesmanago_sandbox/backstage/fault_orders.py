"""An ordered fault, read from the body of a request."""

from aiohttp import web

from salesmanago_sandbox.backstage import fields
from salesmanago_sandbox.faults.fault import (
    CALLBACK_FAULTS,
    DEFAULT_SECONDS,
    DEFAULT_STATUS,
    FAULTS,
    MAY_CHOOSE_APPLIED,
    NAMING_EMAIL,
    TURNING_AWAY,
    Fault,
)
from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.keys import SANDBOX
from salesmanago_sandbox.refusals import BadFieldError

KNOWN = ("path", "fault", "times", "rate", "seconds", "status", "email", "applied")
LONGEST_SECONDS = 3600
TOO_MANY_REQUESTS = 429


async def ordered_fault(request: web.Request) -> Fault:
    """What does not belong to the fault (`seconds` of an `html`, say) is checked and then ignored."""
    body = await fields.body_of(request, known=KNOWN)
    name = fields.text(body.get("fault"), name="fault")
    if name not in FAULTS:
        raise BadFieldError(f"The field 'fault' must be one of {', '.join(FAULTS)}.")
    return Fault(
        fault_id=request.app[SANDBOX].faults.next_id(),
        path=_path(body, name),
        name=name,
        left=None if body.get("times") is None else _times(body),
        rate=fields.number(body.get("rate", 1), name="rate", least=0, most=1),
        seconds=_seconds(body, name),
        status=_status(body, name),
        email=_email(body, name),
        applied=_applied(body, name),
    )


def _path(body: JsonObject, name: str) -> str:
    """A callback is sent to one place only, so its faults need no path."""
    path = body.get("path", "" if name in CALLBACK_FAULTS else None)
    if not isinstance(path, str):
        raise BadFieldError("The field 'path' must be a text: a part of the request path.")
    return path


def _times(body: JsonObject) -> int:
    return fields.count(body["times"], name="times", least=1, most=1_000_000_000)


def _seconds(body: JsonObject, name: str) -> float:
    value = body.get("seconds", DEFAULT_SECONDS.get(name, 0))
    return fields.number(value, name="seconds", least=0, most=LONGEST_SECONDS)


def _status(body: JsonObject, name: str) -> int:
    value = body.get("status", DEFAULT_STATUS.get(name, TOO_MANY_REQUESTS))
    return fields.count(value, name="status", least=200, most=599)


def _email(body: JsonObject, name: str) -> str | None:
    if name == "refuse_email" or body.get("email") is not None:
        email = fields.text(body.get("email"), name="email")
        return email if name in NAMING_EMAIL else None
    return None


def _applied(body: JsonObject, name: str) -> bool:
    chosen = fields.boolean(body.get("applied", True), name="applied")
    return chosen if name in MAY_CHOOSE_APPLIED else name not in TURNING_AWAY
