"""What can be checked in the documentation is checked."""

import re
from pathlib import Path

import pytest

from ebexo.cli import EXIT_FAILED, EXIT_REFUSED
from ebexo.cli.advanced import SETTINGS
from ebexo.cli.commands import ebexo
from ebexo.connection.tags import DEFAULT_TAGS, TRIGGERS
from ebexo.consents.gate import Reason
from ebexo.events import EventType
from ebexo.ingest.reasons import DELIVERY
from ebexo.outbox.states import State
from scripts.reference.environment import defaults_with
from scripts.reference.settings import default_of

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"


def page(name: str) -> str:
    return (REFERENCE / f"{name}.md").read_text()


def test_every_environment_variable_is_documented() -> None:
    read = set(re.findall(r'"(EBEXO_[A-Z_]+)"', (ROOT / "src/ebexo/environment.py").read_text()))

    documented = set(re.findall(r"^\| `(EBEXO_[A-Z_]+)`", page("environment"), re.MULTILINE))

    assert documented == read


def test_every_event_type_is_documented() -> None:
    table = page("store-events").split("| Type | When |")[1].split("\n\n")[0]

    documented = re.findall(r"^\| `([a-z]+\.[a-z_]+)`", table, re.MULTILINE)

    assert documented == [event_type.value for event_type in EventType]


def test_every_advanced_setting_is_documented_with_the_default_tags() -> None:
    settings = page("settings")

    documented = set(
        re.findall(r"`([a-z_.]+)`", "".join(re.findall(r"^\| (`[^|]+) \|", settings, re.MULTILINE)))
    )

    assert documented == {*SETTINGS, *(f"tags.{trigger}" for trigger in TRIGGERS)}
    assert all(f"`{tag}`" in settings for tags in DEFAULT_TAGS.values() for tag in tags)


@pytest.mark.parametrize("word", [*State, *Reason, *DELIVERY])
def test_every_state_and_reason_is_documented(word: str) -> None:
    assert f"`{word}`" in page("http-api")


def test_every_command_is_documented() -> None:
    documented = set(re.findall(r"^\| `ebexo ([a-z-]+)", page("command-line"), re.MULTILINE))

    assert documented == set(ebexo.commands)


def test_exit_statuses_are_the_documented_ones() -> None:
    beginning = page("command-line").partition("|")[0]

    assert f"{EXIT_FAILED} it could not be done, {EXIT_REFUSED} a value was refused" in beginning


def test_every_default_of_the_environment_is_the_documented_one() -> None:
    table = page("environment").partition("\n## ")[0]
    documented = re.findall(r"^\| `(EBEXO_[A-Z_]+)` \| `([^`]+)`", table, re.MULTILINE)

    assert len(documented) >= 10
    assert [(name, value) for name, value in documented if not defaults_with(name, value)] == []


def test_every_default_of_a_setting_is_the_documented_one() -> None:
    table = page("settings").split("| Name | Default | Meaning |")[1].split("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()[2:]]
    documented = {
        name: re.sub("^none$", "", default.strip("`"))
        for names, default, _ in rows
        for name in re.findall(r"`([a-z_.]+)`", names)
        if not name.startswith("tags.")
    }

    assert documented == {name: default_of(name) for name in SETTINGS}
