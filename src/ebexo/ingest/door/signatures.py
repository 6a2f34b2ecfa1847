"""Calls signed after Standard Webhooks, for a store that would rather not send a key with each of them."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import APIKeyHeader
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from ebexo.ingest.door.body import body_of
from ebexo.ingest.problems import TurnedDown
from ebexo.stores.keys import signing_secrets
from ebexo.stores.models import Store

AWAY_AT_MOST = timedelta(minutes=5)
HEADERS = ("Ebexo-Store", "webhook-id", "webhook-timestamp", "webhook-signature")
NO_TIMESTAMP = (
    "“webhook-timestamp” must be the moment of signing, in whole seconds since 1970-01-01T00:00:00Z."
)
TOO_OLD = (
    "“webhook-timestamp” is more than 5 minutes behind our clock. "
    "Sign a call when it is sent, also when it is sent again."
)
TOO_NEW = "“webhook-timestamp” is more than 5 minutes ahead of our clock. Set the clock that signs."
NO_MATCH = (
    "The signature does not belong to this store and body. Sign “webhook-id.webhook-timestamp.body” with a current "
    "signing secret of the store whose public key is in “Ebexo-Store”."
)
_NOBODYS_SECRET = "whsec_" + "A" * 44
"""Checked where there is no such store, so that the answer takes as long as for one that is there."""


class Signature(APIKeyHeader):
    """`webhook-signature: v1,…`, with `webhook-id`, `webhook-timestamp` and `Ebexo-Store: <public key>` beside it."""

    param_name = "webhook-signature"
    openapi_description = (
        "Standard Webhooks: “v1,” and the Base64 of the HMAC-SHA256 of “webhook-id.webhook-timestamp.body” by the "
        "store's signing secret. Send “webhook-id”, “webhook-timestamp” (at most 5 minutes off) and “Ebexo-Store” "
        "(the store's public key) with it."
    )

    def authenticate(self, request: HttpRequest, key: str | None) -> Store | None:  # noqa: ARG002  (ninja's shape)
        """None where nothing at all is signed; TurnedDown (401) where something is, and wrongly."""
        given = {name: request.headers.get(name, "") for name in HEADERS}
        if not any(given.values()):
            return None
        if missing := [name for name, value in given.items() if not value]:
            names = ", ".join(f"“{name}”" for name in missing)
            raise _turned_down(f"A signed call carries {', '.join(HEADERS)}; what is missing: {names}.")
        _check_moment(given["webhook-timestamp"], now=timezone.now())
        store = _store(given["Ebexo-Store"])
        secrets = signing_secrets(store, now=timezone.now()) if store else [_NOBODYS_SECRET]
        body = b"" if request.method in ("GET", "HEAD") else body_of(request)
        matches = [_is_signed(body, given, secret) for secret in secrets]  # all of them, for the same time
        if store is None or not any(matches):
            raise _turned_down(NO_MATCH)
        return store


def _check_moment(timestamp: str, *, now: datetime) -> None:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 11):
        raise _turned_down(NO_TIMESTAMP)
    signed_at = datetime.fromtimestamp(int(timestamp), tz=UTC)
    if signed_at < now - AWAY_AT_MOST:
        raise _turned_down(TOO_OLD)
    if signed_at > now + AWAY_AT_MOST:
        raise _turned_down(TOO_NEW)


def _store(public_key: str) -> Store | None:
    if not (public_key.isascii() and public_key.isprintable()):
        return None
    return Store.objects.filter(public_key=public_key).first()


def _is_signed(body: bytes, headers: dict[str, str], secret: str) -> bool:
    """In constant time; the library compares by `hmac.compare_digest`."""
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):  # a signature or a body that can't even be decoded
        return False
    return True


def _turned_down(detail: str) -> TurnedDown:
    return TurnedDown(HTTPStatus.UNAUTHORIZED, detail)
