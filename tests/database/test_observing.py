"""`/livez`, `/readyz` and `/metrics`: what is asked, who may ask, and what it costs."""

import re
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from ebexo import metrics
from ebexo.connection.sentences.checking import CONNECTION
from ebexo.contacts.knowledge import Status
from ebexo.history.states import Verdict
from ebexo.operations.observing import health, probes
from ebexo.operations.observing import metrics as telling
from ebexo.operations.observing.standing import standing
from ebexo.outbox.models import Key, Lane, Message
from ebexo.outbox.states import LIVE_STATES, MessageKind, State
from ebexo.stores.models import Account
from ebexo.stores.operators import add_operator_key, revoke_operator_key

pytestmark = pytest.mark.django_db

ELSEWHERE: dict[str, Any] = {"REMOTE_ADDR": "10.0.0.5"}


@pytest.fixture(autouse=True)
def _of_this_test_alone(monkeypatch):
    """What the process remembers between two questions."""
    monkeypatch.setattr(health, "_tables_are_there", False)
    monkeypatch.setattr(health, "_file", None)
    monkeypatch.setattr(health, "_sends", None)
    monkeypatch.setattr(telling, "_registry", telling.registry_with(telling.Reading()))


@pytest.fixture
def ask():
    def asked(path, method="GET", **told):
        return Client(raise_request_exception=False).generic(method, path, **told)

    return asked


@pytest.fixture
def numbers(ask):
    """The samples of `/metrics`, by name and labels."""

    def told():
        families = text_string_to_metric_families(ask("/metrics").content.decode())
        return {
            f"{sample.name}{dict(sorted(sample.labels.items())) or ''}": sample.value
            for family in families
            for sample in family.samples
        }

    return told


@pytest.fixture
def no_database(monkeypatch):
    def away():
        raise OperationalError('connection to server at "10.0.0.20", user "ebexo" failed')

    monkeypatch.setattr(connection, "cursor", away)


def test_a_process_that_answers_is_alive_whatever_the_database_does(ask, no_database):
    answer = ask("/livez")

    assert (answer.status_code, answer.content, answer["Content-Type"]) == (
        200,
        b"ok\n",
        "text/plain; charset=utf-8",
    )
    assert answer["Cache-Control"] == "no-store"
    assert answer.cookies == {}


def test_a_process_is_ready_when_the_database_answers_and_has_its_tables(ask):
    answer = ask("/readyz")

    assert (answer.status_code, answer.json()) == (
        200,
        {"ready": True, "checks": {"database": "ok", "tables": "ok"}},
    )
    assert answer.cookies == {}


def test_without_a_database_nobody_is_ready_and_no_host_is_named(ask, no_database, caplog):
    answer = ask("/readyz")

    assert caplog.records == []  # else there would be an error for every question

    assert (answer.status_code, answer.json()) == (
        503,
        {"ready": False, "checks": {"database": "does not answer"}},
    )


def test_a_process_with_old_tables_is_not_ready_until_they_are_new(ask, monkeypatch):
    plan = ["a migration"]
    graph = SimpleNamespace(leaf_nodes=list)
    executor = SimpleNamespace(loader=SimpleNamespace(graph=graph), migration_plan=lambda targets: plan)
    monkeypatch.setattr(health, "MigrationExecutor", lambda database: executor)

    before = ask("/readyz")
    plan.clear()
    after = ask("/readyz")

    assert (before.status_code, before.json()["checks"]["tables"]) == (
        503,
        "not up to date: run ebexo migrate",
    )
    assert after.status_code == 200


def test_where_sending_stands_still_the_process_is_not_ready(ask):
    health.watch(lambda: False)

    answer = ask("/readyz")

    assert (answer.status_code, answer.json()["checks"]) == (
        503,
        {"database": "ok", "tables": "ok", "dispatcher": "stands still"},
    )


def test_who_hangs_at_the_database_keeps_no_others(ask, monkeypatch):
    monkeypatch.setattr(health, "PATIENCE", 0.01)
    with health._lock:
        answer = ask("/readyz")

    assert (answer.status_code, answer.json()["checks"]) == (503, {"database": "does not answer"})


def test_probes_cost_a_statement_and_know_no_host_name(ask):
    assert ask("/readyz").status_code == 200  # the tables are looked at once

    with CaptureQueriesContext(connection) as captured:
        answers = [ask(path, headers={"Host": "10.9.8.7:8000"}) for path in ("/livez", "/readyz")]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [query["sql"] for query in captured.captured_queries] == ["SELECT 1"]


@pytest.mark.parametrize("path", sorted(probes.ANSWERS))
def test_probes_are_read_and_nothing_else(ask, path):
    shown, head, post = ask(path), ask(path, "HEAD"), ask(path, "POST")

    assert (head.status_code, head.content) == (200, b"")
    assert int(head["Content-Length"]) == pytest.approx(len(shown.content), rel=0.02)
    assert (post.status_code, post["Allow"]) == (405, "GET, HEAD")


def test_metrics_are_told_to_the_machine_itself(ask):
    for address in ("127.0.0.1", "127.8.8.8", "::1"):
        assert ask("/metrics", REMOTE_ADDR=address).status_code == 200


@pytest.mark.parametrize(
    "told",
    [
        ELSEWHERE,
        {"REMOTE_ADDR": ""},
        ELSEWHERE | {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        ELSEWHERE | {"headers": {"Authorization": "Bearer ok_nobody-has-this-one"}},
        ELSEWHERE | {"headers": {"Authorization": "Basic b2s6b2s="}},
        {"REMOTE_ADDR": "127.0.0.1", "ebexo.was_forwarded": True},
    ],
)
def test_metrics_are_told_to_nobody_else(ask, told):
    answer = ask("/metrics", **told)

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert b"ebexo_" not in answer.content


def test_metrics_are_told_for_an_operator_key_and_for_no_other(ask, store):
    row, key = add_operator_key()

    def status(word):
        return ask("/metrics", headers={"Authorization": f"Bearer {word}"}, **ELSEWHERE).status_code

    assert (status(key), status(store.api_key), status(key[:-1])) == (200, 401, 401)
    assert revoke_operator_key(row.pk, now=timezone.now())
    assert status(key) == 401


def test_without_a_database_a_key_can_not_be_looked_up(ask, no_database):
    answer = ask("/metrics", headers={"Authorization": "Bearer ok_some-key-or-other"}, **ELSEWHERE)

    assert answer.status_code == 503
    assert b"10.0.0.20" not in answer.content


def test_without_a_database_the_process_still_tells_what_it_counted(ask, no_database):
    told = ask("/metrics").content.decode()

    assert "ebexo_database_up 0.0" in told
    assert 'ebexo_ingest_events_total{outcome="accepted"}' in told
    assert "ebexo_messages{" not in told


def test_everything_is_there_and_zero_where_nothing_happened(numbers):
    told = numbers()

    assert told["ebexo_database_up"] == 1
    assert {name: value for name, value in told.items() if name.startswith("ebexo_messages{") and value} == {}
    for name in ("ebexo_lanes{'state': 'turned_away'}", "ebexo_connection_problems{'problem': 'secret'}"):
        assert told[name] == 0
    assert told["ebexo_oldest_due_age_seconds{'kind': 'live'}"] == 0
    assert told["ebexo_senders"] == 0
    assert not [name for name in told if name.endswith("_created") or "_created{" in name]


def test_what_waits_and_how_long_is_told(numbers, store, tell, other_store):
    tell(1)
    tell(2)
    failed = tell(3)
    Message.objects.filter(pk=failed.pk).update(state=State.FAILED, done_at=timezone.now())
    Key.objects.filter(pk=failed.key_id).update(head_seq=2)
    Key.objects.filter(store=store).update(due_at=timezone.now() - timedelta(seconds=90))

    told = numbers()

    assert {
        state: told[f"ebexo_messages{{'state': '{state}'}}"] for state in ("waiting", "failed", "held")
    } == {
        "waiting": 2,
        "failed": 1,
        "held": 0,
    }
    assert told["ebexo_oldest_due_age_seconds{'kind': 'live'}"] == pytest.approx(90, abs=30)
    assert told["ebexo_oldest_due_age_seconds{'kind': 'history'}"] == 0
    assert told["ebexo_lanes{'state': 'idle'}"] == 1
    assert told["ebexo_stores{'integration': 'on'}"] == 2
    assert told["ebexo_database_size_bytes"] > 100_000


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, "idle"),
        ({"stopped_at": -1}, "paused"),
        ({"paused_reason": "secret", "backoff_until": 60}, "turned_away"),
        ({"failures": 5, "backoff_until": 60}, "breaker_open"),
        ({"failures": 4, "backoff_until": 60}, "backing_off"),
        ({"failures": 5, "backoff_until": -60}, "idle"),
        ({"lease_until": 30}, "sending"),
        ({"lease_until": -30}, "idle"),
        ({"lease_until": 86400}, "idle"),
    ],
)
def test_a_lane_is_in_one_state_and_one_that_must_not_send_is_not_late(tell, changed, state):
    tell(1)
    now = timezone.now()
    fields = {
        name: now + timedelta(seconds=value) if name.endswith(("_at", "_until")) else value
        for name, value in changed.items()
    }
    Lane.objects.update(**fields)
    Key.objects.update(due_at=now - timedelta(seconds=90))

    found = standing(now=now)

    assert found.lanes == {state: 1}
    assert found.oldest_due["live"] == (90.0 if state in ("idle", "sending") else 0.0)


def test_problems_of_stores_that_are_switched_on_are_counted(numbers, store, other_store):
    Account.objects.update(check_problem="secret")
    Account.objects.filter(pk=other_store.pk).update(active=False)

    told = numbers()

    assert told["ebexo_connection_problems{'problem': 'secret'}"] == 1
    assert (told["ebexo_stores{'integration': 'on'}"], told["ebexo_stores{'integration': 'off'}"]) == (1, 1)


def test_a_long_reading_is_held_for_a_while(monkeypatch):
    readings: Iterator[Any] = iter(range(10))
    clock = iter([100.0, 102.0, 102.0, 110.0, 142.1, 142.1, 142.1])
    monkeypatch.setattr(telling, "monotonic", lambda: next(clock))
    monkeypatch.setattr(telling, "_standing", lambda: next(readings))
    reading: Any = telling.Reading()

    assert [reading(), reading(), reading()] == [0, 0, 1]  # it took 2 seconds, and is good for 40


def test_however_many_stores_there_are_the_statements_are_the_same(store, tell, other_store):
    tell(1)

    with CaptureQueriesContext(connection) as captured:
        standing(now=timezone.now())

    assert len(captured.captured_queries) <= 9


@pytest.mark.skipif("os.environ.get('EBEXO_TEST_DATABASE') == 'postgresql'", reason="SQLite's words")
def test_what_is_over_is_not_read_through(tell):
    tell(1)
    with CaptureQueriesContext(connection) as captured:
        standing(now=timezone.now())

    plans = []
    for sql in (query["sql"] for query in captured.captured_queries if "SELECT" in query["sql"]):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql.replace('%', '%%')}")
            plans += [row[3] for row in cursor.fetchall()]

    of_messages = [line for line in plans if re.search(r"\b(message|ebexo_outbox_message|due)\b", line)]
    assert of_messages == [
        "SCAN ebexo_outbox_message USING INDEX ebexo_message_live",
        "SEARCH message USING COVERING INDEX ebexo_message_ended (store_id=? AND state=? AND done_at>?)",
        "SEARCH message USING COVERING INDEX ebexo_message_ended (store_id=? AND state=? AND done_at>?)",
        "SEARCH due USING INDEX ebexo_key_due (store_id=? AND is_history=? AND due_at<?)",
        "SEARCH due USING INDEX ebexo_key_due (store_id=? AND is_history=? AND due_at<?)",
    ]


def test_labels_have_the_words_of_the_code():
    assert set(metrics.FINAL_STATES) == {*State} - {*LIVE_STATES, State.DISCARDED}
    assert set(metrics.KINDS) == {*MessageKind}
    assert set(metrics.VERDICTS) == {*Verdict}
    assert {status for status, _ in metrics.CALLBACKS} == {Status.OPT_IN, Status.OPT_OUT}
    assert tuple(CONNECTION) == telling.PROBLEMS
