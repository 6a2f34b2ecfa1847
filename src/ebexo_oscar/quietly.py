"""The only way into the connector."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

log = logging.getLogger("ebexo_oscar")
Receiver = Callable[..., None]
P = ParamSpec("P")
T = TypeVar("T")


def quietly(receiver: Receiver) -> Receiver:
    """A savepoint inside, so that the shop's transaction stays usable; a catch-all outside, so that it goes on."""
    return _guarded(receiver, instead=None)


def quietly_or(instead: Receiver) -> Callable[[Receiver], Receiver]:
    """The same; where the receiver fails, `instead` is run, as quietly and with the same arguments."""
    return lambda receiver: _guarded(receiver, instead=quietly(instead))


def quietly_read(unknown: Callable[[], T]) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """The same for a function that reads; where it fails, what `unknown` makes is given back."""

    def decorated(reader: Callable[P, T]) -> Callable[P, T]:
        @wraps(reader)
        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                with transaction.atomic():
                    return reader(*args, **kwargs)
            except Exception:
                log.exception("ebexo_oscar: %s failed", reader.__name__)
                return unknown()

        return run

    return decorated


def _guarded(receiver: Receiver, *, instead: Receiver | None) -> Receiver:
    @wraps(receiver)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            with transaction.atomic():
                receiver(*args, **kwargs)
        except Exception:
            log.exception("ebexo_oscar: %s failed", receiver.__name__)
            if instead:
                instead(*args, **kwargs)

    return run
