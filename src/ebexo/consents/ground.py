"""What the gate judges by, gathered for one person of one store."""

from ebexo.consents.gate import Ground
from ebexo.consents.ledger import latest
from ebexo.contacts.models import Contact
from ebexo.stores.models import Account, Mode


def ground(account: Account, contact: Contact, *, email: str) -> Ground:
    """The ground there is at this moment for sending this person to this account."""
    return Ground(
        active=account.active,
        dry_run=account.dry_run,
        granted=is_granted(account, contact),
        ignored_domain=email.rpartition("@")[2] in account.ignored_domains,
    )


def is_granted(account: Account, contact: Contact) -> bool:
    """Does the mode have its ground: nothing is asked for, or the newest decision on the linked consent is a yes?"""
    if not Mode(account.mode).needs_consent:
        return True
    decision = latest(contact, account.consent_code)
    return decision is not None and decision.granted
