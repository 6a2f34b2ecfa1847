"""The page behind the link of a cart: it fills the visitor's own basket, and shows it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from ebexo_oscar import baskets, links
from ebexo_oscar.filling import Filling, fill

BASKET = "basket:summary"


@never_cache
@require_GET
def bring_back(request: HttpRequest, token: str) -> HttpResponse:
    """Put what is in that cart into the visitor's basket, whoever they are, and go there with a word about it."""
    basket_id = links.basket_of(token)
    source = baskets.find(basket_id) if basket_id is not None else None
    if source is not None and source.status == source.SUBMITTED:
        messages.info(request, _("What was in this basket has been ordered already. Thank you!"))
        return redirect(BASKET)
    filling = fill(request, source) if source is not None else Filling()
    if filling.missing:
        text = _("Not everything is available any more: %(products)s.")
        messages.warning(request, text % {"products": ", ".join(filling.missing)})
    if filling.found:
        messages.success(request, _("Your basket is here again."))
    elif not filling.missing:
        messages.info(request, _("This link is no longer valid. Here is what is in your basket now."))
    return redirect(BASKET)
