"""Nobody reads a page that no index names."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_index_names_every_page_once() -> None:
    named = re.findall(r"\]\((?!\.\.)([^)#]+\.md)\)", (DOCS / "README.md").read_text())

    assert sorted(named) == sorted(str(path.relative_to(DOCS)) for path in DOCS.glob("*/*.md"))
