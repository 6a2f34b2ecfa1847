"""The real addresses and, beside them, a view that does nothing but answer: what the others are measured against."""

from http import HTTPStatus

from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from ebexo.urls import handler400, handler404, handler500
from ebexo.urls import urlpatterns as real

__all__ = ["handler400", "handler404", "handler500", "urlpatterns"]


@csrf_exempt
def bare(request: HttpRequest) -> JsonResponse:  # noqa: ARG001  (it looks at nothing)
    return JsonResponse({"accepted": 1, "duplicates": 0, "rejected": []}, status=HTTPStatus.ACCEPTED)


urlpatterns = [path("bare", bare), *real]
