"""Telephone numbers. PURE."""

import phonenumbers


def phone(text: str, *, country: str | None) -> str:
    """`text` in E.164 (`+48600100200`) where it is a number of its prefix's or `country`'s plan, else as typed."""
    try:
        number = phonenumbers.parse(text, (country or "").upper() or None)
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_valid_number(number):
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
