"""A person's standing with the store: what follows here when they say no, and when SALESmanago tells their status."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import structlog
from django.db import transaction
from django.utils import timezone

from ebexo.consents import ledger
from ebexo.consents.gate import Reason, Withhold
from ebexo.consents.judging import judge
from ebexo.contacts.hashes import traces
from ebexo.contacts.knowledge import Status
from ebexo.contacts.known import known
from ebexo.contacts.models import Contact
from ebexo.contacts.statuses import Source, keep_status, standing_status
from ebexo.events import EventType, StoreEvent
from ebexo.outbox import withholding
from ebexo.stores.models import Account, Mode

WITHDRAWN_BY = "salesmanago"

log = structlog.get_logger("ebexo.standing")


_PREFIX = "contact:"


def key_of(contact: Contact) -> str:
    """The outbox key of this person: their messages keep their order."""
    return f"{_PREFIX}{contact.pk}"


def contact_behind(key: str) -> Contact:
    """The person whose outbox key this is."""
    return Contact.objects.get(pk=int(key.removeprefix(_PREFIX)))


def doubt_about(contact: Contact, *, but: int | None = None) -> Callable[[], bool]:
    """Tells whether anything but message number `but` is on its way, or may have arrived, that tells of this person."""
    return partial(
        withholding.may_have_arrived,
        contact.store_id,
        key=key_of(contact),
        besides=EventType.CUSTOMER_ERASED,
        but=but,
    )


def person_left(payload: str | None, reason: str) -> withholding.Person:
    """What is kept of the person in a withheld message: hash and mask, and of somebody erased the hash alone."""
    digest, mask = traces(payload)
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
            left = partial(person_left, reason=verdict.reason)
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
    if Mode(account.mode).needs_consent:
        ledger.withdraw(contact, account.consent_code, at=at, source=WITHDRAWN_BY)
    withhold_what_may_not_go(account, contact, now=timezone.now())
