"""What the tutorial shows and names is what the demo prints and its pages say; `make demo` itself runs elsewhere."""

import re
from pathlib import Path
from textwrap import dedent

import pytest

from demo.launcher import Ports, _introduce
from scripts.page_text import ROOT

PAGE = (ROOT / "docs/tutorial/first-contact.md").read_text()
NAMED = re.compile(r"\*{1,2}([^*]+)\*{1,2}\s+\(\*([^*]+)\*\)")


def texts() -> dict[str, str]:
    """Every text of the panel, the shop and the sandbox's page in English, with its Polish; in small letters."""
    found: dict[str, str] = {}
    for folder in ("src/ebexo", "demo"):
        catalog = (ROOT / folder / "locale/pl/LC_MESSAGES/django.po").read_text()
        one_line = catalog.replace('"\n"', "")
        found |= dict(re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', one_line, re.MULTILINE))
    english, polish = (_of_the_sandbox(name) for name in ("english", "polish"))
    found |= {text: polish[key] for key, text in english.items() if key in polish}
    return {text.casefold(): translation.casefold() for text, translation in found.items()}


def _of_the_sandbox(name: str) -> dict[str, str]:
    source = (ROOT / f"src/salesmanago_sandbox/page/{name}.js").read_text()
    return dict(re.findall(r'^  "?([\w.]+)"?: "(.+)",$', source, re.MULTILINE))


def test_demo_prints_what_the_tutorial_shows(capsys: pytest.CaptureFixture[str]) -> None:
    shown = dedent(re.findall(r"```text\n(.*?)   ```", PAGE, re.DOTALL)[0])

    _introduce(Ports(), Path("var/demo"))

    assert shown in capsys.readouterr().out


def test_every_button_and_sentence_is_named_as_the_pages_name_it() -> None:
    known = texts()
    pairs = [(" ".join(english.split()), " ".join(polish.split())) for english, polish in NAMED.findall(PAGE)]

    wrong = [pair for pair in pairs if not _is_text(*pair, known)]

    assert len(pairs) == 10
    assert wrong == []


def _is_text(english: str, polish: str, known: dict[str, str]) -> bool:
    parts = zip(english.split(" → "), polish.split(" → "), strict=True)
    return all(known.get(one.casefold()) == two.casefold() for one, two in parts if two != "…")
