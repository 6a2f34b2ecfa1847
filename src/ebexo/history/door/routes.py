"""`POST /imports`, and `GET` and `PATCH /imports/{id}`."""

from http import HTTPStatus
from io import BytesIO
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Path, Query, Router

from ebexo.history.controlling import NotPossible, change
from ebexo.history.door.shapes import ImportTold, Wanted
from ebexo.history.door.telling import told
from ebexo.history.models import Import, ImportKind, Source
from ebexo.history.reading import Kind, Shape, rows
from ebexo.history.receiving import NotReceiving, begin, close, receive_rows
from ebexo.history.states import ImportState
from ebexo.ingest.auth import store_of
from ebexo.ingest.door.body import body_of
from ebexo.ingest.door.shapes import answers
from ebexo.ingest.pressure import ask_for_room
from ebexo.ingest.problems import TurnedDown, problem

NDJSON = "application/x-ndjson"
ACCEPTED = (NDJSON, "application/ndjson", "application/jsonl")
LARGEST = 2**63 - 1
LINES = Shape("ndjson", "utf-8", None, ())

Number = Annotated[int, Path(alias="import_id", ge=1, le=LARGEST, description="of an import of this store")]
OfKind = Annotated[
    Literal["customers", "orders"] | None,
    Query(description="what the lines are about; needed for a new import"),
]
Rehearse = Annotated[
    bool,
    Query(
        description="judge every row and send nothing; PATCH it to running to send what it found to be new"
    ),
]
Complete = Annotated[
    bool, Query(description="false: more lines follow, and nothing happens until the last call")
]
AppendTo = Annotated[
    int | None,
    Query(ge=1, le=LARGEST, description="the import that these lines belong to; left out in the first call"),
]

router = Router(tags=["store"])
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            NDJSON: {
                "schema": {"type": "string", "description": "one store event on each line"},
                "example": '{"type": "customer.updated", "customer": {"id": "1", "email": "jan@example.com"}}\n',
            }
        },
    }
}


@router.post(
    "/imports",
    summary="Tell history",
    operation_id="tell_history",
    response=answers(201, ImportTold, 400, 404, 409, 413, 415, 422, 429),
    openapi_extra=_BODY,
)
def post_import(
    request: HttpRequest,
    kind: OfKind = None,
    append_to: AppendTo = None,
    *,
    rehearse: Rehearse = False,
    complete: Complete = True,
) -> HttpResponse:
    """Customers or orders that existed before the integration was switched on, as NDJSON: one store event a line.

    A body has 1 MB at most. For more, make the first call with `complete=false`, and further ones with `append_to`
    and the id it answered, the last of them with `complete=true`. Lines that arrive twice are duplicates.
    """
    ask_for_room(store_of(request).pk)
    body = _lines(request, may_be_empty=append_to is not None)
    found = _found(request, append_to) if append_to else _begun(request, kind, rehearse=rehearse)
    now = timezone.now()
    told_rows = rows(BytesIO(body), LINES, kind=Kind(found.kind), now=now)
    try:
        for _ in receive_rows(found, told_rows, now=now, after_line=found.line):
            pass
        if complete:
            found = close(found, now=now)
    except NotReceiving:
        return problem(HTTPStatus.CONFLICT, "This import takes no more lines.")
    return _answer(found, status=HTTPStatus.CREATED)


@router.get(
    "/imports/{import_id}",
    summary="Ask how far an import is",
    operation_id="ask_import",
    response=answers(200, ImportTold, 404, 422),
)
def get_import(request: HttpRequest, import_id: Number) -> HttpResponse:
    """State, numbers, rate and the first rows that are not sent."""
    return _answer(_found(request, import_id))


@router.patch(
    "/imports/{import_id}",
    summary="Start, pause, resume or cancel an import",
    operation_id="change_import",
    response=answers(200, ImportTold, 400, 404, 409, 413, 422),
)
def patch_import(request: HttpRequest, import_id: Number, wanted: Wanted) -> HttpResponse:
    """`running` starts what was rehearsed and resumes what was paused; `cancelled` is for good.

    What waits in the outbox of a paused import is sent, of a cancelled one it is not.
    """
    found = _found(request, import_id)
    try:
        changed = change(found, ImportState(wanted.state), now=timezone.now())
    except NotPossible:
        detail = f"An import that is {found.state} can't become {wanted.state}."
        return problem(HTTPStatus.CONFLICT, detail)
    return _answer(changed)


def _lines(request: HttpRequest, *, may_be_empty: bool) -> bytes:
    """The body. Raises TurnedDown for one that is no NDJSON."""
    body = body_of(request)
    if not body.strip():
        if may_be_empty:
            return b""
        raise TurnedDown(HTTPStatus.BAD_REQUEST, "There are no lines in the body.")
    if (request.content_type or "").lower() not in ACCEPTED:
        raise TurnedDown(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"Send one store event on each line, as “Content-Type: {NDJSON}”.",
        )
    return body


def _begun(request: HttpRequest, kind: str | None, *, rehearse: bool) -> Import:
    if kind is None:
        raise TurnedDown(HTTPStatus.UNPROCESSABLE_ENTITY, "“kind” must be customers or orders.")
    return begin(
        store_of(request),
        kind=ImportKind(kind),
        source=Source.API,
        now=timezone.now(),
        is_rehearsal=rehearse,
        begun_by="API",
    )


def _found(request: HttpRequest, number: int) -> Import:
    found = Import.objects.filter(pk=number, store=store_of(request)).first()
    if found is None:
        raise TurnedDown(HTTPStatus.NOT_FOUND, "This store has no such import.")
    return found


def _answer(found: Import, *, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    answer: dict[str, Any] = told(found, now=timezone.now())
    return JsonResponse(answer, status=status)
