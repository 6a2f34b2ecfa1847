"""The advanced settings: how what was typed is tidied up, and what can't be right in it."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from ebexo.connection.tags import TRIGGERS
from ebexo.stores.models import InDoubt, ProductId, PurchaseCounts
from salesmanago import is_location

ADVANCED = (
    "location",
    "shop_domain",
    "country",
    "language",
    "time_zone",
    "product_id",
    "purchase_counts",
    "tags",
    "ignored_domains",
    "rate",
    "in_doubt",
    "double_opt_in_email_id",
    "double_opt_in_language",
    "dry_run",
    "load_always",
)
LONGEST_DOMAIN = 255
LONGEST_WORD = 100
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_SCHEME = re.compile(r"^(https?:)?//", re.IGNORECASE)


def tidied(advanced: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed without blanks around it, and of the shop's address only the host, as it travels."""
    tidy = dict(advanced)
    for name in {"location", "shop_domain", "time_zone"} & set(tidy):
        tidy[name] = tidy[name].strip()
    if tidy.get("shop_domain"):
        tidy["shop_domain"] = _host(tidy["shop_domain"])
    return tidy


def problems_of(advanced: Mapping[str, Any]) -> dict[str, str]:
    """A key of a sentence for each setting at fault; `advanced` is tidied and may leave settings out."""
    problems = {
        "location": _location_problem(advanced.get("location", "")),
        "shop_domain": _shop_domain_problem(advanced.get("shop_domain", "")),
        "country": _letters_problem(advanced.get("country", "PL")),
        "language": _letters_problem(advanced.get("language", "pl")),
        "time_zone": None if advanced.get("time_zone", "UTC") in time_zones() else "time_zone",
        "product_id": _choice_problem("product_id", advanced, ProductId.values),
        "purchase_counts": _choice_problem("purchase_counts", advanced, PurchaseCounts.values),
        "rate": None if 1 <= advanced.get("rate", 10) <= 1000 else "rate",
        "in_doubt": _choice_problem("in_doubt", advanced, InDoubt.values),
        "ignored_domains": _domains_problem(advanced.get("ignored_domains", [])),
        "double_opt_in_email_id": one_word_problem(advanced.get("double_opt_in_email_id", "")),
        "double_opt_in_language": _optional_letters_problem(advanced.get("double_opt_in_language", "")),
        "tags": None if set(advanced.get("tags", {})) <= set(TRIGGERS) else "tags",
    }
    return {name: problem for name, problem in problems.items() if problem}


@cache
def time_zones() -> frozenset[str]:
    """The names of the time zones that there are, apart from the two that mean something else on each machine."""
    return frozenset(available_timezones() - {"localtime", "Factory"})


def one_word_problem(text: str) -> str | None:
    """What keeps `text` from being one word as SALESmanago hands them out, if anything does."""
    return "spaces" if len(text.split()) > 1 or len(text) > LONGEST_WORD else None


def _host(address: str) -> str:
    """The host of an address; what can't be read as one stays as it is, to be refused."""
    try:
        parts = urlsplit("//" + _SCHEME.sub("", address))
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:
        return address
    return host.rstrip(".") if host and "@" not in parts.netloc else address


def _location_problem(text: str) -> str | None:
    return None if not text or is_location(text) else "location"


def _shop_domain_problem(text: str) -> str | None:
    readable = not text or (len(text) <= LONGEST_DOMAIN and _DOMAIN.fullmatch(text))
    return None if readable else "shop_domain"


def _choice_problem(name: str, advanced: Mapping[str, Any], choices: Sequence[str]) -> str | None:
    return None if name not in advanced or advanced[name] in choices else name


def _domains_problem(domains: Sequence[str]) -> str | None:
    readable = all("." in domain and not set(domain) & set("@ /") for domain in domains)
    return None if readable else "domains"


def _optional_letters_problem(text: str) -> str | None:
    return _letters_problem(text) if text else None


def _letters_problem(text: str) -> str | None:
    return None if len(text) == 2 and text.isascii() and text.isalpha() else "two_letters"
