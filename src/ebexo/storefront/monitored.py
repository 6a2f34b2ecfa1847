"""May this person be monitored? One answer, for the pages of Django shops and for those of all others."""

from ebexo.consents.judging import is_granted
from ebexo.contacts.known import known
from ebexo.contacts.models import Contact
from ebexo.outbox.put import is_waiting
from ebexo.standing import key_of
from ebexo.stores.models import Account, Mode


def is_switched_on(account: Account) -> bool:
    """Does this store monitor anybody at all?"""
    return account.active and account.is_complete


def may_be_monitored(contact: Contact | None, account: Account) -> bool:
    """Not somebody who asked to be forgotten, nor one without the grant that the mode asks for. None: nobody known."""
    return contact is None or (contact.erased_at is None and is_granted(account, contact))


def named_by_cookie(contact_id: str | None, account: Account) -> Contact | None:
    """In a consent mode, whom the cookie of a browser names that nobody is logged in at.

    The cookie is good for being left alone, when that person took the consent back elsewhere, and for nothing more.
    """
    if not contact_id or not Mode(account.mode).needs_consent:
        return None
    known_as = Contact.objects.filter(
        acquaintances__vendor_id=contact_id, acquaintances__remote=account.remote
    )
    return known_as.filter(store_id=account.store_id).first()


def contact_id_of(contact: Contact, account: Account) -> str | None:
    """By which id this account of SALESmanago knows the person; None as long as it does not."""
    knowledge = known(contact.pk, remote=account.remote)
    return knowledge.contact_id if knowledge else None


def is_on_the_way(contact: Contact, account: Account) -> bool:
    """Is anything about the person still to be sent?"""
    return is_waiting(account.store_id, key=key_of(contact))
