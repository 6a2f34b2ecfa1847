"""The script for a shop's pages, and the answer to the question it asks. Neither touches a session or sets a cookie."""

import hashlib
import math
import time
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

import structlog
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from ebexo.client_address import client_address
from ebexo.environment import environment
from ebexo.events.parsing import UnreadableBody, read_json
from ebexo.ingest.problems import problem
from ebexo.storefront.remote.identity import Answer, about_cookie, about_person
from ebexo.storefront.remote.identity_token import BadToken, read_token
from ebexo.storefront.remote.script import script
from ebexo.storefront.remote.throttle import Throttle, network_of
from ebexo.stores.keys import signing_secrets
from ebexo.stores.models import Account

CACHED_SECONDS = 300
BODY_BYTES = 8_192
# Many people share the address of a company or of a phone network, and each page asks five times at most.
BY_ADDRESS = Throttle(rate=5, burst=100)
BY_STORE = Throttle(rate=50, burst=500)

log = structlog.get_logger("ebexo.storefront")


@require_safe
def ebexo_js(request: HttpRequest, public_key: str) -> HttpResponseBase:
    """The script. It depends on the store's settings alone, so that it may be kept for a while by anybody."""
    try:
        account = _account(public_key)
    except DatabaseError as error:
        log.error("script_not_read", error=type(error).__name__)
        return _javascript(script(None), status=HTTPStatus.SERVICE_UNAVAILABLE)
    response = _javascript(script(account), status=HTTPStatus.OK if account else HTTPStatus.NOT_FOUND)
    response["Cache-Control"] = f"public, max-age={CACHED_SECONDS}"
    response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


@csrf_exempt
@require_http_methods(["POST", "OPTIONS"])
def identity(request: HttpRequest, public_key: str) -> HttpResponse:
    """What the page may know of the person in front of it.

    Pages of any origin may ask, without credentials: only what the body says counts, never who sent it from where.
    """
    response = HttpResponse(status=HTTPStatus.NO_CONTENT) if request.method == "OPTIONS" else None
    response = response or _throttled(request, public_key) or _asked(request, public_key)
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Headers"] = "Content-Type"
    response["Access-Control-Max-Age"] = "86400"
    response["Cache-Control"] = "no-store"
    return response


def _throttled(request: HttpRequest, public_key: str) -> HttpResponse | None:
    now = time.monotonic()
    client = client_address(
        connected=request.META.get("REMOTE_ADDR", ""),
        forwarded_for=request.META.get("HTTP_X_FORWARDED_FOR", ""),
        trusted=environment().trusted_proxies,
    )
    address = network_of(client, proxies=environment().trusted_proxies)
    seconds = BY_ADDRESS.seconds_to_wait(address, now=now) if address else 0.0
    seconds = seconds or BY_STORE.seconds_to_wait(public_key, now=now)
    if not seconds:
        return None
    response = problem(HTTPStatus.TOO_MANY_REQUESTS, "Too many questions. Ask again a little later.")
    response["Retry-After"] = str(math.ceil(seconds))
    return response


def _asked(request: HttpRequest, public_key: str) -> HttpResponse:
    body = request.read(BODY_BYTES + 1)
    if len(body) > BODY_BYTES:
        return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "A body may have 8 kB at most.")
    try:
        account = _account(public_key)
        if account is None:
            return problem(HTTPStatus.NOT_FOUND, "No store has this public key.")
        return JsonResponse(asdict(_answer(read_json(body), account)))
    except UnreadableBody as error:
        return problem(HTTPStatus.BAD_REQUEST, str(error))
    except BadToken as error:
        return problem(HTTPStatus.UNAUTHORIZED, str(error))
    except DatabaseError as error:
        log.error("identity_not_read", error=type(error).__name__)
        response = problem(HTTPStatus.SERVICE_UNAVAILABLE, "The person could not be looked up. Ask again.")
        response["Retry-After"] = "5"
        return response


def _answer(question: dict[str, Any], account: Account) -> Answer:
    """Raises BadToken."""
    now, token, contact_id = timezone.now(), question.get("token"), question.get("smclient")
    if token is None and isinstance(contact_id, str):
        return about_cookie(contact_id, account)
    if not isinstance(token, str):
        raise BadToken("Send the token that says who is logged in, or the cookie “smclient”, as text.")
    secrets = signing_secrets(account.store, now=now)
    return about_person(read_token(token, secrets=secrets, now=now), account)


def _account(public_key: str) -> Account | None:
    return Account.objects.filter(store__public_key=public_key).select_related("store").first()


def _javascript(text: str, *, status: HTTPStatus) -> HttpResponse:
    """Any shop's pages may load it, however strictly they separate themselves from other sites."""
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8", status=status)
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
