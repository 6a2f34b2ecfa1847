"""What can happen in a store. PURE: no Django, no clock, no input or output."""

from ebexo.events.parsing import FieldProblem, InvalidEvent, parse
from ebexo.events.types import (
    Address,
    Cart,
    ConsentAnswer,
    Customer,
    EventType,
    Item,
    Order,
    StoreEvent,
    Visitor,
)

__all__ = [
    "Address",
    "Cart",
    "ConsentAnswer",
    "Customer",
    "EventType",
    "FieldProblem",
    "InvalidEvent",
    "Item",
    "Order",
    "StoreEvent",
    "Visitor",
    "parse",
]
