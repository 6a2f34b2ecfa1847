"""Moments are whole milliseconds since 1970, as in the vendor's API."""

import time
from datetime import UTC, datetime


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def iso(moment: int) -> str:
    """`2026-11-23T10:00:00.123Z`"""
    seconds, milliseconds = divmod(moment, 1000)
    return f"{datetime.fromtimestamp(seconds, tz=UTC):%Y-%m-%dT%H:%M:%S}.{milliseconds:03d}Z"
