"""From a store event to the contact upsert that tells it. PURE: no database, no clock, no network.

Fields the store did not tell are absent from the request, so SALESmanago keeps what it has.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ebexo.consents.gate import OptIn
from ebexo.contacts.knowledge import Known
from ebexo.delivery.mapping.birth_date import birth_date
from ebexo.delivery.mapping.language import language
from ebexo.delivery.mapping.phone import phone
from ebexo.delivery.mapping.rules import Rules
from ebexo.events import Address as StoreAddress
from ebexo.events import Customer, StoreEvent
from salesmanago import Address, ConsentDetail, ContactUpsert, DictionaryProperty, OptFlags

CREATED_ON = "createdOn"
"""Our typed detail for the day the customer's account was made: SALESmanago's own field can't be set."""

BIRTH_DATE_UNUSABLE = "birth_date_unusable"


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Mapped:
    """The request, the notes a merchant should see, and the names of the fields it tells."""

    request: ContactUpsert
    notes: tuple[str, ...]
    fields: frozenset[str]


def contact_upsert(
    event: StoreEvent,
    *,
    rules: Rules,
    known: Known | None,
    bought: bool,
    opt_in: OptIn,
    consents: tuple[ConsentDetail, ...] = (),
) -> Mapped:
    """The upsert for one store event.

    An address SALESmanago knows the contact by, and that is no longer theirs, is sent with the new one, so that
    one contact stays one. An event older than the newest one told fills only what was never told.
    """
    customer = event.person
    request = ContactUpsert(
        email=customer.email,
        name=_joined(customer.first_name, customer.last_name),
        phone=_phone(customer, rules),
        company=customer.company,
        external_id=customer.id,
        state=_state(customer, known=known, bought=bought),
        address=_address(customer.address),
        province=customer.address.region if customer.address else None,
        birthday=_birthday(event),
        lang=_upper(language(customer.language or rules.language)),
        tags=tuple(rules.tags.get(event.type, ())),
        properties=customer.properties,
        dictionary_properties=_created_on(customer),
        consents=consents,
        flags=_flags(opt_in, rules),
    )
    unusable = customer.birth_date is not None and request.birthday is None
    if known and known.told_at and event.occurred_at < known.told_at:
        request = _only_untold(request, known)
    elif known and known.email != customer.email:
        request = replace(request, email=known.email, new_email=customer.email)
    return Mapped(request, (BIRTH_DATE_UNUSABLE,) if unusable else (), _told(request))


def opt_out(event: StoreEvent, *, known: Known | None, consents: tuple[ConsentDetail, ...]) -> ContactUpsert:
    """The one request that takes a person off the mailing: who, and that; none of their data."""
    email = known.email if known else event.person.email
    return ContactUpsert(email=email, consents=consents, flags=OptFlags(opt_out=True))


# What an event that comes too late may still fill in. Tags and custom values are merged by SALESmanago.
_FILLABLE = ("name", "phone", "company", "external_id", "state", "province", "birthday", "lang")
_ADDRESS = ("street", "postal_code", "city", "country")


def _only_untold(request: ContactUpsert, known: Known) -> ContactUpsert:
    told: dict[str, Any] = {name: None for name in _FILLABLE if name in known.told_fields}
    properties = {
        name: value
        for name, value in request.properties.items()
        if f"properties.{name}" not in known.told_fields
    }
    dated = () if CREATED_ON in known.told_fields else request.dictionary_properties
    told_address = {part: None for part in _ADDRESS if f"address.{part}" in known.told_fields}
    address = request.address and replace(request.address, **told_address)
    return replace(
        request,
        email=known.email,
        address=address,
        properties=properties,
        dictionary_properties=dated,
        **told,
    )


def _told(request: ContactUpsert) -> frozenset[str]:
    told = {name for name in _FILLABLE if getattr(request, name)}
    told |= {f"address.{part}" for part in _ADDRESS if getattr(request.address, part, None)}
    told |= {f"properties.{name}" for name in request.properties}
    return frozenset(told | {item.name for item in request.dictionary_properties})


def _joined(*parts: str | None) -> str | None:
    return " ".join(" ".join(part for part in parts if part).split()) or None


def _phone(customer: Customer, rules: Rules) -> str | None:
    if customer.phone is None:
        return None
    home = customer.address.country if customer.address else None
    return phone(customer.phone, countries=(country.upper() for country in (home, rules.country) if country))


def _address(address: StoreAddress | None) -> Address | None:
    if address is None:
        return None
    return Address(
        street=_joined(address.street),
        postal_code=address.postal_code,
        city=address.city,
        country=address.country,
    )


def _state(customer: Customer, *, known: Known | None, bought: bool) -> str:
    if customer.state:
        return customer.state
    return "CUSTOMER" if bought or (known and known.is_customer) else "PROSPECT"


def _birthday(event: StoreEvent) -> str | None:
    text = event.person.birth_date
    found = birth_date(text, today=event.occurred_at.date()) if text is not None else None
    return found.strftime("%Y%m%d") if found else None


def _upper(text: str | None) -> str | None:
    return text and text.upper()


def _created_on(customer: Customer) -> tuple[DictionaryProperty, ...]:
    if customer.created_at is None:
        return ()
    milliseconds = (customer.created_at - _EPOCH) // timedelta(milliseconds=1)
    return (DictionaryProperty(CREATED_ON, "DATE", milliseconds),)


def _flags(opt_in: OptIn, rules: Rules) -> OptFlags:
    if opt_in is OptIn.LEAVE:
        return OptFlags()
    if opt_in is OptIn.OUT:
        return OptFlags(opt_out=True)
    if opt_in is OptIn.NOW:
        return OptFlags(opt_in=True)
    return OptFlags(
        opt_in=True,
        double_opt_in=True,
        double_opt_in_email_id=rules.double_opt_in_email_id or None,
        double_opt_in_language=rules.double_opt_in_language or None,
    )
