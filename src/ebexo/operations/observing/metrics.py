"""`/metrics`: what this process counted, how the installation stands, and the process itself."""

import platform
import threading
from collections.abc import Callable, Iterator, Mapping
from time import monotonic
from typing import Any

from django.db import Error, connection
from django.utils import timezone
from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from ebexo import __version__, metrics
from ebexo.connection.sentences.checking import CONNECTION
from ebexo.history.states import OPEN
from ebexo.metrics import KINDS
from ebexo.operations.observing import health
from ebexo.operations.observing.standing import COUNTED_STATES, LANE_STATES, Standing, standing

READING_SHARE = 20
"""Reading how the installation stands takes at most a twentieth of the time, however much waits and who asks."""
PATIENCE = 3.0
"""Seconds for which one who asks waits while another reads."""
PROBLEMS = tuple(CONNECTION)


class Outside(Collector):
    """What is read when somebody asks: `read` gives the standing, or None where the database does not answer."""

    def __init__(self, read: Callable[[], Standing | None]) -> None:
        self._read = read

    def describe(self) -> Iterator[Metric]:
        """Nothing is read."""
        return _families(Standing(workers=0, free_bytes=0, floor_bytes=0))

    def collect(self) -> Iterator[Metric]:
        found = self._read()
        yield _one(
            "ebexo_database_up", "1 while the database answers; else what is read from it is missing.", found
        )
        yield _build()
        if found:
            yield from _families(found)


def _one(name: str, meaning: str, value: object) -> Metric:
    return GaugeMetricFamily(name, meaning, value=1 if value else 0)


def _build() -> Metric:
    """Nothing of it changes while the process runs."""
    family = GaugeMetricFamily(
        "ebexo_build_info",
        "Always 1; the labels say what runs here.",
        labels=["version", "python", "database"],
    )
    family.add_metric([__version__, platform.python_version(), connection.vendor], 1)
    return family


def _families(found: Standing) -> Iterator[Metric]:
    yield _by(
        "ebexo_messages",
        "Messages that are not over: to be sent, being sent, or for a person to decide about.",
        "state",
        COUNTED_STATES,
        found.messages,
    )
    yield _by(
        "ebexo_oldest_due_age_seconds",
        "For how long what could be sent by now has been waiting; 0 where nothing is. Lanes that are paused, turned "
        "away or backing off are left out.",
        "kind",
        KINDS,
        found.oldest_due,
    )
    yield _by(
        "ebexo_lanes",
        "Lanes, one for each store that has told something: turned_away by SALESmanago for its settings, paused by an "
        "operator, breaker_open from five failures in a row.",
        "state",
        LANE_STATES,
        found.lanes,
    )
    yield _by(
        "ebexo_stores",
        "Stores, by whether their integration is on.",
        "integration",
        ("on", "off"),
        found.stores,
    )
    yield _by(
        "ebexo_connection_problems",
        "Stores with the integration on whose connection does not work, by what is wrong with it.",
        "problem",
        PROBLEMS,
        found.problems,
    )
    yield _by("ebexo_imports", "Imports that have not ended.", "state", OPEN, found.imports)
    yield _plain(
        "ebexo_import_rows_left", "Rows that imports at work have still to go through.", found.import_rows
    )
    yield _plain("ebexo_database_size_bytes", "Size of the database on its disk.", found.database_bytes)
    senders = found.workers if found.workers is not None else int(health.sends())
    yield _plain(
        "ebexo_senders",
        "Processes that send: workers that gave a sign of life, or the dispatcher of ebexo serve.",
        senders,
    )
    if found.free_bytes is not None and found.floor_bytes is not None:
        yield _plain(
            "ebexo_disk_free_bytes", "Free on the disk of the data directory; SQLite only.", found.free_bytes
        )
        yield _plain(
            "ebexo_disk_floor_bytes",
            "With less than this free events are answered 503; SQLite only.",
            found.floor_bytes,
        )


def _plain(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)


def _by(name: str, meaning: str, label: str, values: tuple[str, ...], counts: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=[label])
    for value in values:
        family.add_metric([str(value)], counts.get(value, 0))
    return family


class Reading:
    """How the installation stands, read by one at a time, and anew once that is due."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: Standing | None = None
        self._read_again_at = 0.0

    def __call__(self) -> Standing | None:
        if not self._lock.acquire(timeout=PATIENCE):
            return None  # whoever reads has got no answer for so long
        try:
            begun_at = monotonic()
            if begun_at >= self._read_again_at:
                self._found = _standing()
                self._read_again_at = monotonic() + READING_SHARE * (monotonic() - begun_at)
            return self._found
        finally:
            self._lock.release()


def _standing() -> Standing | None:
    try:
        return standing(now=timezone.now())
    except Error:
        return None


def registry_with(read: Callable[[], Standing | None]) -> CollectorRegistry:
    """Everything that `/metrics` tells, with the standing that `read` gives."""
    registry = CollectorRegistry(auto_describe=True)
    registry.register(metrics.REGISTRY)
    registry.register(Outside(read))
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


disable_created_metrics()  # type: ignore[no-untyped-call]
_registry = registry_with(Reading())


def exposition(accept: str) -> tuple[bytes, str]:
    """The body and its type, in the format that the header Accept asks for."""
    encode, content_type = choose_encoder(accept)
    body: Any = encode(_registry)
    return body, content_type
