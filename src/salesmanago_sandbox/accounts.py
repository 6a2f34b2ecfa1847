"""SALESmanago accounts, and who may call in their name."""

import hashlib
from dataclasses import dataclass

from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.refusals import RefusedError


@dataclass(frozen=True)
class Account:
    client_id: str
    api_secret: str
    owners: tuple[str, ...]
    double_opt_in: bool = True
    active: bool = True
    v3_key: str | None = None
    """The key of API v3; an account without one cannot call it."""

    def owns(self, owner: str) -> bool:
        return owner.lower() in {known.lower() for known in self.owners}

    def described(self) -> JsonObject:
        return {
            "clientId": self.client_id,
            "apiSecret": self.api_secret,
            "owners": list(self.owners),
            "double_opt_in": self.double_opt_in,
            "active": self.active,
            **({"v3Key": self.v3_key} if self.v3_key else {}),
        }


DEFAULT_ACCOUNT = Account(
    client_id="sandbox-client",
    api_secret="sandbox-secret",  # noqa: S106 - it guards nothing
    owners=("owner@shop.example",),
    v3_key="sandbox-v3-key",
)


# How far `requestTime` may be away where it is looked at at all.
MOST_MS_AWAY = 15 * 60 * 1000


def authenticated(body: JsonObject, accounts: dict[str, Account], *, unknown_client_text: str) -> Account:
    """The account that signed `body`; RefusedError in the order in which SALESmanago is taken to look."""
    api_key = body.get("apiKey")
    if not isinstance(api_key, str) or not api_key:
        raise RefusedError("Api key not specified")
    client_id = body.get("clientId")
    account = accounts.get(client_id) if isinstance(client_id, str) else None
    if account is None:
        raise RefusedError(unknown_client_text)
    if str(body.get("sha")).lower() != signature(api_key=api_key, account=account):
        raise RefusedError("User not authenticated")
    if not account.active:
        raise RefusedError("Not authenticated")
    return account


def check_owner(body: JsonObject, account: Account) -> None:
    owner = body.get("owner")
    if not isinstance(owner, str) or not owner:
        raise RefusedError("Not authenticated, not owner specified")
    if not account.owns(owner):
        raise RefusedError("Not authenticated, invalid owner")


def check_request_time(body: JsonObject, *, now: int) -> None:
    """Strictly: it is no part of the signature, and many clients send seconds, a text or nothing."""
    sent = body.get("requestTime")
    if isinstance(sent, bool) or not isinstance(sent, int) or abs(sent - now) > MOST_MS_AWAY:
        raise RefusedError("User not authenticated")


def signature(*, api_key: str, account: Account) -> str:
    text = f"{api_key}{account.client_id}{account.api_secret}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
