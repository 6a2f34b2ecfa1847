"""Oscar's classes, those that write orders in one transaction with what is told of them.

    OSCAR_DYNAMIC_CLASS_LOADER = "ebexo_oscar.loading.load"

Whatever class the shop has in force, its own or Oscar's, stays in force. No models are imported here: Oscar asks for
classes while they are being loaded.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import transaction
from oscar.core.loading import default_class_loader

IN_ONE_TRANSACTION = "writes_in_one_transaction"


def load(module_label: str, classnames: Sequence[str], module_prefix: str = "oscar.apps") -> list[Any]:
    """The classes of these names, as `OSCAR_DYNAMIC_CLASS_LOADER` gives them back."""
    found = default_class_loader(module_label, classnames, module_prefix)
    wrappers = {
        ("order.utils", "OrderCreator"): _order_creator,
        ("order.processing", "EventHandler"): _event_handler,
    }
    names = zip(classnames, found, strict=True)
    return [wrappers.get((module_label, name), _unchanged)(base) for name, base in names]


def _unchanged(base: Any) -> Any:
    return base


@cache
def _order_creator(base: Any) -> Any:
    """Oscar tells of an order right behind its transaction; a crash in between would part the two."""

    class OrderCreator(base):  # type: ignore[misc]
        writes_in_one_transaction = True

        def place_order(self, *args: Any, **kwargs: Any) -> Any:
            with transaction.atomic():
                return super().place_order(*args, **kwargs)

    return OrderCreator


@cache
def _event_handler(base: Any) -> Any:
    """A payment event and its lines are one thing, and so are a status and the record of its change."""

    class EventHandler(base):  # type: ignore[misc]
        def handle_payment_event(self, *args: Any, **kwargs: Any) -> Any:
            with transaction.atomic():
                return super().handle_payment_event(*args, **kwargs)

        def handle_order_status_change(self, *args: Any, **kwargs: Any) -> Any:
            with transaction.atomic():
                return super().handle_order_status_change(*args, **kwargs)

    return EventHandler
