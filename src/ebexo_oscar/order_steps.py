"""The steps of an order: which records of the shop are one, and what their events are called and say.

A step is told under an id made from its record, so the shop's own tables say at any time which events there have to
be, and a repeat is recognised.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from oscar.core.loading import get_model

from ebexo.storefront.shop import mapping
from ebexo_oscar.customers import buyer
from ebexo_oscar.order_facts import details, facts, outline, returned_facts

PLACED, PAID, CANCELLED, RETURNED = "placed", "paid", "cancelled", "returned"
LONGEST_ID = 64


@dataclass(frozen=True)
class Step:
    """Something that happened to an order. `payment` is the payment event that says so, if it was one."""

    order: Any
    kind: str
    occurred_at: datetime
    payment: Any = None

    @property
    def return_number(self) -> str | None:
        """The number of the payment event; a return that a status stands for has the order's number."""
        if self.kind != RETURNED:
            return None
        return str(self.payment.pk) if self.payment else str(self.order.number)

    @property
    def event_id(self) -> str:
        """The same for the same step, and never too long."""
        ending = "-".join(filter(None, (self.kind, self.return_number)))
        readable = f"order-{self.order.number}-{ending}"
        if len(readable) <= LONGEST_ID:
            return readable
        return f"order-{hashlib.sha256(readable.encode()).hexdigest()[:56]}"

    @property
    def counts(self) -> bool:
        """Is there a person to tell of, and does the record mean what it says?

        An order is paid once its payments cover its goods. A status that says *returned* stands for the return of
        everything, unless returns are kept as payment events: then those say what came back.
        """
        if not self.order.email:
            return False
        if self.kind == PAID:
            paid = sum((payment.amount for payment in _payments(self.order, PAID)), Decimal(0))
            return bool(paid >= self.order.basket_total_incl_tax)
        return (
            self.kind != RETURNED or self.payment is not None or not _payments(self.order, RETURNED).exists()
        )

    def event(self) -> dict[str, Any]:
        return self._event(customer=buyer(self.order), order=self._told())

    def outline(self, *, consents: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """The event as far as the order itself says it, without asking the database; see `completed`."""
        event = self._event(customer={"email": self.order.email}, order=outline(self.order))
        return event | {"consents": list(consents)}

    def _event(self, **told: Any) -> dict[str, Any]:
        event_type, occurred_at = f"order.{self.kind}", self.occurred_at.isoformat()
        return {"id": self.event_id, "type": event_type, "occurred_at": occurred_at, **told}

    def _told(self) -> dict[str, Any]:
        if self.return_number is None:
            return facts(self.order)
        amount = self.payment.amount if self.payment else self.order.total_incl_tax
        quantities = _quantities(self.order, self.payment, amount)
        return returned_facts(self.order, number=self.return_number, amount=amount, quantities=quantities)


def placed(order: Any) -> Step:
    return Step(order, PLACED, order.date_placed)


def completed(event: dict[str, Any], order_id: int) -> dict[str, Any]:
    """The outline of an event with what it lacks, read from its order. What it says already stays.

    Of an order that is gone by now there is no more to tell than that.
    """
    order = _orders().filter(pk=order_id).select_related("user", "shipping_address").first()
    if order is None:
        return event
    return event | {
        "customer": buyer(order) | event["customer"],
        "order": details(order) | event["order"],
    }


def of_status(order: Any, status: str, *, at: datetime) -> Step | None:
    """What it means that the order came to this status, by the shop's ORDER_STATUSES; None if nothing."""
    kind = mapping("ORDER_STATUSES").get(status)
    return Step(order, kind, at) if kind else None


def of_payment(payment: Any) -> Step | None:
    """What a payment event means, by the shop's PAYMENT_EVENTS; None if nothing."""
    kind = mapping("PAYMENT_EVENTS").get(payment.event_type.code)
    return Step(payment.order, kind, payment.date_created, payment) if kind else None


def _orders() -> Any:
    return get_model("order", "Order").objects


def _quantities(order: Any, payment: Any, amount: Decimal) -> Mapping[int, int]:
    """How many of which line came back. Where no line is named, and all the money went back, it was everything."""
    named = dict(payment.line_quantities.values_list("line_id", "quantity")) if payment else {}
    if named or abs(amount) < order.total_incl_tax:
        return named
    return {line.pk: line.quantity for line in order.lines.all()}


def _payments(order: Any, kind: str) -> Any:
    codes = [code for code, meaning in mapping("PAYMENT_EVENTS").items() if meaning == kind]
    return order.payment_events.filter(event_type__code__in=codes)
