"""How a data directory shows that its installation was moved: asked before anything is served from it."""

import os
from datetime import datetime
from pathlib import Path

MARK = "moved-to-postgresql"
"""While a file of this name is in the data directory, nothing is served or sent from it any more."""


def was_moved_away(data_dir: Path) -> bool:
    return (data_dir / MARK).exists()


def mark_as_moved_away(data_dir: Path, *, at: datetime) -> None:
    """On disk when this returns. Said once more it changes nothing."""
    if was_moved_away(data_dir):
        return
    with (data_dir / MARK).open("w") as file:
        file.write(f"This installation was moved to PostgreSQL at {at.isoformat(timespec='seconds')}.\n")
        file.flush()
        os.fsync(file.fileno())
    directory = os.open(data_dir, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
