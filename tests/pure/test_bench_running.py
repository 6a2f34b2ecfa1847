"""A part is measured by a process of its own, and one that fails says why."""

import sys
import time
from pathlib import Path

import pytest

from bench import running
from bench.parts import Part
from bench.rows import Figures, not_measured, row

SAYS = """
import json, sys
from pathlib import Path
from bench.rows import Figures, row

options = dict(one[2:].split("=") for one in sys.argv[1:])
figures = Figures([row("ingest_lists", float(options["value"]), "events/s")])
Path(options["into"]).write_text(json.dumps(figures.as_json()))
"""


@pytest.fixture
def part(tmp_path, monkeypatch):
    """A part whose module is this program."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def made(program, *, seconds=20, options=("--value=5500",), quick=("--value=1",)):
        (tmp_path / "a_part.py").write_text(program)
        return Part("a_part", ("ingest_lists",), seconds, options, quick)

    return made


def test_what_the_process_wrote_is_what_was_measured(part):
    whole = running.measured(part(SAYS), quick=False)
    quick = running.measured(part(SAYS), quick=True)

    assert whole == Figures([row("ingest_lists", 5500.0, "events/s")])
    assert quick == Figures([row("ingest_lists", 1.0, "events/s")])


def test_a_part_that_breaks_names_its_error_without_a_path(part):
    found = running.measured(part("open('/nowhere/at/all.json')"), quick=False)

    error = "ended with 1: FileNotFoundError: [Errno 2] No such file or directory: '…'"
    assert found == Figures([not_measured("ingest_lists")], {"ingest_lists": error})


@pytest.mark.long
def test_a_part_that_hangs_is_given_up_and_ended_with_what_it_started(part, tmp_path, monkeypatch):
    monkeypatch.setattr(running, "PATIENCE", 2)
    hanging = f"""
import subprocess, sys, time
from pathlib import Path
child = subprocess.Popen([{sys.executable!r}, "-c", "import time; time.sleep(60)"])
Path({str(tmp_path / "child")!r}).write_text(str(child.pid))
time.sleep(60)
"""

    found = running.measured(part(hanging, seconds=1), quick=False)

    assert found == Figures([not_measured("ingest_lists")], {"ingest_lists": "not ready within 2 s"})
    assert is_over(int((tmp_path / "child").read_text()))


def is_over(process):
    """Within a few seconds there is no such process, or what is left of it waits for nothing but its parent."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)  # between two looks
    return False
