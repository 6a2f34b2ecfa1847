"""What the README says to type is typed, in its order, into one shell."""

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from demo.processes import clean_environment
from scripts.page_text import ROOT, blocks

README = (ROOT / "README.md").read_text()
MARK = "--- typed: "


class Terminal:
    """A shell with somebody before it, who waits for each command to end."""

    def __init__(self, folder: Path, **variables: str) -> None:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.shell = subprocess.Popen(
            ["sh"],
            cwd=folder,
            env=clean_environment(PATH=path, **variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def type(self, command: str) -> str:
        """What appeared until the command ended, with status 0."""
        assert self.shell.stdin
        assert self.shell.stdout
        self.shell.stdin.write(f'{command}\necho "\n{MARK}$?"\n')
        self.shell.stdin.flush()
        appeared: list[str] = []
        for line in self.shell.stdout:
            if line.startswith(MARK):
                assert line == f"{MARK}0\n", "".join(appeared)
                break
            appeared.append(line)
        return "".join(appeared)

    def close(self) -> None:
        """Everything that was started here ends."""
        os.killpg(self.shell.pid, signal.SIGTERM)
        self.shell.communicate()


@contextmanager
def terminal(folder: Path, **variables: str) -> Iterator[Terminal]:
    opened = Terminal(folder, **variables)
    try:
        yield opened
    finally:
        opened.close()


def commands(block: str) -> Iterator[str]:
    """The commands of a block: a line, or as many as the shell needs."""
    command = ""
    for line in block.splitlines():
        command += f"{line}\n"
        done = subprocess.run(["sh", "-n"], input=command, text=True, capture_output=True, check=False)
        if done.returncode == 0 and not line.endswith("\\"):
            yield command
            command = ""
    assert command == ""


def told_in(appeared: str, *, name: str) -> dict[str, Any]:
    """The object with this name in it, among what the programs log; empty without one."""
    objects = (json.loads(line) for line in appeared.splitlines() if line.startswith("{"))
    return next((found for found in objects if name in found), {})


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except urllib.error.URLError:
        return False


def test_readme_is_read_command_by_command() -> None:
    made, any_shop, without_panel = ([*commands(block)] for block in blocks(README, "sh"))

    assert [command.split()[:2] for command in made] == [["make", "demo"], ["make", "test"]]
    assert [command.split()[0] for command in any_shop] == ["curl"]
    assert [command.split()[0] for command in without_panel] == [
        *["export", "ebexo", "ebexo", "ebexo", "echo", "curl", "curl"]
    ]


@pytest.mark.long
def test_every_command_of_the_readme_works_as_it_stands(
    tmp_path: Path, free_port: Callable[[], int], until: Callable[..., Any]
) -> None:
    if not shutil.which("curl"):
        pytest.skip("There is no curl here.")
    panel, sandbox = free_port(), free_port()
    here = README.replace(":8000", f":{panel}").replace(":8090", f":{sandbox}")
    bound = {
        "ebexo sandbox &\n": (f"ebexo sandbox --bind 127.0.0.1:{sandbox} &", f"http://127.0.0.1:{sandbox}/"),
        "ebexo serve &\n": (
            f"ebexo serve --bind 127.0.0.1:{panel} &",
            f"http://127.0.0.1:{panel}/panel/login/",
        ),
    }
    _made, any_shop, without_panel = blocks(here, "sh")
    (program,) = blocks(here, "python")

    with terminal(tmp_path, EBEXO_DATA_DIR=str(tmp_path / "data")) as shell:
        appeared = ""
        for command in commands(without_panel):
            command, address = bound.get(command, (command, ""))
            appeared = shell.type(command)
            if address:
                until(lambda address=address: answers(address))
            if "store create" in command:
                opened = told_in(appeared, name="api_key")
                shell.type(f"API_KEY={opened['api_key']}")
        asking = list(commands(without_panel))[-1]
        jan = until(lambda: told_in(shell.type(asking), name="contactId"))
        shell.type(f"export EBEXO_API_KEY=$API_KEY EBEXO_URL=http://127.0.0.1:{panel}")
        told = told_in("".join(shell.type(command) for command in commands(any_shop)), name="accepted")
        (tmp_path / "program.py").write_text(program)
        contact_id = shell.type("python program.py").split()[-1]

    assert opened["check"] == {"ok": True, "problem": None, "sentence": "The connection works."}
    assert (jan["email"], jan["name"]) == ("jan.kowalski@example.com", "Jan Kowalski")
    assert told == {"accepted": 1, "duplicates": 0, "rejected": []}
    assert len(contact_id) == 36
