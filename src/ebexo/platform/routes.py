"""The platform's door: opening a store, removing it, and a way into its settings. `ebexo.urls` adds it to the API."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import override
from ninja import Header, Router

from ebexo.audit.actions import Action
from ebexo.audit.recording import record
from ebexo.callbacks.addresses import public_base
from ebexo.connection.sentences.settings import FIELDS
from ebexo.connection.settings import RefusedSettings
from ebexo.events import FieldProblem
from ebexo.ingest.door.shapes import answers
from ebexo.ingest.problems import TurnedDown, problem
from ebexo.panel.links import new_link
from ebexo.panel.models import Link
from ebexo.panel.users import platform_user
from ebexo.platform.auth import OperatorBearer, operator_of
from ebexo.platform.opening import SETTINGS, OtherStore, open_for_platform
from ebexo.platform.removing import remove_store
from ebexo.platform.shapes import Advanced, Opened, PanelLink, StoreToOpen
from ebexo.stores.models import Store

FIELD_OF = {"owner_email": "email"} | {column: name for name, column in SETTINGS.items()}
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=255,
        description="a word of the platform's own for this call: made again with it, it opens no second store",
    ),
]

log = structlog.get_logger("ebexo.platform")
router = Router(auth=OperatorBearer(), tags=["platform"])


@router.post(
    "/stores",
    summary="Open a store",
    operation_id="open_store",
    response=answers(201, Opened, 400, 403, 409, 413, 422),
)
def post_store(
    request: HttpRequest, wanted: StoreToOpen, idempotency_key: IdempotencyKey = None
) -> HttpResponse:
    """Takes up to 10 seconds where settings are given, since the connection is checked.

    A check that fails is no error: the store is there. Its keys are shown this once, and for a day to whoever makes
    the same call under the same `Idempotency-Key`.
    """
    try:
        answer = open_for_platform(
            wanted,
            operator=operator_of(request),
            idempotency_key=idempotency_key,
            base=public_base(request),
            now=timezone.now(),
        )
    except RefusedSettings as error:
        detail = "No store was opened, since these settings can't be right."
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, fields=_at_fault(error))
    except OtherStore:
        return problem(HTTPStatus.CONFLICT, "Another store was opened under this Idempotency-Key before.")
    return JsonResponse(answer, status=HTTPStatus.CREATED)


@router.delete(
    "/stores/{store}",
    summary="Remove a store",
    operation_id="remove_store",
    response={**answers(204, Opened, 403, 404), 204: None},
)
def delete_store(request: HttpRequest, store: str) -> HttpResponse:
    """Erases everything of it here; what SALESmanago has stays there. A large store takes minutes.

    If the call is cut off, make it again.
    """
    contents = remove_store(_found(store), now=timezone.now())
    log.info("store_removed", store=store, operator=operator_of(request).pk, **asdict(contents))
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@router.post(
    "/stores/{store}/panel-link",
    summary="Make a link to the store's settings",
    operation_id="make_panel_link",
    response=answers(201, PanelLink, 403, 404),
)
def post_panel_link(request: HttpRequest, store: str) -> HttpResponse:
    """The address works once, within 60 seconds. Whoever opens it may change this store, and sees no other."""
    found = _found(store)
    user = platform_user(found)
    record(Action.PANEL_LINK_MADE, store_id=found.pk)
    link = new_link(user, Link.Purpose.PANEL, base=public_base(request), now=timezone.now())
    answer = {"url": link.url, "expires_at": link.ends_at.isoformat()}
    return JsonResponse(answer, status=HTTPStatus.CREATED)


def _found(handle: str) -> Store:
    found = Store.objects.filter(handle=handle).first() if handle.isprintable() else None
    if found is None:
        raise TurnedDown(HTTPStatus.NOT_FOUND, "There is no such store.")
    return found


def _at_fault(error: RefusedSettings) -> list[FieldProblem]:
    with override("en"):
        return [FieldProblem(_pointer(name), str(FIELDS[key])) for name, key in error.problems.items()]


def _pointer(name: str) -> str:
    field = FIELD_OF.get(name, name)
    return f"/advanced/{field}" if field in Advanced.model_fields else f"/{field}"
