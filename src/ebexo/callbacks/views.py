"""Answering a callback: quickly, and alike for people known and unknown."""

from http import HTTPStatus

import structlog
from django.db import DatabaseError, transaction
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from ebexo import metrics
from ebexo.callbacks.addresses import constant_of
from ebexo.callbacks.verification import verified_email
from ebexo.contacts.knowledge import Status
from ebexo.contacts.statuses import Source, person_behind, standing_status
from ebexo.standing import learn_status
from ebexo.stores.models import Account

OUTCOMES = {
    HTTPStatus.OK: "accepted",
    HTTPStatus.FORBIDDEN: "refused",
    HTTPStatus.NOT_FOUND: "unknown_store",
    HTTPStatus.SERVICE_UNAVAILABLE: "failed",
}

log = structlog.get_logger("ebexo.callbacks")


@transaction.non_atomic_requests
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def callback(request: HttpRequest, handle: str, status: Status) -> JsonResponse:
    """200 for a right key, whoever it is about; 403 for a wrong one; 404 where there is no such store."""
    response = _taken(request, handle, status)
    metrics.CALLBACKS[status, OUTCOMES[HTTPStatus(response.status_code)]].inc()
    return response


def _taken(request: HttpRequest, handle: str, status: Status) -> JsonResponse:
    try:
        account = Account.objects.filter(store__handle=handle).first()
        if account is None:
            return _answer(HTTPStatus.NOT_FOUND)
        email = verified_email(_query(request), constant=constant_of(handle))
        if email is None:
            return _answer(HTTPStatus.FORBIDDEN)
        _mirror(account, email, status)
    except DatabaseError as error:
        log.error("callback_not_stored", error=type(error).__name__)  # its text may quote the address
        response = _answer(HTTPStatus.SERVICE_UNAVAILABLE)
        response["Retry-After"] = "5"
        return response
    return _answer(HTTPStatus.OK)


def _mirror(account: Account, email: str, status: Status) -> None:
    contact = person_behind(email, store_id=account.store_id, remote=account.remote)
    # a repeated callback is seen without taking the database's one place to write
    if contact and standing_status(contact, remote=account.remote) is not status:
        learn_status(contact, status=status, at=timezone.now(), source=Source.CALLBACK)


def _query(request: HttpRequest) -> str:
    """The query string as it was sent; a server hands its bytes over as Latin-1."""
    query = str(request.META.get("QUERY_STRING", ""))
    return query.encode("latin-1", "replace").decode("utf-8", "replace")


def _answer(status: HTTPStatus) -> JsonResponse:
    return JsonResponse({"success": status is HTTPStatus.OK}, status=status)
