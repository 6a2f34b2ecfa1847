"""The audit log: of a store, for its owners; of everything, for operators."""

from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ebexo.audit.models import Entry
from ebexo.panel.audit.choosing import A_PAGE, KINDS, Chosen, chosen, entries
from ebexo.panel.audit.export import as_csv
from ebexo.panel.audit.sentences import ACTORS, GROUPS
from ebexo.panel.audit.shown import shown
from ebexo.panel.page import Page, StorePage


class _Log:
    """What both pages do."""

    request: HttpRequest
    has_stores = False

    def answer(self, of: QuerySet[Entry], *, zone: ZoneInfo, name: str) -> HttpResponseBase:
        wanted = chosen(self.request.GET.dict())
        found = entries(of.select_related("store"), wanted, zone=zone)
        if "csv" in self.request.GET:
            return as_csv(found.iterator(chunk_size=500), name=f"{name}.csv")
        some = list(found[: A_PAGE + 1])
        rows = [shown(entry, with_store=self.has_stores) for entry in some[:A_PAGE]]
        return self.page(
            rows=rows,
            wanted=wanted,
            groups=[(key, group[0]) for key, group in GROUPS.items()],
            actors=[
                (kind, str(ACTORS[kind]).replace(" (%(name)s)", "").replace(" %(name)s", ""))
                for kind in KINDS
            ],
            has_stores=self.has_stores,
            zone=zone.key,
            older=_query(wanted, before=rows[-1].number) if len(some) > A_PAGE else None,
            newest=_query(wanted) if wanted.before is not None else None,
            as_csv=_query(wanted, csv=1),
        )

    def page(self, **context: Any) -> HttpResponseBase:
        raise NotImplementedError


class AuditPage(_Log, StorePage):
    """What was done in this store. A viewer does not see it: it names the people who work here."""

    title = _("Audit log")
    template_name = "panel/audit/log.html"

    def get(self, request: HttpRequest) -> HttpResponseBase:  # noqa: ARG002  (Django's shape)
        self.for_owners()
        zone = ZoneInfo(self.store.account.time_zone)
        of = Entry.objects.filter(store=self.store)
        return self.answer(of, zone=zone, name=f"audit-{self.store.handle}")

    def page(self, **context: Any) -> HttpResponseBase:
        return self.render(**context)


class WholeAuditPage(_Log, Page):
    """What was done anywhere in this installation; for operators."""

    title = _("Audit log of the installation")
    template_name = "panel/audit/log.html"
    has_stores = True

    def get(self, request: HttpRequest) -> HttpResponseBase:  # noqa: ARG002  (Django's shape)
        if not self.user.is_operator:
            raise PermissionDenied
        zone = timezone.get_current_timezone()
        return self.answer(Entry.objects.all(), zone=ZoneInfo(str(zone)), name="audit")

    def page(self, **context: Any) -> HttpResponseBase:
        return self.render(**context)


def _query(wanted: Chosen, **more: object) -> str:
    kept = {"who": wanted.who, "what": wanted.what, "first": wanted.first, "last": wanted.last} | more
    return urlencode({name: str(value) for name, value in kept.items() if value})
