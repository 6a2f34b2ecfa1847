"""The status of a contact on one channel, and how a request moves it."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    OPT_IN = "opt_in"
    OPT_OUT = "opt_out"
    PENDING_DOI = "pending_doi"
    """Asked to confirm; SALESmanago reports such a contact as opted out."""


@dataclass(frozen=True)
class Wish:
    """What one request asks for on one channel."""

    opt_in: bool
    opt_out: bool
    double_opt_in: bool = False


@dataclass(frozen=True)
class Move:
    status: Status
    sends_confirmation: bool = False


def moved(current: Status, wish: Wish) -> Move:
    """Opting out wins over opting in; who is opted in is not asked to confirm again."""
    if wish.opt_out:
        return Move(Status.OPT_OUT)
    if not wish.opt_in:
        return Move(current)
    if wish.double_opt_in and current is not Status.OPT_IN:
        return Move(Status.PENDING_DOI, sends_confirmation=True)
    return Move(Status.OPT_IN)
