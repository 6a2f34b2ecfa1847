"""What a contact is described by besides its card."""

from dataclasses import dataclass
from typing import Any, Literal

from salesmanago.messages.cleaning import clean_text, present


@dataclass(frozen=True, slots=True)
class Address:
    """Where a contact lives; `country` is free text for SALESmanago."""

    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None

    def to_wire(self) -> dict[str, Any]:
        return present(
            {
                "streetAddress": clean_text(self.street),
                "zipCode": clean_text(self.postal_code),
                "city": clean_text(self.city),
                "country": clean_text(self.country),
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
        value = self.value if isinstance(self.value, int) else clean_text(self.value)
        wire = present({"name": clean_text(self.name), "type": self.type, "value": value})
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
        if clean_text(self.name) is None:
            raise ValueError("a consent needs a name")

    def to_wire(self) -> dict[str, Any]:
        return present(
            {
                "consentName": clean_text(self.name),
                "consentAccept": self.accepted,
                "agreementDate": self.at,
                "ip": clean_text(self.ip),
                "optOut": self.opt_out,
                "consentDescriptionId": self.description_id,
            }
        )
