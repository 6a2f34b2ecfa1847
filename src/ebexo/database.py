"""The database of this installation, as an entry for Django's `DATABASES`."""

from importlib.util import find_spec
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from ebexo.environment import BadEnvironment, Environment, environment

SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON",
}

NOTICES_SILENCE: dict[str, Any] = {
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "25000",
}
"""A PostgreSQL whose machine or wire died says nothing. Without these a call would wait for it for hours; so it fails
after about 25 seconds. What `EBEXO_DATABASE_URL` says itself counts."""
SHORTEST_SILENCE = 10.0


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
        "OPTIONS": NOTICES_SILENCE | parts,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


def give_up_what_is_cut_off() -> None:
    """From now on PostgreSQL gives up a transaction of this process of which it hears nothing for as long as a lease.

    A machine that is cut off in the middle of one would keep rows locked, and whoever is to take over would wait for
    them: for two hours, as the system has it.
    """
    connection_created.connect(_limit_silence, dispatch_uid="ebexo-silence")


def _limit_silence(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    if connection.vendor != "postgresql":
        return
    seconds = max(SHORTEST_SILENCE, environment().lease_seconds)
    with connection.cursor() as cursor:
        cursor.execute(f"SET idle_in_transaction_session_timeout = {round(1000 * seconds)}")
