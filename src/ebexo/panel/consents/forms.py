"""Forms of a consent and of its wording. They read what was typed; whether it can be right is judged on saving."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from ebexo.consents.editing import LONGEST, Traits
from ebexo.consents.models import Consent
from ebexo.panel.consents.texts import HELP, PROBLEMS

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def _line(label: "str | _StrPromise", name: str, **attributes: str) -> forms.CharField:
    attributes |= {"autocomplete": "off", "maxlength": str(LONGEST[name])}
    widget = UnfoldAdminTextInputWidget(attributes)
    return forms.CharField(label=label, help_text=HELP[name], required=False, widget=widget)


def _switch(label: "str | _StrPromise", name: str) -> forms.BooleanField:
    widget = UnfoldBooleanSwitchWidget({"role": "switch"})
    return forms.BooleanField(label=label, help_text=HELP[name], required=False, widget=widget)


def _wording() -> forms.CharField:
    widget = UnfoldAdminTextareaWidget({"rows": 5})
    return forms.CharField(label=_("Wording"), help_text=HELP["text"], required=False, widget=widget)


class RefusableForm(forms.Form):
    use_required_attribute = False

    def refuse(self, problems: Mapping[str, str]) -> None:
        """Put each problem's sentence beside its field."""
        for name, problem in problems.items():
            self.add_error(name, str(PROBLEMS[problem]))


class TraitsForm(RefusableForm):
    """What may be changed of a consent."""

    name = _line(_("Name"), "name")
    vendor_name = _line(_("Name in SALESmanago"), "vendor_name", spellcheck="false")
    required = _switch(_("Required"), "required")
    active = _switch(_("Active"), "active")

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, traits: Traits, read_only: bool = False, **kwargs: Any
    ):
        super().__init__(data, initial={**vars(traits), **kwargs.pop("initial", {})}, **kwargs)
        for field in self.fields.values():
            field.disabled = read_only

    def traits(self) -> Traits:
        """What was typed. The form must be valid."""
        return Traits(**{name: self.cleaned_data[name] for name in TraitsForm.base_fields})


class NewConsentForm(TraitsForm):
    """A whole consent with the first version of its wording."""

    field_order = ("code", "name", "text", "vendor_name", "required", "active")
    code = _line(_("Code"), "code", spellcheck="false")
    text = _wording()


class WordingForm(RefusableForm):
    """A new version of the wording. `seen` is the version that was in front of whoever changed it."""

    text = _wording()
    asks_again = _switch(_("Ask again"), "asks_again")
    seen = forms.IntegerField(widget=forms.HiddenInput)


def traits_of(consent: Consent) -> Traits:
    return Traits(consent.name, consent.required, consent.active, consent.vendor_name)
