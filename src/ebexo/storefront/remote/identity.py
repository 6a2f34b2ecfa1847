"""What a page is told about the person in front of it: may they be monitored, and under which contact id?

Nothing personal is in it. A contact id is told to nobody but the bearer of a token that speaks of this very person.
"""

from dataclasses import dataclass

from ebexo.contacts.models import Contact, Kind
from ebexo.contacts.resolve import find
from ebexo.storefront.monitored import (
    contact_id_of,
    is_on_the_way,
    is_switched_on,
    may_be_monitored,
    named_by_cookie,
)
from ebexo.storefront.remote.identity_token import Person
from ebexo.stores.models import Account, Mode

WAIT_SECONDS = 2.5
"""Until the page asks again: an open page has its cookie within 3 s of SALESmanago's answer."""
_LONGEST_CONTACT_ID = 64


@dataclass(frozen=True)
class Answer:
    """`wait`: in how many seconds it is worth asking again; None: the answer stands."""

    monitored: bool
    contact_id: str | None = None
    wait: float | None = None


LEFT_ALONE = Answer(monitored=False)


def about_person(person: Person, account: Account) -> Answer:
    """About somebody who is logged in in the shop. Reads the database and nothing else."""
    if not is_switched_on(account):
        return LEFT_ALONE
    contact = _contact(person, account.store_id)
    if contact is None:
        # The shop may tell of them a moment after its page. Until then they have granted nothing.
        return Answer(monitored=not Mode(account.mode).needs_consent, wait=WAIT_SECONDS)
    if not may_be_monitored(contact, account):
        return LEFT_ALONE
    contact_id = contact_id_of(contact, account)
    is_expected = contact_id is None and is_on_the_way(contact, account)
    return Answer(monitored=True, contact_id=contact_id, wait=WAIT_SECONDS if is_expected else None)


def about_cookie(contact_id: str, account: Account) -> Answer:
    """About a browser that nobody is logged in at: only whether whoever its cookie names is to be left alone.

    A contact id that is unknown gets the same answer as one that may be monitored.
    """
    if not is_switched_on(account):
        return LEFT_ALONE
    is_one = contact_id.isascii() and contact_id.isprintable() and len(contact_id) <= _LONGEST_CONTACT_ID
    named = named_by_cookie(contact_id, account) if is_one else None
    return Answer(monitored=may_be_monitored(named, account))


def _contact(person: Person, store_id: int) -> Contact | None:
    """The customer id decides: it is what the shop logs people in by."""
    by_number = find(store_id, kind=Kind.CUSTOMER, value=person.customer_id) if person.customer_id else None
    if by_number or not person.email:
        return by_number
    return find(store_id, kind=Kind.EMAIL, value=person.email)
