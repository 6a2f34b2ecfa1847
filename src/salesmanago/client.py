"""One method per call that is made to SALESmanago."""

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import aiohttp
from yarl import URL

from salesmanago import answers, messages
from salesmanago.answers import Answer, BasicContact, ContactUpserted
from salesmanago.errors import SalesmanagoError
from salesmanago.limits import DEADLINE_SECONDS
from salesmanago.redaction import Redaction
from salesmanago.signing import Credentials, auth_block
from salesmanago.transport import post

_HEADERS = {
    "Accept": "application/json, application/json",  # word for word what the documentation asks for
    "Content-Type": "application/json;charset=UTF-8",
}


class Client:
    """Calls to one account. A method is one HTTP request, never repeated; a failure is a `SalesmanagoError`.

    `endpoint` is a URL from `normalise_endpoint`; which hosts are allowed is decided there. `deadline` is
    the wall-clock time in seconds that a whole call may take. `proxy` is the URL of an HTTP proxy; one that
    the environment names is never used. The session is the caller's, who closes it. A client holds no state
    between calls, so any number may be in flight.
    """

    def __init__(
        self,
        endpoint: str,
        credentials: Credentials,
        *,
        session: aiohttp.ClientSession,
        deadline: float = DEADLINE_SECONDS,
        proxy: str | None = None,
    ) -> None:
        if session.trust_env:
            raise ValueError("the session takes proxies from the environment; open it with trust_env=False")
        url = URL(endpoint)
        if url.scheme not in ("http", "https") or not url.host:
            raise ValueError("the endpoint is no URL; normalise_endpoint() makes one")
        self._endpoint = endpoint.rstrip("/")
        self._credentials = credentials
        self._session = session
        self._deadline = deadline
        self._proxy = proxy

    async def upsert_contact(self, contact: messages.ContactUpsert) -> ContactUpserted:
        """Add the contact, or change the one with this e-mail; its id stays the same. May be repeated."""
        answer, redaction = await self._call(messages.UPSERT_PATH, contact.to_wire(), self._credentials)
        return answers.contact_upserted(answer, redaction=redaction)

    async def basic_contacts(self, emails: Sequence[str]) -> tuple[BasicContact, ...]:
        """The contacts that SALESmanago has under these e-mails; an unknown one is simply missing.

        No limit is published for this list; SALESmanago's others take 50. Without e-mails nothing is asked.
        """
        if not emails:
            return ()
        answer, redaction = await self._call(
            messages.BASIC_PATH, messages.basic_request(emails), self._credentials
        )
        return answers.basic_contacts(answer, redaction=redaction)

    async def list_users(self) -> tuple[str, ...]:
        """The e-mails that may stand as `owner`. Shows whether endpoint, Client ID and secret are right.

        The owner itself stays out of the call, so that a wrong one does not hide the right ones.
        """
        answer, redaction = await self._call(messages.USERS_PATH, {}, replace(self._credentials, owner=""))
        return answers.users(answer, redaction=redaction)

    async def _call(
        self, path: str, fields: Mapping[str, Any], credentials: Credentials
    ) -> tuple[Answer, Redaction]:
        # Raised here and not where the request is at hand: a traceback may show the variables it passes.
        outcome, redaction = await self._exchange(path, fields, credentials)
        if isinstance(outcome, SalesmanagoError):
            raise outcome
        return outcome, redaction

    async def _exchange(
        self, path: str, fields: Mapping[str, Any], credentials: Credentials
    ) -> tuple[Answer | SalesmanagoError, Redaction]:
        api_key = secrets.token_urlsafe(24)
        block = auth_block(credentials, now_ms=time.time_ns() // 1_000_000, api_key=api_key)
        outcome = await post(
            f"{self._endpoint}{path}",
            _encoded({**block, **fields}),
            session=self._session,
            headers=_HEADERS,
            deadline=self._deadline,
            proxy=self._proxy,
        )
        hidden = (credentials.client_id, credentials.api_secret, api_key, str(block["sha"]))
        return outcome, Redaction(*hidden)


def _encoded(content: Mapping[str, Any]) -> bytes:
    # "replace": an encoding error would carry the whole request in its attributes.
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
