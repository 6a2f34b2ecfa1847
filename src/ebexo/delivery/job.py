"""One message made ready to be sent: everything read from the database beforehand, the gate asked again."""

from dataclasses import dataclass
from datetime import datetime

from ebexo.consents.gate import Purpose, Withhold
from ebexo.consents.judging import judge
from ebexo.consents.ledger import latest
from ebexo.consents.models import Consent, Decision
from ebexo.contacts.knowledge import Known
from ebexo.contacts.known import known
from ebexo.contacts.models import Contact
from ebexo.delivery.mapping.contact import Rules
from ebexo.delivery.tags import tags_of
from ebexo.events import StoreEvent
from ebexo.outbox.claim import Claimed
from ebexo.outbox.states import Outcome, State
from ebexo.standing import contact_behind, doubt_about, person_left
from ebexo.stores.models import Account, Mode
from salesmanago import ConsentDetail


@dataclass(frozen=True)
class Job:
    """A message that may be sent to `account` as it was at that moment.

    `own_yes_at`: when the person said yes themselves in this event, if they did; `standing_yes_at`: when they gave
    the grant that stands; `opted_out_at`: when they last opted out; `own_no_at`: when they did so in this event.
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


def prepare(claimed: Claimed, account: Account) -> Job | Outcome:
    """The job to do for this message, or the outcome if the gate does not let it through any more."""
    event = StoreEvent.model_validate_json(claimed.message.payload or "")
    contact = contact_behind(claimed.key)
    told = known(contact.pk, remote=account.remote)
    doubt = doubt_about(contact, but=claimed.message.pk)
    judgement = judge(
        event, account=account, contact=contact, known=told, may_be_there=doubt, was_let_in=True
    )
    if isinstance(judgement.verdict, Withhold):
        reason = judgement.verdict.reason
        person = person_left(claimed.message.payload, reason)
        return Outcome(State.WITHHELD, kind="withheld", reason=reason, was_called=False, person=person)
    return Job(
        claimed=claimed,
        account=account,
        event=event,
        contact=contact.pk,
        remote=account.remote,
        known=told,
        bought=contact.bought_at is not None,
        rules=_rules(account),
        double_opt_in=account.mode == Mode.DOUBLE_OPT_IN,
        own_yes_at=judgement.own_yes_at,
        standing_yes_at=judgement.standing_yes_at,
        opted_out_at=contact.opted_out_at,
        own_no_at=judgement.own_no_at,
        purpose=judgement.purpose,
        consents=_consents(event, account, contact),
    )


def _rules(account: Account) -> Rules:
    return Rules(
        country=account.country,
        language=account.language,
        tags=tags_of(account),
        double_opt_in_email_id=account.double_opt_in_email_id,
        double_opt_in_language=account.double_opt_in_language,
    )


def _consents(event: StoreEvent, account: Account, contact: Contact) -> tuple[ConsentDetail, ...]:
    """What the person decided last on the consents that this event speaks of and that have a name in SALESmanago."""
    if not event.consents:
        return ()
    codes = {answer.code for answer in event.consents}
    named = Consent.objects.filter(store_id=account.store_id, code__in=codes).exclude(vendor_name="")
    details = []
    for code, name in named.order_by("code").values_list("code", "vendor_name"):
        if decision := latest(contact, code):
            details.append(_detail(name, decision))
    return tuple(details)


def _detail(name: str, decision: Decision) -> ConsentDetail:
    return ConsentDetail(
        name,
        accepted=decision.granted,
        at=int(decision.at.timestamp() * 1000),
        ip=decision.ip or None,
        opt_out=not decision.granted,
    )
