"""What a store's settings say about mapping. PURE."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Rules:
    """`tags` is by event type; `country` and `language` two letters; `product_id` is "id", "sku" or "variant": which
    identifier of a product SALESmanago's product feed knows it by.
    """

    country: str
    language: str
    tags: Mapping[str, Sequence[str]]
    double_opt_in_email_id: str = ""
    double_opt_in_language: str = ""
    location: str = ""
    shop_domain: str = ""
    product_id: str = "id"
