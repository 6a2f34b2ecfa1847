"""The sandbox calls back as SALESmanago does, twice and out of order, while the server is at work."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

JAN = "jan@example.com"
GRANT = {"code": "marketing", "granted": True, "at": "2026-11-01T10:00:00Z"}


@pytest.fixture
def connected(installation):
    """A store in double opt-in mode whose callbacks are pasted into the sandbox."""
    installation.sandbox()
    installation.open_store()
    installation.run("consent", "add", installation.store, "marketing", "--name", "M", "--text", "Yes.")
    mode = ("--mode", "double-opt-in", "--consent", "marketing")
    updated = installation.run("store", "update", installation.store, *mode, "--json")
    installation.serve()
    paste(installation, json.loads(updated.stdout)["callbacks"])
    plain = installation.event
    installation.event = lambda number, **fields: plain(number, **fields) | consents_of(number)
    return installation


def consents_of(number):
    """The first event of a person carries their grant."""
    return {"consents": [GRANT]} if number == 1 else {}


def paste(installation, callbacks):
    here = {
        name: url.replace("http://127.0.0.1:8000", f"http://{installation.web}")
        for name, url in callbacks.items()
    }
    assert installation.backstage("POST", "callbacks", here).status == 201


def requests(installation):
    return len(installation.backstage("GET", "requests").body["requests"])


def statuses(installation):
    url = f"http://{installation.web}/api/v1/changes"
    changes = installation.get(url).body["changes"]
    return [(change["email"], change["status"], change["source"]) for change in changes]


def answered(installation):
    sent = installation.backstage("GET", "callbacks").body["sent"]
    return [record["status"] for record in sent]


@pytest.mark.parametrize("email", [pytest.param(JAN, marks=pytest.mark.long), "jan+sklep@example.com"])
@pytest.mark.parametrize("written", ["encoded", "raw"])
def test_confirming_and_unsubscribing_come_back_and_nothing_is_sent_because_of_it(
    connected, until, email, written
):
    connected.backstage("POST", "switches", {"callback_email": written})
    connected.tell(1, email=email)
    until(lambda: connected.states(1) == ["delivered"])
    asked = requests(connected)
    connected.fault("", "callback_twice")

    connected.backstage("POST", f"confirm/{email}")
    until(lambda: statuses(connected) == [(email, "opt_in", "callback")])
    connected.backstage("POST", f"unsubscribe/{email}")
    until(lambda: len(answered(connected)) == 4)

    assert answered(connected) == [200] * 4
    assert statuses(connected) == [(email, "opt_in", "callback"), (email, "opt_out", "callback")]
    connected.tell(2, email=email)
    assert connected.fate(2)["reason"]["code"] == "no_consent"
    assert requests(connected) == asked


def test_of_callbacks_that_overtake_each_other_the_last_to_arrive_wins_until_statuses_are_read(
    connected, until
):
    connected.tell(1, email=JAN)
    until(lambda: connected.states(1) == ["delivered"])
    connected.fault("", "callback_reordered", times=1)

    connected.backstage("POST", f"confirm/{JAN}")
    connected.backstage("POST", f"unsubscribe/{JAN}")
    until(lambda: len(answered(connected)) == 2)
    assert [status for _, status, _ in statuses(connected)] == ["opt_out", "opt_in"]

    a_day_later(connected)

    until(lambda: statuses(connected)[2:] == [(JAN, "opt_out", "read_back")])


def test_without_callbacks_an_opt_out_is_found_within_a_day(connected, until):
    subscribed(connected, until)
    connected.backstage("POST", "callbacks", {})
    connected.backstage("POST", f"unsubscribe/{JAN}")

    a_day_later(connected)

    until(lambda: statuses(connected)[1:] == [(JAN, "opt_out", "read_back")])
    connected.tell(2, email=JAN)
    assert connected.fate(2)["reason"]["code"] == "no_consent"


@pytest.mark.long
def test_a_thousand_callbacks_at_once_are_all_answered(connected, until):
    """Right and wrong keys, as fast as 50 callers can."""
    subscribed(connected, until)
    asked = requests(connected)
    right = connected.backstage("GET", "callbacks").body["sent"][0]["url"]
    urls = [right, right.replace("opt-in", "opt-out"), right + "0", right.replace("jan@", "ewa@")]

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda number: connected.get(urls[number % 4]).status, range(1000)))

    assert answers == [200, 200, 403, 403] * 250
    assert connected.states(1) == ["delivered"]
    assert requests(connected) == asked


def subscribed(installation, until):
    """Somebody who was sent, and confirmed."""
    installation.tell(1, email=JAN)
    until(lambda: installation.states(1) == ["delivered"])
    installation.backstage("POST", f"confirm/{JAN}")
    until(lambda: statuses(installation) == [(JAN, "opt_in", "callback")])
    until(lambda: answered(installation) == [200])


def a_day_later(installation):
    """Start the server anew, with the last reading a day back."""
    installation.processes[-1].terminate()
    with sqlite3.connect(installation.folder / "data" / "ebexo.sqlite3") as database:
        database.execute("UPDATE ebexo_stores_account SET statuses_read_at = '2026-01-01 00:00:00'")
    database.close()
    installation.serve()
