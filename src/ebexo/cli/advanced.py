"""`--set NAME=VALUE`: the advanced settings by name."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ebexo.cli import Refusal


def _yes_or_no(text: str) -> bool:
    if text.lower() not in ("true", "false", "yes", "no", "1", "0"):
        raise ValueError("it takes true or false")
    return text.lower() in ("true", "yes", "1")


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise ValueError("it takes a whole number")
    return int(text)


def _list(text: str) -> list[str]:
    return [part.strip().lower() for part in text.split(",") if part.strip()]


SETTINGS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "location": ("location", str),
    "shop_domain": ("shop_domain", str),
    "country": ("country", str.upper),
    "language": ("language", str.lower),
    "time_zone": ("time_zone", str),
    "product_id": ("product_id", str.lower),
    "purchase_counts": ("purchase_counts", str.lower),
    "ignored_domains": ("ignored_domains", _list),
    "rate": ("rate", _whole),
    "in_doubt": ("in_doubt", str.lower),
    "doi_email_id": ("double_opt_in_email_id", str),
    "doi_language": ("double_opt_in_language", str),
    "dry_run": ("dry_run", _yes_or_no),
    "load_always": ("load_always", _yes_or_no),
}


def advanced_settings(given: Iterable[str], tags: Mapping[str, list[str]]) -> dict[str, Any]:
    """The settings that `given` ("NAME=VALUE" each) changes; `tags` are those that stand. Raises Refusal."""
    changed: dict[str, Any] = {}
    for text in given:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals:
            raise Refusal(f"--set {text}: write NAME=VALUE.")
        if name.startswith("tags."):
            former = changed.get("tags", tags)
            changed["tags"] = {
                **former,
                name.removeprefix("tags."): [tag.strip() for tag in value.split(",") if tag.strip()],
            }
            continue
        if name not in SETTINGS:
            raise Refusal(
                f"--set {name}: there is no such setting. Known: {', '.join(SETTINGS)}, tags.<trigger>."
            )
        field, read = SETTINGS[name]
        try:
            changed[field] = read(value)
        except ValueError as error:
            raise Refusal(f"--set {name}: {error}.") from None
    return changed
