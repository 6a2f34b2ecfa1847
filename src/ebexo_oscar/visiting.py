"""Who changes a cart without being logged in: nobody we know, unless the cookie `smclient` names a contact."""

from django.http import HttpRequest

from ebexo.storefront.shop import cookies_allowed, store
from ebexo.storefront.visitor import COOKIE

LONGEST = 64


def smclient_of(request: HttpRequest) -> str:
    """The cookie `smclient` of somebody who is not logged in. "" without one, and where cookies are not allowed."""
    cookie = request.COOKIES.get(COOKIE, "")
    if not cookie or len(cookie) > LONGEST or not cookie.isprintable() or request.user.is_authenticated:
        return ""
    return cookie if cookies_allowed(request) or store().account.load_always else ""


def shop_url_of(request: HttpRequest) -> str:
    """The address that the shop is visited at, such as `https://shop.example`."""
    return request.build_absolute_uri("/")[:-1]
