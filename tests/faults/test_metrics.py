"""What a real server tells of itself, beside a real sandbox: nothing before, and exactly what happened after."""

import json
import signal
import urllib.error
import urllib.request
from http import HTTPStatus

import pytest
from prometheus_client.parser import text_string_to_metric_families

MOVING = ("process_", "python_", "ebexo_database_size", "ebexo_disk", "ebexo_lanes", "ebexo_build")
"""Of the process, of the disk, or over within a moment."""
TIMES = ("_sum", "_bucket")


def asked(address, path, **headers):
    """Status and body; other than the installation's own way it takes plain text."""
    request = urllib.request.Request(f"http://{address}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def numbers_at(address):
    """What `/metrics` tells, without what moves by itself."""
    status, text = asked(address, "/metrics")
    assert status == HTTPStatus.OK
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.startswith(MOVING) and not sample.name.endswith(TIMES)
    }


def changes(before, after):
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


def numbers_after(installation, until, *, delivered):
    """The same once so many were delivered and nothing waits; what is read from the database may be a moment old."""

    def found():
        now = numbers_at(installation.web)
        waits = now["ebexo_messages", "waiting"] + now["ebexo_messages", "in_flight"]
        return now if now["ebexo_messages_finished_total", "delivered"] == delivered and not waits else None

    return until(found)


def lines_of(process):
    """The log; each line must be an object of JSON."""
    return [json.loads(line) for line in process.log.read_text().splitlines()]


def test_one_delivered_event_moves_the_metrics_by_exactly_that(installation, until):
    installation.sandbox()
    installation.open_store()
    installation.serve(EBEXO_LOG_LEVEL="DEBUG")
    before = numbers_at(installation.web)

    installation.tell("one", email="zofia@example.com")
    after = numbers_after(installation, until, delivered=1)

    assert {name: value for name, value in before.items() if value} == {
        ("ebexo_database_up",): 1,
        ("ebexo_senders",): 1,
        ("ebexo_stores", "on"): 1,
    }
    assert changes(before, after) == {
        ("ebexo_ingest_events_total", "accepted"): 1,
        ("ebexo_ingest_request_duration_seconds_count", "accepted"): 1,
        ("ebexo_salesmanago_calls_total", "contact/basic", "ok"): 1,
        ("ebexo_salesmanago_calls_total", "contact/upsert", "ok"): 1,
        ("ebexo_salesmanago_call_duration_seconds_count", "contact/basic"): 1,
        ("ebexo_salesmanago_call_duration_seconds_count", "contact/upsert"): 1,
        ("ebexo_messages_finished_total", "delivered"): 1,
        ("ebexo_delivery_latency_seconds_count", "live"): 1,
    }
    lines = lines_of(installation.processes[-1])
    assert [
        {name: line[name] for name in ("store", "message", "attempt", "endpoint", "outcome")}
        for line in lines
        if line["event"] == "call"
    ] == [
        {"store": 1, "message": 1, "attempt": 1, "endpoint": endpoint, "outcome": "ok"}
        for endpoint in ("contact/basic", "contact/upsert")
    ]
    assert "zofia" not in installation.processes[-1].log.read_text()


@pytest.mark.long
def test_trouble_is_counted_and_has_its_line(installation, until):
    installation.sandbox()
    installation.open_store()
    installation.fault("/api/contact/upsert", "status", status=503, times=1)
    serve = installation.serve()
    before = numbers_at(installation.web)

    installation.tell("one")
    installation.tell("one")
    installation.tell("two", email="nobody")
    after = numbers_after(installation, until, delivered=1)

    found = changes(before, after)
    assert {
        name: count
        for name, count in found.items()
        if name[0] != "ebexo_salesmanago_call_duration_seconds_count"
    } == {
        ("ebexo_ingest_events_total", "accepted"): 1,
        ("ebexo_ingest_events_total", "duplicate"): 1,
        ("ebexo_ingest_events_total", "rejected"): 1,
        ("ebexo_ingest_request_duration_seconds_count", "accepted"): 2,
        ("ebexo_ingest_request_duration_seconds_count", "refused"): 1,
        ("ebexo_salesmanago_calls_total", "contact/basic", "ok"): 2,
        ("ebexo_salesmanago_calls_total", "contact/upsert", "unavailable"): 1,
        ("ebexo_salesmanago_calls_total", "contact/upsert", "ok"): 1,
        ("ebexo_message_retries_total", "unavailable"): 1,
        ("ebexo_messages_finished_total", "delivered"): 1,
        ("ebexo_delivery_latency_seconds_count", "live"): 1,
    }
    (line,) = [line for line in lines_of(serve) if line["event"] == "call"]
    assert {name: line[name] for name in line if name not in ("time", "duration_ms", "logger")} == {
        "level": "info",
        "event": "call",
        "store": 1,
        "message": 1,
        "attempt": 1,
        "endpoint": "contact/upsert",
        "outcome": "unavailable",
        "reason": "status",
        "http_status": 503,
    }


@pytest.mark.long
def test_what_a_killed_server_left_is_counted_as_taken_over(installation, until):
    installation.sandbox()
    installation.open_store()
    installation.fault("/api/contact/upsert", "hang", seconds=60, times=1)
    serve = installation.serve()
    installation.tell("one")
    until(lambda: "/api/contact/upsert" in [r["path"] for r in installation.requests()])
    serve.kill()

    installation.serve()
    until(lambda: numbers_at(installation.web)["ebexo_messages_finished_total", "delivered"])

    assert numbers_at(installation.web)["ebexo_lease_takeovers_total",] == 1


def test_a_server_is_alive_and_ready_and_says_what_is_missing(installation, until):
    installation.open_store()
    serve = installation.serve()

    assert asked(installation.web, "/livez", Host="10.0.0.9:8000") == (200, "ok\n")
    status, text = asked(installation.web, "/readyz", Host="10.0.0.9:8000")
    assert (status, json.loads(text)) == (
        200,
        {"ready": True, "checks": {"database": "ok", "tables": "ok", "dispatcher": "ok"}},
    )
    assert asked(installation.web, "/metrics", **{"X-Forwarded-For": "127.0.0.1"})[0] == 401

    database = installation.folder / "data" / "ebexo.sqlite3"
    database.rename(database.with_name("away"))
    status, text = asked(installation.web, "/readyz")
    assert (status, json.loads(text)["checks"]) == (
        503,
        {"database": "its file was moved or replaced: restart", "dispatcher": "ok"},
    )
    assert str(installation.folder) not in text
    assert asked(installation.web, "/livez")[0] == 200
    serve.send(signal.SIGTERM)


@pytest.mark.long
def test_readiness_follows_postgresql(own_postgresql, on, until):
    installation = on(own_postgresql.uri())
    installation.serve()
    assert asked(installation.web, "/readyz")[0] == 200

    own_postgresql.stop_hard()
    _, text = until(lambda: (told := asked(installation.web, "/readyz"))[0] == 503 and told)

    assert json.loads(text) == {"ready": False, "checks": {"database": "does not answer"}}
    assert asked(installation.web, "/livez")[0] == 200
    assert "ebexo_database_up 0.0" in asked(installation.web, "/metrics")[1]
    own_postgresql.start()
    until(lambda: asked(installation.web, "/readyz")[0] == 200)
