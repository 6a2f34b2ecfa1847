import json
from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest

from salesmanago import AddEvent, ContactEvent, EventKind, Item, is_location
from salesmanago.encoding import encoded

CHAIR = Item("P-100", name="Krzesło Olcha, dębowe", quantity=1, other_ids=("SKU-1", "V-1"))
TABLE = Item(" P-205 ", name="Stolik \n Brzoza", quantity=Decimal("2.50"), other_ids=("SKU-2", " V-2"))
BARE = ContactEvent(kind=EventKind.LOGIN, occurred_at=0, value=Decimal(0))

purchase = partial(
    ContactEvent,
    kind=EventKind.PURCHASE,
    occurred_at=1767261600000,
    items=(CHAIR, TABLE),
    value=Decimal("249.9"),
)


def test_complete_event_on_the_wire() -> None:
    event = purchase(
        description=" blik ",
        location="shop_pl",
        shop_domain="shop.example",
        external_id=" order-77001 ",
        details={2: "77001", 5: "kurier", 9: "PLN", 8: "pl", 10: "  "},
    )

    wire = event.to_wire()

    assert wire == {
        "date": 1767261600000,
        "contactExtEventType": "PURCHASE",
        "products": "P-100,P-205",
        "detail1": "Krzesło Olcha dębowe,Stolik Brzoza",
        "detail3": "1/2.5",
        "detail6": "SKU-1,SKU-2",
        "detail7": "V-1,V-2",
        "value": Decimal("249.90"),
        "description": "blik",
        "location": "shop_pl",
        "shopDomain": "shop.example",
        "externalId": "order-77001",
        "detail2": "77001",
        "detail5": "kurier",
        "detail8": "pl",
        "detail9": "PLN",
    }


def test_items_of_one_id_leave_the_details_of_the_others_free() -> None:
    event = purchase(items=(Item("P-100"),), value=None, details={6: "gift"})

    assert event.to_wire() == {
        "date": 1767261600000,
        "contactExtEventType": "PURCHASE",
        "products": "P-100",
        "detail1": "P-100",
        "detail3": "1",
        "detail6": "gift",
    }


def test_value_of_zero_is_sent_and_an_event_may_be_of_the_year_1970() -> None:
    assert BARE.to_wire() == {"date": 0, "contactExtEventType": "LOGIN", "value": Decimal("0.00")}


def test_texts_of_an_event_are_cut_at_their_own_limits() -> None:
    event = purchase(items=(), description="ż" * 3000, shop_domain="a" * 300, details={1: "ó" * 300})

    wire = event.to_wire()

    assert (wire["description"], wire["shopDomain"], wire["detail1"]) == ("ż" * 2048, "a" * 255, "ó" * 255)


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("0.10", b"0.10"),
        ("0.1", b"0.10"),
        ("249", b"249.00"),
        ("1E+3", b"1000.00"),
        ("0.005", b"0.01"),
        ("2.675", b"2.68"),
        ("-0.001", b"0.00"),
        ("-59.5", b"-59.50"),
        ("99999999999999999.99", b"99999999999999999.99"),
    ],
)
def test_value_is_a_json_number_with_two_places(value: str, sent: bytes) -> None:
    body = encoded(purchase(items=(), value=Decimal(value)).to_wire())

    assert b'"value":' + sent + b"}" in body
    assert json.loads(body, parse_float=Decimal)["value"] == Decimal(sent.decode())


def test_three_items_at_ten_grosze_are_thirty_grosze() -> None:
    body = encoded(purchase(items=(), value=3 * Decimal("0.10")).to_wire())

    assert b'"value":0.30}' in body


@pytest.mark.parametrize("value", ["100000000000000000", "-1E+30", "1E+999999", "NaN", "sNaN", "Infinity"])
def test_value_that_salesmanago_cannot_hold_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="at most 19 digits"):
        purchase(value=Decimal(value))


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (partial(purchase, items=(), value=None), "an event needs items or a value"),
        (partial(purchase, location="shop pl"), "a location is 1 to 36 letters"),
        (partial(purchase, location="a" * 37), "a location is 1 to 36 letters"),
        (partial(purchase, external_id="7" * 256), "an external id has at most 255 characters"),
        (partial(purchase, details={0: "no"}), "no such detail, or the items fill it: 0"),
        (partial(purchase, details={21: "no"}), "no such detail, or the items fill it: 21"),
        (partial(purchase, details={7: "no"}), "no such detail, or the items fill it: 7"),
        (partial(purchase, items=(CHAIR, Item("P-1"))), "the same number of other ids"),
    ],
)
def test_event_that_no_cutting_puts_right_is_refused(wrong: Callable[[], object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        wrong()


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (partial(Item, " "), "1 to 255 characters and no comma"),
        (partial(Item, "P-1,P-2"), "1 to 255 characters and no comma"),
        (partial(Item, "P" * 256), "1 to 255 characters and no comma"),
        (partial(Item, "P\ud800"), "1 to 255 characters and no comma"),
        (partial(Item, "P-1", other_ids=("",)), "1 to 255 characters and no comma"),
        (partial(Item, "P-1", other_ids=("1", "2", "3")), "two other ids at most"),
        (partial(Item, "P-1", quantity=Decimal("NaN")), "at most 18 digits"),
        (partial(Item, "P-1", quantity=Decimal("1E-19")), "at most 18 digits"),
        (partial(Item, "P-1", quantity=10**18), "at most 18 digits"),
    ],
)
def test_item_that_could_not_arrive_as_it_is_is_refused(wrong: Callable[[], object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        wrong()


def test_added_event_names_its_contact_and_opts_nobody_in() -> None:
    by_email = AddEvent(BARE, email=" Jan@Example.com ").to_wire()
    by_id = AddEvent(BARE, contact_id="6f0c6a0e", email=" ").to_wire()

    assert by_email == {"email": "jan@example.com", "contactEvent": BARE.to_wire(), "forceOptIn": False}
    assert by_id == {"contactId": "6f0c6a0e", "contactEvent": BARE.to_wire(), "forceOptIn": False}


@pytest.mark.parametrize(
    "wrong",
    [
        partial(AddEvent, BARE),
        partial(AddEvent, BARE, email=" ", contact_id=""),
        partial(AddEvent, BARE, email="jan@example.com", contact_id="6f0c6a0e"),
    ],
)
def test_event_of_nobody_and_of_two_contacts_is_refused(wrong: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="exactly one of email and contactId is needed"):
        wrong()


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("shop_pl", True),
        ("Łódź/2.b-C", True),
        ("a" * 36, True),
        ("", False),
        ("a" * 37, False),
        ("a b", False),
    ],
)
def test_location_is_a_short_name_without_blanks(text: str, fits: bool) -> None:
    assert is_location(text) is fits
