"""One message made ready to be sent: everything read from the database beforehand, the gate asked again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from ebexo.connection.tags import tags_of
from ebexo.connection.timings import look_after
from ebexo.consents.gate import Purpose, Withhold
from ebexo.consents.judging import email_of, judge
from ebexo.consents.ledger import all_latest
from ebexo.consents.models import Consent, Decision
from ebexo.contacts.knowledge import Known
from ebexo.contacts.known import all_known
from ebexo.contacts.models import Contact
from ebexo.delivery.errand import Errand, errand_of, pause_before_looking
from ebexo.delivery.mapping.rules import Rules
from ebexo.delivery.visitors import Question, whose_cart
from ebexo.events import StoreEvent
from ebexo.orders.steps import OrderReason, WaitForPurchase
from ebexo.outbox.claim import Claimed
from ebexo.outbox.models import Message
from ebexo.outbox.states import Outcome, State
from ebexo.standing import contact_behind, doubt_about, people_behind, person_left
from ebexo.stores.models import Account, Mode
from salesmanago import ConsentDetail


@dataclass(frozen=True)
class Job:
    """A message that may be sent to `account` as it was at that moment.

    `own_yes_at`: when the person said yes themselves in this event, if they did; `standing_yes_at`: when they gave
    the grant that stands; `opted_out_at`: when they last opted out; `own_no_at`: when they did so in this event.
    `errand`: the cart or the order to tell beside the contact; `needless`: why there is none, though the event is of
    one, and only the contact is to be told.
    """

    claimed: Claimed
    account: Account
    event: StoreEvent
    contact: int
    remote: str
    known: Known | None
    bought: bool
    rules: Rules
    double_opt_in: bool
    own_yes_at: datetime | None
    standing_yes_at: datetime | None = None
    opted_out_at: datetime | None = None
    own_no_at: datetime | None = None
    purpose: Purpose = Purpose.TELL
    consents: tuple[ConsentDetail, ...] = ()
    errand: Errand | None = None
    needless: str | None = None


@dataclass(frozen=True)
class Met:
    """The people that messages are about, and what SALESmanago knows of them, by their numbers.

    What they decided is read when it is asked for first, of them all.
    """

    people: Mapping[int, Contact]
    known: Mapping[int, Known]
    account: Account
    _decisions: dict[str, Mapping[int, Decision]] = field(default_factory=dict)
    _rules: dict[tuple[str, ...], Rules] = field(default_factory=dict)

    def decisions(self, code: str) -> Mapping[int, Decision]:
        """The newest decision of each on the consent `code`; those who decided nothing are left out."""
        if code not in self._decisions:
            self._decisions[code] = all_latest(self.account.store_id, sorted(self.people), code)
        return self._decisions[code]

    def rules(self, types: tuple[str, ...]) -> Rules:
        """See `rules_of`; most of these messages are of the same type."""
        if types not in self._rules:
            self._rules[types] = rules_of(self.account, types=types)
        return self._rules[types]

    @cached_property
    def named_consents(self) -> Sequence[tuple[str, str]]:
        """Codes of the store's consents that have a name in SALESmanago, and the names, ordered by code."""
        named = Consent.objects.filter(store_id=self.account.store_id).exclude(vendor_name="")
        return list(named.order_by("code").values_list("code", "vendor_name"))


def meet(messages: Iterable[Claimed], account: Account) -> Met:
    people = people_behind(claimed.key for claimed in messages)
    return Met(people, all_known(sorted(people), remote=account.remote), account)


def prepare(
    claimed: Claimed, account: Account, *, now: datetime, met: Met | None = None
) -> Job | Question | Outcome:
    """The job to do for this message, the question to ask first, or the outcome if nothing is to be done.

    `met`: the people it is about, where they were looked up together with others.
    """
    event = StoreEvent.model_validate_json(claimed.message.payload or "")
    met = met or meet([claimed], account)
    contact = contact_behind(claimed.key, met.people)
    told = met.known.get(contact.pk) if contact else None
    if contact is None or (
        told is None and event.customer is None
    ):  # to another account a cookie says nothing
        return whose_cart(claimed, event, account, now=now)
    doubt = doubt_about(contact, but=claimed.message.pk)
    judgement = judge(
        event,
        account=account,
        contact=contact,
        known=told,
        may_be_there=doubt,
        was_let_in=True,
        decisions=met.decisions(account.consent_code) if account.needs_consent else None,
    )
    if isinstance(judgement.verdict, Withhold):
        return _withheld(claimed, judgement.verdict.reason, event, told)
    job = Job(
        claimed=claimed,
        account=account,
        event=event,
        contact=contact.pk,
        remote=account.remote,
        known=told,
        bought=contact.bought_at is not None,
        rules=met.rules((*claimed.message.carried, event.type)),
        double_opt_in=account.mode == Mode.DOUBLE_OPT_IN,
        own_yes_at=judgement.own_yes_at,
        standing_yes_at=judgement.standing_yes_at,
        opted_out_at=contact.opted_out_at,
        own_no_at=judgement.own_no_at,
        purpose=judgement.purpose,
        consents=_consents(event, contact, met),
    )
    is_errand = judgement.purpose is Purpose.TELL and (event.type.is_of_cart or event.type.is_of_order)
    return _with_errand(job, contact, now=now) if is_errand else job


def _with_errand(job: Job, contact: Contact, *, now: datetime) -> Job | Outcome:
    """The job with the cart or the order to tell. What has nothing to tell may still carry the person's consent."""
    message = job.claimed.message
    found = errand_of(
        job.event, message=message, contact=contact, account=job.account, rules=job.rules, now=now
    )
    if isinstance(found, WaitForPurchase):
        return _behind(found.message, job.claimed)
    if not isinstance(found, str):
        pause = pause_before_looking(message, now=now) if found.is_addition else None
        if pause:
            return Outcome(State.WAITING, kind="not_sent", was_called=False, in_doubt=True, delay=pause)
        return replace(job, errand=found)
    if job.own_yes_at or job.consents:
        return replace(job, needless=found)
    if found == OrderReason.EXCEEDS:
        return _withheld(job.claimed, found, job.event, job.known)
    state = State.HELD if found == OrderReason.HELD else State.SUPERSEDED
    return Outcome(state, kind="needless", reason=found, was_called=False)


def _behind(other: int, claimed: Claimed) -> Outcome:
    """To the end of the person's line, where the other message is; or a moment's wait where it is another person's."""
    is_theirs = Message.objects.filter(pk=other, key_id=claimed.key_id).exists()
    return Outcome(
        State.WAITING,
        kind="not_sent",
        was_called=False,
        delay=look_after(),
        moves_to=claimed.key if is_theirs else None,
    )


def _withheld(claimed: Claimed, reason: str, event: StoreEvent, told: Known | None) -> Outcome:
    person = person_left(claimed.message.payload, reason, email=email_of(event, told))
    return Outcome(State.WITHHELD, kind="withheld", reason=reason, was_called=False, person=person)


def rules_of(account: Account, *, types: Sequence[str]) -> Rules:
    """The rules for an event of the last of these types, with which events of the others were united."""
    tags = tags_of(account)
    together = dict.fromkeys(tag for event_type in types for tag in tags.get(event_type, ()))
    return Rules(
        country=account.country,
        language=account.language,
        tags={**tags, types[-1]: tuple(together)},
        double_opt_in_email_id=account.double_opt_in_email_id,
        double_opt_in_language=account.double_opt_in_language,
        location=account.location,
        shop_domain=account.shop_domain,
        product_id=account.product_id,
    )


def _consents(event: StoreEvent, contact: Contact, met: Met) -> tuple[ConsentDetail, ...]:
    """What the person decided last on the consents that this event speaks of and that have a name in SALESmanago."""
    if not event.consents:
        return ()
    codes = {answer.code for answer in event.consents}
    named = [(name, met.decisions(code)) for code, name in met.named_consents if code in codes]
    return tuple(_detail(name, decisions[contact.pk]) for name, decisions in named if contact.pk in decisions)


def _detail(name: str, decision: Decision) -> ConsentDetail:
    return ConsentDetail(
        name,
        accepted=decision.granted,
        at=int(decision.at.timestamp() * 1000),
        ip=decision.ip or None,
        opt_out=not decision.granted,
    )
