"""Tags, details, birthday and consents of a contact."""

import math
import re
from datetime import date
from typing import Any

from salesmanago_sandbox.contacts import Contact
from salesmanago_sandbox.methods.method import Call
from salesmanago_sandbox.methods.texts import list_in, merged, text_in

BIRTHDAY = re.compile(r"(\d{4})?(\d{2})(\d{2})", re.ASCII)
A_LEAP_YEAR = "2000"


def apply_details(call: Call, contact: Contact) -> None:
    apply_tags(call, contact)
    apply_properties(call, contact)
    for item in list_in(call, "dictionaryProperties"):
        apply_dictionary_property(call, contact, item)
    apply_birthday(call, contact)
    for item in list_in(call, "consentDetails"):
        apply_consent(call, contact, item)


def apply_tags(call: Call, contact: Contact) -> None:
    """Added, then removed: a tag in both lists is gone."""
    added, removed = _tags(call, "tags"), _tags(call, "removeTags")
    for tag in sorted(set(added) & set(removed)):
        call.warn("tag_added_and_removed", tag=tag)
    united = dict.fromkeys([*contact.tags, *added])
    contact.tags = [tag for tag in united if tag not in removed]


def apply_properties(call: Call, contact: Contact) -> None:
    properties = call.body.get("properties")
    if properties is None:
        return
    if not isinstance(properties, dict):
        call.warn("unusable", field="properties")
        return
    for name, value in properties.items():
        text = text_in(call, value, field=f"properties.{name}")
        if name and text is not None:
            contact.properties = merged(contact.properties, {name: text})


def apply_dictionary_property(call: Call, contact: Contact, item: Any) -> None:
    """The first use of a name fixes its type in the whole account."""
    item = item if isinstance(item, dict) else {}
    name = text_in(call, item.get("name"), field="dictionaryProperties.name")
    kind = item.get("type")
    value = text_in(call, item.get("value"), field=f"dictionaryProperties.{name}")
    if not name or not value or not _fits(kind, value):
        call.warn("unusable", field=f"dictionaryProperties.{name}")
        return
    fixed = call.sandbox.detail_types.setdefault((call.account.client_id, name), kind)
    if fixed != kind:
        call.warn("type_fixed", name=name, type=fixed)
        return
    contact.dictionary[name] = {"name": name, "type": kind, "value": value}


def apply_birthday(call: Call, contact: Contact) -> None:
    """`yyyyMMdd` or `MMdd`."""
    text = text_in(call, call.body.get("birthday"), field="birthday")
    if text is None:
        return
    if not text:
        contact.birthday = (None, None, None)
        return
    parts = BIRTHDAY.fullmatch(text)
    if parts is None or not _is_day(parts[1] or A_LEAP_YEAR, parts[2], parts[3]):
        call.warn("unusable", field="birthday")
        return
    contact.birthday = (parts[1], parts[2], parts[3])


def apply_consent(call: Call, contact: Contact, item: Any) -> None:
    """Consents are kept beside the opt-in status and never move it."""
    item = item if isinstance(item, dict) else {}
    name = text_in(call, item.get("consentName"), field="consentDetails.consentName")
    if not name:
        call.warn("unusable", field="consentDetails")
        return
    contact.consents[name] = {
        "consentName": name,
        "consentAccept": item.get("consentAccept") is True,
        "agreementDate": item.get("agreementDate") or call.now,
        "ip": item.get("ip"),
        "optOut": item.get("optOut") is True,
        "consentDescriptionId": item.get("consentDescriptionId"),
    }


def _tags(call: Call, field: str) -> list[str]:
    texts = [text_in(call, value, field=field) for value in list_in(call, field)]
    return [text.upper() for text in texts if text]


def _fits(kind: Any, value: str) -> bool:
    """A NUMBER is any finite number, a DATE whole milliseconds since 1970."""
    if kind == "DATE":
        return re.fullmatch(r"-?\d+", value, re.ASCII) is not None
    try:
        return kind == "NUMBER" and math.isfinite(float(value))
    except ValueError:
        return False


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True
