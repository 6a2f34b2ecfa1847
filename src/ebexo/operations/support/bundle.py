"""Putting a support bundle together."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from ebexo.operations.support.installation import installation, settings
from ebexo.operations.support.log_lines import told
from ebexo.operations.support.readme import README
from ebexo.operations.support.stores import ATTEMPTS, DAYS, about, attempts_of, examined, messages_of
from ebexo.stores.models import Store

EXAMINED_AT_MOST = 20
"""Of so many stores the connection is checked: it takes up to half a minute each."""


def write_bundle(path: Path, stores: Sequence[Store], *, log: Path | None, now: datetime) -> None:
    """The bundle as a zip file that only its owner may read. Raises OSError, and FileExistsError if it is there."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file, ZipFile(file, "w", ZIP_DEFLATED) as bundle:
            for name, content in _files(stores, log=log, now=now):
                bundle.writestr(name, content)
    except BaseException:  # half of one helps nobody
        path.unlink()
        raise


def _files(stores: Sequence[Store], *, log: Path | None, now: datetime) -> Iterator[tuple[str, str]]:
    moment = now.astimezone(UTC)
    whose = f"{len(stores)} stores" if len(stores) != 1 else stores[0].handle
    yield (
        "README.txt",
        README.format(at=f"{moment:%Y-%m-%d %H:%M} UTC", stores=whose, days=DAYS, attempts=ATTEMPTS),
    )
    yield "installation.json", _json(installation())
    yield "settings.json", _json(settings(os.environ))
    yield "stores.json", _each(stores, lambda store: about(store, now=now))
    yield "messages.json", _each(stores, lambda store: messages_of(store, now=now))
    yield "attempts.json", _each(stores, attempts_of)
    yield "doctor.json", _each(stores[:EXAMINED_AT_MOST], examined)
    if log:
        with log.open(encoding="utf-8", errors="replace") as lines:
            yield "log.jsonl", "".join(f"{line}\n" for line in told(lines))


def _each(stores: Iterable[Store], tell: Callable[[Store], dict[str, Any]]) -> str:
    return _json([tell(store) for store in stores])


def _json(content: object) -> str:
    return json.dumps(content, indent=1) + "\n"
