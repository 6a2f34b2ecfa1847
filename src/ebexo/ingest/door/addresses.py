"""Addresses below /api/: methods and addresses that are not there, HEAD and OPTIONS."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from time import perf_counter

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.views import defaults
from django.views.decorators.http import require_GET
from ninja import NinjaAPI

from ebexo import metrics
from ebexo.ingest.problems import LANGUAGE, problem

View = Callable[..., HttpResponse]
PAGES = ("openapi-json", "openapi-view")
TELLING = "post_events"


def addresses(api: NinjaAPI) -> tuple[list[URLPattern], str, str]:
    """The URL configuration of `api`; its views answer HEAD and OPTIONS too, and any other method with a 405."""
    patterns, app_name, namespace = api.urls
    flat = [pattern for pattern in patterns if isinstance(pattern, URLPattern)]  # it makes no others
    for pattern in flat:
        view: View = pattern.callback
        view = _with_methods(require_GET(view) if pattern.name in PAGES else view)
        pattern.callback = _measured(view) if pattern.name == TELLING else view
    return flat, app_name, namespace


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """For Django's `handler400`."""
    if not _is_of_api(request):
        return defaults.bad_request(request, exception)
    return problem(HTTPStatus.BAD_REQUEST, "The call can't be understood.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """For Django's `handler404`."""
    if not _is_of_api(request):
        return defaults.page_not_found(request, exception)
    detail = "There is nothing at this address. What there is stands in /api/v1/openapi.json."
    return problem(HTTPStatus.NOT_FOUND, detail)


def server_error(request: HttpRequest) -> HttpResponse:
    """For Django's `handler500`."""
    if not _is_of_api(request):
        return defaults.server_error(request)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "This is a fault of ours. It was written down.")


def _is_of_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def _measured(view: View) -> View:
    @wraps(view)
    def answer(request: HttpRequest, *args: object, **parts: object) -> HttpResponse:
        begun_at = perf_counter()
        response = view(request, *args, **parts)
        metrics.INGEST[_outcome(response.status_code)].observe(perf_counter() - begun_at)
        return response

    return answer


def _outcome(status: int) -> str:
    if status < HTTPStatus.BAD_REQUEST:
        return "accepted"
    return "refused" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "failed"


def _with_methods(view: View) -> View:
    @wraps(view)
    def answer(request: HttpRequest, *args: object, **parts: object) -> HttpResponse:
        method = request.method
        if method == "HEAD":
            request.method = "GET"
        response = view(request, *args, **parts)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response = _other_methods(method, response["Allow"])
        response["Content-Language"] = LANGUAGE
        return _without_body(response) if method == "HEAD" else response

    return answer


def _other_methods(method: str | None, allowed: str) -> HttpResponse:
    methods = {*allowed.split(", "), "OPTIONS"}
    possible = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
    if method == "OPTIONS":
        response = HttpResponse(status=HTTPStatus.NO_CONTENT)
        del response["Content-Type"]
    else:
        detail = f"{method} is not possible at this address. Possible: {possible}."
        response = problem(HTTPStatus.METHOD_NOT_ALLOWED, detail)
    response["Allow"] = possible
    return response


def _without_body(response: HttpResponse) -> HttpResponse:
    response["Content-Length"] = str(len(response.content))
    response.content = b""
    return response
