"""An entry of the audit log as a person reads it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ebexo.audit.models import Entry
from ebexo.audit.recording import CHANGED
from ebexo.panel.audit.sentences import ACTORS, FIELDS, SENTENCES
from ebexo.panel.models import Role
from ebexo.panel.salesmanago.advanced import LABELS
from ebexo.panel.users import OPERATOR
from ebexo.stores.models import InDoubt, Mode, ProductId, PurchaseCounts, Store

WORDS: dict[str, dict[str, Any]] = {
    "mode": dict(Mode.choices),
    "product_id": dict(ProductId.choices),
    "purchase_counts": dict(PurchaseCounts.choices),
    "in_doubt": dict(InDoubt.choices),
    "role": dict(Role.choices) | {OPERATOR: gettext_lazy("Operator")},
}
LONGEST = 200


@dataclass(frozen=True)
class Change:
    """`before` and `after` are None where there is none, as for something that was made."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Shown:
    number: int
    at: datetime
    who: str
    address: str
    what: str
    changes: tuple[Change, ...]
    store: Store | None


def shown(entry: Entry, *, with_store: bool = False) -> Shown:
    """The entry in the language of the page; `with_store` names the store as well."""
    return Shown(
        number=entry.pk,
        at=entry.at,
        who=who(entry),
        address=entry.address,
        what=str(SENTENCES.get(entry.action, entry.action)) % {"subject": entry.subject},
        changes=tuple(_changes(entry)),
        store=entry.store if with_store else None,
    )


def who(entry: Entry) -> str:
    words = ACTORS.get(entry.actor_kind)
    return str(words) % {"name": entry.actor or "–"} if words else entry.actor


def _changes(entry: Entry) -> Iterable[Change]:
    for name in {**entry.before, **entry.after}:
        yield Change(
            name=str(FIELDS.get(name) or LABELS.get(name) or name.replace("_", " ")),
            before=_value(name, entry.before[name]) if name in entry.before else None,
            after=_value(name, entry.after[name]) if name in entry.after else None,
        )


def _value(name: str, value: Any) -> str:
    """The value in words, never at full length where that is a text."""
    if value == CHANGED:
        return _("changed")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str) and name.endswith("_until") and (moment := parse_datetime(value)):
        return date_format(timezone.localtime(moment), "j E Y, H:i")
    if value in ("", None, [], {}):
        return _("empty")
    if isinstance(value, dict):
        return "; ".join(f"{key}: {', '.join(map(str, listed))}" for key, listed in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = str(WORDS.get(name, {}).get(value, value))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
