"""One person's history of decisions as a file."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from ebexo.cells import cell
from ebexo.consents.models import Decision
from ebexo.panel.words import SOURCES


def as_csv(email: str, decisions: Iterable[Decision]) -> bytes:
    """UTF-8 with a byte order mark and semicolons, as spreadsheets expect; nothing in it is taken for a formula."""
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";")
    rows.writerow(
        [
            _("E-mail"),
            _("Consent"),
            _("Code"),
            _("Version"),
            _("Wording"),
            _("Decision"),
            _("When"),
            _("Where"),
            _("IP address"),
        ]
    )
    for decision in decisions:
        rows.writerow([cell(str(value)) for value in _cells(email, decision)])
    return text.getvalue().encode("utf-8-sig")


def as_json(email: str, decisions: Iterable[Decision]) -> bytes:
    """The same in JSON, in UTF-8: one object with the e-mail and the list of decisions."""
    document = {"email": email, "decisions": [_object(decision) for decision in decisions]}
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


def _cells(email: str, decision: Decision) -> list[Any]:
    return [
        email,
        decision.consent.name,
        decision.consent.code,
        decision.wording.version,
        decision.wording.text,
        _("Granted") if decision.granted else _("Withdrawn"),
        decision.at.isoformat(),
        SOURCES.get(decision.source, decision.source),
        decision.ip,
    ]


def _object(decision: Decision) -> dict[str, Any]:
    return {
        "code": decision.consent.code,
        "name": decision.consent.name,
        "version": decision.wording.version,
        "wording": decision.wording.text,
        "granted": decision.granted,
        "at": decision.at.isoformat(),
        "source": decision.source,
        "ip": decision.ip,
    }
