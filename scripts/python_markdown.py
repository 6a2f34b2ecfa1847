"""Our pages are CommonMark, and MkDocs reads another Markdown: what the two differ in, as far as we use it."""

import re

_ITEM = re.compile(r"([-*]|[0-9]+\.) ")
_PARAGRAPH = re.compile(r"(?![-*] |[0-9]+\. |[#|<`])\S")
_CODE = re.compile(r"`[^`\n]+`")


def for_python_markdown(text: str) -> str:
    """The same page with a blank line before each list, and four blanks before what belongs to an item of it."""
    lines: list[str] = []
    fence: str | None = None
    for line in text.splitlines():
        indent = line[: len(line) - len(line.lstrip())]
        if fence is None:
            if _ITEM.match(line) and lines and _PARAGRAPH.match(lines[-1]):
                lines.append("")
            line = _with_bare_bars(line)
        lines.append(_indented(line, by=len(indent if fence is None else fence)))
        if line.lstrip().startswith("```"):
            fence = indent if fence is None else None
    return "\n".join(lines) + "\n"


def _indented(line: str, *, by: int) -> str:
    return " " * (4 - by) + line if by in (2, 3) and line else line


def _with_bare_bars(line: str) -> str:
    """In code a bar is no border of a table here, and its backslash would be shown."""
    return _CODE.sub(lambda code: code[0].replace(r"\|", "|"), line) if line.startswith("|") else line
