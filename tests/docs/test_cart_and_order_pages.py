"""The pages about carts and orders against the code: fields, kinds, and where each field goes."""

import inspect
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ebexo import delivery
from ebexo.carts.steps import CartReason
from ebexo.delivery.mapping.rules import Rules
from ebexo.delivery.mapping.shop_event import cart_event, order_event
from ebexo.events import Cart, Item, Order, StoreEvent, parse
from ebexo.ingest.fate import OUTCOMES
from ebexo.ingest.reasons import reason_text
from ebexo.orders.steps import OrderReason
from ebexo.outbox.put import put
from salesmanago import EventKind

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 24, tzinfo=UTC)
SOURCES = [
    *Path(inspect.getfile(delivery)).parent.glob("**/*.py"),
    *Path(inspect.getfile(put)).parent.glob("*.py"),
]


def page(name: str) -> str:
    return (ROOT / "docs" / "reference" / f"{name}.md").read_text()


def examples() -> list[StoreEvent]:
    return [
        parse(json.loads(text), now=NOW)
        for text in re.findall(r"```json\n(.*?)```", page("store-events"), re.DOTALL)
    ]


def test_every_example_of_a_store_event_is_one() -> None:
    assert [example.type.value for example in examples()] == [
        "customer.registered",
        "cart.product_added",
        "order.placed",
    ]


@pytest.mark.parametrize(
    "field",
    [
        *(f"cart.{name}" for name in Cart.model_fields),
        *(f"order.{name}" for name in Order.model_fields),
        *Item.model_fields,
    ],
)
def test_every_field_of_a_cart_and_of_an_order_is_documented(field: str) -> None:
    rows = re.findall(r"^\| (`[^|]+) \|", page("store-events"), re.MULTILINE)

    assert field in re.findall(r"`([a-z_.\[\]]+)`", " ".join(rows))


def test_every_field_that_is_told_is_in_the_mapping() -> None:
    rules = Rules(country="PL", language="pl", tags={}, location="shop_pl", shop_domain="shop.example")
    _, with_cart, with_order = examples()
    assert with_cart.cart
    assert with_order.order
    cart = cart_event(with_cart, with_cart.cart, rules).to_wire()
    order = order_event(with_order, with_order.order, EventKind.PURCHASE, rules).to_wire()

    table = page("mapping").split("| Field of `contactEvent` |")[1].split("\n\n")[0]
    rows = [row.split("|")[1:4] for row in table.splitlines()[2:]]
    documented = {"cart": {"contactExtEventType"}, "order": {"contactExtEventType"}}
    for names, of_cart, of_order in rows:
        told = set(re.findall(r"`([A-Za-z0-9]+)`", names))
        documented["cart"] |= told if of_cart.strip() != "–" else set()
        documented["order"] |= told if of_order.strip() != "–" else set()

    assert documented == {"cart": set(cart), "order": set(order)}


@pytest.mark.parametrize("reason", [*CartReason, *OrderReason, "cannot_be_known", "outcome_unknown"])
def test_every_reason_of_carts_and_orders_has_words_and_is_documented(reason: str) -> None:
    assert reason_text(reason).endswith(".")
    assert f"`{reason}`" in page("http-api")


def test_every_outcome_of_a_call_has_words_and_is_documented() -> None:
    never_a_call = {"withheld", "needless"}
    kinds = {kind for source in SOURCES for kind in re.findall(r'\bkind="([a-z_]+)"', source.read_text())}
    kinds |= {"delivered", "credentials", "refused", "throttled", "unavailable", "unknown", "unknown_visitor"}

    assert kinds - never_a_call - set(OUTCOMES) == set()
    assert [kind for kind in OUTCOMES if kind and f"`{kind}`" not in page("http-api")] == []
