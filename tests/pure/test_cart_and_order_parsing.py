"""What a store tells of carts and orders: what is tidied up, and every reason why something is refused."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ebexo.events import Cart, EventType, InvalidEvent, Item, Order, StoreEvent, Visitor, parse

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MOMENT = "2026-11-23T11:00:00Z"
ITEM = {"product_id": "P-100"}
CART = {"id": "basket-77", "items": [ITEM], "total": "99.99"}
ORDER = {"number": "1042", "total": "99.99"}
CUSTOMER = {"email": "jan@example.com"}


def a_cart(kind="cart.product_added", **changes) -> dict[str, Any]:
    return {"id": "e", "type": kind, "occurred_at": MOMENT, "customer": CUSTOMER, "cart": CART | changes}


def an_item(**changes):
    return a_cart(items=[ITEM | changes])


def an_order(kind="order.placed", **changes):
    return {"id": "e", "type": kind, "occurred_at": MOMENT, "customer": CUSTOMER, "order": ORDER | changes}


def without(event, *names):
    return {name: value for name, value in event.items() if name not in names}


def test_a_whole_cart_is_read_and_tidied_up():
    event = {
        "id": "e-1",
        "type": "cart.product_removed",
        "occurred_at": MOMENT,
        "visitor": {"smclient": " 6f0c6a0e "},
        "cart": {
            "id": 77,
            "items": [
                {
                    "product_id": 100,
                    "sku": " CH-OLCHA ",
                    "variant_id": 5,
                    "name": " Krzesło ",
                    "quantity": "1.50",
                    "unit_price": 99.99,
                },
                {"product_id": "P-2", "sku": "", "variant_id": None},
            ],
            "total": "0",
            "currency": "pln",
            "url": "https://sklep.example/k/8f2c",
        },
    }

    assert parse(event, now=NOON) == StoreEvent(
        id="e-1",
        type=EventType.CART_PRODUCT_REMOVED,
        occurred_at=datetime(2026, 11, 23, 11, tzinfo=UTC),
        visitor=Visitor(smclient="6f0c6a0e"),
        cart=Cart(
            id="77",
            items=(
                Item(
                    product_id="100",
                    sku="CH-OLCHA",
                    variant_id="5",
                    name="Krzesło",
                    quantity=Decimal("1.50"),
                    unit_price=Decimal("99.99"),
                ),
                Item(product_id="P-2"),
            ),
            total=Decimal(0),
            currency="PLN",
            url="https://sklep.example/k/8f2c",
        ),
    )


def test_a_whole_order_is_read_and_tidied_up():
    event = an_order(
        "order.returned",
        number=1042,
        cart_id=77,
        placed_at="2026-11-23T11:00:00+01:00",
        total=298.98,
        currency="EUR",
        items=[ITEM],
        payment_method=" przelewy24 ",
        shipping_method="Kurier InPost",
        discount_codes=[" JESIEN10 "],
        return_number="R-7",
    )

    assert parse(event, now=NOON).order == Order(
        number="1042",
        cart_id="77",
        placed_at=datetime(2026, 11, 23, 10, tzinfo=UTC),
        total=Decimal("298.98"),
        currency="EUR",
        items=(Item(product_id="P-100"),),
        payment_method="przelewy24",
        shipping_method="Kurier InPost",
        discount_codes=("JESIEN10",),
        return_number="R-7",
    )


def test_an_emptied_cart_needs_no_total():
    event = a_cart("cart.product_removed", items=[], total=None)

    assert parse(event, now=NOON).cart == Cart(id="basket-77")


REQUIRED = "This field is required."
NUMBER = "This must be a number, such as 298.98."
RANGE = "This must be from 0 to 9999999999999."
LINK = "This must be an address such as https://shop.example/cart."
CURRENCY = "A currency has three letters, such as PLN."
NO_CART_PERSON = "cart.product_added needs the customer or the visitor."
CONSENTS = [{"code": "marketing", "granted": True, "at": MOMENT}]

BAD = {
    "a cart event without a cart": (
        without(a_cart(), "cart"),
        "/cart",
        "cart.product_added needs the cart.",
    ),
    "a cart of nobody": (without(a_cart(), "customer"), "/visitor", NO_CART_PERSON),
    "consents of nobody": (
        without(a_cart(), "customer") | {"visitor": {"smclient": "id"}, "consents": CONSENTS},
        "/consents",
        "Consents need the customer who gave them.",
    ),
    "a cart without an id": (a_cart(id=""), "/cart/id", "This must not be empty."),
    "a long cart id": (a_cart(id="x" * 256), "/cart/id", "This must have at most 255 characters."),
    "a cart without a total": (
        a_cart(total=None),
        "/cart/total",
        "This field is required, unless the cart is empty.",
    ),
    "a negative total": (a_cart(total="-0.01"), "/cart/total", RANGE),
    "a total too large": (a_cart(total="10000000000000"), "/cart/total", RANGE),
    "an infinite total": (a_cart(total="Infinity"), "/cart/total", RANGE),
    "words as a total": (a_cart(total="about 10"), "/cart/total", NUMBER),
    "a comma in a total": (a_cart(total="10,50"), "/cart/total", NUMBER),
    "true as a total": (a_cart(total=True), "/cart/total", NUMBER),
    "too many places": (
        a_cart(total="0.0000000000000000001"),
        "/cart/total",
        "There are too many places behind the point.",
    ),
    "four letters of currency": (a_cart(currency="PLNN"), "/cart/currency", CURRENCY),
    "a sign as currency": (a_cart(currency="€€€"), "/cart/currency", CURRENCY),
    "a link without a scheme": (a_cart(url="sklep.example/k"), "/cart/url", LINK),
    "a script as link": (a_cart(url="javascript:alert(1)"), "/cart/url", LINK),
    "a link with a blank": (a_cart(url="https://sklep.example/k 1"), "/cart/url", LINK),
    "1001 items": (
        a_cart(items=[ITEM] * 1001),
        "/cart/items",
        "There must be at most 1000 of these.",
    ),
    "items as an object": (a_cart(items={}), "/cart/items", "This must be a list."),
    "an item as text": (a_cart(items=["P-100"]), "/cart/items/0", "This must be an object."),
    "an item without a product": (a_cart(items=[{}]), "/cart/items/0/product_id", REQUIRED),
    "a comma in a product's id": (
        an_item(product_id="A,B"),
        "/cart/items/0/product_id",
        "There must be no comma in it.",
    ),
    "a quantity of nothing": (an_item(quantity=0), "/cart/items/0/quantity", "A quantity is more than 0."),
    "a negative price": (an_item(unit_price=-1), "/cart/items/0/unit_price", RANGE),
    "an unknown field of an item": (
        an_item(colour="white"),
        "/cart/items/0/colour",
        "There is no such field here.",
    ),
    "an order event without an order": (
        without(an_order(), "order"),
        "/order",
        "order.placed needs the order.",
    ),
    "an order of nobody": (
        without(an_order(), "customer"),
        "/customer",
        "order.placed needs the customer.",
    ),
    "an order of a visitor": (
        without(an_order(), "customer") | {"visitor": {"smclient": "id"}},
        "/customer",
        "order.placed needs the customer.",
    ),
    "an order without a number": (an_order(number=" "), "/order/number", "This must not be empty."),
    "an order without a total": (an_order(total=None), "/order/total", NUMBER),
    "a return without a number": (
        an_order("order.returned"),
        "/order/return_number",
        "order.returned needs the number of the return.",
    ),
    "a return with a blank number": (
        an_order("order.returned", return_number=" "),
        "/order/return_number",
        "order.returned needs the number of the return.",
    ),
    "an order placed tomorrow": (
        an_order(placed_at="2026-11-24T11:00:00Z"),
        "/order/placed_at",
        "This moment is more than 5 minutes ahead of our clock.",
    ),
    "51 discount codes": (
        an_order(discount_codes=["A"] * 51),
        "/order/discount_codes",
        "There must be at most 50 of these.",
    ),
    "a blank discount code": (
        an_order(discount_codes=[" "]),
        "/order/discount_codes/0",
        "This must not be empty.",
    ),
}


@pytest.mark.parametrize(("event", "pointer", "message"), BAD.values(), ids=BAD)
def test_a_bad_cart_or_order_is_named_with_what_is_wrong(event, pointer, message):
    with pytest.raises(InvalidEvent) as refusal:
        parse(event, now=NOON)

    assert [(problem.pointer, problem.message) for problem in refusal.value.problems] == [(pointer, message)]


def test_all_bad_fields_of_an_order_are_named_at_once():
    with pytest.raises(InvalidEvent) as refusal:
        parse(an_order(number="", total="x", currency="złoty", items=[{"quantity": 0}]), now=NOON)

    assert [problem.pointer for problem in refusal.value.problems] == [
        "/order/number",
        "/order/total",
        "/order/currency",
        "/order/items/0/product_id",
        "/order/items/0/quantity",
    ]


@pytest.mark.parametrize("event_type", EventType)
def test_a_type_is_of_a_cart_or_of_an_order_or_of_neither(event_type):
    of = {"cart": event_type.is_of_cart, "order": event_type.is_of_order}

    assert of == {name: event_type.value.startswith(f"{name}.") for name in ("cart", "order")}
