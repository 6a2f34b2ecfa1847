"""Whatever a page names by its name is there: commands, options, variables, targets of make."""

import re
from importlib.util import find_spec

import click
import pytest

from ebexo.cli.advanced import SETTINGS
from ebexo.cli.commands import ebexo
from ebexo.connection.tags import TRIGGERS
from scripts.page_text import ROOT, pages, snippets
from scripts.reference.environment import variables

PAGES = {str(path.relative_to(ROOT)): path.read_text() for path in pages()}
CODE = {name: snippets(text) for name, text in PAGES.items()}
COMMAND = re.compile(
    r"(?:^ *|[/;&|(]\s?|=\S* |ebexo )ebexo ((?:[^\n;&|#<>()`\\]|\\\n|\\\||(?<=[a-z])\|(?=[a-z]))+)",
    re.MULTILINE,
)
RUN = re.compile(r"python3? -m ((?:bench|demo|scripts|salesmanago_sandbox)[a-z_.]*)")
MAKE = re.compile(r"^ *make ([a-z-]+)", re.MULTILINE)
PROMISE = re.compile(
    r"coming soon|wkrótce|\bTODO\b|\bTBD\b|lorem ipsum|not (?:yet )?(?:implemented|written)|to be written",
    re.IGNORECASE,
)
NOT_READ_BY_US = re.compile(r"EBEXO_(API_KEY|URL|SIGNING_SECRET|PUBLIC_KEY|BIND|TEST_.*)")
"""What the examples of a shop, a unit of systemd and the tests read from their own environment."""


def commands_in(text: str) -> list[list[str]]:
    """The commands `ebexo …` in the code of a page, by their words."""
    return [found.split() for snippet in snippets(text) for found in COMMAND.findall(snippet)]


def unknown(words: list[str]) -> str | None:
    """The first word of a command that is none of ours: a command or an option; None if all are.

    What is not in lower case (STORE, …) stands for something else.
    """
    command: click.Command = ebexo
    known = {"--help", "--version"}
    for word in words:
        name = word.strip("[],.:…`'\"")
        if isinstance(command, click.Group) and name.islower() and not name.startswith("-"):
            if name not in command.commands:
                return None if command.invoke_without_command else word
            command = command.commands[name]
            known |= {option for param in command.params for option in (*param.opts, *param.secondary_opts)}
        elif command.name == "manage":
            return None
        elif wrong := sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", word)) - known):
            return str(wrong[0])
    return None


def test_every_command_and_option_exists() -> None:
    found = [(name, words) for name, text in PAGES.items() for words in commands_in(text)]

    assert len(found) > 100
    assert [(name, words) for name, words in found if unknown(words)] == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("`ebexo serve --bind HOST:PORT`", None),
        ("`ebexo store create NAME [SETTINGS] [--json]`", None),
        ("`ebexo store update STORE --active\\|--inactive`", None),
        ("`ebexo import customers\\|orders FILE --store S`", None),
        ("`ebexo manage migrate --fake`", None),
        ("`ebexo store …`", None),
        ("`ebexo store open`", "open"),
        ("`ebexo serv`", "serv"),
        ("`ebexo serve --port 80`", "--port"),
        ("```sh\nX=1 /opt/ebexo/bin/ebexo serve \\\n    --quick\n```", "--quick"),
    ],
)
def test_a_command_that_is_not_there_is_noticed(text: str, word: str | None) -> None:
    (words,) = commands_in(text)

    assert unknown(words) == word


def test_every_variable_of_the_environment_exists() -> None:
    deployed = {str(path): path.read_text() for path in (ROOT / "deploy").rglob("*") if path.is_file()}

    mentioned = {
        (name, variable)
        for name, text in (PAGES | deployed).items()
        for variable in re.findall(r"\bEBEXO_[A-Z_]*[A-Z]\b", text)
        if not NOT_READ_BY_US.fullmatch(variable)
    }

    assert {(name, variable) for name, variable in mentioned if variable not in variables()} == set()


def test_every_advanced_setting_exists() -> None:
    known = {*SETTINGS, *(f"tags.{trigger}" for trigger in TRIGGERS)}

    mentioned = {
        (name, setting) for name, text in PAGES.items() for setting in re.findall(r"--set ([a-z_.]+)=", text)
    }

    assert {(name, setting) for name, setting in mentioned if setting not in known} == set()


def test_every_module_that_is_run_exists() -> None:
    mentioned = {(name, module) for name, code in CODE.items() for module in RUN.findall("\n".join(code))}

    assert {(name, module) for name, module in mentioned if find_spec(module) is None} == set()


def test_every_target_of_make_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    mentioned = {(name, target) for name, code in CODE.items() for target in MAKE.findall("\n".join(code))}

    assert ("README.md", "demo") in mentioned
    assert {(name, target) for name, target in mentioned if target not in targets} == set()


def test_no_page_promises_what_is_not_there() -> None:
    assert {(name, found) for name, text in PAGES.items() for found in PROMISE.findall(text)} == set()
