"""What the gate judges by, gathered for one person of one store."""

from ebexo.consents.gate import Ground
from ebexo.consents.ledger import latest
from ebexo.contacts.models import Contact
from ebexo.stores.models import Account, Mode


def ground(account: Account, contact: Contact, *, email: str) -> Ground:
    """The ground there is at this moment for sending this person to this account."""
    needs_consent = Mode(account.mode).needs_consent
    decision = latest(contact, account.consent_code) if needs_consent else None
    return Ground(
        active=account.active,
        dry_run=account.dry_run,
        needs_consent=needs_consent,
        granted=decision is not None and decision.granted,
        ignored_domain=email.rpartition("@")[2] in account.ignored_domains,
    )
