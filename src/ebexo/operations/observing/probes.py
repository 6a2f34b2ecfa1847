"""`/livez`, `/readyz` and `/metrics`, answered before anything else of Django.

They come before the check of host names, since who asks knows a machine by its address, and before sessions and
cookies; they are no pages of anybody's store.
"""

from collections.abc import Callable
from http import HTTPStatus
from ipaddress import ip_address

from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils import timezone

from ebexo.client_address import WAS_FORWARDED, client_address
from ebexo.environment import environment
from ebexo.operations.observing import health
from ebexo.operations.observing.metrics import exposition
from ebexo.stores.operators import operator_of_key

METHODS = ("GET", "HEAD")
NO_KEY = "Ask from this machine, or send an operator key as “Authorization: Bearer …”.\n"
NO_DATABASE = "The database does not answer, so the key can't be looked up.\n"


class Probes:
    """Django's middleware for them; the first one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = ANSWERS.get(request.path_info)
        if answer is None:
            return self._get_response(request)
        response = answer(request) if request.method in METHODS else HttpResponseNotAllowed(METHODS)
        response["Cache-Control"], response["Content-Length"] = "no-store", str(len(response.content))
        if request.method == "HEAD":
            response.content = b""
        return response


def _live(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  (all of one shape)
    return _text("ok\n")


def _ready(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    checks = health.checks()
    is_ready = all(found == health.OK for found in checks.values())
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    response = JsonResponse({"ready": is_ready, "checks": checks}, status=status)
    # Django's own mark: else each question would be an error in the log, for as long as the database is away.
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
    return response


def _metrics(request: HttpRequest) -> HttpResponse:
    if not _is_from_here(request):
        try:
            is_operator = _has_operator_key(request)
        except Error:
            return _text(NO_DATABASE, status=HTTPStatus.SERVICE_UNAVAILABLE)
        if not is_operator:
            response = _text(NO_KEY, status=HTTPStatus.UNAUTHORIZED)
            response["WWW-Authenticate"] = "Bearer"
            return response
    body, content_type = exposition(request.headers.get("Accept", ""))
    return HttpResponse(body, content_type=content_type)


ANSWERS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/livez": _live,
    "/readyz": _ready,
    "/metrics": _metrics,
}


def _is_from_here(request: HttpRequest) -> bool:
    """From this machine, and not through a proxy on it that nobody told us to trust."""
    if WAS_FORWARDED in request.META:
        return False
    client = client_address(
        connected=request.META.get("REMOTE_ADDR", ""),
        forwarded_for=request.META.get("HTTP_X_FORWARDED_FOR", ""),
        trusted=environment().trusted_proxies,
    )
    try:
        return ip_address(client).is_loopback
    except ValueError:
        return False


def _has_operator_key(request: HttpRequest) -> bool:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and operator_of_key(key.strip(), now=timezone.now()) is not None


def _text(text: str, *, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
