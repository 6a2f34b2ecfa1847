"""What became of accepted events, judged by what the far side applied and by nothing else.

The checker knows two things: which events the clients had accepted, with the order in which each contact's were, and
the sandbox's journal. It reads no table of ours and shares no code with the product.

So that it can tell one event from another, the clients mark them: a contact's event number 7 sets the property
`seq_7`, a change of a cart has one product `item-7`, a purchase is known by its `externalId`.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

CONTACT, CART, PURCHASE = "contact", "cart", "purchase"
_ITEM = re.compile(r"item-(\d+)")


@dataclass(frozen=True)
class Accepted:
    """An event that a client was told is accepted. `number`: its place among the events of its contact, from 1.

    `kind` is `contact`, `cart` or `purchase`; `reference` the id of the cart or of the order, unique for everybody.
    """

    contact: str
    number: int
    kind: str = CONTACT
    reference: str = ""


@dataclass
class Findings:
    """What went wrong; every list is empty where nothing did. A text names the contact and the event's number."""

    lost: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)

    @property
    def are_none(self) -> bool:
        return not (self.lost or self.out_of_order or self.stale or self.duplicates)


@dataclass(frozen=True)
class Application:
    """Something of a contact that the far side applied: one contact's part of a request."""

    contact: str
    kind: str
    numbers: frozenset[int]
    reference: str = ""


def check(accepted: Iterable[Accepted], journal: Iterable[Mapping[str, Any]]) -> Findings:
    """Judge a journal, oldest request first, as `GET /_sandbox/requests` gives it."""
    events = list(accepted)
    applied = list(applications(journal, by_reference={event.reference: event for event in events}))
    findings = Findings()
    _find_disorder(applied, findings)
    _find_losses(events, applied, findings)
    bought = Counter(one.reference for one in applied if one.kind == PURCHASE)
    findings.duplicates = [f"order {number} × {times}" for number, times in bought.items() if times > 1]
    return findings


def applications(
    journal: Iterable[Mapping[str, Any]], *, by_reference: Mapping[str, Accepted]
) -> Iterable[Application]:
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
                    yield from _event(item["contactEvent"], by_reference)


def _named(request: Mapping[str, Any], name: str) -> Sequence[str] | Mapping[str, str] | None:
    """What the answer says of single items; None where there was none, and so no item was refused."""
    answer = request["answer"]
    return answer.get(name) if isinstance(answer, dict) else None


def _contact(item: Mapping[str, Any]) -> Application:
    names = (name for name in item.get("properties") or {} if name.startswith("seq_"))
    email = item.get("newEmail") or item["contact"]["email"]
    return Application(email, CONTACT, frozenset(int(name.removeprefix("seq_")) for name in names))


def _event(event: Mapping[str, Any], by_reference: Mapping[str, Accepted]) -> Iterable[Application]:
    reference = event.get("externalId", "")
    known = by_reference.get(reference)
    if known is None:  # its client never heard that it was accepted
        return
    if known.kind == PURCHASE:
        yield Application(known.contact, PURCHASE, frozenset({known.number}), reference)
    elif numbers := _ITEM.findall(str(event.get("products", ""))):
        yield Application(known.contact, CART, frozenset(map(int, numbers)), reference)


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
    bought = {one.reference for one in applied if one.kind == PURCHASE}
    carts: defaultdict[str, int] = defaultdict(int)
    for one in applied:
        if one.kind == CART:
            carts[one.reference] = max(carts[one.reference], *one.numbers)
    arrived: dict[str, Callable[[Accepted], bool]] = {
        CONTACT: lambda event: (event.contact, event.number) in told,
        CART: lambda event: carts[event.reference] >= event.number,
        PURCHASE: lambda event: event.reference in bought,
    }
    for event in events:
        if not arrived[event.kind](event):
            findings.lost.append(f"{event.contact} {event.number} ({event.kind})")
