"""Reading and writing Markdown, as far as our pages need it."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

_BAR = r"\|"
_NOT_OURS = {"var", "site", "node_modules"}
_FENCE = r"^ *```.*?^ *```$"
_CODE = re.compile(rf"{_FENCE}|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_CODE_OR_LINK = re.compile(rf"{_FENCE}|`[^`\n]+`|(?<=\]\()([^)\s]+)", re.MULTILINE | re.DOTALL)
_ELSEWHERE = re.compile(r"[a-z]+:", re.IGNORECASE)


def pages() -> list[Path]:
    """Every page of the repository, in a fixed order."""
    found = (path.relative_to(ROOT) for path in ROOT.glob("**/*.md"))
    return sorted(
        ROOT / path
        for path in found
        if not any(part.startswith(".") or part in _NOT_OURS for part in path.parts)
    )


def links(text: str) -> Iterator[str]:
    """Where the text leads inside of the repository: `path`, `path#anchor` or `#anchor`. Code has no links."""
    for link in _CODE_OR_LINK.findall(text):
        if link and not _ELSEWHERE.match(link):
            yield link


def with_links(text: str, changed: Callable[[str], str]) -> str:
    """The text with each path that it links to as `changed` makes it; anchors stay."""

    def replace(found: re.Match[str]) -> str:
        link = found[1]
        if not link or link.startswith("#") or _ELSEWHERE.match(link):
            return found[0]
        path, hash_, name = link.partition("#")
        return changed(path) + hash_ + name

    return _CODE_OR_LINK.sub(replace, text)


def anchor(title: str, separator: str = "-") -> str:
    """Under which name a heading can be linked to, as code hosts make it; `title` is what is read."""
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", separator)


def anchors(text: str) -> set[str]:
    """Of all headings. Those of the same name are numbered from the second on, which no page should need."""
    without_blocks = re.sub(_FENCE, "", text, flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#{1,6} (.+)$", without_blocks, re.MULTILINE)
    return {anchor(re.sub(r"\[([^]]+)\]\([^)]*\)", r"\1", title)) for title in titles}


def blocks(text: str, language: str) -> list[str]:
    """What stands in the fenced blocks of this language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def snippets(text: str) -> list[str]:
    """Everything that is set as code, in lines and in blocks, without its marks."""
    return [found.strip("` ") for found in _CODE.findall(text)]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The lines of a table, the last one ended. A bar in a cell is no border."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', _BAR) for cell in line)} |\n" for line in lines)


def code(*words: object) -> str:
    """The words as they are typed, with commas between them."""
    return ", ".join(f"`{word}`" for word in words)
