"""Nobody reads a page that no index names."""

import re

from scripts.page_text import ROOT, pages

DOCS = ROOT / "docs"
FLAGS = re.MULTILINE | re.DOTALL


def test_index_names_every_page_once() -> None:
    named = re.findall(r"\]\((?!\.\.)([^)#]+\.md)\)", (DOCS / "README.md").read_text())

    assert sorted(named) == sorted(str(path.relative_to(DOCS)) for path in DOCS.glob("*/**/*.md"))


def test_every_page_begins_with_its_one_title() -> None:
    texts = {str(path.relative_to(ROOT)): path.read_text() for path in pages()}

    without_code = {name: re.sub(r"^ *```.*?^ *```$", "", text, flags=FLAGS) for name, text in texts.items()}

    assert [
        name
        for name, text in without_code.items()
        if not text.startswith("# ") or len(re.findall("^# ", text, re.MULTILINE)) != 1
    ] == []
