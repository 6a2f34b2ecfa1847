"""`{% load ebexo %}{% ebexo_monitoring %}`, right before `</body>`."""

from typing import Any

from django import template
from django.http import HttpRequest

from ebexo.storefront.middleware import visitor_of
from ebexo.storefront.visitor import NOBODY

register = template.Library()


@register.inclusion_tag("ebexo/monitoring.html", takes_context=True)
def ebexo_monitoring(context: dict[str, Any]) -> dict[str, Any]:
    """SALESmanago's monitoring code, or nothing where the visitor may not be monitored."""
    request: HttpRequest | None = context.get("request")
    return {"visitor": visitor_of(request) if request else NOBODY}
