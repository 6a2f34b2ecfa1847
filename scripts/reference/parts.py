"""Which parts there are, and how they get into their pages."""

import re
from collections.abc import Callable
from pathlib import Path

from scripts.reference import commands, environment, reasons, settings, types

PAGES = Path(__file__).resolve().parents[2] / "docs" / "reference"

PARTS: dict[str, Callable[[], str]] = {
    "commands": commands.written,
    "environment": environment.written,
    "settings": settings.written,
    "types of events": types.written,
    "states": reasons.states,
    "reasons": reasons.reasons,
    "notes": reasons.notes,
    "attempts": reasons.attempts,
    "answers": reasons.answers,
    "connection": reasons.connection,
    "fields": reasons.fields,
    "imports": reasons.imports,
}
"""Each gives its Markdown, the same for the same code. Django has to be set up."""

_PART = re.compile(r"(<!-- written from the code: (.+?) -->\n).*?(\n<!-- end of \2 -->)", re.DOTALL)


def with_parts(page: str) -> str:
    """The page with each of its parts as the code has it now. Raises KeyError for a part that there is not."""
    return _PART.sub(lambda part: f"{part[1]}\n{PARTS[part[2]]()}{part[3]}", page)


def names_in(page: str) -> list[str]:
    """The parts that a page has."""
    return [part[2] for part in _PART.finditer(page)]
