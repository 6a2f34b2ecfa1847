"""An order of the shop in the words of a store event."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ebexo.storefront.shop import function
from ebexo_oscar.products import MOST_ITEMS, identifiers

LONGEST_TEXT = 255


def facts(order: Any) -> dict[str, Any]:
    """The event's `order`, whole: with shipping and tax in its total."""
    return outline(order) | details(order)


def outline(order: Any) -> dict[str, Any]:
    """What the order itself says, without asking the database.

    While an order is being placed its number may be a number still, and texts may wait for their translation.
    """
    return {
        "number": str(order.number),
        "cart_id": str(order.basket_id) if order.basket_id else None,
        "placed_at": order.date_placed.isoformat(),
        "total": str(order.total_incl_tax),
        "currency": order.currency,
        "shipping_method": str(order.shipping_method) or None,
    }


def details(order: Any) -> dict[str, Any]:
    """What other rows of the shop say of the order."""
    return {
        "items": [_item(line, line.quantity) for line in _lines(order)],
        "payment_method": _payment_method(order),
        "discount_codes": _discount_codes(order),
    }


def returned_facts(
    order: Any, *, number: str, amount: Decimal, quantities: Mapping[int, int]
) -> dict[str, Any]:
    """The same order with what came back under `number`: how many of which line, and how much money for it."""
    lines = [line for line in _lines(order) if quantities.get(line.pk)]
    returned = {
        "return_number": number,
        "total": str(abs(amount)),
        "items": [_item(line, quantities[line.pk]) for line in lines],
    }
    return facts(order) | returned


def _lines(order: Any) -> list[Any]:
    return list(order.lines.select_related("product").order_by("pk")[:MOST_ITEMS])


def _item(line: Any, quantity: int) -> dict[str, Any]:
    """`unit_price` is before discounts, as in the cart. Of a product deleted since, what the line keeps of it."""
    sku = line.partner_sku or line.upc or ""
    if line.product is None:
        named = {
            "product_id": sku.replace(",", "") or f"line-{line.pk}",
            "sku": sku or None,
            "variant_id": None,
        }
    else:
        named = identifiers(line.product, sku=sku)
    price = line.unit_price_incl_tax
    return {
        **named,
        "name": line.title,
        "quantity": quantity,
        "unit_price": None if price is None else str(price),
    }


def _payment_method(order: Any) -> str | None:
    """By the order's payment sources; while it has none, by the shop's own function, if its settings name one."""
    sources = order.sources.select_related("source_type").order_by("pk")
    names = ", ".join(dict.fromkeys(source.source_type.name for source in sources))
    told = function("PAYMENT_METHOD")
    if not names and told:
        names = str(told(order) or "")
    return names[:LONGEST_TEXT] or None


def _discount_codes(order: Any) -> list[str]:
    codes = order.discounts.exclude(voucher_code="").order_by("pk").values_list("voucher_code", flat=True)
    return list(dict.fromkeys(codes))
