"""Measuring one part in a process of its own, so that neither memory nor threads of one touch the next."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from bench.machine import ROOT
from bench.parts import Part
from bench.rows import Figures, not_measured

PATIENCE = 5
"""A part that takes so many times as long as it should is given up."""
TO_END = 20.0
A_PATH = re.compile(r"(?<![\w:])/[\w.+-]+(/[\w.+-]+)+")


def measured(part: Part, *, quick: bool) -> Figures:
    """The figures of the part. Where it fails, none of them is measured, and the notes name the error."""
    with tempfile.TemporaryDirectory(prefix="ebexo-bench-") as folder:
        into, log = Path(folder, "figures.json"), Path(folder, "log")
        options = part.quick if quick else part.options
        command = [sys.executable, "-m", part.module, *options, f"--into={into}"]
        error = _run(command, log=log, seconds=part.seconds * PATIENCE)
        if error:
            return Figures([not_measured(name) for name in part.names], dict.fromkeys(part.names, error))
        return Figures.from_json(json.loads(into.read_text()))


def _run(command: list[str], *, log: Path, seconds: float) -> str | None:
    """What went wrong, in a line; None where nothing did."""
    hidden = ("EBEXO_", "DJANGO_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    with log.open("w") as output:
        process = subprocess.Popen(  # noqa: S603  (our own program)
            command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
        )
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            return f"not ready within {seconds:.0f} s"
        finally:
            _end(process)
    return _last_words(log.read_text(errors="replace"), status) if status else None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what still runs of it, with whatever it started."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)  # it ends in order what it started
        with suppress(subprocess.TimeoutExpired):
            process.wait(TO_END)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _last_words(log: str, status: int) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    said = A_PATH.sub("…", lines[-1])[:200] if lines else "it said nothing"
    return f"ended with {status}: {said}"
