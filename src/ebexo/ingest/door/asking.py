"""What a store may ask: the fate of an event, a person, the changes of status."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router

from ebexo.ingest.auth import store_of
from ebexo.ingest.changes import changes_after, read_cursor
from ebexo.ingest.door.shapes import Changes, Fate, Person, answers
from ebexo.ingest.fate import fate
from ebexo.ingest.people import person
from ebexo.ingest.problems import problem
from ebexo.outbox.models import Message

router = Router(tags=["store"])


@router.get(
    "/events/{path:event_id}",
    summary="Ask what became of a store event",
    operation_id="ask_event",
    response=answers(200, Fate, 404),
)
def get_event(request: HttpRequest, event_id: str) -> HttpResponse:
    """State, reason, notes and attempts of an event this store told; 404 for any other."""
    told = Message.objects.filter(store=store_of(request), event_id=event_id)
    message = told.first() if "\0" not in event_id else None  # PostgreSQL would not even look
    if message is None:
        return problem(HTTPStatus.NOT_FOUND, "This store told no event with this id.")
    return JsonResponse(fate(message))


@router.get(
    "/contacts",
    summary="Ask what is known of a person",
    operation_id="ask_contact",
    response=answers(200, Person, 404, 422),
)
def get_contact(
    request: HttpRequest, email: str | None = None, customer_id: str | None = None
) -> HttpResponse:
    """Contact id and status at SALESmanago, and how many events wait; 404 for a person this store never told of."""
    if bool(email) is bool(customer_id):
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "Give either “email” or “customer_id”.")
    found = person(store_of(request).pk, email=email, customer_id=customer_id)
    if found is None:
        return problem(HTTPStatus.NOT_FOUND, "This store told of no such person.")
    return JsonResponse(found)


@router.get(
    "/changes",
    summary="Read what SALESmanago said of people's statuses",
    operation_id="read_changes",
    response=answers(200, Changes, 422),
)
def get_changes(request: HttpRequest, after: str = "0") -> HttpResponse:
    """At most 500 changes that follow the cursor `after`, oldest first; `next` is the cursor to go on from."""
    cursor = read_cursor(after)
    if cursor is None:
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "“after” must be a cursor, such as the last “next”.")
    changes = changes_after(store_of(request).pk, cursor)
    return JsonResponse({"changes": changes, "next": changes[-1]["cursor"] if changes else cursor})
