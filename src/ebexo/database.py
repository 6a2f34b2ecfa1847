"""The database of this installation, as an entry for Django's `DATABASES`."""

from importlib.util import find_spec
from typing import Any

from ebexo.environment import BadEnvironment, Environment

SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON",
}


def database(environment: Environment) -> dict[str, Any]:
    """`ebexo.sqlite3` in the data directory, or the PostgreSQL of `EBEXO_DATABASE_URL`.

    A Django shop that embeds us gives this to its own `DATABASES["default"]`, so that an event stands in the same
    transaction as what happened.
    """
    if environment.database_url:
        return _postgresql(environment.database_url)
    try:
        environment.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadEnvironment(
            f"EBEXO_DATA_DIR {environment.data_dir} can't be used: {error.strerror}."
        ) from None
    return {
        "ENGINE": "ebexo.sqlite",
        "NAME": environment.data_dir / "ebexo.sqlite3",
        "OPTIONS": SQLITE_OPTIONS,
        "CONN_MAX_AGE": None,
    }


def further_apps(environment: Environment) -> list[str]:
    """What `ebexo migrate` makes tables for besides our own apps: the wake-ups between machines."""
    if not environment.database_url:
        return []
    if find_spec("procrastinate") is None:
        raise BadEnvironment("EBEXO_DATABASE_URL needs Procrastinate: install ebexo-salesmanago[scale].")
    return ["procrastinate.contrib.django"]


def _postgresql(url: str) -> dict[str, Any]:
    try:
        import psycopg  # only where PostgreSQL is used: the bare install lacks it
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise BadEnvironment(
            "EBEXO_DATABASE_URL needs PostgreSQL's driver: install ebexo-salesmanago[scale]."
        ) from None
    try:
        parts = dict(conninfo_to_dict(url))
    except psycopg.ProgrammingError:
        raise BadEnvironment("EBEXO_DATABASE_URL can't be read as an address of PostgreSQL.") from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": parts,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }
