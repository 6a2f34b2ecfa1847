"""What becomes of the rows of a part: read and judged, and nothing changed.

The rehearsal and the run judge by this one function, so their numbers are the same as long as nothing else happens.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ebexo.consents.gate import Purpose, Reason, Withhold
from ebexo.consents.judging import Judgement, judge
from ebexo.consents.ledger import all_latest, consents_of, decision_of
from ebexo.consents.models import Decision
from ebexo.contacts.erasing import answers_to_keep
from ebexo.contacts.knowledge import Known
from ebexo.contacts.known import all_known
from ebexo.contacts.models import Contact
from ebexo.contacts.resolve import names_of, people
from ebexo.events import StoreEvent
from ebexo.history.models import Import, ImportKind
from ebexo.history.on_record import customers_on_their_way, orders_on_record
from ebexo.history.packing import StoredRow
from ebexo.history.states import RowVerdict, Verdict
from ebexo.standing import doubt_about
from ebexo.stores.models import Account, Mode

NO_OPT_OUT = (Reason.NEVER_SENT, Reason.ALREADY_OUT, Reason.DRY_RUN)
"""Why nothing has to be taken back of somebody who said no; to an import they are people without a consent."""


@dataclass(frozen=True)
class Judged:
    """A row, what it tells, and what becomes of it.

    `contact` is the person as far as they are known here; somebody new has a number below 0. `withdraws`: the row
    says no for a person whom SALESmanago has as opted in, so they are to be taken off.
    """

    row: StoredRow
    verdict: RowVerdict
    event: StoreEvent | None = None
    contact: Contact | None = None
    withdraws: bool = False


def judge_rows(rows: Sequence[StoredRow], *, of: Import, account: Account) -> list[Judged]:
    """What becomes of these rows, in their order."""
    events = {
        row.number: StoreEvent.model_validate_json(row.payload) for row in rows if row.payload is not None
    }
    ground = _Ground.of(events, of=of, account=account)
    return [_judged(row, events.get(row.number), ground) for row in rows]


@dataclass(frozen=True)
class _Ground:
    """What the people of a part are judged by, and which of it needs no telling any more.

    `people` by the number of the row, `known` and `decisions` by that of the contact.
    """

    account: Account
    people: Mapping[int, Contact]
    known: Mapping[int, Known]
    decisions: Mapping[int, Decision]
    on_record: Mapping[int, RowVerdict]

    @classmethod
    def of(cls, events: Mapping[int, StoreEvent], *, of: Import, account: Account) -> "_Ground":
        contacts = _people(events, store_id=of.store_id)
        numbers = sorted({contact.pk for contact in contacts.values() if contact.pk > 0})
        known = all_known(numbers, remote=account.remote)
        decisions = _decisions(events, contacts, numbers, account)
        if of.kind == ImportKind.CUSTOMERS:
            on_record = customers_on_their_way(contacts, known, store_id=of.store_id)
        else:
            on_record = orders_on_record(events, account=account)
        return cls(account, contacts, known, decisions, on_record)


def _judged(row: StoredRow, event: StoreEvent | None, ground: _Ground) -> Judged:
    if event is None or row.verdict is not None:
        return Judged(row, row.verdict or RowVerdict(row.number, Verdict.INVALID, "invalid"))
    contact = ground.people[row.number]
    judgement = judge(
        event,
        account=ground.account,
        contact=contact,
        known=ground.known.get(contact.pk),
        may_be_there=doubt_about(contact),
        decisions=ground.decisions,
    )
    if reason := _reason(judgement):
        verdict = RowVerdict(row.number, Verdict.WITHHELD, reason)
        withdraws = judgement.purpose is Purpose.OPT_OUT and not isinstance(judgement.verdict, Withhold)
        return Judged(row, verdict, event, contact, withdraws=withdraws)
    verdict = ground.on_record.get(row.number) or RowVerdict(row.number, Verdict.NEW)
    return Judged(row, verdict, event, contact)


def _reason(judgement: Judgement) -> Reason | None:
    """Why the row is not told; somebody who says no in it is a person without a consent."""
    reason = judgement.verdict.reason if isinstance(judgement.verdict, Withhold) else None
    if judgement.purpose is Purpose.OPT_OUT and (reason is None or reason in NO_OPT_OUT):
        return Reason.NO_CONSENT
    return reason


def _people(events: Mapping[int, StoreEvent], *, store_id: int) -> dict[int, Contact]:
    """Who the rows are about; who is not known here is new, with a number below 0."""
    names = {number: names_of(event.person) for number, event in events.items()}
    wanted = dict.fromkeys(name for pair in names.values() for name in pair if name)
    there = people(store_id, list(wanted)) if wanted else {}
    found = {}
    for number, event in events.items():
        email, customer_id = names[number]
        of_email, of_number = there.get(email), there.get(customer_id) if customer_id else None
        if of_email and of_number and event.occurred_at < of_email.email_at:
            of_email = None  # the address belongs to the next person by now
        new = Contact(pk=-number, store_id=store_id, email_at=event.occurred_at)
        found[number] = of_email or of_number or new
    return found


def _decisions(
    events: Mapping[int, StoreEvent],
    contacts: Mapping[int, Contact],
    numbers: list[int],
    account: Account,
) -> dict[int, Decision]:
    """The newest decisions on the linked consent, with those that the rows themselves tell."""
    if not Mode(account.mode).needs_consent:
        return {}
    code = account.consent_code
    return all_latest(account.store_id, numbers, code, further=_told(events, contacts, account))


def _told(
    events: Mapping[int, StoreEvent], contacts: Mapping[int, Contact], account: Account
) -> Iterable[Decision]:
    answers = [
        (contacts[number], answer)
        for number, event in events.items()
        for answer in answers_to_keep(contacts[number], event)
        if answer.code == account.consent_code
    ]
    if not answers:
        return []
    consent = consents_of(account.store_id, [account.consent_code]).get(account.consent_code)
    return [decision_of(contact, consent, answer) for contact, answer in answers] if consent else []
