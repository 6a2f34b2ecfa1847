"""An import survives whatever happens to the process that works it off, and holds nobody up."""

import json
import re
import statistics
import time
from pathlib import Path

import pytest

ROWS = 1000


@pytest.fixture
def a_file(tmp_path):
    """A CSV file of so many customers; some rows are no good."""

    def made(rows):
        path = tmp_path / "customers.csv"
        lines = ["customer id;e-mail;first name"]
        for number in range(rows):
            email = "nobody" if number % 100 == 7 else f"past-{number}@example.com"
            lines.append(f"c-{number};{email};Ewa")
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return made


@pytest.fixture
def to_import(installation, a_file):
    """Tell the server's neighbour, the command, to import so many customers."""

    def told(rows, *options):
        path = a_file(rows)
        return installation.run("import", "customers", str(path), "--store", installation.store, *options)

    return told


def imports(installation):
    return installation.query("SELECT state, row_position, rows, is_cleared FROM ebexo_history_import")


def arrived(installation):
    return {email for email in installation.contacts() if email.startswith("past-")}


def expected(rows):
    return {f"past-{number}@example.com" for number in range(rows) if number % 100 != 7}


@pytest.mark.parametrize("part", [pytest.param(1, marks=pytest.mark.long), 5])
def test_killed_in_the_middle_it_goes_on_without_a_gap_or_a_repeat(installation, to_import, until, part):
    installation.open_store("--set", "rate=1000")
    installation.sandbox()
    told = to_import(ROWS)
    assert told.returncode == 0, told.stderr
    assert "once ebexo serve runs" in told.stdout

    killed = installation.start(
        "serve", "--bind", installation.web, EBEXO_FAILPOINTS=f"importing=kill@{part}"
    )
    killed.popen.wait(30)
    assert killed.popen.returncode == -9
    installation.serve()
    until(lambda: imports(installation) == [("done", ROWS, ROWS, 1)], seconds=60)

    assert arrived(installation) == expected(ROWS)
    put = installation.query("SELECT state, kind, COUNT(*) FROM ebexo_outbox_message GROUP BY state, kind")
    assert put == [("delivered", "history", len(expected(ROWS)))]
    assert installation.requests("/api/contact/upsert") == []
    assert all(
        request["body"]["fireEvents"] is False
        for request in installation.requests("/api/contact/batchupsert")
    )


@pytest.mark.long
def test_command_shows_what_it_came_to_and_the_second_time_sends_nothing(installation, to_import):
    installation.open_store("--set", "rate=1000")
    installation.sandbox()
    installation.serve()

    rehearsed = to_import(300, "--rehearse")
    first = to_import(300)
    again = to_import(300)

    rest = "withheld: 0\nnot readable: 3\n  3 email: This is not an e-mail address.\n"
    assert rehearsed.stdout == f"would be sent: 297\nalready sent: 0\nduplicates: 0\n{rest}"
    assert first.stdout == f"sent: 297\nalready sent: 0\nduplicates: 0\n{rest}"
    assert again.stdout == f"sent: 0\nalready sent: 297\nduplicates: 0\n{rest}"
    assert [answer.returncode for answer in (rehearsed, first, again)] == [0, 0, 0]
    assert arrived(installation) == expected(300)


@pytest.mark.parametrize(
    ("mode", "status"),
    [
        pytest.param("automatic", "opt_in", marks=pytest.mark.long),
        pytest.param("consent", "opt_in", marks=pytest.mark.long),
        ("double-opt-in", "opt_out"),
    ],
)
def test_in_no_mode_anybody_is_written_to(installation, tmp_path, until, mode, status):
    installation.open_store("--set", "rate=1000")
    added = installation.run("consent", "add", installation.store, "marketing", "--name", "N", "--text", "T")
    assert added.returncode == 0, added.stderr
    consent = () if mode == "automatic" else ("--consent", "marketing")
    installation.sandbox()
    installation.run("store", "update", installation.store, "--mode", mode, *consent)
    path = tmp_path / "customers.ndjson"
    yes = {"code": "marketing", "granted": True, "at": "2026-10-01T10:00:00Z"}
    lines = [{"customer": {"email": f"past-{number}@example.com"}, "consents": [yes]} for number in range(3)]
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    installation.serve()

    told = installation.run("import", "customers", str(path), "--store", installation.store)

    assert told.stdout.splitlines()[0] == "sent: 3", told.stderr
    assert installation.requests("/api/contact/upsert") == []
    assert [
        (request["body"]["fireEvents"], request["body"]["useApiDoubleOptIn"])
        for request in installation.requests("/api/contact/batchupsert")
    ] == [(False, False)]
    assert {
        (contact["email_status"], len(contact["confirmations"]))
        for contact in installation.contacts().values()
    } == {(status, 0)}


def test_server_stops_in_time_while_it_imports(installation, to_import, until):
    installation.open_store("--set", "rate=1000")
    installation.sandbox()
    to_import(5000)
    server = installation.serve()
    until(lambda: imports(installation)[0][1] > 0)

    assert server.terminate() < 25

    assert server.popen.returncode == 0


@pytest.mark.long
def test_a_hundred_thousand_customers_hold_up_no_live_event(installation, a_file, until, capsys):
    rows = 100_000
    installation.open_store("--set", "rate=1000")
    installation.sandbox()
    server = installation.serve()
    quiet = _latencies(installation, until, "before", seconds=10)
    begun = time.monotonic()
    command = installation.start("import", "customers", str(a_file(rows)), "--store", installation.store)
    until(lambda: imports(installation) and imports(installation)[0][1] > 0, seconds=600)
    read_after = time.monotonic() - begun
    busy = _latencies(installation, until, "during", seconds=30)
    until(lambda: imports(installation)[0][0] == "done", seconds=900)
    took = time.monotonic() - begun
    assert command.popen.wait(30) == 0, command.log.read_text()

    peak = _peak_megabytes(server.popen.pid)
    with capsys.disabled():
        shown = {
            "rows": rows,
            "seconds": round(took, 1),
            "rows a second": round(rows / took),
            "first part after": round(read_after, 1),
            "peak MB": peak,
            "live median ms, quiet and busy": [round(1000 * statistics.median(one)) for one in (quiet, busy)],
            "live worst ms, quiet and busy": [round(1000 * max(one)) for one in (quiet, busy)],
        }
        print(json.dumps(shown))
    assert arrived(installation) == expected(rows)
    assert statistics.median(busy) < 0.5
    assert peak < 400


def _latencies(installation, until, name, *, seconds):
    """Seconds from the telling of a live event until SALESmanago acknowledged it, one after the other."""
    took: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        number = f"{name}-{len(took)}"
        begun = time.monotonic()
        assert installation.tell(number, email=f"{number}@example.com").status == 202
        until(lambda number=number: installation.fate(number)["state"] == "delivered", seconds=60)
        took.append(time.monotonic() - begun)
    return took


def _peak_megabytes(pid):
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))
    assert found
    return round(int(found[1]) / 1024)
