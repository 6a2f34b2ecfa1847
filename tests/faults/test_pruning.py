"""Pruning an installation that is at work: by the command, and by itself at night."""

import json
import os
import threading
import time

import pytest

OLD = 8
NEW = 8
AGE = """
from datetime import timedelta
from django.utils import timezone
from ebexo.outbox.models import Message
now = timezone.now()
Message.objects.filter(event_id__startswith="event-old").update(done_at=now - timedelta(days={days}))
"""


@pytest.fixture
def told_long_ago(installation, until):
    """A server and a sandbox at work. Calling it: events were delivered so many days ago, one was refused."""
    installation.open_store()
    installation.sandbox()
    installation.serve()

    def tell(*, days):
        installation.fault("/api/contact/upsert", "refuse_email", email="person-old-0@example.com")
        numbers = [f"old-{number}" for number in range(OLD)]
        for number in numbers:
            assert installation.tell(number).status == 202
        expected = ["failed"] + ["delivered"] * (OLD - 1)
        until(lambda: installation.states(*numbers) == expected)
        aged = installation.run("manage", "shell", "-v", "0", "-c", AGE.format(days=days))
        assert aged.returncode == 0, aged.stderr
        return numbers

    return tell


def rows(installation):
    """What there is, said by a command that drops nothing more."""
    return json.loads(installation.run("prune", "--json").stdout)["sizes"]["rows"]


def test_pruning_beside_a_server_drops_what_is_old_and_stops_nothing(installation, told_long_ago, until):
    old = told_long_ago(days=401)
    accepted, waited = [], []

    def go_on_telling():
        for number in range(NEW):
            started = time.monotonic()
            accepted.append(installation.tell(f"new-{number}").status)
            waited.append(time.monotonic() - started)

    shop = threading.Thread(target=go_on_telling)
    shop.start()
    pruned = installation.run("prune", "--json")
    shop.join()

    assert pruned.returncode == 0, pruned.stderr
    answer = json.loads(pruned.stdout)
    gone = {name: count for name, count in answer["dropped"].items() if count}
    assert gone == {"messages": OLD - 1, "keys": OLD - 1}
    assert answer["longest_transaction_ms"] < 1000
    assert accepted == [202] * NEW
    assert max(waited) < 5
    until(lambda: installation.states(*(f"new-{number}" for number in range(NEW))) == ["delivered"] * NEW)
    assert installation.fate(old[0])["state"] == "failed"
    assert installation.get(f"http://{installation.web}/api/v1/events/event-{old[1]}").status == 404
    again = installation.tell(old[1])
    assert (again.status, again.body["duplicates"]) == (202, 0)
    until(lambda: installation.states(old[1]) == ["delivered"])


def test_a_server_prunes_by_itself_at_night(installation, told_long_ago, until):
    told_long_ago(days=31)
    mark = installation.folder / "data" / "pruned"
    assert until(mark.exists)
    assert installation.processes[-1].terminate() < 25

    yesterday = time.time() - 24 * 3600
    os.utime(mark, (yesterday, yesterday))
    server = installation.serve()

    line = until(
        lambda: next((line for line in server.log.read_text().splitlines() if '"pruned"' in line), None)
    )
    assert f'"payloads": {OLD - 1}' in line
    assert '"messages": 0' in line
    assert time.time() - mark.stat().st_mtime < 60
    assert installation.tell("after").status == 202
    until(lambda: installation.states("after") == ["delivered"])
    assert rows(installation)["ebexo_outbox_message"] == OLD + 1
