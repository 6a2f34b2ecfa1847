"""`POST /events`: one store event, or a list of them."""

from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Router

from ebexo import metrics
from ebexo.events import FieldProblem, InvalidEvent
from ebexo.events.parsing import UnreadableBody, read_json
from ebexo.ingest.auth import store_of
from ebexo.ingest.door.body import body_of
from ebexo.ingest.door.shapes import Accepted, ListProblem, answers
from ebexo.ingest.lists import despite_deadlocks, receive_list
from ebexo.ingest.pressure import ask_for_room, note_accepted
from ebexo.ingest.problems import document, problem
from ebexo.ingest.receive import OtherBody
from ebexo.ingest.sharing import receive_sharing
from ebexo.ingest.told import read

LIST_AT_MOST = 500

router = Router(tags=["store"])


@router.post(
    "/events",
    summary="Tell store events",
    operation_id="tell_events",
    response=answers(202, Accepted, 400, 409, 413, 429) | {422: ListProblem},
)
def post_events(request: HttpRequest) -> HttpResponse:
    """One event, or 1 to 500 of them as `{"events": […]}`.

    202 once what is accepted is on disk. An event that was told before is counted as a duplicate, so a call may be
    made again whenever its answer is missing. In a list the good events are accepted and the bad ones named.
    """
    ask_for_room(store_of(request).pk)
    try:
        told = read_json(body_of(request))
    except UnreadableBody as error:
        return problem(HTTPStatus.BAD_REQUEST, str(error))
    return _list(request, told) if "events" in told else _alone(request, told)


def _alone(request: HttpRequest, event: dict[str, Any]) -> HttpResponse:
    try:
        told = read(event, now=timezone.now())
        is_duplicate = despite_deadlocks(partial(receive_sharing, store_of(request), told))
    except (InvalidEvent, OtherBody) as error:
        metrics.EVENTS["rejected"].inc()
        status, detail, fields = _why(error)
        return problem(status, detail, fields=fields)
    return _accepted(request, accepted=int(not is_duplicate), duplicates=int(is_duplicate))


def _list(request: HttpRequest, told: dict[str, Any]) -> HttpResponse:
    if wrong := _wrong_with_list(told):
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "The list can't be read.", fields=wrong)
    receipt = receive_list(store_of(request), told["events"])
    rejected = [
        {"index": index, "problem": _document(error)} for index, error in sorted(receipt.refused.items())
    ]
    metrics.EVENTS["rejected"].inc(len(rejected))
    if len(rejected) == len(told["events"]):
        detail = "None of the events can be accepted."
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, more={"rejected": rejected})
    return _accepted(request, accepted=receipt.accepted, duplicates=receipt.duplicates, rejected=rejected)


def _wrong_with_list(told: dict[str, Any]) -> list[FieldProblem]:
    events = told["events"]
    wrong = [
        FieldProblem(f"/{_escaped(name)}", "There is no such field here.")
        for name in told
        if name != "events"
    ]
    if not isinstance(events, list):
        return [FieldProblem("/events", "This must be a list."), *wrong]
    if not 1 <= len(events) <= LIST_AT_MOST:
        return [FieldProblem("/events", f"A list has 1 to {LIST_AT_MOST} events."), *wrong]
    return wrong


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _why(error: InvalidEvent | OtherBody) -> tuple[HTTPStatus, str, Sequence[FieldProblem]]:
    if isinstance(error, InvalidEvent):
        return HTTPStatus.UNPROCESSABLE_ENTITY, "The event can't be accepted.", error.problems
    return HTTPStatus.CONFLICT, "Another event was told under this id before.", ()


def _document(error: InvalidEvent | OtherBody) -> dict[str, Any]:
    status, detail, fields = _why(error)
    return document(status, detail, fields=fields)


def _accepted(
    request: HttpRequest, *, accepted: int, duplicates: int, rejected: Sequence[dict[str, Any]] = ()
) -> HttpResponse:
    note_accepted(store_of(request).pk, rows=accepted, size=len(body_of(request)) if accepted else 0)
    metrics.EVENTS["accepted"].inc(accepted)
    if duplicates:
        metrics.EVENTS["duplicate"].inc(duplicates)
    counted = {"accepted": accepted, "duplicates": duplicates, "rejected": list(rejected)}
    return JsonResponse(counted, status=HTTPStatus.ACCEPTED)
