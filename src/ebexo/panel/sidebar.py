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


def of_store(store: Store, *, path: str) -> list[Group]:
    """The menu of one store's pages; `path` is the page that is open."""

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
                        link(_("Find a person"), "person", "person_search"),
                        link(_("Not delivered"), "failed", "error"),
                    ),
                ),
            ),
        ),
        Group(
            _("Integrations"),
            (
                Section(
                    _("Marketing/Social Media"),
                    (link(_("SALESmanago (settings)"), "salesmanago", "settings"),),
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
                    ),
                ),
            ),
        ),
    ]


def without_store() -> list[Group]:
    """The menu of pages that belong to no store."""
    stores = Link(_("Stores"), reverse("admin:index"), "storefront", is_here=False)
    return [Group(None, (Section(None, (stores,)),))]
