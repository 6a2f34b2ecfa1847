"""What a method of API v3 is handed, and what it says of itself."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from salesmanago_sandbox.accounts import Account
from salesmanago_sandbox.journal import Entry
from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.notes import Note
from salesmanago_sandbox.replies import Reply
from salesmanago_sandbox.sandbox import Sandbox
from salesmanago_sandbox.switches import Switches
from salesmanago_sandbox.v3.problems import Problem, ProblemsError


@dataclass(frozen=True)
class Call:
    """One authenticated request. `trimmed` collects what is answered as a warning."""

    sandbox: Sandbox
    account: Account
    body: JsonObject
    entry: Entry
    trimmed: list[Problem] = field(default_factory=list)

    @property
    def switches(self) -> Switches:
        return self.sandbox.switches

    def warn(self, code: str, **values: str) -> None:
        """Ends up in the journal, at the request."""
        self.entry.warnings.append(Note(self.entry.at, code, values))


@dataclass(frozen=True)
class Method:
    """`carry_out` answers, or raises ProblemsError."""

    path: str
    carry_out: Callable[[Call], Reply]
    verb: Literal["GET", "POST"] = "POST"


def accepted(call: Call, **extras: object) -> Reply:
    """HTTP 200; with `problems` where values were trimmed."""
    warnings = {"problems": [problem.told() for problem in call.trimmed]} if call.trimmed else {}
    return Reply(status=200, content={"requestId": str(uuid.uuid4()), **extras, **warnings})


def turned_down(error: ProblemsError) -> Reply:
    problems = [problem.told() for problem in error.problems]
    return Reply(status=400, content={"requestId": str(uuid.uuid4()), "problems": problems})


def refused_whole(problem: Problem) -> Reply:
    """The shape for a request that was not even looked into."""
    return Reply(status=400, content={"reasonCode": int(problem.reason), "messages": [problem.message]})
