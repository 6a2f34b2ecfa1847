from datetime import timedelta

from django.http import HttpRequest, HttpResponse

COOKIE = "cookie_choice"
ALL = "all"
NECESSARY = "necessary"
KEPT_FOR = timedelta(days=180)


def choice(request: HttpRequest) -> str | None:
    """`all`, `necessary`, or None while the visitor has not chosen."""
    chosen = request.COOKIES.get(COOKIE)
    return chosen if chosen in (ALL, NECESSARY) else None


def allowed(request: HttpRequest) -> bool:
    """Whether the visitor accepted more than the necessary cookies. Silence is a no."""
    return choice(request) == ALL


def remember(response: HttpResponse, chosen: str, *, is_secure: bool) -> None:
    """Keep the choice in the visitor's browser, readable by the shop's own scripts."""
    response.set_cookie(COOKIE, chosen, max_age=KEPT_FOR, samesite="Lax", secure=is_secure)


def in_templates(request: HttpRequest) -> dict[str, str | None]:
    """Context processor: `cookie_choice`."""
    return {"cookie_choice": choice(request)}
