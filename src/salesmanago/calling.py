"""A signed call to one account."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import aiohttp
from yarl import URL

from salesmanago.answers.answer import Answer
from salesmanago.encoding import encoded
from salesmanago.errors import SalesmanagoError
from salesmanago.redaction import Redaction
from salesmanago.signing import Credentials, auth_block
from salesmanago.transport import post

_HEADERS = {
    "Accept": "application/json, application/json",  # word for word what the documentation asks for
    "Content-Type": "application/json;charset=UTF-8",
}


class Caller:
    """Signs and posts; see `Client` for the arguments."""

    def __init__(
        self,
        endpoint: str,
        credentials: Credentials,
        *,
        session: aiohttp.ClientSession,
        deadline: float,
        proxy: str | None,
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

    async def call(
        self, path: str, fields: Mapping[str, Any], *, names_owner: bool
    ) -> tuple[Answer, Redaction]:
        """The answer to one request, and what hides its secrets; raises `SalesmanagoError` if none came."""
        credentials = self._credentials if names_owner else replace(self._credentials, owner="")
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
            encoded({**block, **fields}),
            session=self._session,
            headers=_HEADERS,
            deadline=self._deadline,
            proxy=self._proxy,
        )
        hidden = (credentials.client_id, credentials.api_secret, api_key, str(block["sha"]))
        return outcome, Redaction(*hidden)
