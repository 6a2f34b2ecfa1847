"""The form in which somebody chooses their password."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget

from ebexo.audit.actions import Action
from ebexo.audit.recording import record
from ebexo.panel.access import home_of
from ebexo.panel.links import drop_password_links
from ebexo.panel.models import User


class PasswordForm(forms.Form):
    """The password twice; what makes a good one is said beforehand."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=4096,
        help_text=_(
            "At least 12 characters, and not one of the passwords that everybody knows. "
            "A few words in a row make a good one."
        ),
        error_messages={"required": _("Choose a password.")},
        widget=UnfoldAdminPasswordWidget({"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same password once more"),
        strip=False,
        max_length=4096,
        error_messages={"required": _("Enter the password a second time.")},
        widget=UnfoldAdminPasswordWidget({"autocomplete": "new-password"}),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self._user)
        return password

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if self.cleaned_data.get("password") not in (None, again):
            raise forms.ValidationError(_("The two passwords are not the same. Enter both once more."))
        return again

    def save(self) -> None:
        """Keep the password; whoever is logged in with the former one no longer is. Call it in a transaction."""
        self._user.set_password(self.cleaned_data["password"])
        self._user.save(update_fields=["password"])
        drop_password_links(self._user)
        record(Action.PASSWORD_CHANGED, store_id=home_of(self._user), subject=self._user.email)
