"""What can happen in a store. PURE: no Django, no clock, no input or output."""

from ebexo.events.parsing import FieldProblem, InvalidEvent, parse
from ebexo.events.types import Address, ConsentAnswer, Customer, EventType, StoreEvent, Visitor

__all__ = [
    "Address",
    "ConsentAnswer",
    "Customer",
    "EventType",
    "FieldProblem",
    "InvalidEvent",
    "StoreEvent",
    "Visitor",
    "parse",
]
