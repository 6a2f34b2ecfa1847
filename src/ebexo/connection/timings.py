"""How long a call may take, and how long we wait before looking whether one arrived."""

from datetime import timedelta

from ebexo.environment import environment


def call_seconds() -> float:
    """One call's deadline. Short enough that a stop waits for the calls in flight."""
    return environment().call_seconds


def look_after() -> timedelta:
    """What may still be on its way to SALESmanago is given so long to arrive before we look whether it did."""
    return timedelta(seconds=environment().look_after_seconds)
