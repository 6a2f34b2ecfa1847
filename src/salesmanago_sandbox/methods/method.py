"""What a method is handed, and what it says of itself."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from salesmanago_sandbox.accounts import Account
from salesmanago_sandbox.contacts import Contact
from salesmanago_sandbox.faults.fault import Fault
from salesmanago_sandbox.journal import Entry
from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.moments import now_ms
from salesmanago_sandbox.notes import Note
from salesmanago_sandbox.replies import Reply
from salesmanago_sandbox.sandbox import Sandbox
from salesmanago_sandbox.switches import Switches


class Shop(Protocol):
    """Who is told that a status changed."""

    def opted_in(self, contact: Contact) -> None: ...
    def opted_out(self, contact: Contact) -> None: ...


@dataclass(frozen=True)
class Call:
    """One authenticated request. `origin` is where the sandbox was reached, without a slash at the end."""

    sandbox: Sandbox
    account: Account
    body: JsonObject
    now: int
    entry: Entry
    shop: Shop
    origin: str
    fault: Fault | None = None

    @property
    def switches(self) -> Switches:
        return self.sandbox.switches

    def warn(self, code: str, **values: str) -> None:
        """Ends up in the journal, at the request."""
        self.entry.warnings.append(Note(self.now, code, values))

    def about(self, body: JsonObject) -> "Call":
        """The same call with a part of the body in the place of the whole."""
        return replace(self, body=body)

    def later(self) -> "Call":
        """The same call, carried out now."""
        return replace(self, now=now_ms())


@dataclass(frozen=True)
class Method:
    """`carry_out` answers, or raises RefusedError and has then changed nothing."""

    path: str
    carry_out: Callable[[Call], Reply]
    needs_owner: bool = True
