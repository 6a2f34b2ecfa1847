"""Which tables this project may touch."""

from typing import Any

OURS = "ebexo_"
BELL = "procrastinate"
"""The app with the tables of the wake-ups between machines; installed on PostgreSQL only."""


class OnlyOurTables:
    """Keeps `ebexo migrate` away from every table that is not ours.

    The database may be that of a shop, with its own users, permissions and sessions. The panel brings its own.
    """

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:  # noqa: ARG002  (Django's names)
        return None if app_label.startswith(OURS) or app_label == BELL else False
