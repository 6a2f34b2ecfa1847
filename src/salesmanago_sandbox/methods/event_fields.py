"""The fields of one external event, checked and brought within their limits."""

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.methods.event_types import EVENT_TYPES
from salesmanago_sandbox.methods.method import Call
from salesmanago_sandbox.methods.texts import text_in
from salesmanago_sandbox.refusals import RefusedError

TEXT_LIMITS = {
    "products": 512,
    "description": 2048,
    "location": 36,
    "externalId": 255,
    "shopDomain": 255,
    **{f"detail{number}": 255 for number in range(1, 21)},
}
KNOWN = ("date", "contactExtEventType", "value", *TEXT_LIMITS)
LOCATION = re.compile(r"[A-Za-z0-9/_.-]+")
MOST_DIGITS = 19
DECIMALS = 2
# A moment this early is most likely told in seconds.
EARLIEST_MS = 100_000_000_000
LATEST_MS = 253_402_300_799_999


def event_fields(call: Call, event: Any) -> JsonObject:
    """What is to be stored. RefusedError for a missing or unknown type or date; the texts are ours."""
    if not isinstance(event, dict):
        raise RefusedError("No contactEvent specified")
    kind = event.get("contactExtEventType")
    if kind not in EVENT_TYPES:
        raise RefusedError("Invalid contactExtEventType")
    fields: JsonObject = {"date": _date(call, event.get("date")), "contactExtEventType": kind}
    for name, limit in TEXT_LIMITS.items():
        text = text_in(call, event.get(name), field=f"contactEvent.{name}", limit=limit)
        if text:
            fields[name] = text
    value = _value(call, event.get("value"))
    if value is not None:
        fields["value"] = value
    _warn(call, event, fields)
    return fields


def _warn(call: Call, event: JsonObject, fields: JsonObject) -> None:
    for name in event:
        if name not in KNOWN and name != "eventId":
            call.warn("unknown_field", field=f"contactEvent.{name}")
    if "products" not in fields and "value" not in fields:
        call.warn("event_of_nothing")
    location = fields.get("location")
    if location is not None and not LOCATION.fullmatch(location):
        call.warn("odd_location", location=location)


def _date(call: Call, value: Any) -> int:
    """Whole milliseconds. Older clients send ISO 8601, which is understood, too."""
    moment = _moment(value)
    if moment is None or not 0 <= moment <= LATEST_MS:
        raise RefusedError("Invalid date")
    if moment < EARLIEST_MS:
        call.warn("date_in_seconds")
    return moment


def _moment(value: Any) -> int | None:
    if isinstance(value, str):
        if re.fullmatch(r"[0-9]{1,18}", value):
            return int(value)
        try:
            read = datetime.fromisoformat(value)
            aware = read if read.tzinfo else read.replace(tzinfo=UTC)
            return int(aware.timestamp() * 1000)
        except (ValueError, OverflowError):
            return None
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _value(call: Call, value: Any) -> int | float | None:
    """A number of at most 19 digits and two decimals; a number in a text is understood, too."""
    if value is None or value == "":
        return None
    number = _decimal(value)
    if number is None or number.adjusted() >= MOST_DIGITS:
        call.warn("unusable", field="contactEvent.value")
        return None
    rounded = round(number, DECIMALS)
    if rounded != number:
        if call.switches.long_values == "reject":
            raise RefusedError("Value too long: contactEvent.value")
        call.warn("rounded", field="contactEvent.value")
        return float(rounded)
    if isinstance(value, int | float):
        return value
    return int(number) if number == number.to_integral_value() else float(number)


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
