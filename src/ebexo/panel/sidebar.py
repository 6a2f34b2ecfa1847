"""The menu, three levels deep: a group, its sections, their pages.

A new page is one more line here and one more in `ebexo.panel.site`.
"""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ebexo.stores.models import Store


@dataclass(frozen=True)
class Link:
    title: str | Promise
    address: str
    icon: str  # a name of Material Symbols
    is_here: bool  # also on the pages below it


@dataclass(frozen=True)
class Section:
    title: str | Promise | None  # None: its links stand directly in the group
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Group:
    title: str | Promise | None  # None: it has no heading
    sections: tuple[Section, ...]


def of_store(store: Store, *, path: str, may_change: bool) -> list[Group]:
    """The menu of one store's pages; `path` is the page that is open. Some pages are not for whoever only reads."""

    def link(title: str | Promise, page: str, icon: str) -> Link:
        address = reverse(f"admin:{page}", args=[store.handle])
        is_here = path == address if page == "start" else path.startswith(address)
        return Link(title, address, icon, is_here)

    return [
        Group(
            None,
            (
                Section(
                    None,
                    (
                        link(_("Start"), "start", "home"),
                        link(_("Activity"), "activity", "list_alt"),
                        link(_("Find a person"), "person", "person_search"),
                        link(_("Not delivered"), "failed", "error"),
                        link(_("Reconciliation"), "reconciliation", "balance"),
                    ),
                ),
            ),
        ),
        Group(
            _("Integrations"),
            (
                Section(
                    _("Marketing/Social Media"),
                    (
                        link(_("SALESmanago (settings)"), "salesmanago", "settings"),
                        link(_("Connection check"), "connection", "network_check"),
                        link(_("History"), "history", "history"),
                    ),
                ),
            ),
        ),
        Group(
            _("Configuration"),
            (
                Section(
                    None,
                    (
                        link(_("Consents"), "consents", "fact_check"),
                        link(_("API keys"), "keys", "key"),
                        link(_("Users"), "members", "group"),
                        *((link(_("Audit log"), "audit", "history_edu"),) if may_change else ()),
                    ),
                ),
            ),
        ),
    ]


def without_store(*, is_operator: bool, path: str) -> list[Group]:
    """The menu of pages that belong to no store."""

    def link(title: str | Promise, page: str, icon: str) -> Link:
        address = reverse(f"admin:{page}")
        return Link(title, address, icon, is_here=path == address)

    links = [link(_("Stores"), "index", "storefront")]
    if is_operator:
        links += [link(_("Users"), "people", "group"), link(_("Audit log"), "whole_audit", "history_edu")]
    return [Group(None, (Section(None, tuple(links)),))]
