"""What a method is handed, and what it says of itself."""

from collections.abc import Callable
from dataclasses import dataclass

from salesmanago_sandbox.accounts import Account
from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.notes import Note
from salesmanago_sandbox.replies import Reply
from salesmanago_sandbox.sandbox import Sandbox


@dataclass(frozen=True)
class Call:
    """One authenticated request. Warnings end up in the journal."""

    sandbox: Sandbox
    account: Account
    body: JsonObject
    now: int
    warnings: list[Note]

    def warn(self, code: str, **values: str) -> None:
        self.warnings.append(Note(self.now, code, values))


@dataclass(frozen=True)
class Method:
    """`carry_out` answers, or raises RefusedError and has then changed nothing."""

    path: str
    carry_out: Callable[[Call], Reply]
    needs_owner: bool = True
