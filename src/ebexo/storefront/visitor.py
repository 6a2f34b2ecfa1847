"""Who is looking at this page, and may they be monitored?"""

from dataclasses import dataclass

from django.http import HttpRequest

from ebexo.consents.judging import is_granted
from ebexo.contacts.known import known
from ebexo.contacts.models import Contact
from ebexo.contacts.resolve import find
from ebexo.outbox.put import is_waiting
from ebexo.standing import key_of
from ebexo.storefront.shop import cookies_allowed, store
from ebexo.stores.models import Account, Mode

COOKIE = "smclient"
PERSON = "ebexo_contact"
"""Where the session keeps the number of a contact who is not logged in, after a newsletter sign-up."""


@dataclass(frozen=True)
class Visitor:
    """A visitor of the shop.

    `monitored`: the pages may carry the monitoring code. `is_person`: somebody is logged in or signed up here.
    `waits`: something about them is on its way to SALESmanago.
    """

    monitored: bool
    is_person: bool = False
    waits: bool = False
    contact_id: str | None = None
    client_id: str = ""
    endpoint: str = ""

    @property
    def is_expected(self) -> bool:
        """Will there be a contact id soon?"""
        return self.waits and self.contact_id is None


NOBODY = Visitor(monitored=False)


def visitor(request: HttpRequest) -> Visitor:
    """The visitor of this request. Reads the database and nothing else."""
    account = store().account
    allowed = account.load_always or cookies_allowed(request)
    if not (allowed and account.active and account.is_complete):
        return NOBODY
    contact = _contact(request, account)
    if not _may_be_monitored(contact or _named_by_cookie(request, account), account):
        return NOBODY
    knowledge = known(contact.pk, remote=account.remote) if contact else None
    return Visitor(
        monitored=True,
        is_person=contact is not None or request.user.is_authenticated,
        waits=contact is not None and is_waiting(account.store_id, key=key_of(contact)),
        contact_id=knowledge.contact_id if knowledge else None,
        client_id=account.client_id,
        endpoint=account.endpoint,
    )


def _contact(request: HttpRequest, account: Account) -> Contact | None:
    if request.user.is_authenticated:
        return find(account.store_id, kind="customer", value=str(request.user.pk))
    number = request.session.get(PERSON)
    return Contact.objects.filter(pk=number, store_id=account.store_id).first() if number else None


def _may_be_monitored(contact: Contact | None, account: Account) -> bool:
    return contact is None or (contact.erased_at is None and is_granted(account, contact))


def _named_by_cookie(request: HttpRequest, account: Account) -> Contact | None:
    """In a consent mode, whom the cookie of a browser names that nobody is logged in at.

    The cookie is good for being left alone, when that person took the consent back elsewhere, and for nothing more.
    """
    named = request.COOKIES.get(COOKIE)
    if not named or not Mode(account.mode).needs_consent:
        return None
    known_as = Contact.objects.filter(acquaintances__vendor_id=named, acquaintances__remote=account.remote)
    return known_as.filter(store_id=account.store_id).first()


def remember(request: HttpRequest, *, email: str) -> None:
    """Keep in the session who signed up without logging in; only where cookies are allowed."""
    contact = find(store().pk, kind="email", value=email)
    if contact is not None and cookies_allowed(request):
        request.session[PERSON] = contact.pk
