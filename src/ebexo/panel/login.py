"""The login page and its form."""

from typing import Any

from django import forms
from django.contrib.auth.views import LoginView
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from ebexo.audit.actions import Action
from ebexo.audit.recording import record
from ebexo.contacts.hashes import masked_email
from ebexo.panel.access import home_of
from ebexo.panel.address import address_of
from ebexo.panel.throttle import attempt_key, forget_attempts, may_attempt
from ebexo.panel.two_factor.entering import let_in
from ebexo.panel.users import people


class LoginForm(AuthenticationForm):  # type: ignore[misc]  # Unfold has no types
    """E-mail and password, with a pause after a few wrong ones."""

    error_messages = {
        "invalid_login": _("This e-mail and this password do not belong together. Try again."),
        "inactive": _("This login has been switched off. Ask the person who runs this installation."),
        "throttled": _("Too many attempts with this e-mail. Wait 15 minutes, then try again."),
    }
    username = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        error_messages={"required": _("Enter your e-mail.")},
        widget=UnfoldAdminTextInputWidget({"autocomplete": "username", "inputmode": "email"}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=4096,
        error_messages={"required": _("Enter your password.")},
        widget=UnfoldAdminPasswordWidget({"autocomplete": "current-password"}),
    )

    def clean(self) -> dict[str, Any]:
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not email or not password:
            return dict(self.cleaned_data)
        key = attempt_key(address=address_of(self.request), email=email)
        if not may_attempt(key, now=timezone.now()):
            raise forms.ValidationError(self.error_messages["throttled"], code="throttled")
        try:
            cleaned: dict[str, Any] = super().clean()
        except forms.ValidationError:
            self._record_failure(email)
            raise
        forget_attempts(key)
        return cleaned

    def _record_failure(self, email: str) -> None:
        """Of whoever has no login here only a mask is kept, and that once in 15 minutes for one address: the audit
        log can't be emptied, so nobody may fill it.
        """
        user = people().filter(email=email.strip().lower()).first()
        if user:
            record(Action.LOGIN_FAILED, store_id=home_of(user), subject=user.email)
            return
        stranger = attempt_key(address=address_of(self.request), email="")
        if may_attempt(stranger, now=timezone.now(), attempts=1):
            record(Action.LOGIN_FAILED, subject=masked_email(email.strip()))


class LoginPage(LoginView):
    """E-mail and password; then in, or to the second step."""

    authentication_form = LoginForm
    template_name = "panel/login.html"

    def form_valid(self, form: Any) -> HttpResponse:
        return let_in(self.request, form.get_user(), to=self.get_success_url())
