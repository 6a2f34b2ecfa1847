"""What each variable of the environment is refused with, as it is read."""

import re
from inspect import getsource
from pathlib import Path

from ebexo import environment
from ebexo.environment import BadEnvironment, read
from scripts.page_text import code, table

WRONG = ("?", "https://?/a")
"""Values that hardly any variable takes."""


def written() -> str:
    refused = {name: sentence for name in variables() if (sentence := _sentence(name))}
    return table(["Variable", "A wrong value", "is refused with"], _rows(refused))


def variables() -> list[str]:
    """All that are read, in the order in which they are."""
    return list(dict.fromkeys(re.findall(r'"(EBEXO_[A-Z_]+)"', getsource(environment))))


def defaults_with(variable: str, value: str) -> bool:
    """Is everything as without any variable, if this one has this value?"""
    return read({variable: value}) == read({})


def _rows(refused: dict[str, tuple[str, str]]) -> list[list[str]]:
    return [[code(name), code(value), sentence] for name, (value, sentence) in sorted(refused.items())]


def _sentence(name: str) -> tuple[str, str] | None:
    for value in WRONG:
        try:
            read({name: value, "EBEXO_DATA_DIR": str(Path("/"))})
        except BadEnvironment as error:
            return value, str(error)
    return None
