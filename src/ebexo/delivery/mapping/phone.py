"""Telephone numbers. PURE."""

from collections.abc import Iterable

import phonenumbers


def phone(text: str, *, countries: Iterable[str]) -> str:
    """`text` in E.164 (`+48600100200`) where it is a number of its own prefix, or of one of `countries`, tried in
    turn; else as typed."""
    for country in (*countries, None):
        try:
            number = phonenumbers.parse(text, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return text
