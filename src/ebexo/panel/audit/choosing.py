"""Which entries of the audit log are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date

from ebexo.audit.acting import ActorKind
from ebexo.audit.models import Entry
from ebexo.panel.audit.sentences import GROUPS

A_PAGE = 50
LONGEST_WHO = 254
KINDS = tuple(kind for kind in ActorKind if kind is not ActorKind.PERSON)


@dataclass(frozen=True)
class Chosen:
    """What the filters say; what can't be read in them counts for nothing. `before` is where a page goes on."""

    who: str = ""
    what: str = ""
    first: date | None = None
    last: date | None = None
    before: int | None = None

    @property
    def narrows(self) -> bool:
        return bool(self.who or self.what or self.first or self.last)


def chosen(typed: Mapping[str, str]) -> Chosen:
    before = typed.get("before", "")
    return Chosen(
        who=typed.get("who", "").strip()[:LONGEST_WHO],
        what=typed.get("what", "") if typed.get("what", "") in GROUPS else "",
        first=_day(typed.get("first", "")),
        last=_day(typed.get("last", "")),
        before=int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None,
    )


def entries(of: QuerySet[Entry], wanted: Chosen, *, zone: tzinfo) -> QuerySet[Entry]:
    """Those of these entries that are wanted, newest first; days are those of the time zone."""
    found = of
    if wanted.who in KINDS:
        found = found.filter(actor_kind=wanted.who)
    elif wanted.who:
        found = found.filter(Q(actor__icontains=wanted.who) | Q(subject__icontains=wanted.who))
    if wanted.what:
        found = found.filter(action__in=GROUPS[wanted.what][1])
    if wanted.first:
        found = found.filter(at__gte=_midnight(wanted.first, zone))
    if wanted.last:
        found = found.filter(at__lt=_midnight(wanted.last + timedelta(days=1), zone))
    if wanted.before is not None:
        found = found.filter(pk__lt=wanted.before)
    return found.order_by("-pk")


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)


def _day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:  # such as the 31st of February
        return None
    return day if day and 1900 < day.year < 9000 else None
