"""A person's standing with the store: what follows here when they say no, and when SALESmanago tells their status."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial

import structlog
from django.db import transaction
from django.utils import timezone

from ebexo.consents import ledger
from ebexo.consents.gate import Reason, Withhold
from ebexo.consents.judging import email_of, judge
from ebexo.contacts.hashes import masked_email, person_hash, traces
from ebexo.contacts.knowledge import Status
from ebexo.contacts.known import known
from ebexo.contacts.models import Contact
from ebexo.contacts.statuses import Source, keep_status, standing_status
from ebexo.events import EventType, StoreEvent
from ebexo.outbox import withholding
from ebexo.statements import Rows
from ebexo.stores.models import Account

WITHDRAWN_BY = "salesmanago"

log = structlog.get_logger("ebexo.standing")


_CONTACTS = Rows(Contact, "id IN ({})")
_PERSON = "contact:"
_VISITOR = "visitor:"


def key_of(contact: Contact) -> str:
    """The outbox key of this person: their messages keep their order."""
    return f"{_PERSON}{contact.pk}"


def key_of_visitor(smclient: str) -> str:
    """The outbox key of a browser of which it is not known yet whose it is."""
    return f"{_VISITOR}{person_hash('visitor', smclient)}"


def people_behind(keys: Iterable[str]) -> dict[int, Contact]:
    """The people whose outbox keys these are, by their numbers."""
    numbers = sorted(number for number in map(_number_in, keys) if number is not None)
    return {contact.pk: contact for contact in _CONTACTS.found(numbers)}


def contact_behind(key: str, people: Mapping[int, Contact] | None = None) -> Contact | None:
    """The person whose outbox key this is, one of `people` where they were looked up before.

    None where that has to be found out first.
    """
    number = _number_in(key)
    if number is None:
        return None
    return (people_behind([key]) if people is None else people)[number]


def _number_in(key: str) -> int | None:
    return int(key.removeprefix(_PERSON)) if key.startswith(_PERSON) else None


def doubt_about(contact: Contact, *, but: int | None = None) -> Callable[[], bool]:
    """Tells whether anything but message number `but` is on its way, or may have arrived, that tells of this person."""
    return partial(
        withholding.may_have_arrived,
        contact.store_id,
        key=key_of(contact),
        besides=EventType.CUSTOMER_ERASED,
        but=but,
    )


def person_left(payload: str | None, reason: str, *, email: str | None = None) -> withholding.Person:
    """What is kept of the person in a withheld message: hash and mask, and of somebody erased the hash alone.

    `email` is the address of somebody whom the event does not name, where it is known.
    """
    digest, mask = (person_hash("email", email), masked_email(email)) if email else traces(payload)
    return digest, None if reason == Reason.ERASED else mask


def withhold_what_may_not_go(account: Account, contact: Contact, *, now: datetime) -> None:
    """After a person said no: what still waits for them and has no ground any more is withheld at once."""
    told = known(contact.pk, remote=account.remote)
    for message in withholding.waiting_of(contact.store_id, key=key_of(contact)):
        event = StoreEvent.model_validate_json(message.payload or "")
        doubt = doubt_about(contact, but=message.pk)
        verdict = judge(
            event, account=account, contact=contact, known=told, may_be_there=doubt, was_let_in=True
        ).verdict
        if isinstance(verdict, Withhold):
            left = partial(person_left, reason=verdict.reason, email=email_of(event, told))
            withholding.withhold([message], reason=verdict.reason, person_of=left, now=now)


def learn_status(contact: Contact, *, status: Status, at: datetime, source: Source) -> bool:
    """Keep what SALESmanago says of a person's status since `at`. False: it is no news, and nothing is written.

    An opt-out is a withdrawal, too, where a consent is asked for; an opt-in is never a grant. Nothing is sent because
    of either: SALESmanago knows.
    """
    with transaction.atomic():
        # one change of a store after the other: a cursor once read is never followed by a smaller one
        account = Account.objects.select_for_update(no_key=True).get(pk=contact.store_id)
        found = Contact.objects.select_for_update(no_key=True).filter(pk=contact.pk, erased_at=None).first()
        if found is None or not _is_news(found, status, remote=account.remote):
            return False
        keep_status(found, remote=account.remote, status=status, at=at, source=source)
        if status is Status.OPT_OUT:
            _say_no(account, found, at=at)
    log.info("status_learnt", store=contact.store_id, contact=contact.pk, status=status, source=source)
    return True


def _is_news(contact: Contact, status: Status, *, remote: str) -> bool:
    """Somebody whom SALESmanago knows by others than us has nothing to be confirmed."""
    standing = standing_status(contact, remote=remote)
    return standing is not status and not (standing is None and status is Status.OPT_IN)


def _say_no(account: Account, contact: Contact, *, at: datetime) -> None:
    if account.needs_consent:
        ledger.withdraw(contact, account.consent_code, at=at, source=WITHDRAWN_BY)
    withhold_what_may_not_go(account, contact, now=timezone.now())
