"""The HTTP door: store events in, their fate out."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from ninja.openapi.docs import Swagger

from ebexo import __version__
from ebexo.ingest.auth import BearerKey
from ebexo.ingest.door import asking, telling
from ebexo.ingest.door.handlers import answer_in_problems
from ebexo.ingest.door.schema import Door
from ebexo.ingest.door.signatures import Signature

POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; "
    "base-uri 'none'; object-src 'none'"
)


def _loading_nothing_from_elsewhere(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view, assigned=())
    def answer(request: HttpRequest, *args: object, **parts: object) -> HttpResponse:
        response = view(request, *args, **parts)
        response["Content-Security-Policy"] = POLICY
        return response

    return answer


api = Door(
    title="Ebexo for SALESmanago",
    version=__version__,
    description="Tell what happens in a store, and ask what became of it.",
    auth=[BearerKey(), Signature()],
    docs=Swagger(settings={"validatorUrl": None, "defaultModelsExpandDepth": 0}),
    docs_url="/docs",
    openapi_url="/openapi.json",
    docs_decorator=_loading_nothing_from_elsewhere,
)
answer_in_problems(api)

# routers; those of modules above this one are added in ebexo/urls.py
api.add_router("", telling.router)
api.add_router("", asking.router)
