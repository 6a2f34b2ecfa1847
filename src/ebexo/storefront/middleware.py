"""Sets and removes the cookie `smclient` on the shop's pages. Never waits for SALESmanago, never breaks a page."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from ebexo.storefront.cookie import remove_cookie, set_cookie
from ebexo.storefront.present import answering, loses_cookie
from ebexo.storefront.visitor import NOBODY, Visitor, visitor

log = logging.getLogger("ebexo.storefront")
_VISITOR = "_ebexo_visitor"


class Monitored:
    """Put it behind the session and authentication middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with answering(request):
            response = self._get_response(request)
        try:
            _fit_cookie(request, response)
        except Exception:  # the shop's page is worth more than our cookie
            log.exception("ebexo: the cookie smclient could not be set")
        return response


def _fit_cookie(request: HttpRequest, response: HttpResponseBase) -> None:
    if loses_cookie(request):
        remove_cookie(request, response)
    elif response.get("Content-Type", "").startswith("text/html"):
        set_cookie(request, response, visitor_of(request))


def visitor_of(request: HttpRequest) -> Visitor:
    """The visitor, looked up once a request, when the page is rendered. NOBODY where looking fails."""
    if not hasattr(request, _VISITOR):
        try:
            found = visitor(request)
        except Exception:  # the shop's page is worth more than our script
            log.exception("ebexo: the visitor could not be looked up")
            found = NOBODY
        setattr(request, _VISITOR, found)
    known: Visitor = getattr(request, _VISITOR)
    return known
