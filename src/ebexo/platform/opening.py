"""Opening a store for a platform, once, however often the same call arrives."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import override

from ebexo.callbacks.addresses import callback_addresses
from ebexo.connection.sentences.checking import CONNECTION, WORKS
from ebexo.connection.settings import Saved, Seven, current, save, validated
from ebexo.platform.shapes import Advanced, StoreToOpen
from ebexo.secrets import decrypt, encrypt, keyed_hash
from ebexo.stores.models import Account, Opening, OperatorKey
from ebexo.stores.opening import open_store
from ebexo.stores.tokens import digest

REMEMBERED = timedelta(hours=24)
SETTINGS = {"doi_email_id": "double_opt_in_email_id", "doi_language": "double_opt_in_language"}
"""Where a setting's name is not that of its column."""
UPPER, LOWER = ("country",), ("language", "doi_language")


class OtherStore(Exception):
    """Another store was asked for under this idempotency key before. Nothing was changed."""


def open_for_platform(
    wanted: StoreToOpen, *, operator: OperatorKey, idempotency_key: str | None, base: str, now: datetime
) -> dict[str, Any]:
    """Open a store, save its settings and check the connection, 10 seconds at most. The answer holds the keys.

    The same call under the same idempotency key is given the same answer for a day, and opens nothing. Raises
    RefusedSettings, and then there is no store, or OtherStore.
    """
    forget_openings(now=now)
    if idempotency_key is None:
        account, answer = _opened(wanted, base=base)
        return answer | _check(save(account, _seven(account, wanted)))
    mark = digest(f"{operator.pk}|{idempotency_key}")
    try:
        opening = _opening(wanted, mark=mark, base=base, now=now)
    except IntegrityError:  # the same call at the same moment was first
        opening = _opening(wanted, mark=mark, base=base, now=now)
    answer = json.loads(decrypt(opening.answer_encrypted))
    if "check" not in answer:  # a new store, or one whose platform was not answered yet
        account = Account.objects.get(store=opening.store_id)
        answer |= _check(save(account, _seven(account, wanted)))
        Opening.objects.filter(pk=opening.pk).update(answer_encrypted=encrypt(json.dumps(answer)))
    return dict(answer)


def forget_openings(*, now: datetime) -> int:
    """Drop the answers that were kept long enough; how many."""
    return Opening.objects.filter(created_at__lte=now - REMEMBERED).delete()[0]


def _opening(wanted: StoreToOpen, *, mark: str, base: str, now: datetime) -> Opening:
    """The store of this call, opened if it is the first one."""
    sha = keyed_hash("opening", wanted.model_dump_json())
    with transaction.atomic():
        former = Opening.objects.filter(digest=mark).first()
        if former is None:
            account, answer = _opened(wanted, base=base)
            kept = encrypt(json.dumps(answer))
            return Opening.objects.create(
                store_id=account.store_id, digest=mark, sha=sha, answer_encrypted=kept, created_at=now
            )
    if former.sha != sha:
        raise OtherStore
    return former


def _opened(wanted: StoreToOpen, *, base: str) -> tuple[Account, dict[str, Any]]:
    """A new store whose settings can be saved, but are not yet."""
    with transaction.atomic():
        store, api_key = open_store(wanted.name.strip())
        validated(store.account, _seven(store.account, wanted))
    return store.account, {
        "store": store.handle,
        "api_key": api_key,
        "public_key": store.public_key,
        "signing_secret": store.signing_secret,
        "callbacks": callback_addresses(store.handle, base=base),
    }


def _seven(account: Account, wanted: StoreToOpen) -> Seven:
    """The settings of a new store, changed by what is wanted."""
    given: dict[str, Any] = {
        "owner_email": wanted.email,
        "client_id": wanted.client_id,
        "api_secret": wanted.api_secret,
        "endpoint": wanted.endpoint,
        "mode": wanted.mode,
        "consent_code": wanted.consent,
        "active": wanted.active,
    }
    seven = replace(current(account), **{name: value for name, value in given.items() if value is not None})
    return replace(seven, advanced={**seven.advanced, **_advanced(wanted.advanced)})


def _advanced(wanted: Advanced | None) -> dict[str, Any]:
    given = wanted.model_dump(exclude_none=True) if wanted else {}
    given |= {name: given[name].upper() for name in UPPER if name in given}
    given |= {name: given[name].lower() for name in LOWER if name in given}
    return {SETTINGS.get(name, name): value for name, value in given.items()}


def _check(saved: Saved) -> dict[str, Any]:
    found = saved.check.problem
    with override("en"):
        sentence = str(CONNECTION[found] if found else WORKS)
    return {"check": {"ok": found is None, "problem": found, "sentence": sentence}}
