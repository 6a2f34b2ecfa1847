"""The form of the login page."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from ebexo.client_address import client_address
from ebexo.environment import environment
from ebexo.panel.throttle import attempt_key, forget_attempts, may_attempt


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
        key = attempt_key(address=self._client_address(), email=email)
        if not may_attempt(key, now=timezone.now()):
            raise forms.ValidationError(self.error_messages["throttled"], code="throttled")
        cleaned: dict[str, Any] = super().clean()
        forget_attempts(key)
        return cleaned

    def _client_address(self) -> str:
        told = self.request.META
        return client_address(
            connected=told.get("REMOTE_ADDR", ""),
            forwarded_for=told.get("HTTP_X_FORWARDED_FOR", ""),
            trusted=environment().trusted_proxies,
        )
