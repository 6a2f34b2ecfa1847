"""Who knocks: the store comes from the credential, never from the body."""

from http import HTTPStatus
from typing import cast

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from ebexo.ingest.problems import TurnedDown
from ebexo.stores.keys import store_of_key
from ebexo.stores.models import Store

NO_CREDENTIAL = (
    "Send the store's API key as “Authorization: Bearer …”, or sign the call and name the store in "
    "“Ebexo-Store”."
)
WRONG_KEY = "This API key opens nothing: it is mistyped, has ended or was revoked. Send a current one."


class BearerKey(HttpBearer):
    """`Authorization: Bearer ek_…`."""

    openapi_description = "An API key of the store, which was shown once when it was made."

    def authenticate(self, request: HttpRequest, token: str) -> Store:  # noqa: ARG002  (ninja's shape)
        store = store_of_key(token, now=timezone.now())
        if store is None:
            raise TurnedDown(HTTPStatus.UNAUTHORIZED, WRONG_KEY)
        return store


def store_of(request: HttpRequest) -> Store:
    """The store whose credential the call carries."""
    return cast("Store", request.auth)  # type: ignore[attr-defined]  # put there by what authenticated the call
