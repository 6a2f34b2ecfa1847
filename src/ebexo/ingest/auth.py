"""Who knocks: the store comes from the credential, never from the body."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from ebexo.stores.models import Store
from ebexo.stores.opening import store_of_key


class BearerKey(HttpBearer):
    """`Authorization: Bearer ek_…`."""

    def authenticate(self, request: HttpRequest, token: str) -> Store | None:  # noqa: ARG002  (ninja's shape)
        return store_of_key(token)
