"""Rozliczenie: the shop's own orders of each day, and what became of them here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ebexo.panel.page import StorePage
from ebexo.panel.reconciliation.period import Period, period
from ebexo.panel.reconciliation.upload import keep_uploaded
from ebexo.panel.reconciliation.words import MEANINGS, STANDINGS
from ebexo.reconciliation import tasks
from ebexo.reconciliation.comparing import Line, Standing, Sum, day_of
from ebexo.reconciliation.days import ComparedDay, compared_days, missing_numbers
from ebexo.reconciliation.missing import count_what_is_missing
from ebexo.reconciliation.models import ConnectedShop, Task

LOOKS_AT_LEAST = timedelta(hours=2)
"""A connected shop that has not looked for longer is worth a warning."""


@dataclass(frozen=True)
class Cell:
    """One number of the table, and the list that it leads to. `is_bad`: there is something to do about it."""

    words: str | Promise
    standing: str
    sum: Sum
    query: str
    is_bad: bool


@dataclass(frozen=True)
class Row:
    """One day in one currency; `line` None: the shop had no orders."""

    line: Line | None
    cells: tuple[Cell, ...] = ()


class ReconciliationPage(StorePage):
    title = gettext_lazy("Reconciliation")
    template_name = "panel/reconciliation/days.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(self._period(request.GET.dict()))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask the shop for its days once more, let it send what is missing, or keep an uploaded table."""
        self.for_owners()
        shown = self._period(request.POST.dict())
        does = request.POST.get("do")
        shop = tasks.connected_shop(self.store.pk)
        if does == "upload" and shop is None:
            return self._upload(shown)
        if does == "ask" and shop:
            tasks.ask_for_days(self.store.pk, first=shown.first, last=shown.last, now=timezone.now())
            messages.success(request, _("The shop tells its orders of these days anew as soon as it looks."))
        if does == "send" and shop:
            self._send(shown)
        return self._to(shown)

    def _send(self, shown: Period) -> None:
        numbers = missing_numbers(self.store.pk, first=shown.first, last=shown.last)
        count_what_is_missing(self.store.pk, now=timezone.now())
        count = tasks.ask_to_send(self.store.pk, numbers, now=timezone.now())
        said = ngettext(
            "%(count)s order is told and sent as soon as the shop looks.",
            "%(count)s orders are told and sent as soon as the shop looks.",
            count,
        )
        messages.success(self.request, said % {"count": count})

    def _upload(self, shown: Period) -> HttpResponse:
        kept, problems = keep_uploaded(self.request.FILES.get("table"), store=self.store, zone=self._zone)
        if problems:
            return self._page(shown, problems=problems)
        count = sum(len(orders) for orders in kept.values())
        said = ngettext("%(count)s order was read.", "%(count)s orders were read.", count)
        messages.success(self.request, said % {"count": count})
        today = day_of(timezone.now(), self._zone)
        return self._to(period({"first": min(kept).isoformat(), "last": max(kept).isoformat()}, today=today))

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.store.account.time_zone)

    def _period(self, typed: dict[str, str]) -> Period:
        return period(typed, today=day_of(timezone.now(), self._zone))

    def _to(self, shown: Period) -> HttpResponse:
        return redirect(f"{reverse('admin:reconciliation', args=[self.store.handle])}?{shown.query}")

    def _page(self, shown: Period, **context: object) -> HttpResponse:
        days = compared_days(self.store.pk, first=shown.first, last=shown.last)
        shop = tasks.connected_shop(self.store.pk)
        return self.render(
            period=shown,
            days=[(day, _rows(day)) for day in days],
            missing=sum(day.missing for day in days),
            nothing_told=not any(day.told for day in days),
            shop=shop,
            shop_is_silent=_is_silent(shop),
            open_tasks=tasks.open_tasks(self.store.pk),
            sent=tasks.last_done(self.store.pk, Task.Kind.SEND),
            meanings=[(STANDINGS[standing], MEANINGS[standing]) for standing in Standing],
            standings=[STANDINGS[standing] for standing in Standing],
            zone=self._zone.key,
            may_change=self.may_change,
            **context,
        )


def _rows(day: ComparedDay) -> list[Row]:
    return [Row(line, tuple(_cells(line))) for line in day.lines] or [Row(None)]


def _cells(line: Line) -> Iterable[Cell]:
    for standing, found in line.by_standing.items():
        is_bad = standing in (Standing.MISSING, Standing.FAILED) and found.count > 0
        query = f"state={standing}&currency={line.currency}"
        yield Cell(STANDINGS[standing], standing, found, query, is_bad)


def _is_silent(shop: ConnectedShop | None) -> bool:
    return shop is not None and timezone.now() - shop.seen_at > LOOKS_AT_LEAST
