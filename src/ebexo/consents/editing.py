"""A store's consents: adding, changing and removing them. What people decided about them stays untouched."""

from dataclasses import dataclass
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import Max, OuterRef, ProtectedError, QuerySet, Subquery

from ebexo.audit.actions import Action
from ebexo.audit.recording import record
from ebexo.consents.ledger import change_wording
from ebexo.consents.models import Consent, Decision, Wording
from ebexo.stores.models import Account

LONGEST = {"code": 64, "name": 200, "vendor_name": 255}


@dataclass(frozen=True)
class Traits:
    """What of a consent may change later. A new wording is `reword`; the code never changes."""

    name: str
    required: bool = False
    active: bool = True
    vendor_name: str = ""


class RefusedConsent(Exception):
    """Values that can't be right: nothing is saved. `problems` is a key of a sentence by field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(problems)
        self.problems = problems


class Obstacle(StrEnum):
    """Why a consent can't be deleted."""

    LINKED = "linked"
    """The mode sends people by it."""
    DECIDED = "decided"
    """Somebody has given or withdrawn it."""


class Risk(StrEnum):
    """What a change does that somebody should agree to first."""

    LINKED_INACTIVE = "linked_inactive"
    """Nobody new can give the consent that the mode asks for."""
    LINKED_REQUIRED = "linked_required"
    """Everybody who wants to use the shop has to give the consent that the mode asks for."""


def add(store_id: int, *, code: str, text: str, traits: Traits) -> Consent:
    """A new consent with the first version of its wording. Raises RefusedConsent."""
    code, text, traits = code.strip(), text.strip(), _tidy(traits)
    problems = _problems(traits) | {"code": _word_problem("code", code), "text": _text_problem(text)}
    if not problems["code"] and Consent.objects.filter(store_id=store_id, code=code).exists():
        problems["code"] = "taken"
    _refuse(problems)
    try:
        with transaction.atomic():
            consent = Consent.objects.create(store_id=store_id, code=code, **vars(traits))
            Wording.objects.create(consent=consent, version=1, text=text)
            after = vars(traits) | {"text": text}
            record(Action.CONSENT_ADDED, store_id=store_id, subject=code, after=after)
    except IntegrityError:  # added by somebody else at the same moment
        raise RefusedConsent({"code": "taken"}) from None
    return consent


def change(consent: Consent, traits: Traits) -> None:
    """Change what may change. Raises RefusedConsent."""
    traits = _tidy(traits)
    _refuse(_problems(traits))
    before = {name: getattr(consent, name) for name in vars(traits)}
    for name, value in vars(traits).items():
        setattr(consent, name, value)
    with transaction.atomic():
        consent.save(update_fields=list(vars(traits)))
        record(
            Action.CONSENT_CHANGED,
            store_id=consent.store_id,
            subject=consent.code,
            before=before,
            after=vars(traits),
        )


def reword(consent: Consent, *, text: str, asks_again: bool, seen_version: int) -> Wording:
    """A new version of the wording, if `seen_version` is still the newest. Raises RefusedConsent.

    The same text once more makes sense only to ask again.
    """
    text = text.strip()
    _refuse({"text": _text_problem(text)})
    with transaction.atomic():
        Consent.objects.select_for_update().get(pk=consent.pk)
        newest = consent.wordings.order_by("-version")[0]
        if newest.version != seen_version:
            raise RefusedConsent({"text": "outdated"})
        if newest.text == text and not asks_again:
            raise RefusedConsent({"text": "same"})
        made = change_wording(consent, text=text, asks_again=asks_again)
        record(
            Action.CONSENT_REWORDED,
            store_id=consent.store_id,
            subject=consent.code,
            before={"version": newest.version, "text": newest.text},
            after={"version": made.version, "text": text, "asks_again": asks_again},
        )
        return made


def is_linked(store_id: int, code: str) -> bool:
    """Does the store's mode send people by the consent with this code?"""
    return Account.objects.filter(pk=store_id, consent_code=code).exists()


def risks(*, linked: bool, before: Traits, after: Traits) -> tuple[Risk, ...]:
    """What there is to agree to before a consent becomes `after`. PURE."""
    if not linked:
        return ()
    found = {
        Risk.LINKED_INACTIVE: before.active and not after.active,
        Risk.LINKED_REQUIRED: after.required and not before.required,
    }
    return tuple(risk for risk, applies in found.items() if applies)


def obstacle(consent: Consent) -> Obstacle | None:
    """What keeps this consent from being deleted, if anything does."""
    if is_linked(consent.store_id, consent.code):
        return Obstacle.LINKED
    return Obstacle.DECIDED if Decision.objects.filter(consent=consent).exists() else None


def delete(consent: Consent) -> Obstacle | None:
    """Delete the consent with its wordings, or say what keeps it from being deleted."""
    if found := obstacle(consent):
        return found
    try:
        with transaction.atomic():
            before = {"name": consent.name}
            record(Action.CONSENT_DELETED, store_id=consent.store_id, subject=consent.code, before=before)
            consent.delete()
    except (ProtectedError, IntegrityError):  # somebody decided at the same moment
        return Obstacle.DECIDED
    return None


def standing_grants(consent: Consent) -> QuerySet[Decision]:
    """One decision for each person whose newest one on this consent is a grant that counts.

    The same rule as `ebexo.consents.ledger.latest`, for everybody at once. Nobody who asked to be forgotten is among
    them.
    """
    newest = Decision.objects.filter(contact=OuterRef("contact"), consent=consent).order_by("-at", "-pk")
    again = consent.wordings.filter(asks_again=True).aggregate(last=Max("version"))["last"] or 0
    return Decision.objects.filter(
        consent=consent,
        granted=True,
        wording__version__gte=again,
        contact__erased_at=None,
        pk=Subquery(newest.values("pk")[:1]),
    )


def _tidy(traits: Traits) -> Traits:
    return Traits(traits.name.strip(), traits.required, traits.active, traits.vendor_name.strip())


def _problems(traits: Traits) -> dict[str, str | None]:
    long_name = len(traits.vendor_name) > LONGEST["vendor_name"]
    return {
        "name": _word_problem("name", traits.name),
        "vendor_name": "too_long" if long_name else _nul_problem(traits.vendor_name),
    }


def _word_problem(field: str, text: str) -> str | None:
    if not text:
        return "required"
    return "too_long" if len(text) > LONGEST[field] else _nul_problem(text)


def _text_problem(text: str) -> str | None:
    return _nul_problem(text) if text else "required"


def _nul_problem(text: str) -> str | None:
    """PostgreSQL stores every character but this one."""
    return "unreadable" if "\0" in text else None


def _refuse(problems: dict[str, str | None]) -> None:
    found = {name: problem for name, problem in problems.items() if problem}
    if found:
        raise RefusedConsent(found)
