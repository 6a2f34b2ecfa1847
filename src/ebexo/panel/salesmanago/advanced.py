"""The advanced settings as form fields."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from ebexo.delivery.tags import DEFAULT_TAGS, TRIGGERS
from ebexo.panel.salesmanago.lists import domains, shown_tags, typed_tags
from ebexo.panel.salesmanago.texts import ADVANCED_HELP

LABELS = {
    "country": _("Country of the shop"),
    "language": _("Language of the shop"),
    "ignored_domains": _("Ignored e-mail domains"),
    "rate": _("Calls a second"),
    "double_opt_in_email_id": _("Confirmation e-mail: its id in SALESmanago"),
    "double_opt_in_language": _("Confirmation e-mail: language"),
    "dry_run": _("Dry run"),
    "load_always": _("Load always"),
}
TAG_LABELS = {
    "registration": _("Tags at registration"),
    "login": _("Tags at login"),
    "data_edit": _("Tags when data is edited"),
    "newsletter": _("Tags at newsletter sign-up"),
}


def _text(name: str, *, longest: int) -> forms.CharField:
    return forms.CharField(
        label=LABELS[name],
        help_text=ADVANCED_HELP[name],
        required=False,
        max_length=longest,
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off"}),
    )


def _switch(name: str) -> forms.BooleanField:
    return forms.BooleanField(
        label=LABELS[name],
        help_text=ADVANCED_HELP[name],
        required=False,
        widget=UnfoldBooleanSwitchWidget({"role": "switch"}),
    )


def _tags(trigger: str) -> forms.CharField:
    ours = ", ".join(DEFAULT_TAGS[TRIGGERS[trigger]])
    attributes = {"autocomplete": "off", "placeholder": ours, "aria-describedby": "id_tags_helptext"}
    return forms.CharField(
        label=TAG_LABELS[trigger],
        required=False,
        max_length=2000,
        widget=UnfoldAdminTextInputWidget(attributes),
    )


class AdvancedFields(forms.Form):
    """What is folded away below the seven fields."""

    country = _text("country", longest=20)
    language = _text("language", longest=20)
    tags_registration = _tags("registration")
    tags_login = _tags("login")
    tags_data_edit = _tags("data_edit")
    tags_newsletter = _tags("newsletter")
    ignored_domains = _text("ignored_domains", longest=10_000)
    rate = forms.IntegerField(
        label=LABELS["rate"],
        help_text=ADVANCED_HELP["rate"],
        required=False,
        widget=UnfoldAdminIntegerFieldWidget({"min": 1, "max": 1000}),
    )
    double_opt_in_email_id = _text("double_opt_in_email_id", longest=100)
    double_opt_in_language = _text("double_opt_in_language", longest=10)
    dry_run = _switch("dry_run")
    load_always = _switch("load_always")

    def __init__(
        self, data: Mapping[str, Any] | None, *, initial: Mapping[str, Any], tags: Mapping[str, list[str]]
    ):
        advanced = dict(initial["advanced"])
        advanced["ignored_domains"] = ", ".join(advanced["ignored_domains"])
        shown = {f"tags_{trigger}": shown_tags(tags.get(trigger)) for trigger in TRIGGERS}
        super().__init__(data, initial={**initial, **advanced, **shown}, use_required_attribute=False)

    def advanced(self) -> dict[str, Any]:
        """What was typed, as `Seven.advanced` takes it. An empty number counts as 0, which is refused."""
        typed = self.cleaned_data
        tags = {trigger: typed_tags(typed[f"tags_{trigger}"]) for trigger in TRIGGERS}
        return {
            "country": typed["country"].upper(),
            "language": typed["language"].lower(),
            "tags": {trigger: own for trigger, own in tags.items() if own is not None},
            "ignored_domains": domains(typed["ignored_domains"]),
            "rate": typed["rate"] or 0,
            "double_opt_in_email_id": typed["double_opt_in_email_id"],
            "double_opt_in_language": typed["double_opt_in_language"],
            "dry_run": typed["dry_run"],
            "load_always": typed["load_always"],
        }

    def tag_fields(self) -> list[BoundField]:
        """The fields for the tags of each trigger, which share one help text."""
        return [self[f"tags_{trigger}"] for trigger in TRIGGERS]

    def fields_before_tags(self) -> list[BoundField]:
        return [self["country"], self["language"]]

    def fields_after_tags(self) -> list[BoundField]:
        names = list(AdvancedFields.base_fields)
        return [self[name] for name in names[names.index("ignored_domains") :]]

    def advanced_has_errors(self) -> bool:
        """Is something folded away that the merchant has to see?"""
        return self.is_bound and any(name in self.errors for name in AdvancedFields.base_fields)
