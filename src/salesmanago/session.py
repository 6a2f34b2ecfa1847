"""The HTTP session that calls are made over."""

import platform
from importlib import metadata

import aiohttp

# Shorter than servers keep an idle connection, so that a call seldom meets one that is just being closed.
_KEEPALIVE_SECONDS = 15.0


def open_session(*, limit: int = 0) -> aiohttp.ClientSession:
    """A session for any number of clients; close it when done. Call it where an event loop runs.

    `limit` is the number of simultaneous connections, 0 for any. Cookies are not kept, and proxies and
    passwords that the environment names (`HTTPS_PROXY`, `.netrc`) are ignored.
    """
    connector = aiohttp.TCPConnector(limit=limit, keepalive_timeout=_KEEPALIVE_SECONDS)
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": _user_agent()},
        trust_env=False,
    )


def _user_agent() -> str:
    try:
        version = metadata.version("ebexo-salesmanago")
    except metadata.PackageNotFoundError:  # used from a source tree that nobody installed
        version = "0"
    return f"ebexo-salesmanago/{version} (python {platform.python_version()})"
