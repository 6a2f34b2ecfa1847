"""Carts and orders as SALESmanago is told them: which field goes where, character by character."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from ebexo.delivery.mapping.rules import Rules
from ebexo.delivery.mapping.shop_event import cart_event, order_event
from ebexo.events import StoreEvent
from salesmanago import EventKind
from salesmanago.encoding import encoded

RULES = Rules(country="PL", language="pl", tags={})
MOMENT = 1793527200123
CHAIR = {
    "product_id": "P-100",
    "sku": "CH-OLCHA",
    "variant_id": "V-1",
    "name": "Krzesło Olcha",
    "quantity": 2,
    "unit_price": "99.99",
}


def wire_of_cart(*items, rules=RULES, customer=None, **cart):
    event = _event("cart.product_added", customer, cart={"id": "basket-77", "items": list(items), **cart})
    assert event.cart
    return cart_event(event, event.cart, rules).to_wire()


def wire_of_order(*items, kind=EventKind.PURCHASE, rules=RULES, customer=None, **order):
    told = {"number": "1042", "total": "298.98", "items": list(items), **order}
    event = _event("order.placed", customer, order=told)
    assert event.order
    return order_event(event, event.order, kind, rules).to_wire()


def _event(kind, customer, **parts):
    return StoreEvent.model_validate(
        {
            "id": "e-1",
            "type": kind,
            "occurred_at": "2026-11-01T11:00:00.123456+01:00",
            "customer": {"email": "jan@example.com", **(customer or {})},
            **parts,
        }
    )


def test_a_whole_cart():
    rules = Rules(country="PL", language="pl", tags={}, location="sklep_pl", shop_domain="sklep.example")
    stool = {"product_id": "P-205", "name": "Stolik Brzoza"}

    wire = wire_of_cart(
        CHAIR, stool, rules=rules, total="298.98", currency="pln", url="https://sklep.example/k/8f2c"
    )

    assert wire == {
        "date": MOMENT,
        "contactExtEventType": "CART",
        "products": "P-100,P-205",
        "detail1": "Krzesło Olcha,Stolik Brzoza",
        "detail3": "2/1",
        "detail6": "CH-OLCHA,P-205",
        "detail7": "V-1,P-205",
        "value": Decimal("298.98"),
        "description": "https://sklep.example/k/8f2c",
        "location": "sklep_pl",
        "shopDomain": "sklep.example",
        "externalId": "basket-77",
        "detail8": "pl",
        "detail9": "PLN",
    }


WHOLE_ORDER = {
    "date": MOMENT,
    "products": "P-100",
    "detail1": "Krzesło Olcha",
    "detail3": "2",
    "detail6": "CH-OLCHA",
    "detail7": "V-1",
    "value": Decimal("298.98"),
    "description": "przelewy24",
    "externalId": "1042",
    "detail5": "Kurier InPost",
    "detail8": "pl",
    "detail9": "EUR",
    "detail10": "JESIEN10",
}


@pytest.mark.parametrize(
    ("kind", "number"),
    [(EventKind.PURCHASE, "1042"), (EventKind.CANCELLATION, "1042"), (EventKind.RETURN, "R-7")],
)
def test_a_whole_order(kind, number):
    wire = wire_of_order(
        CHAIR,
        kind=kind,
        currency="EUR",
        payment_method="przelewy24",
        shipping_method="Kurier InPost",
        discount_codes=["JESIEN10"],
        return_number="R-7",
    )

    assert wire == WHOLE_ORDER | {"contactExtEventType": kind.value, "detail2": number}


def test_what_is_not_known_is_absent():
    assert wire_of_order() == {
        "date": MOMENT,
        "contactExtEventType": "PURCHASE",
        "value": Decimal("298.98"),
        "externalId": "1042",
        "detail2": "1042",
        "detail8": "pl",
    }


@pytest.mark.parametrize(
    ("chosen", "products", "detail6", "detail7"),
    [
        ("id", "P-100", "CH-OLCHA", "V-1"),
        ("sku", "CH-OLCHA", "P-100", "V-1"),
        ("variant", "V-1", "P-100", "CH-OLCHA"),
    ],
)
def test_the_chosen_identifier_is_first_and_the_others_keep_their_order(chosen, products, detail6, detail7):
    rules = Rules(country="PL", language="pl", tags={}, product_id=chosen)

    wire = wire_of_order(CHAIR, rules=rules)

    assert (wire["products"], wire["detail6"], wire["detail7"]) == (products, detail6, detail7)


@pytest.mark.parametrize("chosen", ["id", "sku", "variant"])
@pytest.mark.parametrize("lacking", [{}, {"sku": "", "variant_id": " "}, {"sku": "A,B", "variant_id": "C,D"}])
def test_a_lacking_or_unlistable_identifier_is_the_product_id(chosen, lacking):
    rules = Rules(country="PL", language="pl", tags={}, product_id=chosen)

    wire = wire_of_order({"product_id": "P-1", **lacking}, rules=rules)

    assert [wire[name] for name in ("products", "detail6", "detail7")] == ["P-1"] * 3


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Krzesło, dębowe,   białe", "Krzesło dębowe białe"),
        ("  Stolik\t\nBrzoza  ", "Stolik Brzoza"),
        (",", "P-100"),
        (None, "P-100"),
        ("x" * 255, "x" * 255),
    ],
)
def test_a_name_has_no_comma_and_single_blanks(name, told):
    assert wire_of_order({**CHAIR, "name": name})["detail1"] == told


@pytest.mark.parametrize(
    ("quantity", "told"),
    [(1, "1"), ("2.0", "2"), ("1.50", "1.5"), ("0.125", "0.125"), (200, "200"), ("1e2", "100")],
)
def test_quantities_are_written_plainly(quantity, told):
    assert wire_of_order({**CHAIR, "quantity": quantity})["detail3"] == told


@pytest.mark.parametrize(
    ("total", "told"), [("0", "0.00"), (0, "0.00"), ("0.005", "0.01"), ("1", "1.00"), (19.99, "19.99")]
)
def test_an_amount_has_two_places_and_zero_is_one(total, told):
    assert (str(wire_of_cart(CHAIR, total=total)["value"]), str(wire_of_order(total=total)["value"])) == (
        told,
        told,
    )


def test_three_at_a_tenth_are_thirty_hundredths_on_the_wire():
    wire = wire_of_cart({"product_id": "P", "quantity": 3, "unit_price": "0.10"}, total="0.30")

    assert b'"value":0.30' in encoded(wire)
    assert json.loads(encoded(wire))["value"] == 0.3


def test_sixty_identifiers_of_ten_characters_are_cut_behind_a_whole_one_in_every_list():
    """`products` takes 512 characters, 46 of these; a detail takes 255, 23 of them: so 23 in each."""
    items = [
        {"product_id": f"P-{n:08}", "sku": f"S-{n:08}", "variant_id": f"V-{n:08}", "name": "x"}
        for n in range(60)
    ]

    wire = wire_of_order(*items)

    assert wire["products"] == ",".join(f"P-{n:08}" for n in range(23))
    assert wire["detail1"] == ",".join("x" * 23)
    assert wire["detail3"] == "/".join("1" * 23)
    assert wire["detail6"] == ",".join(f"S-{n:08}" for n in range(23))
    assert wire["detail7"] == ",".join(f"V-{n:08}" for n in range(23))


def test_of_two_hundred_items_as_many_are_told_as_fit_whole():
    items = [{"product_id": str(n), "name": "Krzesło Olcha białe"} for n in range(200)]

    wire = wire_of_order(*items, total="19998.00")

    counts = {
        len(wire["products"].split(",")),
        len(wire["detail1"].split(",")),
        len(wire["detail3"].split("/")),
        len(wire["detail6"].split(",")),
        len(wire["detail7"].split(",")),
    }
    assert counts == {12}
    assert wire["detail1"] == ",".join(["Krzesło Olcha białe"] * 12)
    assert wire["value"] == Decimal("19998.00")


def test_the_longest_identifiers_are_told_whole():
    item = {"product_id": "p" * 255, "sku": "s" * 255, "variant_id": "v" * 255, "name": "n" * 255}

    wire = wire_of_order(item, item)

    assert [len(wire[name]) for name in ("products", "detail1", "detail6", "detail7")] == [255] * 4


@pytest.mark.parametrize(
    ("codes", "told"),
    [
        ([], None),
        (["A"], "A"),
        (["A", "B 2"], "A,B 2"),
        (["x" * 200, "y" * 54, "z"], "x" * 200 + "," + "y" * 54),
        (["x" * 200, "y" * 55], "x" * 200),
    ],
)
def test_discount_codes_are_cut_behind_a_whole_one(codes, told):
    assert wire_of_order(discount_codes=codes).get("detail10") == told


@pytest.mark.parametrize(
    ("language", "told"),
    [(None, "pl"), ("EN", "en"), ("de-AT", "de"), ("en_GB", "en"), ("polski", None), ("łó", None)],
)
def test_the_language_has_two_lower_case_letters(language, told):
    assert wire_of_order(customer={"language": language}).get("detail8") == told


def test_a_visitor_has_the_language_of_the_store():
    event = StoreEvent.model_validate(
        {
            "id": "e",
            "type": "cart.product_added",
            "occurred_at": "2026-11-01T10:00:00Z",
            "visitor": {"smclient": "id"},
            "cart": {"id": "c", "items": [CHAIR], "total": 1},
        }
    )
    assert event.cart

    assert cart_event(event, event.cart, RULES).to_wire()["detail8"] == "pl"


@pytest.mark.parametrize("currency", ["PLN", "eur", " Chf "])
def test_the_currency_is_three_capitals(currency):
    assert wire_of_cart(CHAIR, total=1, currency=currency)["detail9"] == currency.strip().upper()


def test_a_long_link_is_told_whole():
    url = "https://sklep.example/" + "k" * 2026

    assert wire_of_cart(CHAIR, total=1, url=url)["description"] == url


def test_the_moment_is_in_milliseconds_and_never_rounded_up():
    assert wire_of_cart(CHAIR, total=1)["date"] == MOMENT
    assert datetime.fromtimestamp(MOMENT / 1000, UTC) == datetime(2026, 11, 1, 10, 0, 0, 123000, tzinfo=UTC)
