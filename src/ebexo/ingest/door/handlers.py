"""Whatever goes wrong inside the door becomes a problem document; nobody is shown a page of HTML or our insides."""

import traceback
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from ebexo.events import FieldProblem
from ebexo.ingest.auth import NO_CREDENTIAL
from ebexo.ingest.door.body import TOO_LARGE
from ebexo.ingest.problems import TurnedDown, problem

STORE_AGAIN_SECONDS = 5
log = structlog.get_logger("ebexo.ingest")


def answer_in_problems(api: NinjaAPI) -> None:
    """Let `api` answer every exception by a problem document."""
    for kind, handler in _HANDLERS.items():
        api.add_exception_handler(kind, handler)


def _turned_down(request: HttpRequest, error: TurnedDown) -> HttpResponse:  # noqa: ARG001  (all: ninja's shape)
    return problem(error.status, error.detail, retry_after=error.retry_after)


def _unauthorized(request: HttpRequest, error: AuthenticationError) -> HttpResponse:  # noqa: ARG001
    return problem(HTTPStatus.UNAUTHORIZED, NO_CREDENTIAL)


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:  # noqa: ARG001
    return problem(HTTPStatus(error.status_code), f"{str(error).rstrip('.')}.")


def _too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:  # noqa: ARG001
    return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE)


def _cut_off(request: HttpRequest, error: UnreadablePostError) -> HttpResponse:  # noqa: ARG001
    return problem(HTTPStatus.BAD_REQUEST, "The body did not arrive whole.")


def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:  # noqa: ARG001
    return problem(HTTPStatus.NOT_FOUND, "There is nothing of this kind.")


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:  # noqa: ARG001
    fields = [
        FieldProblem(_pointer(detail["loc"]), f"{detail['msg'].rstrip('.')}.") for detail in error.errors
    ]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "The call can't be understood.", fields=fields)


def _pointer(loc: tuple[str | int, ...]) -> str:
    """Where it came from comes first (`query`, `body`), and of a body its parameter's name."""
    inside = loc[2:] if loc[0] == "body" else loc[1:]
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in inside)


def _unavailable(request: HttpRequest, error: DatabaseError) -> HttpResponse:
    log.error("not_stored", error=type(error).__name__)  # its text may quote what was to be stored
    detail = "The event could not be stored. Send it again."
    if request.method in ("GET", "HEAD"):
        detail = "The database does not answer. Ask again."
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, retry_after=STORE_AGAIN_SECONDS)


def _unexpected(request: HttpRequest, error: Exception) -> HttpResponse:  # noqa: ARG001
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    where = " > ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames)
    log.error("unexpected", error=type(error).__name__, where=where)  # its text may quote what was told
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "This is a fault of ours. It was written down.")


_HANDLERS: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
    TurnedDown: _turned_down,
    AuthenticationError: _unauthorized,
    HttpError: _http_error,
    Http404: _not_found,
    RequestDataTooBig: _too_large,
    UnreadablePostError: _cut_off,
    ValidationError: _invalid,
    DatabaseError: _unavailable,
    Exception: _unexpected,
}
