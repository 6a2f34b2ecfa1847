"""The lines of a file, one at a time, however large it is."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from ebexo.history.reading.encodings import UTF_8, UTF_16, decoded

LONGEST_LINE = 1_000_000
"""In bytes. Of a longer line so much and one more is given, and the rest is passed over."""
_BLOCK = 65_536


def lines(source: BinaryIO, encoding: str) -> Iterator[str]:
    """Every line with its end (`\\n`, `\\r\\n`, `\\r`) as text, without the mark that begins some files."""
    blocks = _blocks(source)
    if encoding == UTF_16:
        blocks, encoding = _in_utf_8(blocks), UTF_8
    for number, line in enumerate(_split(blocks)):
        text = decoded(line, encoding)
        yield text.removeprefix("\ufeff") if number == 0 else text


def _blocks(source: BinaryIO) -> Iterator[bytes]:
    while block := source.read(_BLOCK):
        yield block


def _in_utf_8(blocks: Iterator[bytes]) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(UTF_16)(errors="replace")
    for block in blocks:
        yield decoder.decode(block).encode(errors="replace")
    yield decoder.decode(b"", final=True).encode(errors="replace")


def _split(blocks: Iterator[bytes]) -> Iterator[bytes]:
    rest, is_cut = b"", False
    for block in blocks:
        *whole, rest = _pieces(rest + block)
        for line in whole:
            if not is_cut:
                yield line[: LONGEST_LINE + 1]
            is_cut = False
        if len(rest) > LONGEST_LINE:
            if not is_cut:
                yield rest[: LONGEST_LINE + 1]
            rest, is_cut = rest[-1:], True
    if rest and not is_cut:
        yield rest


def _pieces(text: bytes) -> list[bytes]:
    """Whole lines, and last what may not be whole yet: a carriage return may be half of the line's end."""
    pieces = text.splitlines(keepends=True)
    if not pieces or pieces[-1].endswith(b"\n"):
        return [*pieces, b""]
    return pieces
