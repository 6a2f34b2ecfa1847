"""Words of the reconciliation."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ebexo.reconciliation.comparing import Standing

STANDINGS: dict[str, str | Promise] = {
    Standing.ACKNOWLEDGED: _("Acknowledged"),
    Standing.WAITING: _("Waiting"),
    Standing.WITHHELD: _("Withheld"),
    Standing.FAILED: _("Not delivered"),
    Standing.MISSING: _("Missing"),
}

MEANINGS: dict[str, str | Promise] = {
    Standing.ACKNOWLEDGED: _("SALESmanago has the purchase."),
    Standing.WAITING: _("The shop has told it, and it is still to be sent."),
    Standing.WITHHELD: _("The shop has told it, and it is not sent, for a reason."),
    Standing.FAILED: _("It was refused, could not be delivered, or waits for a decision of yours."),
    Standing.MISSING: _("The shop has it, and has never told it."),
}

TABLE_PROBLEMS: dict[str, str | Promise] = {
    "no_file": _("Choose a file first."),
    "too_large": _("The file is larger than 10 MB. Divide it; each day has to be whole."),
    "too_long": _("The file has more than 100,000 lines. Divide it; each day has to be whole."),
    "not_utf8": _("The file is not in UTF-8. Save it as “CSV UTF-8”."),
    "no_table": _("The file can't be read as a table."),
    "columns": _("The first line has to name the columns number, total, currency and placed_at."),
    "empty": _("There is no order in the file."),
    "rows": _("Nothing was kept, since some lines can't be read:"),
}

ROW_PROBLEMS: dict[str, str | Promise] = {
    "number": _("Line %(line)s: the number of the order is missing or too long."),
    "total": _("Line %(line)s: the total is not an amount such as 298.98."),
    "currency": _("Line %(line)s: the currency does not have three letters."),
    "placed_at": _("Line %(line)s: the moment is not one such as 2026-11-23 10:00."),
    "twice": _("Line %(line)s: this order stood in an earlier line already."),
}
"""None of them repeats what stands in the file."""
