"""The first-party cookie `smclient`: the contact id, so that SALESmanago's script knows whose visit it is."""

from datetime import date

from django.http import HttpRequest, HttpResponseBase

from ebexo.storefront.visitor import COOKIE, Visitor

TEN_YEARS = 315_532_800
"""Seconds, as SALESmanago's own integrations ask for; browsers keep it 400 days at most, hence the renewal."""
_RENEWED = "ebexo_smclient_renewed"


def set_cookie(request: HttpRequest, response: HttpResponseBase, visitor: Visitor) -> None:
    """Make the cookie of `response` fit the visitor; renew it once a day.

    A cookie that came with the request is never trusted: it is replaced when it names somebody else, taken away
    when the person at the keyboard has no contact id yet, and taken away when monitoring is not allowed.
    """
    present = request.COOKIES.get(COOKIE)
    is_somebody_new = visitor.is_person and visitor.contact_id is None
    if not visitor.monitored or is_somebody_new:
        remove_cookie(request, response)
    elif visitor.contact_id and (present != visitor.contact_id or _is_due(request)):
        response.set_cookie(
            COOKIE, visitor.contact_id, max_age=TEN_YEARS, samesite="Lax", secure=request.is_secure()
        )


def remove_cookie(request: HttpRequest, response: HttpResponseBase) -> None:
    """Take the cookie away from a browser that has it."""
    if request.COOKIES.get(COOKIE):
        response.delete_cookie(COOKIE, samesite="Lax")


def _is_due(request: HttpRequest) -> bool:
    today = date.today().isoformat()  # noqa: DTZ011  (any day will do)
    if request.session.get(_RENEWED) == today:
        return False
    request.session[_RENEWED] = today
    return True
