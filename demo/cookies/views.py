from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_POST

from demo.cookies.choice import ALL, NECESSARY, remember
from demo.redirects import back


@transaction.non_atomic_requests
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("choice")
    if chosen not in (ALL, NECESSARY):
        return HttpResponseBadRequest()
    response = back(request)
    remember(response, chosen, is_secure=request.is_secure())
    return response


def settings(request: HttpRequest) -> HttpResponse:
    """What each cookie is for, and the choice itself."""
    return render(request, "cookies/settings.html")
