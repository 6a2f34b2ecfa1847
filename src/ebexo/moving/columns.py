"""How the value of a column crosses: as SQLite gives it, as PostgreSQL reads it, and as both are compared.

Everything crosses as text, for so COPY takes and gives it. A kind of column that is not in `KINDS` is an error: it
would be carried over by guesswork.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Field, Model

from ebexo.moving.keys import Keys
from ebexo.moving.tables import fields_of

SEALED = "_encrypted"
"""Columns whose names end so hold what `ebexo.secrets.encrypt` made, or nothing."""

Texts = Sequence[str | None]
Turn = Callable[[Any], str]


def _same(value: Any) -> str:
    return value  # type: ignore[no-any-return]


def _boolean(value: Any) -> str:
    return "true" if value else "false"


def _moment(value: datetime) -> str:
    """SQLite keeps moments in UTC, and without saying so."""
    return f"{value.isoformat(' ', 'microseconds')}+00"


def _bytes(value: bytes) -> str:
    return f"\\x{bytes(value).hex()}"


def _number(value: Any) -> str:
    return repr(float(value))


def _json(text: str) -> str:
    """Both sides write JSON in their own way. Numbers are compared by what they are worth."""
    if text in ("[]", "{}"):
        return text
    return json.dumps(json.loads(text, parse_float=_worth, parse_int=_worth), sort_keys=True)


def _worth(digits: str) -> dict[str, str]:
    return {"": str(Decimal(digits).normalize() + 0)}


@dataclass(frozen=True)
class Kind:
    """`text` of SQLite's value is what PostgreSQL is given, and `shown` (SQL) gives it back.

    `compared` makes one of what may be written in two ways.
    """

    text: Turn = str
    shown: str = "{}::text"
    compared: Turn = _same


_PLAIN, _TEXT = Kind(), Kind(text=_same)
KINDS = {
    "BigAutoField": _PLAIN,
    "BigIntegerField": _PLAIN,
    "IntegerField": _PLAIN,
    "PositiveIntegerField": _PLAIN,
    "PositiveSmallIntegerField": _PLAIN,
    "CharField": _TEXT,
    "TextField": _TEXT,
    "DateField": _PLAIN,
    "BooleanField": Kind(text=_boolean),
    "DateTimeField": Kind(
        text=_moment, shown="to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US\"+00\"')"
    ),
    "FloatField": Kind(text=_number, compared=_number),
    "JSONField": Kind(text=_same, compared=_json),
    "BinaryField": Kind(text=_bytes),
}


class Columns:
    """The columns of one table. `keys` open and close those that hold secrets."""

    def __init__(self, model: type[Model], *, keys: Keys) -> None:
        fields = fields_of(model)
        self._quoted = [f'"{field.column}"' for field in fields]
        kinds = [_kind(field) for field in fields]
        self._shown = [kind.shown.format(name) for kind, name in zip(kinds, self._quoted, strict=True)]
        sealed = [place for place, field in enumerate(fields) if field.attname.endswith(SEALED)]
        self._texts = [(place, kind.text) for place, kind in enumerate(kinds) if kind.text is not _same]
        self._seals = [(place, keys.sealed_anew) for place in sealed]
        self._compared = [
            (place, kind.compared) for place, kind in enumerate(kinds) if kind.compared is not _same
        ] + [(place, keys.opened) for place in sealed]

    @property
    def names(self) -> str:
        return ", ".join(self._quoted)

    @property
    def shown(self) -> str:
        """What to select on PostgreSQL, to get texts."""
        return ", ".join(self._shown)

    def texts(self, row: Iterable[Any]) -> list[str | None]:
        """A row of SQLite, as PostgreSQL shows it."""
        return _turned(list(row), self._texts)

    def carried(self, row: Iterable[Any]) -> list[str | None]:
        """A row of SQLite, as PostgreSQL is to have it."""
        return _turned(self.texts(row), self._seals)

    def compared(self, texts: Texts) -> list[str | None]:
        """The texts of a row of either side, equal where they mean the same."""
        return _turned(list(texts), self._compared)


def _turned(values: list[Any], turns: Iterable[tuple[int, Turn]]) -> list[Any]:
    for place, turn in turns:
        if values[place] is not None:
            values[place] = turn(values[place])
    return values


def _kind(field: "Field[Any, Any]") -> Kind:
    while field.is_relation:
        field = field.target_field  # type: ignore[attr-defined]  # what the foreign key holds
    name = field.get_internal_type()
    if name == "DecimalField":
        places = Decimal(1).scaleb(-field.decimal_places)  # type: ignore[attr-defined]
        return Kind(text=lambda value: str(Decimal(str(value)).quantize(places)))
    return KINDS[name]
