"""Who knocks at the platform's door: an operator key, and none of a store's."""

from http import HTTPStatus
from typing import cast

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from ebexo.ingest.problems import TurnedDown
from ebexo.stores.keys import store_of_key
from ebexo.stores.models import OperatorKey
from ebexo.stores.operators import operator_of_key

NO_KEY = "Send an operator key as “Authorization: Bearer …”. The command ebexo operator-key makes one."
WRONG_KEY = "This operator key opens nothing: it is mistyped or was revoked. Send a current one."
STORE_KEY = "This is the API key of one store. Stores are opened and removed with an operator key."


class OperatorBearer(HttpBearer):
    """`Authorization: Bearer ok_…`."""

    openapi_description = "An operator key, which was shown once when it was made by `ebexo operator-key`."

    def __call__(self, request: HttpRequest) -> OperatorKey:
        found = super().__call__(request)
        if found is None:
            raise TurnedDown(HTTPStatus.UNAUTHORIZED, NO_KEY)
        return cast("OperatorKey", found)

    def authenticate(self, request: HttpRequest, token: str) -> OperatorKey:  # noqa: ARG002  (ninja's shape)
        now = timezone.now()
        if operator := operator_of_key(token, now=now):
            return operator
        if store_of_key(token, now=now):
            raise TurnedDown(HTTPStatus.FORBIDDEN, STORE_KEY)
        raise TurnedDown(HTTPStatus.UNAUTHORIZED, WRONG_KEY)


def operator_of(request: HttpRequest) -> OperatorKey:
    """The operator key that the call carries."""
    return cast("OperatorKey", request.auth)  # type: ignore[attr-defined]  # put there by what authenticated the call
