"""Problem documents (RFC 9457): one shape for everything that the HTTP door turns down."""

from http import HTTPStatus
from typing import Any

from django.http import JsonResponse

from ebexo.events import FieldProblem


def problem(status: HTTPStatus, detail: str, *, fields: list[FieldProblem] | None = None) -> JsonResponse:
    """An answer with `status`, `title`, `detail` and, for bad fields, `errors` with a JSON pointer each."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
    }
    if fields:
        document["errors"] = [{"pointer": field.pointer, "detail": field.message} for field in fields]
    response = JsonResponse(document, status=status)
    response["Content-Type"] = "application/problem+json"
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    return response
