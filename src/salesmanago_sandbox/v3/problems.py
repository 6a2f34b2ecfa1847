"""What can be wrong with a request to API v3, and how that is answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from salesmanago_sandbox.json_text import JsonObject


class Reason(IntEnum):
    """10 to 15 are documented; 16 to 19 are seen in the vendor's code."""

    AUTHENTICATION = 10
    OVER_LIMIT = 11
    TRIMMED = 12
    """A warning: the request is carried out all the same."""
    MISSING = 13
    WRONG_TYPE = 14
    NOT_UNIQUE = 15
    UNKNOWN_ID = 16
    NULL = 17
    WRONG_PATTERN = 18
    NO_ROOM = 19


@dataclass(frozen=True)
class Problem:
    """`message` begins with the field and a `|`; the words after it are ours."""

    reason: Reason
    message: str

    def told(self) -> JsonObject:
        return {"reasonCode": int(self.reason), "message": self.message}


class ProblemsError(Exception):
    """The request is turned down: HTTP 400 with these problems."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(", ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


def missing(field: str) -> Problem:
    return Problem(Reason.MISSING, f"{field}|Field is required")


def unknown_id(field: str) -> Problem:
    return Problem(Reason.UNKNOWN_ID, f"{field}|Identifier is not known")


def not_unique(field: str) -> Problem:
    return Problem(Reason.NOT_UNIQUE, f"{field}|Value is not unique")


def wrong_type(field: str, kind: str) -> Problem:
    return Problem(Reason.WRONG_TYPE, f"{field}:{kind}|Value has a wrong type")


def wrong_pattern(field: str, wanted: str) -> Problem:
    return Problem(Reason.WRONG_PATTERN, f"{field}|{wanted}")


def over_limit(field: str, *, most: object, least: object = 0) -> Problem:
    return Problem(Reason.OVER_LIMIT, f"{field}|min:{least}|max:{most}|Value is out of its limits")


def trimmed(field: str, *, most: object) -> Problem:
    return Problem(Reason.TRIMMED, f"{field}|max:{most}|Value was trimmed")


def no_room(field: str, *, most: int) -> Problem:
    return Problem(Reason.NO_ROOM, f"{field}|The limit of {most} is reached")
