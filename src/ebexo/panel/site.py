"""The panel: which pages there are, and that nobody sees one without a login."""

from typing import Any

from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from ebexo.panel.consents.one import ConsentPage, DeleteConsentPage, WordingPage
from ebexo.panel.consents.views import AddConsentPage, ConsentsPage
from ebexo.panel.failed.views import FailedPage
from ebexo.panel.keys.views import KeysPage, RevokeKeyPage, RotateKeysPage, RotateSecretPage
from ebexo.panel.login import LoginForm
from ebexo.panel.outside import EnterPage, InvitationPage
from ebexo.panel.page import Page
from ebexo.panel.person.view import PersonPage
from ebexo.panel.salesmanago.view import SettingsPage
from ebexo.panel.start.view import StartPage
from ebexo.panel.store_list import StoresPage

STORE_PAGES: tuple[tuple[str, type[Page], str], ...] = (
    ("<slug:handle>/", StartPage, "start"),
    ("<slug:handle>/osoba/", PersonPage, "person"),
    ("<slug:handle>/niedostarczone/", FailedPage, "failed"),
    ("<slug:handle>/salesmanago/", SettingsPage, "salesmanago"),
    ("<slug:handle>/zgody/", ConsentsPage, "consents"),
    ("<slug:handle>/zgody/nowa/", AddConsentPage, "consent_add"),
    ("<slug:handle>/zgody/<int:number>/", ConsentPage, "consent"),
    ("<slug:handle>/zgody/<int:number>/tresc/", WordingPage, "consent_wording"),
    ("<slug:handle>/zgody/<int:number>/usun/", DeleteConsentPage, "consent_delete"),
    ("<slug:handle>/klucze/", KeysPage, "keys"),
    ("<slug:handle>/klucze/wymiana/", RotateKeysPage, "keys_rotate"),
    ("<slug:handle>/klucze/podpis/", RotateSecretPage, "keys_rotate_secret"),
    ("<slug:handle>/klucze/<int:number>/uniewaznij/", RevokeKeyPage, "key_revoke"),
)


class Panel(UnfoldAdminSite):  # type: ignore[misc]  # Unfold has no types
    """An admin site without model pages: every page of it is one of ours, and belongs to one store."""

    login_form = LoginForm
    login_template = "panel/login.html"
    index_title = _("Stores")

    def has_permission(self, request: HttpRequest) -> bool:
        """Whoever has a login may come in. What they see is decided by `ebexo.panel.access`."""
        return request.user.is_active

    def get_urls(self) -> list[URLPattern]:
        return [
            path("", self.admin_view(StoresPage.as_view(site=self)), name="index"),
            path("login/", self.login, name="login"),
            path("logout/", self.logout, name="logout"),
            path("enter/", EnterPage.as_view(site=self), name="enter"),
            path("invitation/", InvitationPage.as_view(site=self), name="invitation"),
            path("password/", self.admin_view(self.password_change, cacheable=True), name="password_change"),
            path(
                "password/done/",
                self.admin_view(self.password_change_done, cacheable=True),
                name="password_change_done",
            ),
            *(
                path(address, self.admin_view(page.as_view(site=self)), name=name)
                for address, page, name in STORE_PAGES
            ),
        ]

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:  # noqa: ARG002
        return LogoutView.as_view(next_page=reverse_lazy("admin:login"))(request)


panel = Panel(name="panel")
