"""The merchant's guide says the same in both languages, and in the panel's own words."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils.translation import gettext, override
from PIL import Image

from demo.launcher import Ports
from ebexo.connection.sentences import Words
from ebexo.connection.sentences.calls import OUTCOMES, VENDOR_ERRORS
from ebexo.connection.sentences.checking import CONNECTION
from ebexo.events import parse
from ebexo.panel.failed.words import WHY
from ebexo.panel.state import DRY_RUN, NOT_SET_UP, OFF, STOPPED, STUMBLING, WORKS
from ebexo.reasons import SENTENCES
from scripts.invented import NOW, two_weeks
from scripts.screenshots import of_the_guide

DOCS = Path(__file__).parents[2] / "docs"
GUIDE, IMAGES = DOCS / "guide", DOCS / "images"
PO = Path(__file__).parents[2] / "src/ebexo/locale/pl/LC_MESSAGES/django.po"
LANGUAGES = ("en", "pl")
PAGES = sorted(path.name for path in (GUIDE / "en").glob("*.md"))
FEWEST_PICTURES, LARGEST_PICTURE = 5, 200_000
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
PICTURE = re.compile(r"!\[[^\]]+\]\(\.\./\.\./images/([^)]+)\)")
HEADING = re.compile(r"^(#+) ", re.MULTILINE)
LINK = re.compile(r"\]\((?!http)([^)#]+)[^)]*\)")


@pytest.fixture(scope="module")
def labels() -> dict[str, set[str]]:
    """Every text of the panel, by language."""
    with PO.open("rb") as file:
        catalog = read_po(file)
    texts: dict[str, set[str]] = {"en": set(), "pl": set()}
    for message in catalog:
        texts["en"].update(_forms(message.id))
        texts["pl"].update(_forms(message.string))
    return texts


def test_both_languages_have_the_same_pages() -> None:
    assert sorted(path.name for path in (GUIDE / "pl").glob("*.md")) == PAGES


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_the_same_headings_pictures_and_links_in_both_languages(page: str) -> None:
    english, polish = _text("en", page), _text("pl", page)

    assert HEADING.findall(english) == HEADING.findall(polish)
    assert [name.replace("-en.", "-pl.") for name in PICTURE.findall(english)] == PICTURE.findall(polish)
    assert {link for link in LINK.findall(english) if link.endswith(".md")} == {
        link for link in LINK.findall(polish) if link.endswith(".md")
    }
    assert [line.count("|") for line in _table_lines(english)] == [
        line.count("|") for line in _table_lines(polish)
    ]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_page_puts_in_bold_is_written_so_in_the_panel(
    page: str, language: str, labels: dict[str, set[str]]
) -> None:
    bold = {
        " ".join(part.split()) for words in BOLD.findall(_text(language, page)) for part in words.split(" → ")
    }

    assert sorted(bold - labels[language]) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pictures_are_there_in_the_language_of_the_page_and_small(language: str) -> None:
    shown = [name for page in PAGES for name in PICTURE.findall(_text(language, page))]

    assert len(shown) >= FEWEST_PICTURES
    assert [name for name in shown if not name.endswith(f"-{language}.png")] == []
    for name in shown:
        assert (IMAGES / name).stat().st_size < LARGEST_PICTURE, name
        with Image.open(IMAGES / name) as picture:
            assert picture.format == "PNG", name


def test_every_picture_of_the_guide_is_made_by_make_screenshots() -> None:
    told = dict.fromkeys(("store", "calm", "stuck", "withheld", "message", "import"), "x")
    shown = {name for page in PAGES for name in PICTURE.findall(_text("pl", page))}

    made = {f"{picture.name}-pl.png" for picture in of_the_guide(Ports(), told)}

    assert made == shown


def test_what_the_pictures_tell_are_events_that_a_store_may_tell() -> None:
    events = list(two_weeks())

    parsed = [parse(event, now=NOW) for event in events]

    assert [event.id for event in parsed] == [event["id"] for event in events]
    assert len({event.id for event in parsed}) == len(events)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_leads_somewhere(language: str) -> None:
    broken = [
        (page, link)
        for page in PAGES
        for link in LINK.findall(_text(language, page))
        if not (GUIDE / language / link).is_file()
    ]

    assert broken == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_trouble_with_salesmanago_stands_in_the_guide(language: str) -> None:
    text = _text(language, "what-to-do-when.md")
    meanings = [*VENDOR_ERRORS.values(), *OUTCOMES.values()]
    sentences = {
        *CONNECTION.values(),
        *(sentence for one in meanings for sentence in (one.happened, one.for_customers, one.to_do)),
        *(words for reason, words in WHY.items() if reason not in SENTENCES),
    }

    assert [answer for answer in VENDOR_ERRORS if f"`{answer}`" not in text] == []
    assert _missing(sentences, text, language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_for_not_sending_stands_in_the_guide(language: str) -> None:
    text = _text(language, "find-a-person.md") + _text(language, "what-to-do-when.md")

    assert _missing(SENTENCES.values(), text, language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_headline_of_the_start_page_is_explained(language: str) -> None:
    headlines = [line.headline for line in (WORKS, NOT_SET_UP, STUMBLING, OFF, STOPPED, DRY_RUN)]

    assert _missing([*headlines, "Not connected"], _text(language, "does-it-work.md"), language) == []


def _text(language: str, page: str) -> str:
    return (GUIDE / language / page).read_text(encoding="utf-8")


def _table_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("|")]


def _forms(text: object) -> Iterator[str]:
    """A text of the catalog, or all its plural forms."""
    forms = text if isinstance(text, list | tuple) else [text]
    return (" ".join(str(form).split()) for form in forms if form)


def _missing(sentences: Iterable[Words], text: str, language: str) -> list[str]:
    """Those of the sentences that the text does not have in this language."""
    with override(language):
        wanted = [gettext(str(sentence)) for sentence in sentences]
    return sorted({sentence for sentence in wanted if sentence not in text})
