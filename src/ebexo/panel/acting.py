"""Who acts in a request, for the audit log: whoever is logged in, or the key that the call carries."""

from collections.abc import Callable
from functools import partial

from django.http import HttpRequest, HttpResponseBase

from ebexo.audit.acting import Actor, ActorKind, acting
from ebexo.panel.address import address_of
from ebexo.panel.models import User
from ebexo.stores.models import OperatorKey, Store
from ebexo.stores.tokens import hint


class WhoActs:
    """Says who acts while a request is answered. It is worked out only if something is recorded."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with acting(partial(actor_of, request)):
            return self._get_response(request)


def actor_of(request: HttpRequest) -> Actor:
    """Whoever is logged in, or whose key the call carries, or somebody of whom nothing is known."""
    knocked = getattr(request, "auth", None)
    if isinstance(knocked, OperatorKey):
        return Actor(ActorKind.OPERATOR_KEY, knocked.hint, address_of(request))
    if isinstance(knocked, Store):
        return Actor(ActorKind.API_KEY, _key_of(request, knocked), address_of(request))
    user = getattr(request, "user", None)
    return (
        person(user, request) if isinstance(user, User) else Actor(ActorKind.NOBODY, "", address_of(request))
    )


def person(user: User, request: HttpRequest) -> Actor:
    """This person, also where they are not logged in yet."""
    if user.platform_store_id:
        return Actor(ActorKind.PLATFORM, "", address_of(request))
    return Actor(ActorKind.PERSON, user.email, address_of(request))


def _key_of(request: HttpRequest, store: Store) -> str:
    """How the API key begins; a signed call carries none, but the store's public key."""
    scheme, _blank, key = request.headers.get("Authorization", "").partition(" ")
    return hint(key.strip()) if scheme.lower() == "bearer" else store.public_key
