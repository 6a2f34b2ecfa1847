"""Everything that is known of one person of a store, found by their e-mail."""

from dataclasses import dataclass
from datetime import datetime

from ebexo.consents.gate import Ground, Purpose, Reason, Withhold, decide
from ebexo.consents.judging import is_granted
from ebexo.consents.models import Decision
from ebexo.contacts.hashes import person_hash
from ebexo.contacts.knowledge import Known, Status
from ebexo.contacts.known import known
from ebexo.contacts.models import Contact, Return
from ebexo.contacts.resolve import find
from ebexo.contacts.statuses import standing_status
from ebexo.delivery.telling.lookup import CONFIRMATION_MAY_BE_MISSING
from ebexo.outbox.models import Message
from ebexo.outbox.states import LIVE_STATES, State
from ebexo.standing import key_of
from ebexo.stores.models import Account, Mode

MOST_MESSAGES = 100


@dataclass(frozen=True)
class Person:
    """A person whom the store knows.

    `known` and `status` are what SALESmanago knows of them, at the account of the present settings; `reason` why
    nothing may be sent of them now, None if it may; `decisions` newest first, `withheld` newest first and at most 100
    of them.
    """

    email: str
    contact: Contact
    known: Known | None
    status: Status | None
    reason: Reason | None
    returns: tuple[Return, ...]
    decisions: tuple[Decision, ...]
    withheld: tuple[Message, ...]
    waiting: tuple[Message, ...]
    unconfirmed_at: datetime | None
    """When an opt-in was sent of which it is not known whether SALESmanago asked for the confirmation."""


def find_person(account: Account, email: str) -> Person | None:
    """The person with this e-mail, in lower case, or None if the store has told nothing of them."""
    contact = find(account.store_id, kind="email", value=email)
    if contact is None:
        return None
    of_key = Message.objects.filter(store_id=account.store_id, key__key=key_of(contact))
    of_hash = Message.objects.filter(store_id=account.store_id, person_hash=person_hash("email", email))
    withheld = (of_key | of_hash).filter(state=State.WITHHELD).order_by("-accepted_at", "-pk")
    return Person(
        email=email,
        contact=contact,
        known=known(contact.pk, remote=account.remote),
        status=standing_status(contact, remote=account.remote),
        reason=_reason(account, contact, email),
        returns=tuple(Return.objects.filter(contact=contact).order_by("-at")),
        decisions=tuple(history(contact)),
        withheld=tuple(withheld[:MOST_MESSAGES]),
        waiting=tuple(of_key.filter(state__in=LIVE_STATES).order_by("key_seq")),
        unconfirmed_at=_unconfirmed_at(contact, account.store_id),
    )


def history(contact: Contact) -> list[Decision]:
    """Every decision of this person with its consent and wording, the newest first."""
    return list(
        Decision.objects.filter(contact=contact).select_related("consent", "wording").order_by("-at", "-pk")
    )


def _reason(account: Account, contact: Contact, email: str) -> Reason | None:
    ground = Ground(
        active=account.active,
        dry_run=account.dry_run,
        needs_consent=Mode(account.mode).needs_consent,
        granted=is_granted(account, contact),
        ignored_domain=email.rpartition("@")[2] in account.ignored_domains,
        erased=contact.erased_at is not None,
    )
    verdict = decide(Purpose.TELL, ground)
    return verdict.reason if isinstance(verdict, Withhold) else None


def _unconfirmed_at(contact: Contact, store_id: int) -> datetime | None:
    delivered = Message.objects.filter(store_id=store_id, key__key=key_of(contact), state=State.DELIVERED)
    newest_first = delivered.order_by("-pk").values_list("notes", "done_at")
    return next((at for notes, at in newest_first if CONFIRMATION_MAY_BE_MISSING in notes), None)
