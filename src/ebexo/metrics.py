"""What a process counts of its own work, under the names that Prometheus reads.

Defined down here, so that every module may count; what is read from the database comes in `ebexo.operations`. Every
combination of labels is there from the beginning, as zero, and none is ever a store or a person: see
docs/explanation/operation.md. The registry is our own: a Django shop that embeds us keeps its metrics apart from ours.
"""

from collections.abc import Iterable
from itertools import product

from prometheus_client import CollectorRegistry, Counter, Histogram

REGISTRY = CollectorRegistry(auto_describe=True)

DOOR_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
CALL_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40)
LATENCY_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21600, 86400)

ENDPOINTS = (
    "contact/upsert", "contact/batchupsert", "contact/basic", "contact/basicById", "contact/list", "contact/listById",
    "contact/delete", "v2/contact/addContactExtEvent", "v2/contact/updateContactExtEvent",
    "v2/contact/deleteContactExtEvent", "v2/contact/addBatchContactExtEvent", "user/listByClient",
)  # fmt: skip
"""What is called at SALESmanago, below `/api/`."""
CALL_OUTCOMES = ("ok", "refused", "credentials", "throttled", "unavailable", "unknown")
FINAL_STATES = ("delivered", "withheld", "superseded", "held", "failed")
KINDS = ("live", "history")
RETRY_KINDS = (
    "credentials", "throttled", "unavailable", "unknown", "refused", "left_out", "event_gone", "broke",
)  # fmt: skip
VERDICTS = ("new", "already_sent", "withheld", "invalid", "duplicate")


def _counters(name: str, meaning: str, label: str, values: Iterable[str]) -> dict[str, Counter]:
    family = Counter(name, meaning, [label], registry=REGISTRY)
    return {value: family.labels(value) for value in values}


def _histograms(
    name: str, meaning: str, label: str, values: Iterable[str], *, buckets: tuple[float, ...]
) -> dict[str, Histogram]:
    family = Histogram(name, meaning, [label], registry=REGISTRY, buckets=buckets)
    return {value: family.labels(value) for value in values}


EVENTS = _counters(
    "ebexo_ingest_events_total",
    "Store events told over HTTP; rejected ones were answered with what is wrong with them.",
    "outcome",
    ("accepted", "duplicate", "rejected"),
)
INGEST = _histograms(
    "ebexo_ingest_request_duration_seconds",
    "From a call that tells events to its answer: 202 (accepted), 4xx (refused) or 5xx (failed).",
    "outcome",
    ("accepted", "refused", "failed"),
    buckets=DOOR_SECONDS,
)
_CALLBACKS = Counter(
    "ebexo_callbacks_total",
    "Callbacks of SALESmanago; refused are those with a wrong key.",
    ["status", "outcome"],
    registry=REGISTRY,
)
CALLBACKS = {
    (status, outcome): _CALLBACKS.labels(status, outcome)
    for status, outcome in product(("opt_in", "opt_out"), ("accepted", "refused", "unknown_store", "failed"))
}
_CALLS = Counter(
    "ebexo_salesmanago_calls_total",
    "Calls to SALESmanago that have ended; whether those with the outcome unknown arrived is looked up.",
    ["endpoint", "outcome"],
    registry=REGISTRY,
)
_CALL_SECONDS = Histogram(
    "ebexo_salesmanago_call_duration_seconds",
    "How long a call to SALESmanago took, whatever came of it.",
    ["endpoint"],
    registry=REGISTRY,
    buckets=CALL_SECONDS,
)
FINISHED = _counters(
    "ebexo_messages_finished_total",
    "Messages whose sending came to an end, by their final state. What is withheld on arrival was never to be sent.",
    "state",
    FINAL_STATES,
)
LATENCY = _histograms(
    "ebexo_delivery_latency_seconds",
    "From the acceptance of an event to SALESmanago's acknowledgement.",
    "kind",
    KINDS,
    buckets=LATENCY_SECONDS,
)
RETRIES = _counters(
    "ebexo_message_retries_total",
    "Messages that go back to wait after a call, by what came of it.",
    "reason",
    RETRY_KINDS,
)
IN_DOUBT = Counter(
    "ebexo_messages_in_doubt_total",
    "Times that nobody could say whether SALESmanago had taken a message.",
    registry=REGISTRY,
)
TAKEOVERS = Counter(
    "ebexo_lease_takeovers_total",
    "Lanes taken over with messages in flight that a dead process had left.",
    registry=REGISTRY,
)
LEASES_LOST = Counter(
    "ebexo_leases_lost_total",
    "Lanes that another process took from this one, which was too slow; it wrote nothing any more.",
    registry=REGISTRY,
)
IMPORT_ROWS = _counters(
    "ebexo_import_rows_total",
    "Rows of running imports, by what became of them; rehearsals are left out.",
    "verdict",
    VERDICTS,
)
LOG_LINES = _counters(
    "ebexo_log_lines_total",
    "Lines in the log of this process that are worth a look.",
    "level",
    ("warning", "error"),
)


def count_call(endpoint: str, outcome: str, seconds: float) -> None:
    """A call to SALESmanago has ended."""
    calls = _calls.get((endpoint, outcome)) or _CALLS.labels(endpoint, outcome)
    calls.inc()
    took = _call_seconds.get(endpoint) or _CALL_SECONDS.labels(endpoint)
    took.observe(seconds)


_calls = {pair: _CALLS.labels(*pair) for pair in product(ENDPOINTS, CALL_OUTCOMES)}
_call_seconds = {endpoint: _CALL_SECONDS.labels(endpoint) for endpoint in ENDPOINTS}
