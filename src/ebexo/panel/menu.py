"""Unfold's settings of the panel. The menu itself is built in `ebexo.panel.sidebar`: it is three levels deep."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static

# Tailwind's blue: white text on shade 600 has a contrast of 5 to 1.
BLUE = {
    "50": "oklch(97% .014 254.604)",
    "100": "oklch(93.2% .032 255.585)",
    "200": "oklch(88.2% .059 254.128)",
    "300": "oklch(80.9% .105 251.813)",
    "400": "oklch(70.7% .165 254.624)",
    "500": "oklch(62.3% .214 259.815)",
    "600": "oklch(54.6% .245 262.881)",
    "700": "oklch(48.8% .243 264.376)",
    "800": "oklch(42.4% .199 265.638)",
    "900": "oklch(37.9% .146 265.522)",
    "950": "oklch(28.2% .091 267.935)",
}


def _styles(request: HttpRequest) -> str:  # noqa: ARG001  (Unfold's shape)
    return static("ebexo_panel/panel.css")


def _icon(request: HttpRequest) -> str:  # noqa: ARG001  (Unfold's shape)
    return static("ebexo_panel/icon.svg")


PANEL: dict[str, Any] = {
    "SITE_TITLE": "Ebexo",
    "SITE_HEADER": "Ebexo",
    "SITE_URL": None,
    "SHOW_LANGUAGES": True,
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "COLORS": {"primary": BLUE},
    "STYLES": [_styles],
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _icon}],
    "SIDEBAR": {"show_search": False, "show_all_applications": False},
}
