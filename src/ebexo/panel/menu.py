"""Unfold's settings of the panel. The menu itself is built in `ebexo.panel.sidebar`: it is three levels deep."""

from typing import Any

PANEL: dict[str, Any] = {
    "SITE_TITLE": "Ebexo",
    "SITE_HEADER": "Ebexo",
    "SHOW_LANGUAGES": True,
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {"show_search": False, "show_all_applications": False},
}
