"""The panel: which pages there are, and that nobody sees one without a login."""

from http import HTTPStatus
from typing import Any

from django.contrib.auth.views import LogoutView
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.sites import UnfoldAdminSite

from ebexo.audit.actions import Action
from ebexo.audit.recording import record
from ebexo.panel.access import home_of
from ebexo.panel.activity.message import MessagePage
from ebexo.panel.activity.view import ActivityPage
from ebexo.panel.audit.view import AuditPage, WholeAuditPage
from ebexo.panel.connection.view import ConnectionPage
from ebexo.panel.consents.one import ConsentPage, DeleteConsentPage, WordingPage
from ebexo.panel.consents.views import AddConsentPage, ConsentsPage
from ebexo.panel.failed.views import FailedPage
from ebexo.panel.forgotten import ForgottenPage
from ebexo.panel.history.one import ImportPage, RejectedRowsPage
from ebexo.panel.history.overview import HistoryPage
from ebexo.panel.keys.views import KeysPage, RevokeKeyPage, RotateKeysPage, RotateSecretPage
from ebexo.panel.login import LoginForm, LoginPage
from ebexo.panel.members.everybody import PeoplePage
from ebexo.panel.members.view import MembersPage
from ebexo.panel.models import User
from ebexo.panel.outside import EnterPage, InvitationPage, ResetPage
from ebexo.panel.page import Page
from ebexo.panel.person.view import PersonPage
from ebexo.panel.reconciliation.days import ReconciliationPage
from ebexo.panel.reconciliation.orders import OrdersOfDayPage
from ebexo.panel.salesmanago.view import SettingsPage
from ebexo.panel.start.view import StartPage
from ebexo.panel.store_list import StoresPage
from ebexo.panel.two_factor.entering import SecondStepPage
from ebexo.panel.two_factor.page import TwoFactorPage

STORE_PAGES: tuple[tuple[str, type[Page], str], ...] = (
    ("<slug:handle>/", StartPage, "start"),
    ("<slug:handle>/aktywnosc/", ActivityPage, "activity"),
    ("<slug:handle>/aktywnosc/<int:number>/", MessagePage, "message"),
    ("<slug:handle>/osoba/", PersonPage, "person"),
    ("<slug:handle>/niedostarczone/", FailedPage, "failed"),
    ("<slug:handle>/salesmanago/", SettingsPage, "salesmanago"),
    ("<slug:handle>/polaczenie/", ConnectionPage, "connection"),
    ("<slug:handle>/zgody/", ConsentsPage, "consents"),
    ("<slug:handle>/zgody/nowa/", AddConsentPage, "consent_add"),
    ("<slug:handle>/zgody/<int:number>/", ConsentPage, "consent"),
    ("<slug:handle>/zgody/<int:number>/tresc/", WordingPage, "consent_wording"),
    ("<slug:handle>/zgody/<int:number>/usun/", DeleteConsentPage, "consent_delete"),
    ("<slug:handle>/uzytkownicy/", MembersPage, "members"),
    ("<slug:handle>/dziennik/", AuditPage, "audit"),
    ("<slug:handle>/rozliczenie/", ReconciliationPage, "reconciliation"),
    ("<slug:handle>/rozliczenie/<slug:day>/", OrdersOfDayPage, "orders_of_day"),
    ("<slug:handle>/historia/", HistoryPage, "history"),
    ("<slug:handle>/historia/<int:number>/", ImportPage, "import"),
    ("<slug:handle>/historia/<int:number>/niewyslane/", RejectedRowsPage, "import_rejected"),
    ("<slug:handle>/klucze/", KeysPage, "keys"),
    ("<slug:handle>/klucze/wymiana/", RotateKeysPage, "keys_rotate"),
    ("<slug:handle>/klucze/podpis/", RotateSecretPage, "keys_rotate_secret"),
    ("<slug:handle>/klucze/<int:number>/uniewaznij/", RevokeKeyPage, "key_revoke"),
)


PAGES: tuple[tuple[str, type[Page], str], ...] = (
    ("", StoresPage, "index"),
    ("konto/", TwoFactorPage, "two_factor"),
    ("uzytkownicy/", PeoplePage, "people"),
    ("dziennik/", WholeAuditPage, "whole_audit"),
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
            path("login/", self.login, name="login"),
            path("logout/", self.logout, name="logout"),
            path("login/kod/", SecondStepPage.as_view(site=self), name="second_step"),
            path("enter/", EnterPage.as_view(site=self), name="enter"),
            path("invitation/", InvitationPage.as_view(site=self), name="invitation"),
            path("password/forgotten/", ForgottenPage.as_view(site=self), name="forgotten"),
            path("password/new/", ResetPage.as_view(site=self), name="reset"),
            path("password/", self.admin_view(self.password_change, cacheable=True), name="password_change"),
            path(
                "password/done/",
                self.admin_view(self.password_change_done, cacheable=True),
                name="password_change_done",
            ),
            *(
                path(address, self.admin_view(page.as_view(site=self)), name=name)
                for address, page, name in PAGES + STORE_PAGES
            ),
        ]

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:  # noqa: ARG002
        if request.method == "GET" and self.has_permission(request):
            return redirect("admin:index")
        frame = self.each_context(request) | {"title": _("Log in"), "app_path": request.get_full_path()}
        request.current_app = self.name
        return LoginPage.as_view(extra_context=frame)(request)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        with transaction.atomic():
            response: HttpResponseBase = super().password_change(request, extra_context)
            if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
                _record(Action.PASSWORD_CHANGED, request)
        return response

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:  # noqa: ARG002
        if request.method == "POST":
            _record(Action.LOGGED_OUT, request)
        return LogoutView.as_view(next_page=reverse_lazy("admin:login"))(request)


def _record(action: Action, request: HttpRequest) -> None:
    """What somebody did about their own login, if they are logged in at all."""
    user = request.user
    if isinstance(user, User):
        home = user.platform_store_id or home_of(user)
        record(action, store_id=home, subject="" if user.platform_store_id else user.email)


panel = Panel(name="panel")
