"""Is this process ready for work? What it stands on is asked; SALESmanago is not: its outages are no fault of ours."""

import threading
from collections.abc import Callable
from pathlib import Path

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

OK = "ok"
NO_ANSWER = "does not answer"
OTHER_FILE = "its file was moved or replaced: restart"
OLD_TABLES = "not up to date: run ebexo migrate"
STANDS_STILL = "stands still"
PATIENCE = 3.0
"""Seconds for which one who asks waits while another asks the database."""

_lock = threading.Lock()
_tables_are_there = False
_file: tuple[int, int] | None = None
_sends: Callable[[], bool] | None = None


def watch(sends: Callable[[], bool]) -> None:
    """This process sends, too; `sends` says whether that part of it is alive."""
    global _sends
    _sends = sends


def sends() -> bool:
    """Is there something in this process that sends, and is it alive?"""
    return _sends is not None and _sends()


def checks() -> dict[str, str]:
    """What was looked at, each `OK` or what is wrong with it, in words that name no host and nobody."""
    found = _of_database()
    if _sends is not None:
        found["dispatcher"] = OK if _sends() else STANDS_STILL
    return found


def _of_database() -> dict[str, str]:
    """One at a time: where nobody answers, only one of the threads waits for it."""
    if not _lock.acquire(timeout=PATIENCE):
        return {"database": NO_ANSWER}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if connection.vendor == "sqlite" and not _is_same_file():
            return {"database": OTHER_FILE}
        return {"database": OK, "tables": OK if _tables_are_up_to_date() else OLD_TABLES}
    except Error:
        return {"database": NO_ANSWER}
    finally:
        _lock.release()


def _is_same_file() -> bool:
    """SQLite goes on with a file that was moved away or deleted, and would lose what it writes there."""
    global _file
    try:
        found = Path(connection.settings_dict["NAME"]).stat()
    except FileNotFoundError:
        return False
    _file = _file or (found.st_dev, found.st_ino)
    return _file == (found.st_dev, found.st_ino)


def _tables_are_up_to_date() -> bool:
    """Looked at until it is so: nothing takes a table away from a running process, and newer ones do no harm."""
    global _tables_are_there
    if not _tables_are_there:
        executor = MigrationExecutor(connection)
        _tables_are_there = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _tables_are_there
