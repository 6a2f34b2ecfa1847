"""Whether a server answers at an endpoint at all, and what time it has there. Nothing of the account is told to it."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp


@dataclass(frozen=True)
class Reached:
    """`problem`: "dns", "tls" or "network", None where it answers; `at`: its clock, None where it does not say."""

    problem: str | None
    at: datetime | None = None


async def reach(
    endpoint: str, *, session: aiohttp.ClientSession, deadline: float, proxy: str | None
) -> Reached:
    """Ask for the first page of this server, whatever it is."""
    try:
        async with (
            asyncio.timeout(deadline),
            session.get(f"{endpoint}/", allow_redirects=False, proxy=proxy) as response,
        ):
            return Reached(None, _moment(response.headers.get("Date", "")))
    except aiohttp.ClientConnectorDNSError:
        return Reached("dns")
    except aiohttp.ClientSSLError:
        return Reached("tls")
    except (aiohttp.ClientError, OSError):  # a timeout is one
        return Reached("network")


def _moment(date: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(date)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
