"""Where in the dashboard the merchant finds the integration: the panel's own pages, a click away."""

from typing import Any

from django.utils.translation import gettext_lazy as _


def _is_staff(user: Any, *address: Any) -> bool:  # noqa: ARG001  (Oscar's shape)
    return bool(user.is_staff)


def _link(label: Any, page: str) -> dict[str, Any]:
    return {
        "label": label,
        "url_name": "integrations:page",
        "url_kwargs": {"page": page},
        "access_fn": _is_staff,
    }


MENU: list[dict[str, Any]] = [
    {
        "label": _("INTEGRATIONS"),
        "icon": "fas fa-plug",
        "children": [_link(_("Marketing/Social Media → SALESmanago (settings)"), "salesmanago")],
    },
    {"label": _("Configuration"), "icon": "fas fa-cog", "children": [_link(_("Consents"), "zgody")]},
]
"""For `OSCAR_DASHBOARD_NAVIGATION`, which is two levels deep: the second of our three is named beside the third."""
