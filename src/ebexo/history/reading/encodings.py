"""In which letters a file is written, and whether it is text at all."""

import codecs
import re

from ebexo.history.reading.types import NotReadable
from ebexo.history.reading.words import Unreadable

UTF_8, UTF_16, WINDOWS_1250, ISO_8859_2 = "utf-8", "utf-16", "windows-1250", "iso-8859-2"
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_BEGINNINGS = {
    b"\xd0\xcf\x11\xe0": Unreadable.SPREADSHEET,
    b"\x1f\x8b": Unreadable.ARCHIVE,
    b"7z\xbc\xaf": Unreadable.ARCHIVE,
    b"Rar!": Unreadable.ARCHIVE,
    b"\x89PNG": Unreadable.PICTURE,
    b"\xff\xd8\xff": Unreadable.PICTURE,
    b"GIF8": Unreadable.PICTURE,
    b"RIFF": Unreadable.PICTURE,
    b"%PDF": Unreadable.DOCUMENT,
}
_OFFICE = (b"xl/", b"[Content_Types].xml", b"mimetypeapplication/vnd.oasis")
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_MOST_CONTROLS = 0.01
"""Of all bytes: a stray one is the fault of a row, many are no text."""

_OF_ISO_8859_2 = re.compile(rb"[\xa1\xa6\xac\xb1\xb6\xbc]")
_OF_WINDOWS_1250 = re.compile(rb"[\x80-\x9f\xa5\xb9]")
"""Where the two differ in Polish: Ą Ś Ź ą ś ź."""


def encoding_of(beginning: bytes) -> str:
    """The encoding of the file that begins like this. Raises NotReadable for what is no text."""
    if beginning.startswith(_UTF_16_MARKS):
        return UTF_16
    _refuse_what_is_no_text(beginning)
    return UTF_8 if _is_mostly_utf_8(beginning) else of_polish(beginning)


def of_polish(text: bytes) -> str:
    """Which of the two older encodings of Polish this is; without anything to tell by, that of Windows."""
    marks = len(_OF_ISO_8859_2.findall(text)) - len(_OF_WINDOWS_1250.findall(text))
    return ISO_8859_2 if marks > 0 else WINDOWS_1250


def decoded(line: bytes, encoding: str) -> str:
    """The line as text, never an error. A line that is not in the UTF-8 of its file is read as the older Polish."""
    if encoding == UTF_8:
        try:
            return line.decode()
        except UnicodeDecodeError:
            encoding = of_polish(line)
    return line.decode(encoding, errors="replace")


def _refuse_what_is_no_text(beginning: bytes) -> None:
    if beginning.startswith(b"PK\x03\x04"):
        is_office = any(mark in beginning[:4096] for mark in _OFFICE)
        raise NotReadable(Unreadable.SPREADSHEET if is_office else Unreadable.ARCHIVE)
    for mark, code in _BEGINNINGS.items():
        if beginning.startswith(mark):
            raise NotReadable(code)
    if len(_CONTROLS.findall(beginning)) > 1 + len(beginning) * _MOST_CONTROLS:
        raise NotReadable(Unreadable.BINARY)


def _is_mostly_utf_8(beginning: bytes) -> bool:
    """By its lines: one bad byte, or a character that is cut in two at the end, does not spoil the file."""
    lines = [line for line in beginning.splitlines() if not line.isascii()]
    good = sum(_is_utf_8(line) for line in lines)
    return good * 2 > len(lines) or not lines


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
