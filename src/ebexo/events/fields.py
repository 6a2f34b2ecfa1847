"""The kinds of field a store event is made of: what is tidied up, and what is refused with which words."""

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, LiteralString

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError


def _blank_is_absent(value: Any) -> Any:
    """A blank text says nothing, so it is treated as not given: it must never wipe what is known."""
    return None if isinstance(value, str) and not value.strip() else value


def _number_is_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


_USUAL_EMAIL = re.compile(
    r"[a-zA-Z0-9]+(?:[._+-][a-zA-Z0-9]+)*@(?:[a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*\.)+([a-zA-Z]{2,63})"
)
_LONGEST = 63
"""Of the part before the @, or of a label behind it: an address shorter than that has no part that is too long."""
_SPECIAL_ENDS = {name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES}


def _email(value: str) -> str:
    if not is_usual_email(value):
        _check_email(value)
    return value.lower()


def is_usual_email(value: str) -> bool:
    """Is it certainly an e-mail address? Nearly all are, and the whole check takes twenty times as long."""
    usual = _USUAL_EMAIL.fullmatch(value) if len(value) <= _LONGEST else None
    return usual is not None and usual[1].lower() not in _SPECIAL_ENDS


def _check_email(value: str) -> None:
    try:
        validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise PydanticCustomError("email", "This is not an e-mail address.") from None


TOO_MUCH = Decimal(10) ** 13
PLACES = 18
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


def _decimal(value: Any) -> Decimal:
    """Exact: a number of JSON is taken by its digits, not by what a computer makes of it."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise PydanticCustomError("amount", "This must be a number, such as 298.98.")
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        raise PydanticCustomError("amount", "This must be a number, such as 298.98.") from None
    if not amount.is_finite() or amount < 0 or amount >= TOO_MUCH:
        raise PydanticCustomError("amount", "This must be from 0 to 9999999999999.")
    if abs(int(amount.as_tuple().exponent)) > PLACES:
        raise PydanticCustomError("amount", "There are too many places behind the point.")
    return amount


def _is_some(value: Decimal) -> Decimal:
    if value <= 0:
        raise PydanticCustomError("quantity", "A quantity is more than 0.")
    return value


def _currency(value: str) -> str:
    if not (len(value) == 3 and value.isascii() and value.isalpha()):
        raise PydanticCustomError("currency", "A currency has three letters, such as PLN.")
    return value.upper()


def _link(value: str) -> str:
    if not re.match(r"https?://[^\s/]", value) or re.search(r"\s", value):
        raise PydanticCustomError("link", "This must be an address such as https://shop.example/cart.")
    return value


def _without_comma(value: str) -> str:
    """SALESmanago is told products as a list with commas between them."""
    if "," in value:
        raise PydanticCustomError("comma", "There must be no comma in it.")
    return value


def _without_nul(value: str) -> str:
    """PostgreSQL stores every character but this one."""
    if "\0" in value:
        raise PydanticCustomError("nul", "There must be no NUL character in it.")
    return value


_Storable = AfterValidator(_without_nul)
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=255), _Storable]
OptionalText = Annotated[Text | None, BeforeValidator(_blank_is_absent)]
Identifier = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), _Storable]
_Said = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255), _Storable
]  # constraints behind a validator would count before the text is tidied up
LongIdentifier = Annotated[_Said, BeforeValidator(_number_is_text)]
ItemId = Annotated[LongIdentifier, AfterValidator(_without_comma)]
OptionalIdentifier = Annotated[
    Text | None,
    BeforeValidator(_number_is_text),
    BeforeValidator(_blank_is_absent),
]
Email = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_email)]
OptionalEmail = Annotated[Email | None, BeforeValidator(_blank_is_absent)]
Moment = Annotated[datetime, BeforeValidator(_instant), AfterValidator(_aware)]
OptionalMoment = Annotated[Moment | None, BeforeValidator(_blank_is_absent)]
Amount = Annotated[Decimal, BeforeValidator(_decimal)]
Quantity = Annotated[Amount, AfterValidator(_is_some)]
Currency = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_currency)]
OptionalCurrency = Annotated[Currency | None, BeforeValidator(_blank_is_absent)]
Link = Annotated[
    Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=2048), AfterValidator(_link), _Storable
    ]
    | None,
    BeforeValidator(_blank_is_absent),
]
Codes = Annotated[tuple[_Said, ...], Field(max_length=50)]
BirthDate = Annotated[str | None, BeforeValidator(_anything_as_text)]
_AnyLength = Annotated[str, StringConstraints(strip_whitespace=True), _Storable]
Properties = Annotated[dict[_AnyLength, _AnyLength], BeforeValidator(_texts)]
