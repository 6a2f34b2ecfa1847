"""Judging one event of one person: gather what the gate asks for, and ask it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ebexo.consents.gate import Ground, Purpose, Send, Withhold, decide
from ebexo.consents.ledger import latest
from ebexo.consents.models import Decision
from ebexo.contacts.erasing import is_forgotten
from ebexo.contacts.knowledge import Known, Status
from ebexo.contacts.models import Contact
from ebexo.events import EventType, StoreEvent
from ebexo.stores.models import Account


@dataclass(frozen=True)
class Judgement:
    """What the event asks for, whether it may go, and when the person said yes or no.

    `own_yes_at`: they said yes in this very event; `standing_yes_at`: their newest decision on the linked consent is
    a yes, given then; `own_no_at`: what makes this event an opt-out was said then.
    """

    purpose: Purpose
    verdict: Send | Withhold
    own_yes_at: datetime | None
    standing_yes_at: datetime | None
    own_no_at: datetime | None


def judge(
    event: StoreEvent,
    *,
    account: Account,
    contact: Contact,
    known: Known | None,
    may_be_there: Callable[[], bool],
    was_let_in: bool = False,
    decisions: Mapping[int, Decision] | None = None,
) -> Judgement:
    """Ask the gate.

    `may_be_there` tells, where it matters, whether something else of theirs is on its way or may have arrived: then
    they count as sent, and what is known of their status as out of date. `was_let_in`: the event is in the outbox
    already, so an erasure has cleared away what was known. `decisions`: the newest ones on the linked consent, by the
    numbers of the contacts, where they were looked up before.
    """
    needs_consent = account.needs_consent
    decision = _newest(contact, account, decisions) if needs_consent else None
    granted = decision if decision and decision.granted else None
    said_no_at = _said_no_at(event, account, contact, was_let_in=was_let_in)
    purpose = _purpose(event, said_no_at=said_no_at, granted=granted)
    in_doubt = purpose is not Purpose.TELL and may_be_there()
    ground = Ground(
        active=account.active,
        dry_run=account.dry_run,
        needs_consent=needs_consent,
        granted=granted is not None,
        ignored_domain=(email_of(event, known) or "").rpartition("@")[2] in account.ignored_domains,
        sent=in_doubt or (known is not None and known.sent) or (was_let_in and purpose is Purpose.ERASE),
        opted_out=known is not None and known.status is Status.OPT_OUT and not in_doubt,
        erased=is_forgotten(contact, event),
    )
    return Judgement(
        purpose=purpose,
        verdict=decide(purpose, ground),
        own_yes_at=_own_yes_at(event, account),
        standing_yes_at=granted.at if granted else None,
        own_no_at=said_no_at if purpose is Purpose.OPT_OUT else None,
    )


def _newest(contact: Contact, account: Account, decisions: Mapping[int, Decision] | None) -> Decision | None:
    return latest(contact, account.consent_code) if decisions is None else decisions.get(contact.pk)


def email_of(event: StoreEvent, known: Known | None) -> str | None:
    """The person's address: as told in the event, or that of the contact whose cookie the browser has."""
    return event.email or (known.email if known else None)


def is_granted(account: Account, contact: Contact) -> bool:
    """Does the mode have its ground: nothing is asked for, or the newest decision on the linked consent is a yes?"""
    if not account.needs_consent:
        return True
    decision = latest(contact, account.consent_code)
    return decision is not None and decision.granted


def withdrawn_at(event: StoreEvent, account: Account) -> datetime | None:
    """When this event says no: an unsubscription, or a withdrawal of the consent that the mode asks for."""
    if event.type is EventType.NEWSLETTER_UNSUBSCRIBED:
        return event.occurred_at
    return _answered_at(event, account, granted=False)


def came_back_at(event: StoreEvent) -> datetime | None:
    """When the person did something of their own that lifts an erasure: registered, signed up, or gave a grant."""
    own = (EventType.CUSTOMER_REGISTERED, EventType.NEWSLETTER_SUBSCRIBED)
    moments = [answer.at for answer in event.consents if answer.granted]
    return max([*moments, event.occurred_at]) if event.type in own else max(moments, default=None)


def _purpose(event: StoreEvent, *, said_no_at: datetime | None, granted: Decision | None) -> Purpose:
    """A no asks for an opt-out, unless the person said yes since: the newest answer holds."""
    if event.type is EventType.CUSTOMER_ERASED:
        return Purpose.ERASE
    if said_no_at is None or (granted is not None and granted.at >= said_no_at):
        return Purpose.TELL
    return Purpose.OPT_OUT


def _said_no_at(
    event: StoreEvent, account: Account, contact: Contact, *, was_let_in: bool
) -> datetime | None:
    """When this event says no. What was let in as their last opt-out stays one, whatever the settings say since."""
    if said_no_at := withdrawn_at(event, account):
        return said_no_at
    withdrawals = [answer.at for answer in event.consents if not answer.granted]
    return contact.opted_out_at if was_let_in and contact.opted_out_at in withdrawals else None


def _own_yes_at(event: StoreEvent, account: Account) -> datetime | None:
    """In the consent modes only a grant of the linked consent counts; a sign-up alone is not one."""
    if not account.needs_consent:
        return event.occurred_at if event.type is EventType.NEWSLETTER_SUBSCRIBED else None
    return _answered_at(event, account, granted=True)


def _answered_at(event: StoreEvent, account: Account, *, granted: bool) -> datetime | None:
    if not account.needs_consent:
        return None
    answers = [
        answer.at
        for answer in event.consents
        if answer.code == account.consent_code and answer.granted is granted
    ]
    return max(answers, default=None)
