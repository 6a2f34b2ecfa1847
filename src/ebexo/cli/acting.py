"""Who is at the command line."""

import getpass

from ebexo.audit.acting import Actor, ActorKind


def who_types() -> Actor:
    """By the name they are logged in with on this machine."""
    try:
        return Actor(ActorKind.COMMAND_LINE, getpass.getuser())
    except (KeyError, OSError):  # a container may run under a number that has no name
        return Actor(ActorKind.COMMAND_LINE)
