"""From a cart or an order to SALESmanago's external event. PURE: no database, no clock, no network."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ebexo.delivery.mapping.language import language
from ebexo.delivery.mapping.rules import Rules
from ebexo.events import Cart, Customer, Order, StoreEvent
from ebexo.events import Item as ToldItem
from salesmanago import ContactEvent, EventKind, Item

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def cart_event(event: StoreEvent, cart: Cart, rules: Rules) -> ContactEvent:
    """The CART event of the whole cart."""
    return ContactEvent(
        kind=EventKind.CART,
        occurred_at=milliseconds(event.occurred_at),
        items=_items(cart.items, rules),
        value=cart.total,
        description=cart.url,
        location=rules.location or None,
        shop_domain=rules.shop_domain or None,
        external_id=cart.id,
        details=_said({8: _language(event.customer, rules), 9: cart.currency}),
    )


def order_event(event: StoreEvent, order: Order, kind: EventKind, rules: Rules) -> ContactEvent:
    """The PURCHASE, CANCELLATION or RETURN of an order; of a RETURN the amount and the items that came back."""
    is_return = kind is EventKind.RETURN
    return ContactEvent(
        kind=kind,
        occurred_at=milliseconds(event.occurred_at),
        items=_items(order.items, rules),
        value=order.total,
        description=order.payment_method,
        location=rules.location or None,
        shop_domain=rules.shop_domain or None,
        external_id=order.number,
        details=_said(
            {
                2: order.return_number if is_return else order.number,
                5: order.shipping_method,
                8: _language(event.customer, rules),
                9: order.currency,
                10: _whole(order.discount_codes),
            }
        ),
    )


def milliseconds(moment: datetime) -> int:
    """UNIX time in milliseconds, as SALESmanago takes moments."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _items(items: Sequence[ToldItem], rules: Rules) -> tuple[Item, ...]:
    return tuple(_item(item, rules) for item in items)


def _item(item: ToldItem, rules: Rules) -> Item:
    """A missing SKU or variant is filled with the product id, so that all lists stay of one length."""
    ids = {
        "id": item.product_id,
        "sku": _listable(item.sku) or item.product_id,
        "variant": _listable(item.variant_id) or item.product_id,
    }
    chosen = ids.pop(rules.product_id)
    return Item(
        chosen, name=item.name or "", quantity=_quantity(item.quantity), other_ids=tuple(ids.values())
    )


def _listable(identifier: str | None) -> str | None:
    """An identifier with a comma would read as two in SALESmanago's lists, and changed it would be another's."""
    return identifier if identifier and "," not in identifier else None


def _quantity(quantity: Decimal) -> int | Decimal:
    return int(quantity) if quantity == quantity.to_integral_value() else quantity


def _language(customer: Customer | None, rules: Rules) -> str | None:
    return language((customer and customer.language) or rules.language)


def _whole(codes: Sequence[str]) -> str | None:
    """Joined by commas, cut behind the last code that fits whole."""
    while codes and len(",".join(codes)) > _LONGEST:
        codes = codes[:-1]
    return ",".join(codes) or None


_LONGEST = 255


def _said(details: dict[int, str | None]) -> dict[int, str]:
    return {number: text for number, text in details.items() if text}
