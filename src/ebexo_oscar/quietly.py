"""The only way into the connector."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction

log = logging.getLogger("ebexo_oscar")
Receiver = Callable[..., None]


def quietly(receiver: Receiver | None = None, *, instead: Receiver | None = None) -> Any:
    """A savepoint inside, so that the shop's transaction stays usable; a catch-all outside, so that it goes on.

    `instead` is run where the receiver failed, as quietly, with the same arguments.
    """
    if receiver is None:
        return lambda receiver: quietly(receiver, instead=instead)
    fallback = quietly(instead) if instead else None

    @wraps(receiver)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            with transaction.atomic():
                receiver(*args, **kwargs)
        except Exception:
            log.exception("ebexo_oscar: %s failed", receiver.__name__)
            if fallback:
                fallback(*args, **kwargs)

    return run
