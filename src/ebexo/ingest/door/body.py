"""The body of a call, never more of it than may be sent."""

from http import HTTPStatus

from django.http import HttpRequest

from ebexo.ingest.problems import TurnedDown

BODY_BYTES = 1_000_000
TOO_LARGE = "A body may have 1 MB at most."
_KEPT = "ebexo.body"


def body_of(request: HttpRequest) -> bytes:
    """The whole body. Raises TurnedDown (413) for one over 1 MB, of which at most that much was read.

    A server that does not say how long the body is (sent in chunks) is read from until the end or the limit.
    """
    if _KEPT not in request.META:
        request.META[_KEPT] = _read(request)
    body: bytes = request.META[_KEPT]
    return body


def _read(request: HttpRequest) -> bytes:
    length = request.META.get("CONTENT_LENGTH") or ""
    if length.isascii() and length.isdigit():
        if len(length.lstrip("0")) > len(str(BODY_BYTES)) or int(length) > BODY_BYTES:
            raise _too_large()
        return request.body
    if "chunked" not in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        return b""
    body = _until_the_limit(request)
    if len(body) > BODY_BYTES:
        raise _too_large()
    return body


def _until_the_limit(request: HttpRequest) -> bytes:
    stream, parts, left = request.META["wsgi.input"], [], BODY_BYTES + 1
    while left and (part := stream.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _too_large() -> TurnedDown:
    return TurnedDown(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE)
