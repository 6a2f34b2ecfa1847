"""Problem documents (RFC 9457): one shape for everything that the HTTP door turns down."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.http import JsonResponse

from ebexo.events import FieldProblem

LANGUAGE = "en"
"""Of what the door says, whatever the caller's language: programs read it, and those who write them."""


class TurnedDown(Exception):
    """The call is answered with this problem document, and did nothing."""

    def __init__(self, status: HTTPStatus, detail: str, *, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.retry_after = status, detail, retry_after


def document(status: HTTPStatus, detail: str, *, fields: Sequence[FieldProblem] = ()) -> dict[str, Any]:
    """`type`, `title`, `status`, `detail` and, for fields at fault, `errors` with a JSON pointer each."""
    told: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
    }
    if fields:
        told["errors"] = [{"pointer": field.pointer, "detail": field.message} for field in fields]
    return told


def problem(
    status: HTTPStatus,
    detail: str,
    *,
    fields: Sequence[FieldProblem] = (),
    retry_after: int | None = None,
    more: dict[str, Any] | None = None,
) -> JsonResponse:
    """The answer with such a document. `retry_after` are seconds; `more` are further members of the document."""
    response = JsonResponse({**document(status, detail, fields=fields), **(more or {})}, status=status)
    response["Content-Type"] = "application/problem+json"
    response["Content-Language"] = LANGUAGE
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response
