"""Connects a django-oscar shop: what happens to its customers becomes store events, in the shop's own transaction.

The connector listens and never interferes: whatever goes wrong in it is logged, and the shop goes on.
"""

REQUIRED_APPS = [
    "ebexo.apps.Texts",
    "ebexo.audit",
    "ebexo.stores",
    "ebexo.contacts",
    "ebexo.consents",
    "ebexo.outbox",
    "ebexo.carts",
    "ebexo.orders",
    "ebexo.reconciliation",
    "ebexo.history",
    "ebexo.storefront",
    "ebexo_oscar",
]
"""What a shop adds to its INSTALLED_APPS."""
