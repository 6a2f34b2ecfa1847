"""A basket of the shop in the words of a store event."""

from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from oscar.core.loading import get_class, get_model
from oscar.core.utils import round_half_up_two_dec

from ebexo_oscar.products import MOST_ITEMS, identifiers


def find(basket_id: int) -> Any:
    """The basket, with its owner; None if it is gone."""
    return get_model("basket", "Basket").objects.select_related("owner").filter(pk=basket_id).first()


def contents(basket: Any, request: HttpRequest | None) -> dict[str, Any]:
    """`items`, `total` and `currency` of the event's cart, with offers and vouchers, as the shopper sees them.

    `request` is theirs, if this is about one; prices may depend on it. `unit_price` is the price of one before
    discounts, as the shop shows it; `total` has them in it, and tax where it is known. A merged basket is empty.
    """
    lines = _priced_lines(basket, request) if basket.status != basket.MERGED else []
    if not lines:
        return {"items": [], "total": "0.00", "currency": None}
    total = sum((_total(line) for line in lines), Decimal(0))
    return {
        "items": [_item(line) for line in lines[:MOST_ITEMS]],
        "total": str(round_half_up_two_dec(total)),
        "currency": lines[0].price_currency,
    }


def _priced_lines(basket: Any, request: HttpRequest | None) -> list[Any]:
    shopper = basket.owner or AnonymousUser()
    selector = get_class("partner.strategy", "Selector")()
    basket.strategy = selector.strategy(request=request, user=shopper)
    if not basket.is_empty:
        get_class("offer.applicator", "Applicator")().apply(basket, shopper, request)
    return [line for line in basket.all_lines() if line.quantity]


def _item(line: Any) -> dict[str, Any]:
    price = line.purchase_info.price
    unit_price = price.incl_tax if price.is_tax_known else price.excl_tax
    return {
        **identifiers(line.product, sku=line.stockrecord.partner_sku),
        "name": line.product.get_title(),
        "quantity": line.quantity,
        "unit_price": None if unit_price is None else str(unit_price),
    }


def _total(line: Any) -> Decimal:
    """Of a thing that can't be bought any more, and so has no price, nothing."""
    if line.purchase_info.price.is_tax_known:
        return Decimal(line.line_price_incl_tax_incl_discounts or 0)
    return Decimal(line.line_price_excl_tax_incl_discounts or 0)
