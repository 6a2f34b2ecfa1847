"""A machine that can't reach PostgreSQL any more: another goes on, and nothing stale comes when it is back."""

import json
import signal
import time
from datetime import UTC, datetime

import pytest

from bench.chaos.checker import Findings, check
from tests.scale.shops import Shops
from tests.scale.wires import Machine, Wire

HOLDS_THE_LANE = "UPDATE ebexo_outbox_lane SET lease_until"
"""Said in the middle of a transaction: the lane's row stays locked while nobody answers."""
UNFINISHED = "SELECT COUNT(*) FROM ebexo_outbox_message WHERE state IN ('waiting', 'in_flight')"
TAKEN_OVER = "SELECT COUNT(*) FROM ebexo_outbox_lane WHERE last_served_at > %s"
HAS_PUT_ROWS = 'UPDATE "ebexo_history_part"'
"""Said in the middle of the transaction that queues a part of an import."""
ADD = "/api/v2/contact/addContactExtEvent"
ROWS = 1000
SHORT = {"EBEXO_SWEEP_SECONDS": "1", "EBEXO_CALL_SECONDS": "3", "EBEXO_LEASE_SECONDS": "6"}
"""So short that the machine that runs the test, busy as it may be, still renews its leases in time."""
BOUGHT = {
    "id": "bought",
    "type": "order.placed",
    "occurred_at": "2026-11-01T10:00:00Z",
    "customer": {"email": "jan@example.com"},
    "order": {"number": "1", "total": 100, "items": [{"product_id": "bought"}]},
}


SILENCE = """
from ebexo.cli import use_tables; use_tables()
from django.db import connection; connection.close()
from ebexo.database import give_up_what_is_cut_off; give_up_what_is_cut_off()
with connection.cursor() as cursor:
    cursor.execute("SHOW idle_in_transaction_session_timeout")
    print(cursor.fetchone()[0])
raise SystemExit
"""


@pytest.mark.parametrize(("lease", "silence"), [("60", "1min"), ("6", "10s")])
def test_transaction_that_is_not_heard_of_any_more_is_given_up(shared, lease, silence):
    calls = "20" if lease == "60" else "1"

    asked = shared.run("x", first=SILENCE, EBEXO_LEASE_SECONDS=lease, EBEXO_CALL_SECONDS=calls)

    assert (asked.stdout, asked.stderr) == (f"{silence}\n", "")


@pytest.fixture
def new_machine(postgresql, tmp_path):
    wires = []

    def new(cluster):
        wires.append(Wire(postgresql.socket))
        return Machine(wires[-1], tmp_path / f"machine-{len(wires)}", cluster.uri)

    yield new
    for wire in wires:
        wire.end()


@pytest.mark.long
@pytest.mark.parametrize("breaks_connections", [False, True], ids=["heard_late", "connections_broken"])
def test_another_machine_goes_on_where_one_was_cut_off_in_the_middle(
    new_cluster, new_machine, until, call, breaks_connections
):
    cluster = new_cluster(**SHORT)
    web, first, second = new_machine(cluster), new_machine(cluster), new_machine(cluster)
    cluster.start_sandbox()
    keys = [cluster.open_store() for _ in range(2)]
    cluster.fault("/api/", "latency", seconds=0.05)
    cluster.start_web(**web.environment)
    cut_off = cluster.start_worker(**first.environment)

    with Shops([cluster.web], keys, persons=4) as shops:
        until(lambda: len(cluster.upserts()) > 20)
        first.wire.cut_behind(HOLDS_THE_LANE)
        until(lambda: first.wire.is_cut)
        cut_at = datetime.now(UTC)
        cluster.start_worker(**second.environment)
        applied = len(cluster.upserts())
        until(lambda: len(cluster.upserts()) > applied + 10)
        until(lambda: cluster.query(TAKEN_OVER, cut_at) == [(2,)])
        took = (datetime.now(UTC) - cut_at).total_seconds()
        first.wire.heal(breaks_connections=breaks_connections)
        time.sleep(3)  # what it has still to say
    until(lambda: cluster.query(UNFINISHED) == [(0,)], seconds=180)

    journal = call("GET", f"http://{cluster.far}/_sandbox/requests").body["requests"]
    print(f"\n{len(shops.accepted)} events, {len(journal)} calls; the other went on after {took:.1f} s")
    assert took < 45
    assert shops.refused == []
    assert check(shops.accepted, journal) == Findings()
    assert cut_off.popen.poll() is None


@pytest.mark.long
def test_call_in_flight_of_a_machine_that_was_cut_off_is_cleared_up_by_another(
    new_cluster, new_machine, until, call
):
    cluster = new_cluster(**SHORT, EBEXO_LOOK_AFTER_SECONDS="0.5")
    first, second = new_machine(cluster), new_machine(cluster)
    cluster.start_sandbox()
    key = cluster.open_store()
    cluster.start_web()
    cut_off = cluster.start_worker(**first.environment)
    cluster.fault(ADD, "latency", seconds=2, times=1)
    url = f"http://{cluster.web}/api/v1/events"
    assert call("POST", url, BOUGHT, Authorization=f"Bearer {key}").status == 202

    def requests(path):
        found = call("GET", f"http://{cluster.far}/_sandbox/requests").body["requests"]
        return [request for request in found if request["path"] == path]

    until(lambda: requests(ADD))
    first.wire.cut()
    cluster.start_worker(**second.environment)
    until(lambda: cluster.undelivered() == 0)
    first.wire.heal(breaks_connections=False)
    time.sleep(3)  # what it has still to say

    assert [request["applied"] for request in requests(ADD)] == [True]
    outcomes = "SELECT outcome FROM ebexo_outbox_attempt ORDER BY id"
    assert [outcome for (outcome,) in cluster.query(outcomes)] == ["interrupted", "found"]
    assert cut_off.popen.poll() is None
    cluster.tell("after")
    until(lambda: cluster.undelivered() == 0)


@pytest.fixture
def told_history(tmp_path):
    """`told_history(cluster)`: a file of customers is handed over for each store; who was in it, by store."""

    def tell(cluster):
        stores = [store["store"] for store in json.loads(cluster.run("store", "list", "--json").stdout)]
        for number, store in enumerate(stores):
            cluster.run("store", "update", store, "--set", "rate=1000")
            lines = [f"c-{row};past-{number}-{row}@example.com;Ewa" for row in range(ROWS)]
            file = tmp_path / f"{number}.csv"
            file.write_text("\n".join(["customer id;e-mail;first name", *lines]), encoding="utf-8")
            cluster.start("import", "customers", str(file), "--store", store)
        return {f"past-{number}-{row}@example.com" for number in range(len(stores)) for row in range(ROWS)}

    return tell


def imported(cluster):
    return cluster.query("SELECT state, row_position, rows FROM ebexo_history_import")


PUT = "SELECT store_id, COUNT(*) FROM ebexo_outbox_message GROUP BY store_id ORDER BY store_id"


@pytest.mark.long
def test_imports_are_shared_by_machines_and_resumed_where_one_was_killed(new_cluster, told_history, until):
    cluster = new_cluster(**SHORT)
    cluster.start_sandbox()
    for _ in range(2):
        cluster.open_store()
    people = told_history(cluster)
    killed = cluster.start("worker", EBEXO_FAILPOINTS="importing=kill@3")
    cluster.start_worker()
    cluster.start_worker()

    until(lambda: imported(cluster) == [("done", ROWS, ROWS)] * 2, seconds=180)

    assert killed.popen.wait(60) == -signal.SIGKILL
    assert [count for _, count in cluster.query(PUT)] == [ROWS, ROWS]
    assert cluster.contacts() == people


@pytest.mark.long
def test_import_is_resumed_by_another_machine_where_one_was_cut_off_in_the_middle_of_a_part(
    new_cluster, new_machine, told_history, until
):
    cluster = new_cluster(**SHORT)
    first = new_machine(cluster)
    cluster.start_sandbox()
    cluster.open_store()
    cut_off = cluster.start_worker(**first.environment)
    first.wire.cut_behind(HAS_PUT_ROWS)
    people = told_history(cluster)
    until(lambda: first.wire.is_cut)
    cluster.start_worker()

    until(lambda: imported(cluster) == [("done", ROWS, ROWS)], seconds=180)
    first.wire.heal(breaks_connections=False)
    time.sleep(3)  # what it has still to say

    assert [count for _, count in cluster.query(PUT)] == [ROWS]
    assert cluster.contacts() == people
    assert cut_off.popen.poll() is None
