"""What the start page has somebody do, in full sentences, the most urgent first. Decides from facts alone."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ebexo.consents.gate import Reason
from ebexo.history.models import ImportKind
from ebexo.panel.start.facts import LOOKED_AT, Missing, Undelivered
from ebexo.panel.start.sentences import STILL_WITHHELD, TO_SWITCH, WERE_WITHHELD
from ebexo.panel.start.withheld import Group

Words = str | Promise


@dataclass(frozen=True)
class Way:
    """A link to a page, by its name, or a button: then `fields` are what is posted there."""

    words: Words
    page: str
    query: str = ""
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Trouble:
    """`sentence` says what is, `to_do` what it means and what to do. The first of the `ways` is the remedy."""

    name: str
    sentence: str
    to_do: Words
    ways: tuple[Way, ...]


SEE_WHY = Way(gettext_lazy("See why"), "failed")
SEE_THEM = Way(gettext_lazy("See the messages"), "activity", "?state=withheld")
SEND_AGAIN = Way(gettext_lazy("Send again"), "failed", fields=(("do", "all"), ("back", "start")))
DECIDE = Way(gettext_lazy("Decide"), "failed")
TO_SETTINGS = Way(gettext_lazy("To the SALESmanago settings"), "salesmanago")
TO_DRY_RUN = Way(gettext_lazy("To the SALESmanago settings"), "salesmanago", "?advanced=1#id_dry_run")
REHEARSALS = {
    ImportKind.CUSTOMERS.value: gettext_lazy("Rehearse all customers"),
    ImportKind.ORDERS.value: gettext_lazy("Rehearse past orders"),
}


def of_missing(missing: Missing) -> Iterator[Trouble]:
    """Orders of the shop that were never told."""
    if not missing.orders:
        return
    sentence = ngettext(
        "%(count)s order of the last 7 days did not reach SALESmanago.",
        "%(count)s orders of the last 7 days did not reach SALESmanago.",
        missing.orders,
    )
    was_asked = missing.asked_at or missing.untold
    words = _("See the missing orders") if was_asked else _("Send the missing orders")
    way = Way(words, "reconciliation", "#missing")
    yield Trouble("missing", sentence % {"count": missing.orders}, _about_missing(missing), (way,))


def _about_missing(missing: Missing) -> str:
    if missing.asked_at:
        moment = date_format(localtime(missing.asked_at), "j E Y, H:i")
        said = _("The shop has been asked for them since %(moment)s. It tells them as soon as it looks.")
        return said % {"moment": moment}
    if missing.untold:
        said = ngettext(
            "The shop was asked for them, and could not tell %(count)s of them, for example for want of an e-mail.",
            "The shop was asked for them, and could not tell %(count)s of them, for example for want of an e-mail.",
            missing.untold,
        )
        return said % {"count": missing.untold}
    return _(
        "The shop has them, but never told them here. Send them now: each with its own date, and none twice."
    )


def of_undelivered(found: Undelivered) -> Iterator[Trouble]:
    """What failed, and what somebody has to decide about."""
    if found.failed:
        sentence = ngettext(
            "%(count)s message was not delivered to SALESmanago.",
            "%(count)s messages were not delivered to SALESmanago.",
            found.failed,
        )
        ways = (SEND_AGAIN, SEE_WHY) if found.can_be_sent else (SEE_WHY,)
        to_do = _("Refused by SALESmanago, or not taken for a week. See why, put it right, and send again.")
        yield Trouble("failed", sentence % {"count": found.failed}, to_do, ways)
    if found.undecided:
        sentence = ngettext(
            "Nobody knows whether %(count)s message arrived.",
            "Nobody knows whether %(count)s messages arrived.",
            found.undecided,
        )
        to_do = _("Look at the contact in SALESmanago, then say here whether the event is there.")
        yield Trouble("undecided", sentence % {"count": found.undecided}, to_do, (DECIDE,))


def of_withheld(group: Group, *, shop_is_connected: bool) -> Trouble:
    """What a setting keeps from being sent, or has kept."""
    cut = _("Only the newest 1,000 were counted.") if group.messages >= LOOKED_AT else ""
    if group.is_over:
        sentence = WERE_WITHHELD[group.reason] % {"count": group.messages}
        to_do = _(
            "They are not sent later. Send your customers and orders from the history instead: a rehearsal shows "
            "first what would be sent, and nothing is sent twice."
        )
        ways = tuple(_to_history(kind, shop_is_connected=shop_is_connected) for kind in group.kinds)
    else:
        sentence = STILL_WITHHELD[group.reason] % {"count": group.messages}
        to_do = str(TO_SWITCH[group.reason])
        ways = (TO_DRY_RUN if group.reason is Reason.DRY_RUN else TO_SETTINGS,)
    return Trouble(f"withheld-{group.reason}", sentence, f"{to_do} {cut}".strip(), (*ways, SEE_THEM))


def _to_history(kind: str, *, shop_is_connected: bool) -> Way:
    if shop_is_connected:
        return Way(REHEARSALS[kind], "history", fields=(("do", "shop"), ("kind", kind)))
    return Way(REHEARSALS[kind], "history", f"?kind={kind}#upload")
