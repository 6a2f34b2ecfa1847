"""Who is looking at this page, and may they be monitored?"""

from dataclasses import dataclass

from django.http import HttpRequest

from ebexo.contacts.hashes import person_hash
from ebexo.contacts.models import Contact
from ebexo.contacts.resolve import find, find_hashed
from ebexo.storefront.monitored import (
    contact_id_of,
    is_on_the_way,
    is_switched_on,
    may_be_monitored,
    named_by_cookie,
)
from ebexo.storefront.shop import cookies_allowed, store
from ebexo.stores.models import Account

COOKIE = "smclient"
PERSON = "ebexo_contact"
"""Where the session keeps who is there, as the keyed hash of the address they told with a sign-up, an order or a login.
What they did may be told a moment later, and until then nobody is known by that address."""


@dataclass(frozen=True)
class Visitor:
    """A visitor of the shop.

    `monitored`: the pages may carry the monitoring code; of somebody who `is_expected` that may still turn out.
    `is_person`: somebody is logged in or signed up here. `waits`: something about them is on its way to SALESmanago.
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
    if not (allowed and is_switched_on(account)):
        return NOBODY
    is_customer, remembered = request.user.is_authenticated, _remembered(request)
    contact = _contact(request, account, remembered)
    where = {"client_id": account.client_id, "endpoint": account.endpoint}
    if contact is None and is_customer and account.needs_consent:  # nobody knows of their grant yet
        return Visitor(monitored=False, is_person=True, waits=remembered is not None, **where)
    if not may_be_monitored(contact or named_by_cookie(request.COOKIES.get(COOKIE), account), account):
        return NOBODY
    return Visitor(
        monitored=True,
        is_person=contact is not None or remembered is not None or is_customer,
        waits=is_on_the_way(contact, account) if contact else remembered is not None,
        contact_id=contact_id_of(contact, account) if contact else None,
        **where,
    )


def _contact(request: HttpRequest, account: Account, remembered: str | None) -> Contact | None:
    if request.user.is_authenticated:
        return find(account.store_id, kind="customer", value=str(request.user.pk))
    return find_hashed(account.store_id, kind="email", digest=remembered) if remembered else None


def _remembered(request: HttpRequest) -> str | None:
    """Whom the session names: the customer who is logged in, or somebody who is not."""
    remembered: str | None = request.session.get(PERSON)
    if request.user.is_authenticated and remembered != person_hash("email", request.user.email):
        return None
    return remembered


def remember(request: HttpRequest, *, email: str) -> None:
    """Keep in the session who this is; only where cookies are allowed."""
    if cookies_allowed(request):
        request.session[PERSON] = person_hash("email", email)
