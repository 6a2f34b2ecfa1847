"""A file of customers or orders that somebody uploads: recognised, read once, and rehearsed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext

from ebexo.history.models import Import, ImportKind, Source
from ebexo.history.reading import Kind, NotReadable, Shape, recognise, rows
from ebexo.history.receiving import as_stored, begin, close, receive_rows
from ebexo.panel.history.words import NO_FILE, TOO_LARGE
from ebexo.stores.models import Store

LARGEST = 50 * 10**6
BEGINNING = 256 * 1024
"""Bytes by which a file is recognised."""


@dataclass(frozen=True)
class Unusable(Exception):
    """Nothing of the file was kept. `shape`: what could be made out, for a person to say which column is which."""

    sentence: str | Promise
    shape: Shape | None = None


def keep_file(
    file: "UploadedFile[bytes] | None",
    *,
    store: Store,
    kind: Kind,
    columns: Mapping[str, str],
    begun_by: str,
    now: datetime,
) -> Import:
    """An import of the file, which is being rehearsed. Raises Unusable."""
    if not file:
        raise Unusable(NO_FILE)
    if (file.size or 0) > LARGEST:
        raise Unusable(TOO_LARGE)
    shape = _shape(file, kind=kind, columns=columns)
    found = begin(
        store,
        kind=ImportKind(kind),
        source=Source.FILE,
        now=now,
        is_rehearsal=True,
        begun_by=begun_by,
        file_name=file.name or "",
        shape=as_stored(shape),
    )
    _read(found, file, shape, kind=kind, zone=ZoneInfo(store.account.time_zone), now=now)
    return close(found, now=now)


def _shape(file: "UploadedFile[bytes]", *, kind: Kind, columns: Mapping[str, str]) -> Shape:
    beginning = file.read(BEGINNING)
    try:
        return recognise(beginning, kind=kind, is_whole=len(beginning) == (file.size or 0), columns=columns)
    except NotReadable as error:
        raise Unusable(gettext(error.sentence), error.shape) from None


def _read(found: Import, file: Any, shape: Shape, *, kind: Kind, zone: ZoneInfo, now: datetime) -> None:
    file.seek(0)
    try:
        for _kept in receive_rows(found, rows(file, shape, kind=kind, zone=zone, now=now), now=now):
            pass
    except BaseException:
        found.delete()  # half a file is none
        raise
