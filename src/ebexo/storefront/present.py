"""The request being answered, for those who hear of a change without it: receivers of model signals, for one."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest

_REQUEST: ContextVar[HttpRequest | None] = ContextVar("ebexo_request", default=None)
_LOSES_COOKIE = "_ebexo_loses_smclient"


@contextmanager
def answering(request: HttpRequest) -> Iterator[None]:
    """Within this block `request` is the present one."""
    token = _REQUEST.set(request)
    try:
        yield
    finally:
        _REQUEST.reset(token)


def present_request() -> HttpRequest | None:
    """The request that this thread answers; None in a command, a shell, or without the middleware `Monitored`."""
    return _REQUEST.get()


def take_cookie_away(request: HttpRequest) -> None:
    """Whoever sits there asked to be forgotten: the answer to this very request removes `smclient`."""
    setattr(request, _LOSES_COOKIE, True)


def loses_cookie(request: HttpRequest) -> bool:
    return hasattr(request, _LOSES_COOKIE)
