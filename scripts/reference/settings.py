"""What each advanced setting of a store takes, from its column."""

from django.db.models import Field

from ebexo.cli.advanced import SETTINGS
from ebexo.connection.tags import DEFAULT_TAGS, TRIGGERS
from ebexo.stores.models import Account
from scripts.page_text import code, table

KINDS = {
    "BooleanField": "`true` or `false`",
    "JSONField": "words, separated by commas",
    "PositiveSmallIntegerField": "a whole number",
}


def written() -> str:
    rows = [[code(name), _takes(_column(name)), _default(_column(name))] for name in sorted(SETTINGS)]
    tags = [
        [code(f"tags.{trigger}"), KINDS["JSONField"], code(",".join(DEFAULT_TAGS[event_type]))]
        for trigger, event_type in TRIGGERS.items()
    ]
    return table(["Name", "Takes", "Default"], [*rows, *tags])


def default_of(name: str) -> str:
    """As it is typed after `--set`; empty where nothing is set."""
    default = _column(name).get_default()
    return (
        {True: "true", False: "false"}.get(default, "") if isinstance(default, bool) else str(default or "")
    )


def _column(name: str) -> "Field[object, object]":
    found = Account._meta.get_field(SETTINGS[name][0])  # noqa: SLF001  (Django's own, and documented)
    assert isinstance(found, Field)  # noqa: S101  (it is no relation)
    return found


def _takes(column: "Field[object, object]") -> str:
    if column.choices:
        return code(*(value for value, _ in column.flatchoices))
    return KINDS.get(type(column).__name__) or f"text, at most {column.max_length} characters"


def _default(column: "Field[object, object]") -> str:
    name = next(name for name, (field, _) in SETTINGS.items() if field == column.name)
    return code(default_of(name)) if default_of(name) else "none"
