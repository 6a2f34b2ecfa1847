"""Saving a store's SALESmanago settings: refuse what can't be right, save, then check the connection."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from email_validator import EmailNotValidError, validate_email

from ebexo.audit.actions import Action
from ebexo.audit.recording import CHANGED, record
from ebexo.connection.advanced import ADVANCED, one_word_problem, problems_of, tidied
from ebexo.connection.check import Check, check
from ebexo.connection.withholding import withhold_waiting
from ebexo.consents.models import Consent
from ebexo.contacts.hashes import masked_email
from ebexo.environment import environment
from ebexo.outbox.settle import resume
from ebexo.stores.models import Account, Mode
from salesmanago import BadEndpoint, normalise_endpoint


@dataclass(frozen=True)
class Seven:
    """What was typed into the seven fields. `api_secret` None keeps the one that is stored."""

    active: bool
    owner_email: str
    client_id: str
    api_secret: str | None
    endpoint: str
    mode: str
    consent_code: str = ""
    advanced: Mapping[str, Any] = field(default_factory=dict)


class RefusedSettings(Exception):
    """Values that can't be right in themselves: nothing is saved. `problems` is a key of a sentence by field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(problems)
        self.problems = problems


@dataclass(frozen=True)
class Saved:
    """The settings are saved. `notes` say what was changed in what was typed; `check` how the connection is."""

    account: Account
    notes: tuple[str, ...]
    check: Check


LONGEST_ENDPOINT = 200
LONGEST_CODE = 64


def current(account: Account) -> Seven:
    """The settings as they stand, the secret left out."""
    return Seven(
        active=account.active,
        owner_email=account.owner_email,
        client_id=account.client_id,
        api_secret=None,
        endpoint=account.endpoint,
        mode=account.mode,
        consent_code=account.consent_code,
        advanced={name: getattr(account, name) for name in ADVANCED},
    )


def validated(account: Account, typed: Seven) -> tuple[Seven, tuple[str, ...]]:
    """The settings as they will be stored, with notes. Raises RefusedSettings with every field at fault.

    A consent that is linked must exist, except in a store that has none yet: nobody has given it, so nothing is
    sent, and it can be added afterwards.
    """
    tidy = replace(
        typed,
        owner_email=typed.owner_email.strip().lower(),
        client_id=typed.client_id.strip(),
        api_secret=(typed.api_secret or "").strip() or None,
        consent_code=typed.consent_code.strip() if Mode(typed.mode).needs_consent else "",
        advanced=tidied(typed.advanced),
    )
    endpoint, notes, endpoint_problem = _endpoint(tidy)
    problems = {
        "owner_email": _email_problem(tidy),
        "client_id": _word_problem(tidy.client_id, needed=tidy.active),
        "api_secret": _secret_problem(tidy, account),
        "endpoint": endpoint_problem,
        "consent": _consent_problem(tidy, account),
    }
    found = {name: problem for name, problem in problems.items() if problem} | problems_of(tidy.advanced)
    if found:
        raise RefusedSettings(found)
    return replace(tidy, endpoint=endpoint), notes


def save(account: Account, typed: Seven) -> Saved:
    """Save what was typed and check the connection, 10 seconds at most; a check that fails loses nothing.

    What was switched off withholds what waits, and drops its data. Raises RefusedSettings.
    """
    settings, notes = validated(account, typed)
    before = _recorded(current(account))
    with transaction.atomic():
        account.active, account.mode = settings.active, settings.mode
        account.owner_email, account.client_id = settings.owner_email, settings.client_id
        account.endpoint, account.consent_code = settings.endpoint, settings.consent_code
        if settings.api_secret:
            account.api_secret = settings.api_secret
        for name, value in settings.advanced.items():
            setattr(account, name, value)
        account.check_problem, account.checked_at = "unchecked", None
        account.save()
        _record(account, before, secret_changed=settings.api_secret is not None)
        if not account.active:
            withhold_waiting(account)
    return Saved(account, notes, _checked(account))


def changes_far_side(account: Account, settings: Seven) -> bool:
    """Would these settings lead to another account, of which nothing is known yet?"""
    former = (account.endpoint, account.client_id)
    return all(former) and former != (settings.endpoint, settings.client_id)


def _record(account: Account, before: Mapping[str, Any], *, secret_changed: bool) -> None:
    """In the audit log, if anything was changed at all."""
    after = _recorded(current(account)) | ({"api_secret": CHANGED} if secret_changed else {})
    if before != after:
        record(Action.SETTINGS_SAVED, store_id=account.pk, before=before, after=after)


def _recorded(settings: Seven) -> dict[str, Any]:
    """What the audit log says of these settings."""
    told = {name: value for name, value in vars(settings).items() if name not in ("api_secret", "advanced")}
    email = masked_email(settings.owner_email) if settings.owner_email else ""
    return {**told, "owner_email": email, **settings.advanced}


def _checked(account: Account) -> Check:
    result = check(account)
    now = max(timezone.now(), account.saved_at + timedelta(microseconds=1))
    saved_as_checked = Account.objects.filter(pk=account.pk, saved_at=account.saved_at)
    saved_as_checked.update(check_problem=result.problem, checked_at=now)
    account.check_problem, account.checked_at = result.problem, now
    resume(account.store_id)
    return result


def _email_problem(settings: Seven) -> str | None:
    if not settings.owner_email:
        return "required" if settings.active else None
    try:
        validate_email(settings.owner_email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return "email"
    return None


def _word_problem(text: str, *, needed: bool) -> str | None:
    if not text:
        return "required" if needed else None
    return one_word_problem(text)


def _secret_problem(settings: Seven, account: Account) -> str | None:
    if settings.api_secret is None:
        return "required" if settings.active and not account.api_secret_encrypted else None
    return _word_problem(settings.api_secret, needed=True)


def _endpoint(settings: Seven) -> tuple[str, tuple[str, ...], str | None]:
    if not settings.endpoint.strip():
        return "", (), "required" if settings.active else None
    try:
        endpoint = normalise_endpoint(settings.endpoint, extra=environment().extra_endpoints)
    except BadEndpoint as error:
        return "", (), f"endpoint_{error.problem}"
    if len(endpoint.url) > LONGEST_ENDPOINT:
        return "", (), "endpoint_unreadable"
    notes = [("endpoint_upgraded", endpoint.upgraded), ("endpoint_trimmed", bool(endpoint.trimmed))]
    return endpoint.url, tuple(name for name, applies in notes if applies), None


def _consent_problem(settings: Seven, account: Account) -> str | None:
    if not Mode(settings.mode).needs_consent:
        return None
    if not settings.consent_code:
        return "consent_required"
    if len(settings.consent_code) > LONGEST_CODE:
        return "consent_unknown"
    codes = set(Consent.objects.filter(store_id=account.store_id).values_list("code", flat=True))
    return None if not codes or settings.consent_code in codes else "consent_unknown"
