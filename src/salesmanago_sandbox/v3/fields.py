"""Reading the fields of one JSON object, and collecting what is wrong with them."""

import re
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from salesmanago_sandbox.v3.method import Call
from salesmanago_sandbox.v3.problems import (
    Problem,
    Reason,
    missing,
    over_limit,
    trimmed,
    wrong_pattern,
    wrong_type,
)

MOST_MONEY = Decimal("99999999999999999.99")
DECIMALS = 2
MOST_WHOLE = 2_147_483_647


class Fields:
    """Each reader gives the value, or None where it is absent, null or wrong.

    What is wrong goes to `problems`, named by its path: `products[0].price`.
    """

    def __init__(self, values: Any, *, call: Call, problems: list[Problem], within: str = "") -> None:
        self._call = call
        self._within = within
        self._read: set[str] = set()
        self.problems = problems
        self._values: dict[str, Any] = values if isinstance(values, dict) else {}
        if not isinstance(values, dict):
            problems.append(wrong_type(within, "object"))

    def path(self, name: str) -> str:
        return f"{self._within}.{name}" if self._within else name

    def text(self, name: str, *, limit: int, needed: bool = False, cuts: bool = True) -> str | None:
        """With `cuts` a text over its limit is cut with a warning, unless the switches say otherwise."""
        value = self._value(name, kind="string", types=str, needed=needed)
        if not value:
            return None
        return self._limited(self.path(name), value, limit=limit, cuts=cuts)

    def text_or_number(self, name: str, *, limit: int) -> str | None:
        """For an identifier that is declared as a text, and sent as a whole number all the same."""
        value = self._value(name, kind="string", types=(str, int))
        return (
            None
            if value in (None, "")
            else self._limited(self.path(name), str(value), limit=limit, cuts=True)
        )

    def matching(self, name: str, pattern: re.Pattern[str], *, limit: int, needed: bool) -> str | None:
        value = self.text(name, limit=limit, needed=needed, cuts=False)
        if value is None or pattern.fullmatch(value):
            return value
        self.problems.append(wrong_pattern(self.path(name), pattern.pattern))
        return None

    def url(self, name: str, *, limit: int) -> str | None:
        value = self.text(name, limit=limit, cuts=False)
        return self._address(self.path(name), value) if value else None

    def urls(self, name: str, *, most: int, limit: int) -> list[str] | None:
        texts = self.texts(name, most=most, limit=limit, cuts=False)
        if texts is None:
            return None
        addresses = [self._address(f"{self.path(name)}[{at}]", text) for at, text in enumerate(texts)]
        return [address for address in addresses if address]

    def texts(
        self, name: str, *, most: int, limit: int, needed: bool = False, cuts: bool = True
    ) -> list[str] | None:
        values = self.items(name, most=most, needed=needed)
        if values is None:
            return None
        found: list[str | None] = []
        for at, value in enumerate(values):
            path = f"{self.path(name)}[{at}]"
            if isinstance(value, str):
                found.append(self._limited(path, value, limit=limit, cuts=cuts))
            else:
                self.problems.append(wrong_type(path, "string"))
        return [text for text in found if text]

    def items(self, name: str, *, most: int, needed: bool = False, least: int = 0) -> list[Any] | None:
        values: list[Any] | None = self._value(name, kind="array", types=list, needed=needed)
        if values is not None and not least <= len(values) <= most:
            self.problems.append(over_limit(self.path(name), least=least, most=most))
            return None
        return values

    def flag(self, name: str) -> bool | None:
        value: bool | None = self._value(name, kind="boolean", types=bool)
        return value

    def whole(self, name: str, *, least: int = 0, most: int = MOST_WHOLE, needed: bool = False) -> int | None:
        value: int | None = self._value(name, kind="integer", types=int, needed=needed)
        if value is None or least <= value <= most:
            return value
        self.problems.append(over_limit(self.path(name), least=least, most=most))
        return None

    def money(self, name: str, *, needed: bool = False) -> int | float | None:
        """19 digits, two of them decimals; more decimals are rounded with a warning."""
        value: int | float | None = self._value(name, kind="number", types=(int, float), needed=needed)
        if value is None:
            return None
        amount = Decimal(str(value))
        if not 0 <= amount <= MOST_MONEY:
            self.problems.append(over_limit(self.path(name), most=MOST_MONEY))
            return None
        rounded = round(amount, DECIMALS)
        if rounded == amount:
            return value
        if self._call.switches.long_values == "reject":
            self.problems.append(over_limit(self.path(name), most=MOST_MONEY))
            return None
        self._call.warn("rounded", field=self.path(name))
        self._call.trimmed.append(trimmed(self.path(name), most=MOST_MONEY))
        return float(rounded)

    def inner(self, name: str) -> "Fields | None":
        values = self._value(name, kind="object", types=dict)
        if values is None:
            return None
        return Fields(values, call=self._call, problems=self.problems, within=self.path(name))

    def warn_of_others(self) -> None:
        """Call last: fields that nobody asked for are noted in the journal."""
        for name in self._values:
            if name not in self._read:
                self.warn_of(name)

    def warn_of(self, name: str) -> None:
        self._call.warn("unknown_field", field=self.path(name))

    def _value(self, name: str, *, kind: str, types: Any, needed: bool = False) -> Any:
        self._read.add(name)
        value = self._values.get(name)
        if needed and value in (None, ""):
            is_null = name in self._values and value is None
            null = Problem(Reason.NULL, f"{self.path(name)}|Value must not be null")
            self.problems.append(null if is_null else missing(self.path(name)))
            return None
        # To Python a boolean is a whole number.
        is_misplaced = isinstance(value, bool) and types is not bool
        if value is not None and (is_misplaced or not isinstance(value, types)):
            self.problems.append(wrong_type(self.path(name), kind))
            return None
        return value

    def _limited(self, path: str, value: str, *, limit: int, cuts: bool) -> str | None:
        if len(value) <= limit:
            return value
        if not cuts or self._call.switches.long_values == "reject":
            self.problems.append(over_limit(path, most=limit))
            return None
        self._call.warn("cut", field=path, limit=str(limit))
        self._call.trimmed.append(trimmed(path, most=limit))
        return value[:limit]

    def _address(self, path: str, value: str) -> str | None:
        if _is_url(value):
            return value
        self.problems.append(wrong_pattern(path, "URL"))
        return None


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    has_space = any(character.isspace() for character in value)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not has_space
