"""Permissions: what a request does to them."""

from dataclasses import dataclass
from typing import Any

from salesmanago.messages.cleaning import clean_text, present


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

    @property
    def asks_for_confirmation(self) -> bool:
        return self.opt_in and self.double_opt_in

    def to_wire(self) -> dict[str, Any]:
        """All five switches spelled out: SALESmanago's default for a missing one differs by method."""
        switches = {**self.to_batch_item(), "useApiDoubleOptIn": self.asks_for_confirmation}
        if not self.asks_for_confirmation:
            return switches
        return switches | present(
            {
                "doubleOptInEmailId": clean_text(self.double_opt_in_email_id),
                "doubleOptInLanguage": clean_text(self.double_opt_in_language),
            }
        )

    def to_batch_item(self) -> dict[str, bool]:
        """The four switches that stand with a contact in a batch; the fifth is the batch's own."""
        return {
            "forceOptIn": self.opt_in,
            "forceOptOut": self.opt_out,
            "forcePhoneOptIn": self.phone_opt_in,
            "forcePhoneOptOut": self.phone_opt_out,
        }


UNCHANGED = OptFlags()
"""Leaves all permissions as they are."""
