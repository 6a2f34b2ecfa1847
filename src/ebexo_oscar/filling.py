"""Filling the visitor's basket with what another basket holds."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest


@dataclass
class Filling:
    """Names of the products that are in the visitor's basket now, and of those that can't be had any more."""

    found: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def fill(request: HttpRequest, source: Any) -> Filling:
    """See that the basket of this request holds at least what `source` holds; doing it again adds nothing.

    One that was emptied, or merged into another, holds nothing.
    """
    basket: Any = request.basket  # type: ignore[attr-defined]  # by Oscar's middleware
    filling = Filling()
    for line in source.lines.select_related("product", "stockrecord"):
        is_there = basket.pk == source.pk or _add(basket, line)
        (filling.found if is_there else filling.missing).append(line.product.get_title())
    return filling


def _add(basket: Any, line: Any) -> bool:
    """False where the shop does not sell so many of it now."""
    info = basket.strategy.fetch_for_product(line.product)
    options = [{"option": attribute.option, "value": attribute.value} for attribute in line.attributes.all()]
    has = basket.line_quantity(line.product, info.stockrecord, options) if info.stockrecord else 0
    lacks = line.quantity - has
    if lacks <= 0:
        return True
    is_permitted, _reason = info.availability.is_purchase_permitted(line.quantity)
    if not is_permitted or not basket.is_quantity_allowed(lacks)[0]:
        return False
    basket.add_product(line.product, lacks, options=options)
    return True
