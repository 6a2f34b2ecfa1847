"""Workers that are killed again and again while a far side fails now and then: nothing is lost, nothing overtakes."""

import random
import threading
from collections import defaultdict

import pytest

PEOPLE = 12


@pytest.mark.long
def test_nothing_is_lost_and_nothing_overtakes_while_workers_die(new_cluster, short, until, call):
    cluster = new_cluster(**short)
    cluster.start_sandbox()
    keys = [cluster.open_store() for _ in range(2)]
    cluster.start_web()
    cluster.fault("/api/contact/upsert", "status", status=500, rate=0.1)
    cluster.fault("/api/contact/upsert", "reset_after", rate=0.1)
    over, chance = threading.Event(), random.Random(1)

    def kill_again_and_again():
        workers = [cluster.start_worker() for _ in range(2)]
        while not over.wait(chance.uniform(1, 4)):
            place = chance.randrange(2)
            workers[place].kill()
            workers[place] = cluster.start_worker()

    killer = threading.Thread(target=kill_again_and_again)
    killer.start()
    last: dict[str, int] = {}
    try:
        for number in range(240):
            email = f"jan-{number % PEOPLE}@example.com"
            told = cluster.tell(number, key=keys[number % PEOPLE % 2], email=email, company=str(number))
            assert told.status == 202
            last[email] = number
            over.wait(0.1)
    finally:
        over.set()
        killer.join()
    cluster.clear_faults()
    until(lambda: cluster.query(UNFINISHED) == [(0,)], seconds=120)

    arrived = defaultdict(list)
    for request in call("GET", f"http://{cluster.far}/_sandbox/requests").body["requests"]:
        if request["path"] == "/api/contact/upsert" and request["applied"]:
            contact = request["body"]["contact"]
            arrived[contact["email"]].append(int(contact["company"]))
    assert {email: numbers[-1] for email, numbers in arrived.items()} == last
    assert [numbers for numbers in arrived.values() if numbers != sorted(numbers)] == []


UNFINISHED = "SELECT COUNT(*) FROM ebexo_outbox_message WHERE state NOT IN ('delivered', 'superseded')"
