"""What a cell says: amounts, moments, a yes or a no, as people and their programs write them.

A value that can't be understood is given back as it stands, so that the store event's own rules refuse it in their
own words.
"""

import re
from datetime import UTC, datetime, tzinfo

_HELD_AS_TEXT = re.compile(r"'(?=[=+\-@\d])")
_SPACES = re.compile(r"[\s'’]+")
_CURRENCIES = {"zł": "PLN", "zl": "PLN", "€": "EUR", "$": "USD", "£": "GBP", "kč": "CZK"}
_CURRENCY = re.compile(r"[A-Za-z]{3}")
_AMOUNT = re.compile(r"(?P<before>[^\d\s,.+-]{0,3})(?P<number>[+-]?[\d.,]+?)(?P<after>[^\d\s,.+-]{0,3})\.?")
_GROUPS = re.compile(r"[+-]?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
_COULD_BE_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_SCIENTIFIC = re.compile(r"\+?\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_POLISH_PHONE = re.compile(r"48\d{9}")
_TIME = r"(?:[T ]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?)?"
_OFFSET = r"\s*(?P<offset>Z|[+-]\d\d:?(?:\d\d)?)?"
_MOMENTS = (
    re.compile(
        r"(?P<year>\d{4})([-./])(?P<month>\d{1,2})\2(?P<day>\d{1,2})" + _TIME + _OFFSET, re.IGNORECASE
    ),
    re.compile(
        r"(?P<day>\d{1,2})([-./])(?P<month>\d{1,2})\2(?P<year>\d{4}),?" + _TIME + _OFFSET, re.IGNORECASE
    ),
)
_PARTS = ("year", "month", "day", "hour", "minute", "second")
_NO_MOMENT = re.compile(r"0000-00-00(?:[T ]00:00:00)?")
_UNIX_SECONDS = re.compile(r"1\d{9}")
_ANSWERS = {
    **dict.fromkeys(("tak", "t", "yes", "y", "1", "true", "prawda", "x", "on"), True),
    **dict.fromkeys(("nie", "n", "no", "0", "false", "fałsz", "off", "-"), False),
}


def tidy(cell: str) -> str:
    """The cell without spaces around it, and without the apostrophe by which a spreadsheet holds a text as text."""
    return _HELD_AS_TEXT.sub("", cell.strip(), count=1) if cell.lstrip().startswith("'") else cell.strip()


def could_be_thousands(text: str) -> bool:
    """Is it open whether `1,299` means one and a bit, or more than a thousand?"""
    found = _AMOUNT.fullmatch(_SPACES.sub("", text))
    return found is not None and _COULD_BE_THOUSANDS.fullmatch(found["number"]) is not None


def number(text: str) -> str:
    """`1 299,00 zł`, `1.299,00` and `1,299.00` as `1299.00`."""
    found = _AMOUNT.fullmatch(_SPACES.sub("", text))
    if found is None:
        return text
    whole, mark, fraction = _parted(found["number"])
    groups = _GROUPS.fullmatch(whole)
    if not (whole.lstrip("+-").isdigit() or (groups and groups[1] != mark)):
        return text
    digits = whole.replace(".", "").replace(",", "")
    return f"{digits}.{fraction}" if fraction else digits


def _parted(digits: str) -> tuple[str, str, str]:
    """What is before and behind the mark of the fraction. A mark that comes twice is none."""
    place = max(digits.rfind("."), digits.rfind(","))
    if place < 0 or digits.count(digits[place]) > 1:
        return digits, "", ""
    return digits[:place], digits[place], digits[place + 1 :]


def currency_in(text: str) -> str | None:
    """The currency that an amount is written with, if it is."""
    found = _AMOUNT.fullmatch(_SPACES.sub("", text))
    told = currency(found["before"] or found["after"]) if found else ""
    return told if _CURRENCY.fullmatch(told) else None


def currency(text: str) -> str:
    """`zł` as `PLN`, and so on."""
    return _CURRENCIES.get(text.strip(".").lower(), text)


def moment(text: str, zone: tzinfo) -> str:
    """The moment as ISO 8601. A day is its first minute; without an offset the clocks of `zone` are meant."""
    if _UNIX_SECONDS.fullmatch(text):
        return datetime.fromtimestamp(int(text), UTC).isoformat()
    found = next((match for form in _MOMENTS if (match := form.fullmatch(text))), None)
    if found is None:
        return text
    year, month, day, hour, minute, second = (int(found[part] or 0) for part in _PARTS)
    try:
        local = datetime(year, month, day, hour, minute, second, tzinfo=zone)
        if found["offset"]:
            return local.replace(tzinfo=None).isoformat() + _offset(found["offset"])
        return local.isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return text


def _offset(text: str) -> str:
    if text.upper() == "Z":
        return "+00:00"
    digits = text[1:].replace(":", "").ljust(4, "0")
    return f"{text[0]}{digits[:2]}:{digits[2:]}"


def is_no_moment(text: str) -> bool:
    """Databases write a missing date so."""
    return _NO_MOMENT.fullmatch(text) is not None


def answer(text: str) -> bool | str:
    """A yes or a no."""
    return _ANSWERS.get(text.lower(), text)


def phone(text: str) -> str | None:
    """The number; None where a spreadsheet has rounded it. A Polish number gets back the plus that it lost."""
    if _SCIENTIFIC.fullmatch(text):
        return None
    return f"+{text}" if _POLISH_PHONE.fullmatch(text) else text
