"""The fields of one product, checked and brought within their limits."""

from dataclasses import dataclass
from typing import Any

from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.v3.fields import Fields
from salesmanago_sandbox.v3.finding import LONGEST_PRODUCT_ID
from salesmanago_sandbox.v3.problems import Problem, Reason

REQUIRED = ("productId", "name")
TEXT_LIMITS = {"mainCategory": 255, "description": 16384}
LONGEST_TEXT = 255
MOST_LISTED = 5
LONGEST_URL = 2048
URLS = ("productUrl", "mainImageUrl")
FLAGS = ("available", "active")
# `unitPrice` is deprecated, but still sent.
PRICES = ("price", "discountPrice", "unitPrice")
# Where two limits are told, this is the smaller one.
SYSTEM_TEXTS = {"brand": 255, "manufacturer": 100, "season": 40, "color": 25}
SYSTEM_FLAGS = ("bestseller", "newProduct")
# -1 is not defined, then female, male, other, unisex.
GENDERS = (-1, 4)
DETAILS = tuple(f"detail{number}" for number in range(1, 6))
PARTS = ("systemDetails", "customDetails")
CLEARABLE = (
    "categoryExternalId",
    "categories",
    "imageUrls",
    "quantity",
    "popularity",
    "gender",
    *TEXT_LIMITS,
    *URLS,
    *FLAGS,
    *PRICES,
    *SYSTEM_TEXTS,
    *SYSTEM_FLAGS,
    *DETAILS,
)


@dataclass(frozen=True)
class ProductChange:
    """`fields` as on the wire, `productId` among them; `cleared` are names of `setAsNull`."""

    product_id: str
    fields: JsonObject
    cleared: tuple[str, ...] = ()

    def of(self, known: JsonObject) -> JsonObject:
        """The product after the change: what is absent stays, what is cleared is gone."""
        parts = {part: {**known.get(part, {}), **self.fields.get(part, {})} for part in PARTS}
        product = {**known, **self.fields, **{part: values for part, values in parts.items() if values}}
        return _given(_without(product, self.cleared))


def read_product(item: Fields) -> ProductChange:
    """Look at the problems of `item` before anything is done with it."""
    found: JsonObject = {
        "productId": item.text("productId", limit=LONGEST_PRODUCT_ID, needed=True, cuts=False),
        "name": item.text("name", limit=LONGEST_TEXT, needed=True),
        "categoryExternalId": item.text_or_number("categoryExternalId", limit=LONGEST_TEXT),
        "categories": item.texts("categories", most=MOST_LISTED, limit=LONGEST_TEXT),
        "imageUrls": item.urls("imageUrls", most=MOST_LISTED, limit=LONGEST_URL),
        "quantity": item.whole("quantity"),
        **{name: item.text(name, limit=limit) for name, limit in TEXT_LIMITS.items()},
        **{name: item.url(name, limit=LONGEST_URL) for name in URLS},
        **{name: item.flag(name) for name in FLAGS},
        **{name: item.money(name) for name in PRICES},
        "systemDetails": _system_details(item.inner("systemDetails")),
        "customDetails": _custom_details(item.inner("customDetails")),
    }
    cleared = _cleared(item)
    item.warn_of_others()
    return ProductChange(product_id=found["productId"] or "", fields=_given(found), cleared=cleared)


def _system_details(details: Fields | None) -> JsonObject | None:
    if details is None:
        return None
    least, most = GENDERS
    found: JsonObject = {
        **{name: details.text(name, limit=limit) for name, limit in SYSTEM_TEXTS.items()},
        **{name: details.flag(name) for name in SYSTEM_FLAGS},
        "popularity": details.whole("popularity"),
        "gender": details.whole("gender", least=least, most=most),
    }
    details.warn_of_others()
    return _given(found)


def _custom_details(details: Fields | None) -> JsonObject | None:
    if details is None:
        return None
    found = {name: details.text(name, limit=LONGEST_TEXT) for name in DETAILS}
    details.warn_of_others()
    return _given(found)


def _cleared(item: Fields) -> tuple[str, ...]:
    names = item.texts("setAsNull", most=len(CLEARABLE), limit=LONGEST_TEXT) or []
    for name in names:
        if name in REQUIRED:
            item.problems.append(Problem(Reason.NULL, f"{item.path(name)}|Value must not be null"))
        elif name not in CLEARABLE:
            item.warn_of(f"setAsNull.{name}")
    return tuple(name for name in names if name in CLEARABLE)


def _given(found: dict[str, Any]) -> JsonObject:
    return {name: value for name, value in found.items() if value is not None and value != {}}


def _without(values: JsonObject, cleared: tuple[str, ...]) -> JsonObject:
    kept = {name: value for name, value in values.items() if name not in cleared}
    return {name: _without(value, cleared) if name in PARTS else value for name, value in kept.items()}
