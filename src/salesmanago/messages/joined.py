"""Lists that belong together, each as one text within its limit."""

from collections.abc import Sequence
from itertools import accumulate


def joined_whole(
    lists: Sequence[Sequence[str]], *, separators: Sequence[str], limits: Sequence[int]
) -> tuple[str, ...]:
    """Each list joined by its separator, all cut behind the same item so that every limit is kept.

    Item by item the texts stay aligned, and no value is ever cut: what does not fit whole is left out in
    all of them. Limits count characters. `ValueError` for lists of different lengths and for a value that is
    empty or contains its separator, as it would be read back as another number of values.
    """
    for values, separator in zip(lists, separators, strict=True):
        if len(values) != len(lists[0]):
            raise ValueError("the lists have different lengths")
        if any(not value or separator in value for value in values):
            raise ValueError(f"a value is empty or contains the separator {separator!r}")
    columns = list(zip(lists, separators, limits, strict=True))
    kept = min((_fitting(*column) for column in columns), default=0)
    return tuple(separator.join(values[:kept]) for values, separator, _ in columns)


def _fitting(values: Sequence[str], separator: str, limit: int) -> int:
    """How many of the first values fit."""
    lengths = accumulate(len(value) + len(separator) for value in values)
    return sum(length - len(separator) <= limit for length in lengths)
