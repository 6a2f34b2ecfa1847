"""The products of an event: lists in several fields of it, aligned by position."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from salesmanago.limits import PRODUCTS_CHARACTERS, TEXT_CHARACTERS
from salesmanago.messages.cleaning import clean_identifier, clean_text
from salesmanago.messages.joined import joined_whole

_OTHER_IDS = 2


@dataclass(frozen=True, slots=True)
class Item:
    """A product in a cart or in an order, told as SALESmanago's own shop modules tell it.

    `product_id` goes to `products` and must be what the product catalogue or feed knows the product by;
    `name` to detail 1, where its commas become blanks; `quantity` to detail 3; `other_ids`, two at most, to
    details 6 and 7. `ValueError` for an id with a comma or without 1 to 255 characters: it could not arrive
    as it is, and changed it would be another product's.
    """

    product_id: str
    name: str = ""  # without one the product's id stands in
    quantity: int | Decimal = 1
    other_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.other_ids) > _OTHER_IDS:
            raise ValueError("an item has two other ids at most")
        if not all(_is_usable(identifier) for identifier in (self.product_id, *self.other_ids)):
            raise ValueError("an item's id has 1 to 255 characters and no comma")
        if not _is_writable(Decimal(self.quantity)):
            raise ValueError("an item's quantity has at most 18 digits before and behind the point")


def item_fields(items: Sequence[Item]) -> dict[str, str]:
    """The lists in the fields of an event, cut behind the last item that fits whole into all of them."""
    if not items:
        return {}
    columns = _columns(items)
    joined = joined_whole(
        list(columns.values()),
        separators=["/" if name == "detail3" else "," for name in columns],
        limits=[PRODUCTS_CHARACTERS if name == "products" else TEXT_CHARACTERS for name in columns],
    )
    return dict(zip(columns, joined, strict=True))


def item_details(items: Sequence[Item]) -> frozenset[int]:
    """The numbers of the details that these items fill; `ValueError` where their lists would not align."""
    others = {len(item.other_ids) for item in items}
    if len(others) > 1:
        raise ValueError("all items of an event have the same number of other ids")
    return frozenset({1, 3, *(6 + place for place in range(others.pop()))} if items else ())


def _columns(items: Sequence[Item]) -> dict[str, list[str]]:
    others = {
        f"detail{6 + place}": [item.other_ids[place].strip() for item in items]
        for place in range(len(items[0].other_ids))
    }
    return {
        "products": [item.product_id.strip() for item in items],
        "detail1": [_name(item) for item in items],
        "detail3": [_quantity(item.quantity) for item in items],
        **others,
    }


def _name(item: Item) -> str:
    return clean_text(" ".join(item.name.replace(",", " ").split())) or item.product_id.strip()


def _quantity(quantity: int | Decimal) -> str:
    if isinstance(quantity, int):
        return str(quantity)
    text = f"{quantity:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _is_writable(quantity: Decimal) -> bool:
    """Can it be written down in a few digits, so that it always fits?"""
    if not quantity.is_finite():
        return False
    return quantity.copy_abs() < 10**18 and quantity.as_tuple().exponent >= -18  # type: ignore[operator]


def _is_usable(identifier: str) -> bool:
    return clean_identifier(identifier) == identifier.strip() and "," not in identifier
