from pathlib import PurePath
from typing import Any

from django.core.files.storage import default_storage
from django.db.models.fields.files import FieldFile
from oscar.core.thumbnails import AbstractThumbnailer


class Picture:
    def __init__(self, name: str) -> None:
        self.url = default_storage.url(name)


class Originals(AbstractThumbnailer):  # type: ignore[misc]
    """Shows every picture as it is; the style sheet sizes it. The shop's drawings are small files."""

    def generate_thumbnail(self, source: FieldFile | str | PurePath, **_options: Any) -> Picture:
        return Picture(str(source))

    def delete_thumbnails(self, source: FieldFile | str | PurePath) -> None:
        """There are none."""
