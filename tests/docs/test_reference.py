"""What can be checked in the documentation is checked."""

import re
from pathlib import Path

import pytest

from ebexo.cli.advanced import SETTINGS
from ebexo.cli.commands import ebexo
from ebexo.consents.gate import Reason
from ebexo.delivery.tags import DEFAULT_TAGS, TRIGGERS
from ebexo.events import EventType
from ebexo.outbox.states import State

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


@pytest.mark.parametrize("word", [*State, *Reason])
def test_every_state_and_reason_is_documented(word: str) -> None:
    assert f"`{word}`" in page("http-api")


def test_every_command_is_documented() -> None:
    documented = set(re.findall(r"^\| `ebexo ([a-z-]+)", page("command-line"), re.MULTILINE))

    assert documented == set(ebexo.commands)


@pytest.mark.parametrize(
    "path", sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("src/**/*.md")])
)
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text())

    missing = [link for link in links if not (path.parent / link).exists()]

    assert missing == []
