"""The installation secret where several machines share it: one row of the PostgreSQL they have in common.

Each call has a connection of its own. The secret may be wanted for the first time in the middle of a transaction,
and what is made then has to stay, even if that transaction is rolled back.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ebexo.environment import BadEnvironment

_MAKE = """
    INSERT INTO ebexo_stores_installation (id, sealed, made_at) VALUES (1, %s, now()) ON CONFLICT (id) DO NOTHING
"""
_READ = "SELECT sealed FROM ebexo_stores_installation WHERE id = 1"
_LOCK = f"{_READ} FOR UPDATE"
_REPLACE = "UPDATE ebexo_stores_installation SET sealed = %s WHERE id = 1"


def made_once(make: Callable[[], str]) -> str:
    """The sealed secret; what `make` gives, if there is none yet and nobody else is quicker. Raises BadEnvironment."""
    with _cursor() as cursor:
        cursor.execute(_READ)
        row = cursor.fetchone()
        if row is None:
            cursor.execute(_MAKE, [make()])
            cursor.execute(_READ)
            row = cursor.fetchone()
        return str(row[0])


def replace(change: Callable[[str], str]) -> None:
    """Let `change` seal the secret anew, if there is one. Raises BadEnvironment."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK)
        if row := cursor.fetchone():
            cursor.execute(_REPLACE, [change(row[0])])


@contextmanager
def _cursor() -> Iterator[Any]:
    from django.db import DEFAULT_DB_ALIAS, connections
    from django.db.utils import ProgrammingError

    connection = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        with connection.cursor() as cursor:
            yield cursor
    except ProgrammingError:
        raise BadEnvironment("The tables are not up to date. Run ebexo migrate first.") from None
    finally:
        connection.close()
