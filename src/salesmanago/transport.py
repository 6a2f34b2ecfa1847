"""One HTTP request and its answer, within one deadline and without a second try."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import BytesPayload

from salesmanago.answers.answer import Answer
from salesmanago.answers.retry_after import retry_after_seconds
from salesmanago.errors import OutcomeUnknown, SalesmanagoError, Unavailable, UnavailableReason, UnknownReason
from salesmanago.limits import ANSWER_BYTES

# Our own deadline covers the whole call. The session's would raise in the midst of it.
_NO_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=None, ceil_threshold=0)
_CONNECTION_FAILURES = (aiohttp.ClientError, OSError)


class _Body(BytesPayload):
    """A body that remembers whether it was begun to be sent.

    aiohttp asks for it after the connection stands, TLS and proxy included, and holds the headers back
    until then: as long as `begun` is false, not one byte of the request has left.
    """

    begun = False

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        self.begun = True
        await super().write_with_length(writer, content_length)


async def post(
    url: str,
    content: bytes,
    *,
    session: aiohttp.ClientSession,
    headers: Mapping[str, str],
    deadline: float,
    proxy: str | None,
) -> Answer | SalesmanagoError:
    """The answer, or the error that stands for the lack of one.

    Given back and not raised, so that no error drags aiohttp's own behind it, nor this frame, which holds
    the request.
    """
    body = _Body(content)
    response: aiohttp.ClientResponse | None = None
    try:
        async with asyncio.timeout(deadline) as limit:
            # aiohttp repeats a request on a connection that died while idle, but never a POST.
            response = await session.post(
                url,
                data=body,
                headers=headers,
                proxy=proxy,
                allow_redirects=False,
                raise_for_status=False,
                timeout=_NO_TIMEOUT,
            )
            return await _read(response)
    except TimeoutError as error:
        if limit.expired():
            return _answer(response, broken="timeout") if response else _late(body)
        return _lost(body, error)
    except _CONNECTION_FAILURES as error:
        return _answer(response, broken="truncated") if response else _lost(body, error)
    finally:
        if response is not None:
            response.close()  # a connection whose answer was read whole is back in the pool already


async def _read(response: aiohttp.ClientResponse) -> Answer:
    received = bytearray()
    async for chunk in response.content.iter_any():
        received += chunk
        if len(received) > ANSWER_BYTES:
            return _answer(response, broken="too_large")
    return _answer(response, bytes(received))


def _answer(
    response: aiohttp.ClientResponse, body: bytes = b"", *, broken: UnknownReason | None = None
) -> Answer:
    retry_after = retry_after_seconds(response.headers.get("Retry-After"), now=datetime.now(UTC))
    return Answer(status=response.status, body=body, retry_after=retry_after, broken=broken)


def _late(body: _Body) -> SalesmanagoError:
    return OutcomeUnknown("timeout") if body.begun else Unavailable("timeout_connect")


def _lost(body: _Body, error: Exception) -> SalesmanagoError:
    return OutcomeUnknown("connection") if body.begun else Unavailable(_cause(error))


def _cause(error: Exception) -> UnavailableReason:
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "dns"
        case aiohttp.ClientSSLError():
            return "tls"
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
            return "proxy"
    return "connection"
