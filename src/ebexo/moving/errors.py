"""Why an installation is not moved."""


class CannotMove(Exception):
    """The text says in one line what stands in the way. What was brought over so far stays, and the move can go on."""
