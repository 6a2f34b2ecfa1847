"""What MkDocs can't do by itself for our pages, which are to be read in the repository just as well.

- The navigation is `docs/README.md`: its sections in bold and the links of their lists, in that order.
- A file outside of `docs/` that a page links to comes along, as a page below `repository/` or as it is.
- Lists and anchors become what a code host makes of them.
"""

import re
from collections.abc import Iterator
from posixpath import dirname, join, normpath, relpath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

from scripts.page_text import ROOT, anchor, links, with_links
from scripts.python_markdown import for_python_markdown

DOCS = "docs"
BROUGHT = "repository"
_SECTION = re.compile(r"^\*\*(?P<kind>.+?)\*\*(?:, (?P<whom>.+))?$")

Nav = list[Any]


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    config.nav = navigation((ROOT / DOCS / "README.md").read_text())
    config.mdx_configs["toc"] = {**config.mdx_configs.get("toc", {}), "slugify": anchor}
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for path in sorted(brought_along()):
        source = (ROOT / path).read_bytes()
        unlisted = InclusionLevel.NOT_IN_NAV  # nothing is amiss where the index does not name it
        files.append(File.generated(config, place_of(path), content=source, inclusion=unlisted))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    return for_python_markdown(with_places(markdown, path=path_of(page.file.src_uri)))


def on_page_content(html: str, page: Page, **_: object) -> str:
    """What is in Polish says so: for screen readers, and for a browser that offers to translate."""
    return f'<div lang="pl">{html}</div>' if "/pl/" in page.file.src_uri else html


def navigation(index: str) -> Nav:
    """The index as MkDocs takes it: `[page, {kind: [page, …]}, {kind: [{whom: [page, …]}, …]}, …]`."""
    nav: Nav = ["README.md"]
    listed: Nav = []
    for line in index.splitlines():
        if section := _SECTION.match(line):
            listed = _begin(nav, section["kind"], section["whom"])
        elif line.startswith(("- ", "  ")):
            paths = (normpath(join(DOCS, link.partition("#")[0])) for link in links(line))
            listed.extend(place_of(path) for path in paths if path.endswith(".md"))
    return nav


def _begin(nav: Nav, kind: str, whom: str | None) -> Nav:
    """The list for the pages of this section. Sections of one kind that follow each other are parts of one."""
    if not (isinstance(nav[-1], dict) and kind in nav[-1]):
        nav.append({kind: []})
    listed: Nav = nav[-1][kind]
    if whom is None:
        return listed
    part: Nav = []
    listed.append({whom[0].upper() + whom[1:]: part})
    return part


def brought_along() -> set[str]:
    """The files outside of `docs/` that its pages link to, and those that these link to, by their path.

    What is not there is left out: MkDocs names the link.
    """
    found: set[str] = set()
    waiting = [path.relative_to(ROOT).as_posix() for path in (ROOT / DOCS).rglob("*.md")]
    while waiting:
        linked = set(_linked(waiting.pop())) - found
        outside = {link for link in linked if not link.startswith(f"{DOCS}/") and (ROOT / link).is_file()}
        found |= outside
        waiting += [link for link in outside if link.endswith(".md")]
    return found


def _linked(path: str) -> Iterator[str]:
    for link in links((ROOT / path).read_text()):
        if not link.startswith("#"):
            yield normpath(join(dirname(path), link.partition("#")[0]))


def with_places(markdown: str, *, path: str) -> str:
    """The text of the file `path` with its links as they are on the site."""
    here = dirname(place_of(path)) or "."
    return with_links(markdown, lambda link: relpath(place_of(normpath(join(dirname(path), link))), here))


def place_of(path: str) -> str:
    """Where a file of the repository is among the sources of the site."""
    return path.removeprefix(f"{DOCS}/") if path.startswith(f"{DOCS}/") else f"{BROUGHT}/{path}"


def path_of(place: str) -> str:
    """The other way round."""
    return place.removeprefix(f"{BROUGHT}/") if place.startswith(f"{BROUGHT}/") else f"{DOCS}/{place}"
