"""The seven fields as a form. It reads what was typed; whether it can be right is judged where it is saved."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.boundfield import BoundField, BoundWidget
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from ebexo.connection.sentences.settings import FIELDS
from ebexo.connection.settings import Seven, current
from ebexo.consents.models import Consent
from ebexo.panel.salesmanago.advanced import AdvancedFields
from ebexo.panel.salesmanago.texts import CHOOSE_CONSENT, HELP, MODES, NO_CONSENTS, SECRET_STORED
from ebexo.panel.salesmanago.widgets import ModeChoice
from ebexo.stores.models import Account, Mode

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MAIN = ("owner_email", "client_id", "api_secret", "endpoint")


def _text(label: "str | _StrPromise", name: str, **attributes: str) -> forms.CharField:
    widget = UnfoldAdminTextInputWidget({"autocomplete": "off", "spellcheck": "false", **attributes})
    return forms.CharField(label=label, help_text=HELP[name], required=False, max_length=2000, widget=widget)


class SettingsForm(AdvancedFields):
    """Seven fields in their order, then the advanced ones. Nothing in it shows the stored secret."""

    field_order = ("active", *MAIN, "mode", "consent")
    active = forms.BooleanField(
        label=_("Integration active"),
        help_text=HELP["active"],
        required=False,
        widget=UnfoldBooleanSwitchWidget({"role": "switch"}),
    )
    owner_email = _text(_("E-mail"), "owner_email", inputmode="email")
    client_id = _text(_("Client ID"), "client_id")
    api_secret = forms.CharField(
        label=_("ApiSecret"),
        help_text=HELP["api_secret"],
        required=False,
        max_length=2000,
        widget=UnfoldAdminPasswordWidget({"autocomplete": "new-password"}),
    )
    endpoint = _text(_("Endpoint"), "endpoint", inputmode="url", placeholder="app3.salesmanago.pl")
    mode = forms.ChoiceField(label=_("Mode of operation"), choices=Mode.choices, widget=ModeChoice)
    consent = forms.CharField(
        label=_("Consent"),
        help_text=HELP["consent"],
        required=False,
        widget=UnfoldAdminSelectWidget({"x-on:change": "consent = $event.target.value"}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, account: Account, read_only: bool = False):
        settings = current(account)
        super().__init__(data, initial=vars(settings) | {"consent": settings.consent_code}, tags=account.tags)
        self.consents = _consents(account)
        self.fields["consent"].widget.choices = [("", CHOOSE_CONSENT), *self.consents]
        if account.api_secret_encrypted:
            self.fields["api_secret"].widget.attrs["placeholder"] = SECRET_STORED
        for field in self.fields.values():
            field.disabled = read_only

    def seven(self) -> Seven:
        """What was typed. The form must be valid."""
        typed = self.cleaned_data
        return Seven(
            active=typed["active"],
            owner_email=typed["owner_email"],
            client_id=typed["client_id"],
            api_secret=typed["api_secret"] or None,
            endpoint=typed["endpoint"],
            mode=typed["mode"],
            consent_code=typed["consent"],
            advanced=self.advanced(),
        )

    def refuse(self, problems: Mapping[str, str]) -> None:
        """Put each problem's sentence beside its field."""
        for name, problem in problems.items():
            nothing_to_choose = problem == "consent_required" and not self.consents
            sentence = NO_CONSENTS if nothing_to_choose else FIELDS[problem]
            self.add_error(name if name in self.fields else None, str(sentence))

    def modes(self) -> Iterator[tuple[BoundWidget, str | Promise]]:
        """Each mode's radio button with the sentence that explains it."""
        for radio in self["mode"]:
            yield radio, MODES[Mode(radio.data["value"])]

    @property
    def no_consents(self) -> str | Promise | None:
        """What to say instead of offering consents where there are none."""
        return None if self.consents else NO_CONSENTS

    def main_fields(self) -> list[BoundField]:
        """Fields 2 to 5, which all look the same."""
        return [self[name] for name in MAIN]


def _consents(account: Account) -> list[tuple[str, str]]:
    """The consents to choose from, and the one that is linked even if it is not among them."""
    found = Consent.objects.filter(store_id=account.store_id, active=True).order_by("name", "code")
    consents = {consent.code: f"{consent.name} ({consent.code})" for consent in found}
    if account.consent_code and account.consent_code not in consents:
        consents[account.consent_code] = account.consent_code
    return list(consents.items())
