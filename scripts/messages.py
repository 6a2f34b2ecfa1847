"""The Polish of the product: collect what is to be translated, compile it, and check that nothing is missing.

    python scripts/messages.py collect | compile | check

English stands in the source, Polish in `src/ebexo/locale/pl/LC_MESSAGES/django.po`. No gettext has to be installed.
"""

import io
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from gettext import GNUTranslations
from importlib.util import find_spec
from pathlib import Path

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "ebexo"
SOURCES = (SOURCE, ROOT / "src" / "ebexo_oscar")
PO = SOURCE / "locale" / "pl" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")

# Django's own rule for Polish, four forms. Catalogues with different rules would mix up each other's plurals.
PLURALS = (
    "nplurals=4; plural=(n==1 ? 0 : (n%10>=2 && n%10<=4) && (n%100<12 || n%100>14) ? 1 : "
    "n!=1 && (n%10>=0 && n%10<=1) || (n%10>=5 && n%10<=9) || (n%100>=12 && n%100<=14) ? 2 : 3);"
)
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# What of Unfold stands on our pages: it ships no Polish of its own.
UNFOLD_TEMPLATES = (
    "templates/registration/password_change_form.html",
    "templates/registration/password_change_done.html",
    "templates/unfold/layouts/skeleton.html",
    "templates/unfold/layouts/base.html",
    "templates/unfold/layouts/unauthenticated.html",
    "templates/unfold/helpers/messages/errornote.html",
    "templates/unfold/helpers/userlinks.html",
)
DJANGO_PARTS = ("conf", "contrib/admin", "contrib/auth")
PLACEHOLDER = re.compile(r"%(?:\([a-z_]+\))?[sd]")


def main() -> int:
    commands: dict[str, Callable[[], int]] = {"collect": collect, "compile": compile_mo, "check": check}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        print(__doc__, file=sys.stderr)
        return 2
    return commands[sys.argv[1]]()


def collect() -> int:
    """Bring the catalogue up to date: new texts without Polish, known ones with theirs, gone ones left out."""
    known, catalog = _read(), _empty()
    for text in _texts():
        former = known.get(text.identity, context=text.context)
        catalog.add(
            text.identity,
            string=former.string if former else None,
            locations=[(place, 0) for place in sorted(text.places)],
            context=text.context,
        )
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, catalog, width=110, sort_output=True, include_lineno=False)
    untranslated = sum(1 for message in catalog if message.id and not _is_translated(message))
    print(f"{PO.relative_to(ROOT)}: {len(catalog)} texts, {untranslated} without Polish")
    return 0


def compile_mo() -> int:
    MO.write_bytes(_compiled(_read()))
    return 0


def check() -> int:
    """Exit status 1, and a line for each problem, unless every text has its Polish and the .mo is up to date."""
    problems = list(_problems(_read()))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def _problems(catalog: Catalog) -> Iterator[str]:
    texts = {(text.identity, text.context): text for text in _texts()}
    for text in texts.values():
        if catalog.get(text.identity, context=text.context) is None:
            yield f"missing: {_first(text.identity)!r} ({min(text.places)}); run scripts/messages.py collect"
    for message in catalog:
        if message.id and (problem := _problem(message, is_used=(message.id, message.context) in texts)):
            yield f"{problem}: {_first(message.id)!r}"
    if not MO.exists() or MO.read_bytes() != _compiled(catalog):
        yield f"{MO.relative_to(ROOT)} is out of date; run scripts/messages.py compile"


def _problem(message: Message, *, is_used: bool) -> str | None:
    if not is_used:
        return "no longer used (run scripts/messages.py collect)"
    if not _is_translated(message):
        return "without Polish"
    if message.fuzzy:
        return "fuzzy"
    return None if _has_its_placeholders(message) else "other placeholders than the English"


Identity = str | list[str] | tuple[str, ...]  # a tuple has the plural second


@dataclass(frozen=True)
class Text:
    identity: str | tuple[str, ...]
    context: str | None
    places: set[str]  # files that it stands in


def _texts() -> list[Text]:
    """Every text that is to be translated."""
    found: dict[tuple[str | tuple[str, ...], str | None], set[str]] = {}
    ours = [
        path for source in SOURCES for kind in ("*.py", "templates/**/*.html") for path in source.rglob(kind)
    ]
    for path in sorted(ours):
        for key in _extracted(path):
            found.setdefault(key, set()).add(str(path.relative_to(ROOT)))
    in_django = _polish_of_django()
    for path in _unfold_templates():
        for key in _extracted(path):
            if not any(catalogue.gettext(_first(key[0])) != _first(key[0]) for catalogue in in_django):
                found.setdefault(key, set()).add(f"unfold/{path.name}")
    return [Text(identity, context, places) for (identity, context), places in found.items()]


def _extracted(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    source = path.read_text()
    if path.suffix == ".html":
        # What is left of a template after that is one line of calls and noise each; only indents would disturb.
        source = "\n".join(line.strip() for line in templatize(source, origin=str(path)).splitlines())
    for _line, function, messages, _comments in extract_python(io.BytesIO(source.encode()), KEYWORDS, (), {}):
        name = function or ""
        texts = [str(text) for text in (messages if isinstance(messages, tuple) else (messages,)) if text]
        context = texts.pop(0) if "pgettext" in name and texts else None
        if texts:
            yield (texts[0], texts[1]) if "ngettext" in name or "npgettext" in name else texts[0], context


def _unfold_templates() -> list[Path]:
    spec = find_spec("unfold")
    if spec is None or spec.origin is None:
        raise SystemExit("django-unfold is not installed. Run make setup.")
    return [Path(spec.origin).parent / name for name in UNFOLD_TEMPLATES]


def _polish_of_django() -> list[GNUTranslations]:
    """What Django itself says in Polish, of the parts we use."""
    folder = Path(django.__file__).parent
    files = [folder / part / "locale/pl/LC_MESSAGES/django.mo" for part in DJANGO_PARTS]
    return [GNUTranslations(io.BytesIO(file.read_bytes())) for file in files]


def _read() -> Catalog:
    if not PO.exists():
        return _empty()
    with PO.open("rb") as file:
        return read_po(file, locale="pl", domain="django")


def _empty() -> Catalog:
    moment = datetime(2026, 1, 1, tzinfo=UTC)  # a fixed one: the file changes only when a text does
    catalog = Catalog(
        locale="pl",
        domain="django",
        project="Ebexo",
        version="1",
        header_comment="# Polish texts of Ebexo. Written by hand; collected by scripts/messages.py.",
        creation_date=moment,
        revision_date=moment,
        msgid_bugs_address="",
        last_translator="",
        language_team="Polish",
        fuzzy=False,
    )
    catalog.mime_headers = [("Plural-Forms", PLURALS)]
    return catalog


def _compiled(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def _first(identity: Identity) -> str:
    return identity if isinstance(identity, str) else identity[0]


def _is_translated(message: Message) -> bool:
    strings = message.string if isinstance(message.string, list | tuple) else [message.string]
    wanted = 4 if isinstance(message.id, list | tuple) else 1
    return len(strings) == wanted and all(strings)


def _has_its_placeholders(message: Message) -> bool:
    wanted = set(PLACEHOLDER.findall(str(message.id[-1] if isinstance(message.id, tuple) else message.id)))
    strings = message.string if isinstance(message.string, list | tuple) else [message.string]
    return all(set(PLACEHOLDER.findall(str(string))) == wanted for string in strings)


if __name__ == "__main__":
    sys.exit(main())
