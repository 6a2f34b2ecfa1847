"""Historia: send everybody and everything that existed before; what was sent so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ebexo.history.from_shop import ask_shop
from ebexo.history.models import Import, ImportKind
from ebexo.history.reading import Kind, Shape
from ebexo.history.reading.fields import EMAIL, NAMES, SKU
from ebexo.panel.history.upload import Unusable, keep_file
from ebexo.panel.history.words import KINDS, SHORT, SOURCES
from ebexo.panel.page import StorePage
from ebexo.reconciliation.tasks import connected_shop

NEWEST = 50


@dataclass(frozen=True)
class Line:
    """An import in the list."""

    one: Import
    kind: str | Promise
    source: str | Promise
    state: str | Promise


class HistoryPage(StorePage):
    title = _("History")
    template_name = "panel/history/overview.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(kind=request.GET.get("kind", ""))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Rehearse what the shop has, or what an uploaded file holds."""
        self.for_owners()
        kind = request.POST.get("kind", "")
        if kind not in ImportKind.values:
            return self._page()
        if request.POST.get("do") == "shop" and connected_shop(self.store.pk):
            found = ask_shop(self.store, kind=ImportKind(kind), now=timezone.now(), begun_by=self.user.email)
            return self._to(found)
        return self._upload(Kind(kind))

    def _upload(self, kind: Kind) -> HttpResponse:
        columns = _chosen(self.request.POST.getlist("header"), self.request.POST.getlist("field"))
        try:
            found = keep_file(
                self.request.FILES.get("file"),
                store=self.store,
                kind=kind,
                columns=columns,
                begun_by=self.user.email,
                now=timezone.now(),
            )
        except Unusable as error:
            return self._page(kind=kind, problem=error.sentence, unclear=_unclear(error.shape, kind))
        return self._to(found)

    def _to(self, found: Import) -> HttpResponse:
        return redirect("admin:import", handle=self.store.handle, number=found.pk)

    def _page(self, *, kind: str = "", **context: object) -> HttpResponse:
        newest = Import.objects.filter(store=self.store).order_by("-pk")[:NEWEST]
        lines = [Line(one, KINDS[one.kind], SOURCES[one.source], SHORT[one.state]) for one in newest]
        return self.render(
            lines=lines,
            kinds=KINDS.items(),
            kind=kind or ImportKind.CUSTOMERS,
            shop=connected_shop(self.store.pk),
            may_change=self.may_change,
            **context,
        )


def _chosen(headers: Sequence[str], fields: Sequence[str]) -> Mapping[str, str]:
    """What somebody took the columns for; those left to us are not in it."""
    return {header: field for header, field in zip(headers, fields, strict=False) if field}


def _unclear(shape: Shape | None, kind: Kind) -> dict[str, object] | None:
    """The columns of the file, and what each may be, to be chosen by a person."""
    if shape is None or not shape.columns:
        return None
    return {"columns": shape.columns, "fields": [(field, _name(field, kind)) for field in NAMES[kind]]}


def _name(field: str, kind: Kind) -> str:
    """What a column with it is usually called; the names begin with the Polish and the English one."""
    names = NAMES[kind][field]
    return names[0] if field in (EMAIL, SKU) or get_language() == "pl" else names[1]
