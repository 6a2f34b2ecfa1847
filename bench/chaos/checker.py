"""What became of accepted events, judged by what the far side applied and by nothing else.

The checker knows two things: which events the clients had accepted, with the order in which each contact's were, and
the sandbox's journal. It reads no table of ours and shares no code with the product.

So that it can tell one event from another, the clients mark them: a contact's event number 7 sets the property
`seq_7`, a change of a cart has one product `item-7`, a purchase and a cancellation are known by their `externalId`, the
number of the order, and a return by its own number in `detail2`.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

CONTACT, CART, PURCHASE, CANCELLATION, RETURN = "contact", "cart", "purchase", "cancellation", "return"
STEPS = {"CANCELLATION": CANCELLATION, "RETURN": RETURN}
"""What may follow a purchase, as the far side calls it."""
_ITEM = re.compile(r"item-(\d+)")


@dataclass(frozen=True)
class Accepted:
    """An event that a client was told is accepted. `number`: its place among the events of its contact, from 1.

    `reference` is the id of the cart, the number of the order or that of the return, unique for everybody. `arrives` is
    False for what is accepted and must not be sent: a step that the order can't take any more, told all the same.
    """

    contact: str
    number: int
    kind: str = CONTACT
    reference: str = ""
    arrives: bool = True


@dataclass
class Findings:
    """What went wrong; every list is empty where nothing did. A text names the contact and the event's number."""

    lost: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    impossible: list[str] = field(default_factory=list)
    """Cancellations and returns without their purchase before them, both of one order, and returns of more than was
    bought."""

    @property
    def are_none(self) -> bool:
        return not (self.lost or self.out_of_order or self.stale or self.duplicates or self.impossible)


@dataclass(frozen=True)
class Application:
    """Something of a contact that the far side applied: one contact's part of a request.

    `numbers` are those of the events it carries, of a step that must not arrive none. `order` and `value` are the
    order's number and the amount, of whatever is about one.
    """

    contact: str
    kind: str
    numbers: frozenset[int]
    reference: str = ""
    order: str = ""
    value: Decimal = Decimal(0)


Known = Mapping[tuple[str, str], Accepted]
"""What was accepted, by kind and reference."""


def check(accepted: Iterable[Accepted], journal: Iterable[Mapping[str, Any]]) -> Findings:
    """Judge a journal, oldest request first, as `GET /_sandbox/requests` gives it."""
    events = list(accepted)
    known = {
        (event.kind, event.reference): event for event in sorted(events, key=lambda event: event.arrives)
    }
    applied = list(applications(journal, known=known))
    findings = Findings()
    _find_disorder(applied, findings)
    _find_losses(events, applied, findings)
    _find_duplicates(applied, findings)
    _find_impossible_steps(applied, findings)
    return findings


def applications(journal: Iterable[Mapping[str, Any]], *, known: Known) -> Iterable[Application]:
    """What was applied of these requests, in their order."""
    for request in journal:
        if not request["applied"]:
            continue
        path, body = request["path"], request["body"]
        if path == "/api/contact/upsert":
            yield _contact(body)
        elif path == "/api/contact/batchupsert":
            written = _named(request, "contactIds")
            items = (_contact(item) for item in body["upsertDetails"])
            yield from (one for one in items if written is None or one.contact in written)
        elif path.endswith("ContactExtEvent"):
            left_out = _named(request, "failedContacts") or ()
            for item in body.get("events", [body]):
                if item.get("email") not in left_out:
                    yield from _event(item["contactEvent"], known)


def _named(request: Mapping[str, Any], name: str) -> Sequence[str] | Mapping[str, str] | None:
    """What the answer says of single items; None where there was none, and so no item was refused."""
    answer = request["answer"]
    return answer.get(name) if isinstance(answer, dict) else None


def _contact(item: Mapping[str, Any]) -> Application:
    names = (name for name in item.get("properties") or {} if name.startswith("seq_"))
    email = item.get("newEmail") or item["contact"]["email"]
    return Application(email, CONTACT, frozenset(int(name.removeprefix("seq_")) for name in names))


def _event(event: Mapping[str, Any], known: Known) -> Iterable[Application]:
    """Nothing of what no client ever heard is accepted."""
    reference, value = event.get("externalId", ""), Decimal(str(event.get("value") or 0))
    purchase, cart = known.get((PURCHASE, reference)), known.get((CART, reference))
    if kind := STEPS.get(event.get("contactExtEventType", "")):
        own = event.get("detail2", "") if kind == RETURN else reference
        step = known.get((kind, own))
        if whose := step or purchase:
            numbers = frozenset({step.number}) if step and step.arrives else frozenset[int]()
            yield Application(whose.contact, kind, numbers, own, order=reference, value=value)
    elif purchase:
        numbers = frozenset({purchase.number})
        yield Application(purchase.contact, PURCHASE, numbers, reference, order=reference, value=value)
    elif cart and (found := _ITEM.findall(str(event.get("products", "")))):
        yield Application(cart.contact, CART, frozenset(map(int, found)), reference)


def _find_disorder(applied: Iterable[Application], findings: Findings) -> None:
    """Whatever arrives after something newer of the same contact: for the first time, or once more."""
    newest: defaultdict[str, int] = defaultdict(int)
    seen: set[tuple[str, str, int]] = set()
    for one in applied:
        for number in sorted(one.numbers):
            place = (one.contact, one.kind, number)
            if place not in seen and number < newest[one.contact]:
                findings.out_of_order.append(f"{one.contact} {number} after {newest[one.contact]}")
        told = {(one.contact, one.kind, number) for number in one.numbers}
        if told and told <= seen and max(one.numbers) < newest[one.contact]:
            findings.stale.append(f"{one.contact} {max(one.numbers)} after {newest[one.contact]}")
        seen |= told
        newest[one.contact] = max(newest[one.contact], *one.numbers, 0)


def _find_losses(events: Iterable[Accepted], applied: Iterable[Application], findings: Findings) -> None:
    told = {(one.contact, number) for one in applied if one.kind == CONTACT for number in one.numbers}
    steps = {(one.kind, one.reference) for one in applied}
    carts: defaultdict[str, int] = defaultdict(int)
    for one in applied:
        if one.kind == CART:
            carts[one.reference] = max(carts[one.reference], *one.numbers)

    def has_arrived(event: Accepted) -> bool:
        if event.kind == CONTACT:
            return (event.contact, event.number) in told
        if event.kind == CART:
            return carts[event.reference] >= event.number
        return (event.kind, event.reference) in steps

    for event in events:
        if event.arrives and not has_arrived(event):
            findings.lost.append(f"{event.contact} {event.number} ({event.kind})")


def _find_duplicates(applied: Iterable[Application], findings: Findings) -> None:
    words = {PURCHASE: "order", CANCELLATION: "cancellation of order", RETURN: "return"}
    steps = Counter((one.kind, one.reference) for one in applied if one.kind in words)
    findings.duplicates = [
        f"{words[kind]} {reference} × {times}" for (kind, reference), times in steps.items() if times > 1
    ]


def _find_impossible_steps(applied: Sequence[Application], findings: Findings) -> None:
    """A return that arrived twice is found elsewhere, and counts once."""
    bought: dict[str, Decimal] = {}
    returned: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
    for one in applied:
        if one.kind == PURCHASE:
            bought[one.order] = one.value
        elif one.kind in STEPS.values() and one.order not in bought:
            findings.impossible.append(f"{one.kind} {one.reference} before its purchase")
        elif one.kind == RETURN:
            returned[one.order][one.reference] = one.value
    cancelled = {one.order for one in applied if one.kind == CANCELLATION}
    for order, values in returned.items():
        if order in cancelled:
            findings.impossible.append(f"order {order}: cancelled and returned")
        if sum(values.values()) > bought[order]:
            findings.impossible.append(f"order {order}: returned {sum(values.values())} of {bought[order]}")
