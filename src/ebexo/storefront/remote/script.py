"""`ebexo.js` as the pages of one store load it."""

import json
from functools import cache
from pathlib import Path

from ebexo.storefront.monitored import is_switched_on
from ebexo.stores.models import Account, Mode

_SOURCES = Path(__file__).parent
NOTHING = "nothing.js"


def script(account: Account | None) -> str:
    """The script of this account's pages; one that does nothing where there is no account or it is switched off."""
    if account is None or not is_switched_on(account):
        return _source(NOTHING)
    settings = {
        "clientId": account.client_id,
        "endpoint": account.endpoint,
        "always": account.load_always,
        "asks": Mode(account.mode).needs_consent,
    }
    return _source("ebexo.js").replace("SETTINGS", json.dumps(settings, separators=(",", ":")))


@cache
def _source(name: str) -> str:
    """The file without its comments and indentation: they are for us, and every page would load them."""
    lines = (line.strip() for line in (_SOURCES / name).read_text().splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))
