"""Lists of items within their limits, for any order and any cart."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesmanago import AddEvent, ContactEvent, EventKind, Item, joined_whole
from salesmanago.encoding import encoded


def test_all_lists_are_cut_behind_the_same_item() -> None:
    joined = joined_whole(
        [["P-1", "P-2", "P-3"], ["Krzesło", "Stół", "Lampa"], ["1", "2", "3"]],
        separators=[",", ",", "/"],
        limits=[100, 12, 100],
    )

    assert joined == ("P-1,P-2", "Krzesło,Stół", "1/2")


@pytest.mark.parametrize(
    ("limit", "kept"), [(0, ""), (2, ""), (3, "one"), (6, "one"), (7, "one,two"), (99, "one,two,6")]
)
def test_value_fits_whole_or_not_at_all(limit: int, kept: str) -> None:
    assert joined_whole([["one", "two", "6"]], separators=[","], limits=[limit]) == (kept,)


def test_no_lists_and_empty_lists_are_joined_to_nothing() -> None:
    assert joined_whole([], separators=[], limits=[]) == ()
    assert joined_whole([[], []], separators=[",", "/"], limits=[5, 5]) == ("", "")


@pytest.mark.parametrize(
    ("lists", "problem"),
    [
        ([["a", "b"], ["1"]], "the lists have different lengths"),
        ([["a", ""], ["1", "2"]], "a value is empty or contains the separator ','"),
        ([["a", "b"], ["1", "2/3"]], "a value is empty or contains the separator '/'"),
    ],
)
def test_lists_that_would_not_be_read_back_aligned_are_refused(lists: list[list[str]], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        joined_whole(lists, separators=[",", "/"], limits=[9, 9])


def test_sixty_ids_of_ten_characters_are_cut_to_those_that_fit_whole() -> None:
    items = tuple(Item(f"PRODUCT-{number:02}", name="x") for number in range(60))

    wire = ContactEvent(kind=EventKind.CART, occurred_at=1, items=items).to_wire()

    assert wire["products"] == ",".join(f"PRODUCT-{number:02}" for number in range(46))
    assert (len(wire["products"]), wire["detail3"]) == (505, "/".join("1" * 46))


def test_one_overlong_name_never_empties_an_event() -> None:
    items = (Item("P-1", name="ż" * 400), Item("P-2", name="Stół"))

    wire = ContactEvent(kind=EventKind.CART, occurred_at=1, items=items).to_wire()

    assert (wire["products"], wire["detail1"], wire["detail3"]) == ("P-1", "ż" * 255, "1")


# Identifiers as shops have them, blanks around and odd letters included, but nothing that `Item` refuses.
IDS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=","), min_size=1, max_size=40
).filter(str.strip)
ANY_TEXT = st.text(st.characters(), max_size=400)
QUANTITIES = st.integers(0, 10**6) | st.decimals(0, 10**6, places=3)
AMOUNTS = st.decimals(-(10**15), 10**15, allow_nan=False, places=5)


@st.composite
def item_lists(draw: st.DrawFn) -> tuple[Item, ...]:
    others = draw(st.integers(0, 2))
    item = st.builds(
        Item,
        product_id=IDS,
        name=ANY_TEXT,
        quantity=QUANTITIES,
        other_ids=st.lists(IDS, min_size=others, max_size=others).map(tuple),
    )
    return tuple(draw(st.lists(item, min_size=1, max_size=60)))


EVENTS = st.builds(
    ContactEvent,
    kind=st.sampled_from(EventKind),
    occurred_at=st.integers(0, 2**53),
    items=item_lists(),
    value=st.none() | AMOUNTS,
    description=st.none() | st.text(st.characters(), max_size=3000),
    location=st.none() | st.from_regex(r"[a-z0-9_./-]{1,36}", fullmatch=True),
    shop_domain=st.none() | ANY_TEXT,
    external_id=st.none() | st.text(st.characters(), max_size=255),
    details=st.dictionaries(st.sampled_from([2, 4, 5, *range(8, 21)]), ANY_TEXT, max_size=5),
)

LIMITS = {"products": 512, "description": 2048, "location": 36}


@given(EVENTS)
def test_no_event_breaks_a_limit_and_all_its_lists_are_aligned(event: ContactEvent) -> None:
    wire = event.to_wire()

    texts = {name: text for name, text in wire.items() if isinstance(text, str)}
    assert {name: text for name, text in texts.items() if not 0 < len(text) <= LIMITS.get(name, 255)} == {}
    assert {name: text for name, text in texts.items() if text != text.strip()} == {}
    products = wire["products"].split(",")
    lists = [wire["detail1"].split(","), wire["detail3"].split("/")]
    lists += [
        wire[name].split(",") for name in ("detail6", "detail7") if name in wire and event.items[0].other_ids
    ]
    assert {len(values) for values in lists} == {len(products)}


@given(EVENTS)
def test_every_identifier_that_leaves_is_one_of_those_put_in_at_its_place(event: ContactEvent) -> None:
    wire = event.to_wire()

    products = wire["products"].split(",")
    put_in = event.items[: len(products)]
    assert products == [item.product_id.strip() for item in put_in]
    for place in range(len(event.items[0].other_ids)):
        assert wire[f"detail{6 + place}"].split(",") == [item.other_ids[place].strip() for item in put_in]
    assert [Decimal(text) for text in wire["detail3"].split("/")] == [item.quantity for item in put_in]


@given(EVENTS)
def test_item_that_is_left_out_would_not_have_fitted(event: ContactEvent) -> None:
    wire = event.to_wire()

    kept = len(wire["products"].split(","))
    alone = [
        ContactEvent(kind=event.kind, occurred_at=0, items=(item,)).to_wire()
        for item in event.items[: kept + 1]
    ]
    lists = {name for name in ("products", "detail1", "detail3", "detail6", "detail7") if name in alone[0]}
    lengths = {name: sum(len(item[name]) + 1 for item in alone) - 1 for name in lists}
    assert kept == len(event.items) or any(length > LIMITS.get(name, 255) for name, length in lengths.items())


@given(EVENTS, st.emails())
def test_event_arrives_as_the_same_json_value_to_the_last_digit(event: ContactEvent, email: str) -> None:
    wire = AddEvent(event, email=email).to_wire()

    read = json.loads(encoded(wire), parse_float=Decimal)

    assert read == wire
    if event.value is not None:
        assert abs(read["contactEvent"]["value"] - event.value) <= Decimal("0.005")
        assert read["contactEvent"]["value"].as_tuple().exponent == -2
