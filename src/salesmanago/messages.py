"""Requests, and how each looks on the wire.

SALESmanago's names for the fields of a request stand here alone, those of the credentials in `signing`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from salesmanago.limits import TEXT_CHARACTERS

UPSERT_PATH = "/api/contact/upsert"
BASIC_PATH = "/api/contact/basic"
USERS_PATH = "/api/user/listByClient"


@dataclass(frozen=True, slots=True)
class OptFlags:
    """What a request does to the permissions of a contact; without arguments: nothing.

    Both directions of one channel at once are refused with `ValueError`, since SALESmanago does not say
    which of them wins. `double_opt_in` has an opt-in by e-mail confirmed by the person; with no such opt-in
    it says nothing and is not sent as true, as a mere update must never send a confirmation.
    """

    opt_in: bool = False
    opt_out: bool = False
    phone_opt_in: bool = False
    phone_opt_out: bool = False
    double_opt_in: bool = False
    double_opt_in_email_id: str | None = None
    double_opt_in_language: str | None = None

    def __post_init__(self) -> None:
        if self.opt_in and self.opt_out:
            raise ValueError("opt_in and opt_out exclude each other")
        if self.phone_opt_in and self.phone_opt_out:
            raise ValueError("phone_opt_in and phone_opt_out exclude each other")

    def to_wire(self) -> dict[str, Any]:
        """All five switches spelled out: SALESmanago's default for a missing one differs by method."""
        confirmed = self.opt_in and self.double_opt_in
        switches = {
            "forceOptIn": self.opt_in,
            "forceOptOut": self.opt_out,
            "forcePhoneOptIn": self.phone_opt_in,
            "forcePhoneOptOut": self.phone_opt_out,
            "useApiDoubleOptIn": confirmed,
        }
        if not confirmed:
            return switches
        return switches | _present(
            {
                "doubleOptInEmailId": _text(self.double_opt_in_email_id),
                "doubleOptInLanguage": _text(self.double_opt_in_language),
            }
        )


@dataclass(frozen=True, slots=True)
class Address:
    """Where a contact lives; `country` is free text for SALESmanago."""

    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None

    def to_wire(self) -> dict[str, Any]:
        return _present(
            {
                "streetAddress": _text(self.street),
                "zipCode": _text(self.postal_code),
                "city": _text(self.city),
                "country": _text(self.country),
            }
        )


@dataclass(frozen=True, slots=True)
class DictionaryProperty:
    """A detail of a contact with a type, which SALESmanago fixes at the first use of the name."""

    name: str
    type: Literal["NUMBER", "DATE"]
    value: str | int  # of a DATE: UNIX time in milliseconds

    def to_wire(self) -> dict[str, Any] | None:
        """None where name or value is empty."""
        value = self.value if isinstance(self.value, int) else _text(self.value)
        wire = _present({"name": _text(self.name), "type": self.type, "value": value})
        return wire if len(wire) == 3 else None


@dataclass(frozen=True, slots=True)
class ConsentDetail:
    """A decision about a consent that exists in SALESmanago under `name`; it changes no permission."""

    name: str
    accepted: bool
    at: int | None = None  # UNIX time in milliseconds; without it SALESmanago takes its own
    ip: str | None = None
    opt_out: bool = False  # the consent is withdrawn
    description_id: int | None = None  # version of the wording

    def __post_init__(self) -> None:
        if _text(self.name) is None:
            raise ValueError("a consent needs a name")

    def to_wire(self) -> dict[str, Any]:
        return _present(
            {
                "consentName": _text(self.name),
                "consentAccept": self.accepted,
                "agreementDate": self.at,
                "ip": _text(self.ip),
                "optOut": self.opt_out,
                "consentDescriptionId": self.description_id,
            }
        )


@dataclass(frozen=True, slots=True)
class ContactUpsert:
    """A contact to add or to change, found by `email`.

    What is None or empty stays as SALESmanago has it. `new_email` changes the address of the contact that
    `email` finds. `contact_id` is for a contact whose address is not known: then `email` is "". With
    neither there is no contact: `ValueError`.
    """

    email: str
    new_email: str | None = None
    contact_id: str | None = None
    name: str | None = None  # first and last
    phone: str | None = None
    company: str | None = None
    external_id: str | None = None  # the shop's id of the customer
    state: str | None = None  # CUSTOMER, PROSPECT, PARTNER, OTHER or UNKNOWN: a label without effect
    address: Address | None = None
    province: str | None = None
    birthday: str | None = None  # yyyyMMdd or MMdd
    lang: str | None = None  # two letters
    tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    dictionary_properties: tuple[DictionaryProperty, ...] = ()
    consents: tuple[ConsentDetail, ...] = ()
    flags: OptFlags = OptFlags()

    def __post_init__(self) -> None:
        if _email(self.email) is None and _text(self.contact_id) is None:
            raise ValueError("a contact needs an e-mail or a contact id")

    def to_wire(self) -> dict[str, Any]:
        """The request without credentials: texts trimmed, cut at 255 characters, no null, nothing empty."""
        return _present(
            {
                # SALESmanago's library says true here. Then the contact may stay invisible to other methods
                # for a while, and an event or a read that follows the answer at once would miss it.
                "async": False,
                "contact": self._card(),
                "newEmail": _email(self.new_email),
                "province": _text(self.province),
                "birthday": _text(self.birthday),
                "lang": _text(self.lang and self.lang.upper()),
                "tags": _tags(self.tags),
                "removeTags": _tags(self.remove_tags),
                "properties": _properties(self.properties),
                "dictionaryProperties": [
                    wire for item in self.dictionary_properties if (wire := item.to_wire())
                ],
                "consentDetails": [consent.to_wire() for consent in self.consents],
                **self.flags.to_wire(),
            }
        )

    def _card(self) -> dict[str, Any]:
        return _present(
            {
                "email": _email(self.email),
                "contactId": _text(self.contact_id),
                "name": _text(self.name),
                "phone": _text(self.phone),
                "company": _text(self.company),
                "externalId": _text(self.external_id),
                "state": _text(self.state),
                "address": self.address.to_wire() if self.address else None,
            }
        )


def basic_request(emails: Sequence[str]) -> dict[str, Any]:
    """Asks for the basic data of the contacts with these addresses."""
    return {"email": [email for text in emails if (email := _email(text))]}


def _present(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that say something: an explicit null or "" has no documented meaning. False and 0 stay."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def _text(text: str | None) -> str | None:
    return _encodable(text)[:TEXT_CHARACTERS].rstrip() or None


def _email(text: str | None) -> str | None:
    """In lower case, as one address is one contact; never cut, as that would be somebody else's."""
    return _encodable(text).lower() or None


def _tags(tags: Iterable[str]) -> list[str]:
    """As SALESmanago's library sends them, so that "vip" and "VIP" are one tag: VIP, NEW_CUSTOMER."""
    spelled = (_text("_".join(tag.upper().split())) for tag in tags)
    return list(dict.fromkeys(tag for tag in spelled if tag))


def _properties(properties: Mapping[str, str]) -> dict[str, str]:
    cleaned = ((_text(name), _text(value)) for name, value in properties.items())
    return {name: value for name, value in cleaned if name and value}


def _encodable(text: str | None) -> str:
    """Trimmed, without the half characters (lone surrogates) that UTF-8 cannot carry."""
    return (text or "").encode(errors="ignore").decode().strip()
