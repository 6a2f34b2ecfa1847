"""Which SQLite is underneath."""

import sqlite3
import sys

SOUND = (3, 51, 3)


def use_a_sound_library() -> None:
    """Put `pysqlite3` in the place of an interpreter's SQLite that is too old. Import this before Django's backend."""
    if sqlite3.sqlite_version_info >= SOUND:
        return
    if "django.db.backends.sqlite3.base" in sys.modules:
        raise RuntimeError("ebexo.sqlite must be imported before django.db.backends.sqlite3.")
    try:
        import pysqlite3
        import pysqlite3.dbapi2
    except ImportError:
        raise RuntimeError(
            f"SQLite {sqlite3.sqlite_version} is too old (3.51.3 is needed), and the package pysqlite3 is missing."
        ) from None
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
