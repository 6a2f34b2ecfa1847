"""The kinds of field a store event is made of: what is tidied up, and what is refused with which words."""

from datetime import UTC, datetime
from typing import Annotated, Any

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


def _instant(value: Any) -> Any:
    """A moment is ISO 8601 text with an offset: a number or a local time would have to be guessed at."""
    if not isinstance(value, str | datetime):
        raise PydanticCustomError("moment", "A moment is text such as 2026-11-23T10:00:00+01:00.")
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
    return None if value is None or value == "" else str(value)[:40]


def _texts(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    given = {str(name).strip(): _scalar(item) for name, item in value.items() if item not in (None, "")}
    return {name: item for name, item in given.items() if name}


def _scalar(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=255)]
OptionalText = Annotated[Text | None, BeforeValidator(_blank_is_absent)]
Identifier = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
OptionalIdentifier = Annotated[
    Annotated[str, StringConstraints(strip_whitespace=True, max_length=255)] | None,
    BeforeValidator(_number_is_text),
    BeforeValidator(_blank_is_absent),
]
Email = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_email)]
OptionalEmail = Annotated[Email | None, BeforeValidator(_blank_is_absent)]
Moment = Annotated[datetime, BeforeValidator(_instant), AfterValidator(_aware)]
OptionalMoment = Annotated[Moment | None, BeforeValidator(_blank_is_absent)]
BirthDate = Annotated[str | None, BeforeValidator(_anything_as_text)]
Properties = Annotated[
    dict[str, Annotated[str, StringConstraints(strip_whitespace=True)]], BeforeValidator(_texts)
]
