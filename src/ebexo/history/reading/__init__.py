"""Reading what existed before: files of customers and of orders, line by line, as store events. PURE.

    shape = recognise(beginning, kind=Kind.CUSTOMERS, is_whole=False)
    for row in rows(source, shape, kind=Kind.CUSTOMERS, now=now): ...

Nothing that a file may hold raises anything but `NotReadable`.
"""

from ebexo.history.reading.fields import FIELDS, REQUIRED
from ebexo.history.reading.judging import judged_row
from ebexo.history.reading.reading import rows
from ebexo.history.reading.recognising import recognise
from ebexo.history.reading.types import Column, Kind, NotReadable, Problem, Row, Shape
from ebexo.history.reading.words import NOTES, PROBLEMS, Note, ProblemCode, Unreadable

__all__ = [
    "FIELDS",
    "NOTES",
    "PROBLEMS",
    "REQUIRED",
    "Column",
    "Kind",
    "NotReadable",
    "Note",
    "Problem",
    "ProblemCode",
    "Row",
    "Shape",
    "Unreadable",
    "judged_row",
    "recognise",
    "rows",
]
