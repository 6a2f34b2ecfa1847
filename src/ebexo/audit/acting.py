"""Who is acting at the moment. The doors (the panel, the HTTP API, the command line) say so; what they do is recorded
below them, where it is done. No Django here: the command line says it before anything is loaded.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    PERSON = "person"
    """Somebody with a login to the panel, by their e-mail."""
    PLATFORM = "platform"
    """Whoever a platform sent to the settings of a store from its own menu."""
    OPERATOR_KEY = "operator_key"
    """A platform, by how its operator key begins."""
    API_KEY = "api_key"
    """A shop, by how its API key begins."""
    COMMAND_LINE = "command_line"
    """Whoever typed a command, by their name on that machine."""
    NOBODY = "nobody"
    """Somebody who is not logged in."""
    SYSTEM = "system"
    """The installation by itself."""


@dataclass(frozen=True)
class Actor:
    """`address` is where a request came from."""

    kind: ActorKind
    name: str = ""
    address: str = ""


SYSTEM = Actor(ActorKind.SYSTEM)
_present: ContextVar[Callable[[], Actor]] = ContextVar("ebexo_actor")


@contextmanager
def acting(actor: Actor | Callable[[], Actor]) -> Iterator[None]:
    """While it lasts, what is recorded was done by this actor; a function is asked only if something is recorded."""
    token = _present.set((lambda: actor) if isinstance(actor, Actor) else actor)
    try:
        yield
    finally:
        _present.reset(token)


def present_actor() -> Actor:
    """Who acts at the moment; the installation itself where nobody said otherwise."""
    asked = _present.get(None)
    return asked() if asked else SYSTEM
