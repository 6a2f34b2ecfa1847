"""What the letters say: what happened, what it means for customers, and what to do. No customer, no secret."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ebexo.connection.sentences.checking import CONNECTION
from ebexo.operations.alerts.deciding import Kind, Seen
from ebexo.stores.models import Store

PAGES = {Kind.REFUSED: "salesmanago", Kind.STUCK: "connection", Kind.FAILING: "failed"}
"""Where in the panel it is put right."""


@dataclass(frozen=True)
class Letter:
    subject: str
    body: str


def of_trouble(kind: Kind, store: Store, seen: Seen, *, base: str) -> Letter:
    """About a trouble that goes on, in the present language; `base` is the address of the panel."""
    write = {Kind.REFUSED: _refused, Kind.STUCK: _stuck, Kind.FAILING: _failing}[kind]
    subject, paragraphs = write(_name(store), seen, store)
    url = base + reverse(f"admin:{PAGES[kind]}", kwargs={"handle": store.handle})
    last = {
        Kind.REFUSED: _("You get this letter once, and another one when sending works again."),
        Kind.STUCK: _("You get this letter once, and another one when sending works again."),
        Kind.FAILING: _("You get this letter once, until nothing has failed for a whole day."),
    }
    return Letter(subject, _text(*paragraphs, url, last[kind]))


def of_good_news(store: Store, *, base: str) -> Letter:
    """That a trouble is over."""
    url = base + reverse("admin:start", kwargs={"handle": store.handle})
    name = {"store": _name(store)}
    return Letter(
        _("%(store)s: sending to SALESmanago works again") % name,
        _text(
            _("What happens in the store %(store)s is sent to SALESmanago again.") % name,
            _(
                "What has waited meanwhile is sent now, in the order in which it happened. There is nothing to do."
            ),
            url,
        ),
    )


def _refused(name: str, seen: Seen, store: Store) -> tuple[str, list[str]]:  # noqa: ARG001  (all of one shape)
    return _("%(store)s: SALESmanago turns your account away") % {"store": name}, [
        _("Nothing of what happens in the store %(store)s is sent to SALESmanago at the moment.")
        % {"store": name},
        str(CONNECTION.get(seen.refused or "", CONNECTION["secret"])),
        _(
            "Your customers notice nothing in the shop, but new contacts, carts and orders are missing in SALESmanago, "
            "so its messages about them are not sent. Nothing is lost: everything waits and is sent once this has "
            "been put right."
        ),
        _("The settings of the connection are here:"),
    ]


def _stuck(name: str, seen: Seen, store: Store) -> tuple[str, list[str]]:
    since = _moment(seen.waits_since or seen.at, store.account.time_zone)
    return _("%(store)s: nothing arrives in SALESmanago") % {"store": name}, [
        _(
            "Something of the store %(store)s has been waiting since %(since)s, and nothing gets to SALESmanago."
        )
        % {"store": name, "since": since},
        _(
            "Most often SALESmanago itself has a fault or cannot be reached. Sending is tried again and again, so "
            "usually there is nothing to do."
        ),
        _(
            "Your customers notice nothing in the shop, but new contacts, carts and orders are missing in SALESmanago, "
            "so its messages about them come late. Nothing is lost: everything waits and is sent in its order."
        ),
        _("The connection check says whether something in the settings is wrong:"),
    ]


def _failing(name: str, seen: Seen, store: Store) -> tuple[str, list[str]]:  # noqa: ARG001
    return _("%(store)s: SALESmanago refuses a part of what is sent") % {"store": name}, [
        _(
            "Of what was sent for the store %(store)s in the last hour, SALESmanago did not take a noticeable part. "
            "Not delivered: %(failed)s."
        )
        % {"store": name, "failed": seen.failed},
        _(
            "These messages are not sent again by themselves: a customer's data, a cart or an order is missing in "
            "SALESmanago. Everything else goes on."
        ),
        _("The list says of each why. Put it right, then send them again:"),
    ]


def _name(store: Store) -> str:
    """On one line: it stands in a subject."""
    return " ".join(store.name.split())


def _moment(at: datetime, zone: str) -> str:
    return date_format(at.astimezone(ZoneInfo(zone)), "j E Y, H:i")


def _text(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs) + "\n"
