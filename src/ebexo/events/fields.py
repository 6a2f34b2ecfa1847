"""The kinds of field a store event is made of: what is tidied up, and what is refused with which words."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, LiteralString

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError


def _blank_is_absent(value: Any) -> Any:
    """A blank text says nothing, so it is treated as not given: it must never wipe what is known."""
    return None if isinstance(value, str) and not value.strip() else value


def _number_is_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _email(value: str) -> str:
    try:
        validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise PydanticCustomError("email", "This is not an e-mail address.") from None
    return value.lower()


NO_MOMENT: LiteralString = "A moment is text such as 2026-11-23T10:00:00+01:00."
_BEGINS_WITH_A_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _instant(value: Any) -> Any:
    """A moment is ISO 8601 text with an offset: a number or a local time would have to be guessed at."""
    if not isinstance(value, datetime) and not (isinstance(value, str) and _BEGINS_WITH_A_DAY.match(value)):
        raise PydanticCustomError("moment", NO_MOMENT)
    return value


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise PydanticCustomError("offset", "The moment lacks its offset, for example +01:00 or Z.")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("moment", "This moment is outside the calendar.") from None


def _anything_as_text(value: Any) -> str | None:
    """A birth date never causes a refusal; whether it can be used is judged when it is sent."""
    text = "" if value is None else str(value)[:40]
    return text.encode(errors="ignore").decode().strip() or None


def _texts(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    given = {str(name).strip(): _scalar(item) for name, item in value.items()}
    return {name: given[name] for name in sorted(given) if name and _blank_is_absent(given[name]) is not None}


def _scalar(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _without_nul(value: str) -> str:
    """PostgreSQL stores every character but this one."""
    if "\0" in value:
        raise PydanticCustomError("nul", "There must be no NUL character in it.")
    return value


_Storable = AfterValidator(_without_nul)
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=255), _Storable]
OptionalText = Annotated[Text | None, BeforeValidator(_blank_is_absent)]
Identifier = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), _Storable]
OptionalIdentifier = Annotated[
    Text | None,
    BeforeValidator(_number_is_text),
    BeforeValidator(_blank_is_absent),
]
Email = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_email)]
OptionalEmail = Annotated[Email | None, BeforeValidator(_blank_is_absent)]
Moment = Annotated[datetime, BeforeValidator(_instant), AfterValidator(_aware)]
OptionalMoment = Annotated[Moment | None, BeforeValidator(_blank_is_absent)]
BirthDate = Annotated[str | None, BeforeValidator(_anything_as_text)]
_AnyLength = Annotated[str, StringConstraints(strip_whitespace=True), _Storable]
Properties = Annotated[dict[_AnyLength, _AnyLength], BeforeValidator(_texts)]
