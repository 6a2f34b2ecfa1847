"""How an answer travels: at once, late, byte by byte, or not at all."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable

from aiohttp import web

from salesmanago_sandbox.faults.fault import Fault
from salesmanago_sandbox.replies import Reply

# Far above what any sensible client reads of an answer that is usually a few hundred bytes.
BIG_BODY_BYTES = 32 * 1024 * 1024
CHUNK = b"x" * 65536

# Nobody sees an answer with these.
SILENT = ("hang", "reset_before", "reset_after")

Sender = Callable[[web.Request, Reply, Fault], Awaitable[web.StreamResponse]]


async def sent(request: web.Request, reply: Reply, fault: Fault | None) -> web.StreamResponse:
    sender = SENDERS.get(fault.name) if fault else None
    if fault is None or sender is None:
        return plain(reply)
    try:
        return await sender(request, reply, fault)
    except ConnectionError:
        return web.Response()  # The client has gone; there is nobody to answer.


def plain(reply: Reply) -> web.Response:
    return web.Response(
        status=reply.status,
        text=reply.text,
        content_type=reply.content_type,
        charset="utf-8",
        headers=reply.headers,
    )


async def reset(request: web.Request, _: Reply, __: Fault) -> web.StreamResponse:
    abort(request)
    return web.Response()


async def hang(request: web.Request, _: Reply, fault: Fault) -> web.StreamResponse:
    """Silence for `seconds`, then the connection is closed without an answer."""
    await asyncio.sleep(fault.seconds)
    abort(request)
    return web.Response()


async def drip(request: web.Request, reply: Reply, fault: Fault) -> web.StreamResponse:
    """The whole answer in the end, a byte at a time over `seconds`."""
    response = plain(reply)
    body = reply.text.encode()
    slow = web.StreamResponse(status=reply.status, headers=response.headers)
    slow.content_length = len(body)
    await slow.prepare(request)
    for byte in body:
        await asyncio.sleep(fault.seconds / len(body))
        await slow.write(bytes([byte]))
    return slow


async def big_body(request: web.Request, reply: Reply, _: Fault) -> web.StreamResponse:
    """The right answer with a `padding` field of 32 MiB."""
    start = f'{reply.text[:-1]},"padding":"'.encode()
    response = plain(reply)
    big = web.StreamResponse(status=reply.status, headers=response.headers)
    big.content_length = len(start) + BIG_BODY_BYTES + 2
    await big.prepare(request)
    await big.write(start)
    for _chunk in range(BIG_BODY_BYTES // len(CHUNK)):
        await big.write(CHUNK)
    await big.write(b'"}')
    return big


def abort(request: web.Request) -> None:
    """Reset the TCP connection: whatever was not sent yet never is."""
    transport = request.transport
    if transport is None:
        return
    opened: socket.socket | None = transport.get_extra_info("socket")
    if opened is not None:
        # Lingering for no time turns the close into a reset.
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


SENDERS: dict[str, Sender] = {
    "hang": hang,
    "drip": drip,
    "big_body": big_body,
    "reset_before": reset,
    "reset_after": reset,
}
