"""The site is built from the same pages, whole and without a network."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.page_text import ROOT
from scripts.python_markdown import for_python_markdown
from scripts.site_hook import brought_along, navigation, path_of, place_of, with_places


def build(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What `make docs` does; every warning ends it."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder), *options],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")

    done = build(folder)

    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


def test_a_link_that_leads_nowhere_ends_the_build(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/README.md").write_text("# One\n\n[No heading](#nowhere), [no page](none.md)\n")
    (tmp_path / "mkdocs.yml").write_text(f"INHERIT: {ROOT}/mkdocs.yml\nhooks: []\n")

    done = build(tmp_path / "site", "--config-file", str(tmp_path / "mkdocs.yml"))

    assert done.returncode == 1
    assert "'#nowhere'" in done.stderr
    assert "'none.md'" in done.stderr


def test_every_page_is_on_the_site(site: Path) -> None:
    places = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")]
    expected = {str(place.with_suffix(".html")) for place in places} - {"README.html"} | {"index.html"}

    built = {str(path.relative_to(site)) for path in site.rglob("*.html")}

    assert expected - built == set()


def test_what_pages_link_to_outside_of_their_folder_comes_along(site: Path) -> None:
    assert (site / "repository/src/salesmanago/index.html").exists()
    assert (site / "repository/CHANGELOG.html").exists()
    unit = "deploy/systemd/ebexo-serve.service"
    assert (site / "repository" / unit).read_bytes() == (ROOT / unit).read_bytes()


def test_polish_pages_say_that_they_are_in_polish(site: Path) -> None:
    in_polish = {
        str(path.relative_to(site)) for path in site.rglob("*.html") if 'lang="pl"' in path.read_text()
    }

    assert in_polish == {str(path.relative_to(site)) for path in site.glob("guide/pl/*.html")} != set()


def test_site_loads_nothing_from_elsewhere(site: Path) -> None:
    loads = re.compile(r"<(?:script|img|iframe)[^>]* src=.?(?:https?:)?//|<link[^>]* href=.?(?:https?:)?//")

    assert [str(path) for path in site.rglob("*.html") if loads.search(path.read_text())] == []


def test_navigation_is_the_index() -> None:
    index = """# Documentation

**Tutorial**
- [The first](tutorial/first.md): with words, and [a picture](images/one.png)

**How to**, for merchants
- Connect [one](how-to/one.md) or
  [two](how-to/two.md)

**How to**, for operators
- [Install](how-to/install.md#anchor)

**Project**
- [What has changed](../CHANGELOG.md)
"""

    assert navigation(index) == [
        "README.md",
        {"Tutorial": ["tutorial/first.md"]},
        {
            "How to": [
                {"For merchants": ["how-to/one.md", "how-to/two.md"]},
                {"For operators": ["how-to/install.md"]},
            ]
        },
        {"Project": ["repository/CHANGELOG.md"]},
    ]


def test_links_follow_the_files_to_their_places() -> None:
    page = (
        "[a](../../deploy/nginx/ebexo.conf), [b](install.md#c), [d](#e), [f](https://shop.example), `[g](h)`"
    )
    brought = "[docs](docs/README.md) and [the client](src/salesmanago/README.md)"

    assert with_places(page, path="docs/how-to/x.md") == page.replace("../../", "../repository/")
    assert with_places(brought, path="CONTRIBUTING.md") == (
        "[docs](../README.md) and [the client](src/salesmanago/README.md)"
    )


@pytest.mark.parametrize("path", ["docs/how-to/install.md", "CHANGELOG.md", "src/salesmanago/README.md"])
def test_place_of_a_file_tells_where_it_comes_from(path: str) -> None:
    assert path_of(place_of(path)) == path


def test_only_what_is_linked_comes_along() -> None:
    brought = brought_along()

    assert {"CHANGELOG.md", "src/salesmanago/README.md"} <= brought
    assert "Makefile" not in brought


def test_lists_are_made_what_a_code_host_makes_of_them() -> None:
    page = """Words
- one
  more
- two

1. three

   ```sh
   - code
   ```

| `a\\|b` | - c |
"""

    assert (
        for_python_markdown(page)
        == """Words

- one
    more
- two

1. three

    ```sh
    - code
    ```

| `a|b` | - c |
"""
    )
