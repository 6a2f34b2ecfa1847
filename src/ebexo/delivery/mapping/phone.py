"""Telephone numbers. PURE."""

import re
from collections.abc import Iterable

import phonenumbers

_POLISH = re.compile(r"\+48[1-9][0-9]{8}")
"""Numbers that are in E.164 by themselves, valid or not. In a Polish shop nearly all are; the library takes many
times as long to say so."""


def phone(text: str, *, countries: Iterable[str]) -> str:
    """`text` in E.164 (`+48600100200`) where it is a number of its own prefix, or of one of `countries`, tried in
    turn; else as typed."""
    if _POLISH.fullmatch(text):
        return text
    for country in (*countries, None):
        try:
            number = phonenumbers.parse(text, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return text
