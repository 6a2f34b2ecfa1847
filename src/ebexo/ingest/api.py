"""The HTTP door: store events in, their fate out."""

from http import HTTPStatus
from typing import cast

import structlog
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from ninja import NinjaAPI
from ninja.errors import AuthenticationError

from ebexo import __version__
from ebexo.events import InvalidEvent, StoreEvent
from ebexo.events.parsing import UnreadableBody, read_json
from ebexo.ingest.auth import BearerKey
from ebexo.ingest.changes import changes_after, read_cursor
from ebexo.ingest.fate import fate
from ebexo.ingest.people import person
from ebexo.ingest.problems import problem
from ebexo.ingest.receive import OtherBody, receive
from ebexo.outbox.models import Message
from ebexo.stores.models import Store

BODY_BYTES = 1_000_000
log = structlog.get_logger("ebexo.ingest")

api = NinjaAPI(
    title="Ebexo for SALESmanago",
    version=__version__,
    description="Tell what happens in a store, and ask what became of it.",
    auth=BearerKey(),
    docs_url="/docs",
    openapi_url="/openapi.json",
)


@api.exception_handler(AuthenticationError)
def _unauthorized(request: HttpRequest, error: AuthenticationError) -> JsonResponse:  # noqa: ARG001
    return problem(HTTPStatus.UNAUTHORIZED, "Send the store's API key as “Authorization: Bearer …”.")


@api.exception_handler(DatabaseError)
def _unavailable(request: HttpRequest, error: DatabaseError) -> JsonResponse:  # noqa: ARG001
    log.error("not_stored", error=type(error).__name__)  # its text may quote what was to be stored
    response = problem(HTTPStatus.SERVICE_UNAVAILABLE, "The event could not be stored. Send it again.")
    response["Retry-After"] = "5"
    return response


_EVENT_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": StoreEvent.model_json_schema()}},
    },
}


@api.post("/events", openapi_extra=_EVENT_BODY, summary="Tell a store event")
def post_event(request: HttpRequest) -> HttpResponseBase:
    """202 once the event is on disk; the same event again is answered 202 and counted as a duplicate."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > BODY_BYTES:
        return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "A body may have 1 MB at most.")
    try:
        receipt = receive(_store(request), read_json(request.body))
    except UnreadableBody as error:
        return problem(HTTPStatus.BAD_REQUEST, str(error))
    except InvalidEvent as error:
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "The event can't be accepted.", fields=error.problems)
    except OtherBody:
        return problem(HTTPStatus.CONFLICT, "Another event was told under this id before.")
    duplicates = int(receipt.duplicate)
    accepted = {"accepted": 1 - duplicates, "duplicates": duplicates, "rejected": []}
    return JsonResponse(accepted, status=HTTPStatus.ACCEPTED)


@api.get("/events/{path:event_id}", summary="Ask what became of a store event")
def get_event(request: HttpRequest, event_id: str) -> HttpResponseBase:
    """State, reason, notes and attempts of an event this store told; 404 for any other."""
    message = Message.objects.filter(store=_store(request), event_id=event_id).first()
    if message is None:
        return problem(HTTPStatus.NOT_FOUND, "This store told no event with this id.")
    return JsonResponse(fate(message))


@api.get("/contacts", summary="Ask what is known of a person")
def get_contact(
    request: HttpRequest, email: str | None = None, customer_id: str | None = None
) -> HttpResponseBase:
    """Contact id and status at SALESmanago, and how many events wait; 404 for a person this store never told of."""
    if bool(email) is bool(customer_id):
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "Give either “email” or “customer_id”.")
    found = person(_store(request).pk, email=email, customer_id=customer_id)
    if found is None:
        return problem(HTTPStatus.NOT_FOUND, "This store told of no such person.")
    return JsonResponse(found)


@api.get("/changes", summary="Read what SALESmanago said of people's statuses")
def get_changes(request: HttpRequest, after: str = "0") -> HttpResponseBase:
    """At most 500 changes that follow the cursor `after`, oldest first; `next` is the cursor to go on from."""
    cursor = read_cursor(after)
    if cursor is None:
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "“after” must be a cursor, such as the last “next”.")
    changes = changes_after(_store(request).pk, cursor)
    return JsonResponse({"changes": changes, "next": changes[-1]["cursor"] if changes else cursor})


def _store(request: HttpRequest) -> Store:
    return cast("Store", request.auth)  # type: ignore[attr-defined]  # put there by BearerKey
