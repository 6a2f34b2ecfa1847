"""The ledger of decisions: what people answered, only ever added to."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Prefetch

from ebexo.consents.models import Consent, Decision, Wording
from ebexo.contacts.models import Contact
from ebexo.events import ConsentAnswer
from ebexo.statements import Rows

_OF_CONSENT = "consent_id IN (SELECT id FROM ebexo_consents_consent WHERE store_id = {} AND code = {})"
_DECISIONS = Rows(
    Decision,
    f"ebexo_consents_decision.contact_id IN ({{}}) AND ebexo_consents_decision.{_OF_CONSENT}",
    follow="wording",
)
_NOT_YET = float("inf")
_ASKING_AGAIN = Rows(Wording, f"asks_again AND {_OF_CONSENT}")


def record(contact: Contact, answers: Iterable[ConsentAnswer]) -> list[str]:
    """Add `answers` to the ledger. Gives back the codes that the store has no consent for."""
    answers = list(answers)
    if not answers:
        return []
    consents = consents_of(contact.store_id, {answer.code for answer in answers})
    Decision.objects.bulk_create(
        decision_of(contact, consents[answer.code], answer) for answer in answers if answer.code in consents
    )
    return sorted({answer.code for answer in answers} - set(consents))


def record_new(answers: Sequence[tuple[Contact, ConsentAnswer]], *, store_id: int) -> None:
    """Add the answers of several people to the ledger, but for those that stand there already.

    Answers to what the store has no consent for are left out.
    """
    consents = consents_of(store_id, {answer.code for _, answer in answers})
    told = [
        decision_of(contact, consents[answer.code], answer)
        for contact, answer in answers
        if answer.code in consents
    ]
    people = {decision.contact_id for decision in told}
    there = set(
        Decision.objects.filter(contact__in=people).values_list("contact", "consent", "at", "granted")
    )
    Decision.objects.bulk_create(
        decision
        for decision in told
        if (decision.contact_id, decision.consent_id, decision.at, decision.granted) not in there
    )


def consents_of(store_id: int, codes: Iterable[str]) -> dict[str, Consent]:
    """The store's consents with these codes, by code, ready for `decision_of`."""
    newest = Prefetch("wordings", Wording.objects.order_by("-version"), to_attr="newest_first")
    found = Consent.objects.filter(store_id=store_id, code__in=list(codes)).prefetch_related(newest)
    return {consent.code: consent for consent in found}


def latest(contact: Contact, code: str) -> Decision | None:
    """The person's newest decision on the consent `code`, by its own moment, whatever the order of arrival.

    A grant of a wording that was replaced by one that asks again does not count.
    """
    return all_latest(contact.store_id, [contact.pk], code).get(contact.pk)


def all_latest(
    store_id: int, contact_ids: list[int], code: str, *, further: Iterable[Decision] = ()
) -> dict[int, Decision]:
    """The same of several contacts of a store, by their numbers; those who decided nothing are left out.

    `further` are decisions on this consent that count as well, though they are not in the ledger.
    """
    found = [*_DECISIONS.found(contact_ids, store_id, code), *further]
    decisions = sorted(found, key=lambda one: (one.at, one.pk or _NOT_YET))
    newest = {decision.contact_id: decision for decision in decisions}
    if not any(decision.granted for decision in newest.values()):
        return newest
    asking_again = max((wording.version for wording in _ASKING_AGAIN.found(store_id, code)), default=0)
    return {
        contact_id: decision
        for contact_id, decision in newest.items()
        if not decision.granted or decision.wording.version >= asking_again
    }


def withdraw(contact: Contact, code: str, *, at: datetime, source: str) -> None:
    """Add a withdrawal that reached us from elsewhere than the store, if there is a grant to withdraw."""
    standing = latest(contact, code)
    if standing is not None and standing.granted and at > standing.at:
        record(contact, [ConsentAnswer(code=code, granted=False, at=at, source=source)])


def forget(contact: Contact) -> None:
    """Remove the decisions of a person who asked to be forgotten. Call it after the contact is marked as erased."""
    Decision.objects.filter(contact=contact).delete()


def change_wording(consent: Consent, *, text: str, asks_again: bool) -> Wording:
    """A new version of the consent's text."""
    version = 1 + max(consent.wordings.values_list("version", flat=True), default=0)
    return Wording.objects.create(consent=consent, version=version, text=text, asks_again=asks_again)


def decision_of(contact: Contact, consent: Consent, answer: ConsentAnswer) -> Decision:
    """The decision that this answer is, not in the ledger yet. `consent` comes from `consents_of`."""
    return Decision(
        contact=contact,
        consent=consent,
        wording=_in_force(consent, at=answer.at),
        granted=answer.granted,
        at=answer.at,
        source=(answer.source or "")[:40],
        ip=(answer.ip or "")[:45],
    )


def _in_force(consent: Consent, *, at: datetime) -> Wording:
    """The wording the person had before them; for an answer older than the consent's record here, the first one."""
    wordings: list[Wording] = consent.newest_first  # type: ignore[attr-defined]  # by Prefetch's to_attr
    return next((wording for wording in wordings if wording.created_at <= at), wordings[-1])
