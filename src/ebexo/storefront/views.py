"""What an open page asks for: is there a contact id for me yet?"""

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from ebexo.storefront.cookie import set_cookie
from ebexo.storefront.middleware import visitor_of


@transaction.non_atomic_requests
@never_cache
@require_GET
def smclient(request: HttpRequest) -> JsonResponse:
    """`again` while an answer of SALESmanago is expected; otherwise the cookie is as it should be.

    `monitored`: the open page may be, too, though that was not known when it was made.
    """
    found = visitor_of(request)
    response = JsonResponse({"again": found.is_expected, "monitored": found.monitored})
    set_cookie(request, response, found)
    return response
