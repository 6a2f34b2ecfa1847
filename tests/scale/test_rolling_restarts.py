"""A new version is let in machine by machine under load: nothing is lost, and nothing is even in doubt."""

import pytest

from bench.chaos.checker import Findings, check
from tests.scale.shops import Shops, told_twice

RESTARTS = 20
"""Of the webs and of the workers, in turns."""
LONGEST_STOP = 25.0
ENDED_WELL = {("delivered", None), ("superseded", None), ("withheld", "return_exceeds_purchase")}
"""The shops do tell returns of more than was bought."""
FATES = """
    SELECT state, CASE WHEN state = 'withheld' THEN reason END, bool_or(in_doubt), max(attempts)
    FROM ebexo_outbox_message GROUP BY 1, 2
"""


@pytest.mark.long
def test_restarting_every_machine_in_turn_loses_nothing_and_leaves_nothing_in_doubt(
    new_cluster, free_address, until, call
):
    cluster = new_cluster()
    cluster.start_sandbox()
    keys = [cluster.open_store() for _ in range(2)]
    cluster.fault("/api/", "latency", seconds=0.05)
    webs = {address: cluster.start_web(address) for address in (cluster.web, free_address())}
    workers = [cluster.start_worker() for _ in range(2)]
    ends = []

    with Shops(list(webs), keys) as shops:
        for number in range(RESTARTS):
            address = list(webs)[number % 2]
            ends.append((webs[address].terminate(), webs[address].popen.returncode))
            webs[address] = cluster.start_web(address)
            ends.append((workers[number % 2].terminate(), workers[number % 2].popen.returncode))
            workers[number % 2] = cluster.start_worker()
    until(lambda: cluster.query(UNFINISHED) == [(0,)], seconds=120)

    slowest = max(seconds for seconds, _ in ends)
    journal = call("GET", f"http://{cluster.far}/_sandbox/requests").body["requests"]
    print(
        f"\n{len(shops.accepted)} events, {len(journal)} calls, {len(ends)} restarts, {shops.repeated} calls of shops"
        f" repeated: the slowest process ended after {slowest:.1f} s"
    )
    fates = cluster.query(FATES)
    assert {status for _, status in ends} == {0}
    assert slowest < LONGEST_STOP
    assert shops.refused == []
    assert check(shops.accepted, journal) == Findings()
    assert told_twice(shops.accepted, journal) == []
    assert {(state, reason) for state, reason, _, _ in fates} <= ENDED_WELL
    assert [fate for fate in fates if fate[2]] == []
    assert cluster.query(OUTCOMES) == [("delivered",)]


UNFINISHED = "SELECT COUNT(*) FROM ebexo_outbox_message WHERE state IN ('waiting', 'in_flight')"
OUTCOMES = "SELECT DISTINCT outcome FROM ebexo_outbox_attempt"
