"""The orders of one day, each with what became of it."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ebexo.cells import cell
from ebexo.panel.failed.words import WHY
from ebexo.panel.page import StorePage
from ebexo.panel.reconciliation.period import day_typed
from ebexo.panel.reconciliation.words import STANDINGS
from ebexo.reconciliation.comparing import Compared, Standing
from ebexo.reconciliation.models import OrderDay
from ebexo.reconciliation.own_orders import compared_orders

ORDERS_A_PAGE = 100


@dataclass(frozen=True)
class Shown:
    one: Compared
    standing: str | Promise
    why: str | Promise | None


class OrdersOfDayPage(StorePage):
    title = _("Orders of a day")
    template_name = "panel/reconciliation/orders.html"

    def get(self, request: HttpRequest, day: str) -> HttpResponse:
        date = day_typed(day)
        if date is None:
            raise Http404
        told = get_object_or_404(OrderDay, store=self.store, day=date)
        state = request.GET.get("state", "")
        currency = request.GET.get("currency", "")
        found = _chosen(compared_orders(told), state=state, currency=currency)
        if "csv" in request.GET:
            return _as_csv(found, name=f"orders-{date.isoformat()}.csv")
        page = Paginator(found, ORDERS_A_PAGE).get_page(request.GET.get("page"))
        return self.render(
            told=told,
            page=page,
            rows=[_shown(one) for one in page],
            zone=self.store.account.time_zone,
            state=state,
            currency=currency,
            states=[(standing.value, STANDINGS[standing]) for standing in Standing],
        )


def _chosen(orders: Sequence[Compared], *, state: str, currency: str) -> list[Compared]:
    return [
        one for one in orders if state in ("", one.known.standing) and currency in ("", one.order.currency)
    ]


def _shown(one: Compared) -> Shown:
    reason = one.known.reason
    return Shown(one, STANDINGS[one.known.standing], WHY.get(reason) if reason else None)


def _as_csv(orders: Sequence[Compared], *, name: str) -> HttpResponse:
    """Numbers with what the shop said of them, and how they stand: for whoever has to tell them."""
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";")
    rows.writerow(["number", "total", "currency", "placed_at", "state"])
    for one in orders:
        order = one.order
        placed_at = order.placed_at.isoformat() if order.placed_at else ""
        rows.writerow([cell(order.number), str(order.total), order.currency, placed_at, one.known.standing])
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(
        text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8", headers=headers
    )
