"""A contact to add or to change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from salesmanago.messages.cleaning import (
    clean_email,
    clean_identifier,
    clean_properties,
    clean_tags,
    clean_text,
    present,
)
from salesmanago.messages.details import Address, ConsentDetail, DictionaryProperty
from salesmanago.messages.flags import UNCHANGED, OptFlags


@dataclass(frozen=True, slots=True)
class ContactUpsert:
    """A contact to add or to change, found by `email`.

    What is None or empty stays as SALESmanago has it. `new_email` changes the address of the contact that
    `email` finds. `contact_id` is for a contact whose address is not known: then `email` is "". With
    neither there is no contact: `ValueError`. Ids of more than 255 characters are left out.
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
    flags: OptFlags = UNCHANGED

    def __post_init__(self) -> None:
        if clean_email(self.email) is None and clean_identifier(self.contact_id) is None:
            raise ValueError("a contact needs an e-mail or a contact id")

    def to_wire(self) -> dict[str, Any]:
        """The request without credentials: texts trimmed, cut at 255 characters, no null, nothing empty."""
        return {
            # SALESmanago's library says true here. Then the contact may stay invisible to other methods
            # for a while, and an event or a read that follows the answer at once would miss it.
            "async": False,
            **self._described(),
            **present({"consentDetails": [consent.to_wire() for consent in self.consents]}),
            **self.flags.to_wire(),
        }

    def to_batch_item(self) -> dict[str, Any]:
        """The contact as one of many; `ValueError` for what only a call of its own can say.

        That is a contact without an e-mail, since the answer lists e-mails; an opt-in that has to be
        confirmed, since a batch would opt in at once; and consents, which no batch is known to take.
        """
        if clean_email(self.email) is None:
            raise ValueError("a contact without an e-mail goes by itself: upsert_contact()")
        if self.flags.asks_for_confirmation:
            raise ValueError("an opt-in to be confirmed goes by itself: upsert_contact()")
        if self.consents:
            raise ValueError("a contact with consents goes by itself: upsert_contact()")
        return {**self._described(), **self.flags.to_batch_item()}

    def _described(self) -> dict[str, Any]:
        typed = [wire for item in self.dictionary_properties if (wire := item.to_wire())]
        return present(
            {
                "contact": self._card(),
                "newEmail": clean_email(self.new_email),
                "province": clean_text(self.province),
                "birthday": clean_text(self.birthday),
                "lang": clean_text(self.lang and self.lang.upper()),
                "tags": clean_tags(self.tags),
                "removeTags": clean_tags(self.remove_tags),
                "properties": clean_properties(self.properties),
                "dictionaryProperties": typed,
            }
        )

    def _card(self) -> dict[str, Any]:
        return present(
            {
                "email": clean_email(self.email),
                "contactId": clean_identifier(self.contact_id),
                "name": clean_text(self.name),
                "phone": clean_text(self.phone),
                "company": clean_text(self.company),
                "externalId": clean_identifier(self.external_id),
                "state": clean_text(self.state),
                "address": self.address.to_wire() if self.address else None,
            }
        )
