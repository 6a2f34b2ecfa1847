"""Who is to see the store, and what they may do."""

from typing import Any

from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from ebexo.panel.models import Role
from ebexo.panel.users import NOWHERE


class MemberForm(forms.Form):
    use_required_attribute = False
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        validators=[validate_email],
        error_messages={
            "required": _("Enter the e-mail of the person."),
            "invalid": _("This is not an e-mail address."),
        },
        widget=UnfoldAdminTextInputWidget({"inputmode": "email", "autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Role.choices,
        initial=Role.VIEWER,
        help_text=_("An owner may change everything of this store, a viewer may read."),
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one.")},
        widget=UnfoldAdminSelectWidget,
    )

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
        if email.endswith(f"@{NOWHERE}"):
            raise forms.ValidationError(_("Nobody can be reached at this address."))
        return email

    def member(self) -> dict[str, Any]:
        """What was typed. The form must be valid."""
        return {"email": self.cleaned_data["email"], "role": Role(self.cleaned_data["role"])}
