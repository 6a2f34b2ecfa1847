"""`POST /order-days`: the shop's own orders, day by day. `ebexo.urls` adds it to the API."""

from http import HTTPStatus
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Router

from ebexo.events import FieldProblem
from ebexo.ingest.auth import store_of
from ebexo.ingest.door.shapes import answers
from ebexo.ingest.problems import problem
from ebexo.reconciliation.missing import missing_among
from ebexo.reconciliation.models import OrderDay, Source
from ebexo.reconciliation.own_orders import compared_orders
from ebexo.reconciliation.shapes import OrderDays, OrderDaysKept, problems_of
from ebexo.reconciliation.telling import tell_days
from ebexo.stores.models import Account

router = Router(tags=["store"])


@router.post(
    "/order-days",
    summary="Tell the shop's own orders",
    operation_id="tell_order_days",
    response=answers(200, OrderDaysKept, 400, 413, 422),
)
def post_order_days(request: HttpRequest, told: OrderDays) -> HttpResponse:
    """All orders of each day, for the reconciliation in the panel; nothing of it is sent to SALESmanago.

    A day is kept as it was told last, so a call may be made again whenever its answer is missing. The answer names
    the orders of which no event was ever told: tell them now.
    """
    store = store_of(request)
    zone = ZoneInfo(Account.objects.get(store=store).time_zone)
    if wrong := problems_of(told, zone=zone):
        return _refused(wrong)
    days = [day.kept() for day in told.days]
    tell_days(store.pk, days, source=Source.API, now=timezone.now())
    rows = OrderDay.objects.filter(store=store, day__in=[day.date for day in days]).order_by("day")
    return JsonResponse({"days": [_answer(row) for row in rows]})


def _answer(day: OrderDay) -> dict[str, object]:
    compared = compared_orders(day)
    return {"date": day.day.isoformat(), "orders": len(compared), "missing": missing_among(compared)}


def _refused(wrong: list[FieldProblem]) -> HttpResponse:
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "The days can't be kept.", fields=wrong)
