"""Every link of every page leads to something: to a file, and where it names a heading, to that."""

from functools import cache
from pathlib import Path

import pytest

from scripts.page_text import ROOT, anchors, links, pages


def test_every_link_leads_somewhere() -> None:
    found = [(path, link) for path in pages() for link in links(path.read_text())]

    missing = [(str(path.relative_to(ROOT)), link) for path, link in found if not _is_there(link, path)]

    assert len(found) > 100
    assert missing == []


def _is_there(link: str, page: Path) -> bool:
    target, _, name = link.partition("#")
    found = (page.parent / target).resolve() if target else page
    if not found.exists() or not found.is_relative_to(ROOT):
        return False
    return not name or (found.suffix == ".md" and name in _anchors(found))


@cache
def _anchors(page: Path) -> set[str]:
    return anchors(page.read_text())


def test_what_is_no_link_and_what_is_no_heading_is_left_alone() -> None:
    text = "# Two words\n\n[one](a.md#b), [far](https://shop.example), `[code](c.md)`\n\n```sh\n# d\n[e](f)\n```\n"

    assert list(links(text)) == ["a.md#b"]
    assert anchors(text) == {"two-words"}


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("`GET /api/v1/events/{id}`", "get-apiv1eventsid"),
        ("Nie dotarło: co robić?", "nie-dotarło-co-robić"),
        ("One & [two](three.md)", "one--two"),
    ],
)
def test_headings_have_the_anchors_of_a_code_host(title: str, expected: str) -> None:
    assert anchors(f"## {title}\n") == {expected}
