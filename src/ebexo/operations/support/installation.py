"""The process, the machine and the database, in facts that are nobody's."""

import os
import platform
import re
import shutil
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from ebexo import __version__
from ebexo.environment import environment
from ebexo.operations.sizes import sizes
from ebexo.routers import OURS

PACKAGES = (
    "aiohttp", "cryptography", "django", "django-ninja", "django-oscar", "django-unfold", "granian", "procrastinate",
    "prometheus-client", "psycopg", "pydantic", "pysqlite3", "structlog", "waitress", "whitenoise",
)  # fmt: skip
AS_THEY_ARE = (
    "EBEXO_WAITING_EVENTS_LIMIT", "EBEXO_WAITING_BYTES_LIMIT", "EBEXO_FREE_DISK_FLOOR", "EBEXO_KEEP_PAYLOADS_DAYS",
    "EBEXO_KEEP_MESSAGES_DAYS", "EBEXO_LOG_LEVEL", "EBEXO_CALL_SECONDS", "EBEXO_LOOK_AFTER_SECONDS",
    "EBEXO_LEASE_SECONDS", "EBEXO_SWEEP_SECONDS", "EBEXO_ALERT_AFTER_SECONDS",
)  # fmt: skip
"""Numbers, sizes and levels. Every other variable may hold a secret, a name or an address."""
ONLY_WHETHER_SET = (
    "EBEXO_DATA_DIR", "EBEXO_DATABASE_URL", "EBEXO_SECRET_KEYS", "EBEXO_ALLOWED_HOSTS", "EBEXO_EXTRA_ENDPOINTS",
    "EBEXO_PUBLIC_URL", "EBEXO_TRUSTED_PROXIES", "EBEXO_PROXY", "EBEXO_EMAIL_URL", "EBEXO_EMAIL_FROM",
)  # fmt: skip
_NUMBER_OR_WORD = re.compile(r"[0-9A-Za-z.]{1,20}")


def installation() -> dict[str, Any]:
    """Versions, machine, database, migrations."""
    return {
        "versions": {"ebexo": __version__, "python": platform.python_version()} | _packages(),
        "machine": _machine(),
        "database": _database(),
        "migrations": _migrations(),
    }


def settings(variables: Mapping[str, str]) -> dict[str, str]:
    """The value of what is harmless, and of the rest `set` or `not set`."""
    told = {name: _harmless(variables.get(name, "").strip()) for name in AS_THEY_ARE}
    return told | {name: "set" if variables.get(name, "").strip() else "not set" for name in ONLY_WHETHER_SET}


def _harmless(value: str) -> str:
    if not value:
        return "not set"
    return value if _NUMBER_OR_WORD.fullmatch(value) else "set"


def _packages() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _machine() -> dict[str, Any]:
    load = os.getloadavg()
    pages, page = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "system": platform.system(),
        "release": platform.release(),
        "architecture": platform.machine(),
        "processors": os.cpu_count(),
        "memory_bytes": pages * page,
        "load": [round(one, 2) for one in load],
        "disk": _disk(),
    }


def _disk() -> dict[str, int] | None:
    """Of the data directory, which is not used with PostgreSQL."""
    data_dir = environment().data_dir
    if environment().database_url or not data_dir.exists():
        return None
    usage = shutil.disk_usage(data_dir)
    return {"total_bytes": usage.total, "free_bytes": usage.free}


def _database() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version")
        (server,) = cursor.fetchone()
    found = sizes()
    return {
        "vendor": connection.vendor,
        "version": server,
        "database_bytes": found.database_bytes,
        "reusable_bytes": found.reusable_bytes,
        "payload_bytes": found.payload_bytes,
        "rows": found.rows,
    }


def _migrations() -> list[str]:
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app} {name}" for app, name in applied if app.startswith((OURS, "procrastinate")))
