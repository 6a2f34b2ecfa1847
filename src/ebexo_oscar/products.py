"""How a product is named in a cart and in an order, the same in both."""

from typing import Any

MOST_ITEMS = 1000
"""More a store event does not take; `total` is that of all of them."""


def identifiers(product: Any, *, sku: str | None) -> dict[str, Any]:
    """`product_id`, `sku` and `variant_id` of an item.

    `product_id` is the id that a product feed knows the product by: of a variant, that of the product it is one of.
    `variant_id` is the variant's own id. `sku` is the supplier's, else the product's UPC.
    """
    is_variant = product.parent_id is not None
    return {
        "product_id": str(product.parent_id if is_variant else product.pk),
        "sku": sku or product.upc or None,
        "variant_id": str(product.pk) if is_variant else None,
    }
