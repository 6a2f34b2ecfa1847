"""The ledger of decisions: what people answered, only ever added to."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Prefetch

from ebexo.consents.models import Consent, Decision, Wording
from ebexo.contacts.models import Contact
from ebexo.events import ConsentAnswer


def record(contact: Contact, answers: Iterable[ConsentAnswer]) -> list[str]:
    """Add `answers` to the ledger. Gives back the codes that the store has no consent for."""
    answers = list(answers)
    if not answers:
        return []
    newest = Prefetch("wordings", Wording.objects.order_by("-version"), to_attr="newest_first")
    consents = {
        consent.code: consent
        for consent in Consent.objects.filter(
            store_id=contact.store_id, code__in=[answer.code for answer in answers]
        ).prefetch_related(newest)
    }
    Decision.objects.bulk_create(
        _decision(contact, consents[answer.code], answer) for answer in answers if answer.code in consents
    )
    return sorted({answer.code for answer in answers} - set(consents))


def latest(contact: Contact, code: str) -> Decision | None:
    """The person's newest decision on the consent `code`, by its own moment, whatever the order of arrival."""
    return Decision.objects.filter(contact=contact, consent__code=code).order_by("-at", "-pk").first()


def _decision(contact: Contact, consent: Consent, answer: ConsentAnswer) -> Decision:
    wordings: list[Wording] = consent.newest_first  # type: ignore[attr-defined]
    return Decision(
        contact=contact,
        consent=consent,
        wording=wordings[0],
        granted=answer.granted,
        at=answer.at,
        source=(answer.source or "")[:40],
        ip=(answer.ip or "")[:45],
    )


def add_consent(*, store_id: int, code: str, name: str, text: str, vendor_name: str = "") -> Consent:
    """A new consent with the first version of its wording."""
    with transaction.atomic():
        consent = Consent.objects.create(store_id=store_id, code=code, name=name, vendor_name=vendor_name)
        Wording.objects.create(consent=consent, version=1, text=text)
    return consent
