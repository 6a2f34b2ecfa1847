"""The database of this installation, as an entry for Django's `DATABASES`."""

from typing import Any

from ebexo.environment import Environment

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
    environment.data_dir.mkdir(parents=True, exist_ok=True)
    return {
        "ENGINE": "ebexo.sqlite",
        "NAME": environment.data_dir / "ebexo.sqlite3",
        "OPTIONS": SQLITE_OPTIONS,
        "CONN_MAX_AGE": None,
    }


def _postgresql(url: str) -> dict[str, Any]:
    from psycopg.conninfo import conninfo_to_dict  # only where PostgreSQL is used: the bare install lacks it

    parts = dict(conninfo_to_dict(url))
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
