from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from oscar.apps.dashboard.orders import views as oscar
from oscar.core.utils import round_half_up_two_dec


class OrderDetailView(oscar.OrderDetailView):  # type: ignore[misc]
    """Oscar's page of an order, where an amount may be written with a comma."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        _take_amount(request, request.POST.get("amount", "").strip().replace(",", "."))
        return super().post(request, *args, **kwargs)

    def create_payment_event(
        self, request: HttpRequest, order: Any, lines: Any, quantities: list[int]
    ) -> Any:
        """Without an amount it is what the customer paid for as many things as were chosen."""
        if not request.POST["amount"]:
            paid = sum(map(_paid, lines, quantities), Decimal(0))
            _take_amount(request, str(round_half_up_two_dec(paid)))
        return super().create_payment_event(request, order, lines, quantities)


def _paid(line: Any, quantity: int) -> Decimal:
    paid: Decimal = line.line_price_incl_tax * quantity / line.quantity
    return paid


def _take_amount(request: HttpRequest, amount: str) -> None:
    request.POST = request.POST.copy()  # type: ignore[assignment]
    request.POST["amount"] = amount  # type: ignore[misc]  # a copy may be changed
