"""The advanced settings as form fields."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import models
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from ebexo.connection.advanced import time_zones
from ebexo.connection.tags import DEFAULT_TAGS, TRIGGERS
from ebexo.panel.salesmanago.lists import domains, shown_tags, typed_tags
from ebexo.panel.salesmanago.texts import ADVANCED_HELP
from ebexo.stores.models import InDoubt, ProductId, PurchaseCounts

LABELS = {
    "location": _("Location of the product feed"),
    "shop_domain": _("Address of the shop"),
    "country": _("Country of the shop"),
    "language": _("Language of the shop"),
    "time_zone": _("Time zone of the shop"),
    "product_id": _("Product identifier"),
    "purchase_counts": _("An order counts as a purchase"),
    "in_doubt": _("If it is unknown whether a purchase has arrived"),
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
CART_AND_ORDER = ("location", "shop_domain", "product_id", "purchase_counts", "in_doubt")


def _text(name: str, *, longest: int, **attributes: str) -> forms.CharField:
    return forms.CharField(
        label=LABELS[name],
        help_text=ADVANCED_HELP[name],
        required=False,
        max_length=longest,
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off", **attributes}),
    )


def _choice(name: str, choices: type[models.TextChoices]) -> forms.CharField:
    return forms.CharField(
        label=LABELS[name],
        help_text=ADVANCED_HELP[name],
        required=False,
        widget=UnfoldAdminSelectWidget(choices=choices.choices),
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
    time_zone = _text("time_zone", longest=100, list="time-zones", spellcheck="false")
    tags_registration = _tags("registration")
    tags_login = _tags("login")
    tags_data_edit = _tags("data_edit")
    tags_newsletter = _tags("newsletter")
    location = _text("location", longest=2000, spellcheck="false")
    shop_domain = _text("shop_domain", longest=2000, spellcheck="false", inputmode="url")
    product_id = _choice("product_id", ProductId)
    purchase_counts = _choice("purchase_counts", PurchaseCounts)
    in_doubt = _choice("in_doubt", InDoubt)
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
            "time_zone": typed["time_zone"],
            **{name: typed[name] for name in CART_AND_ORDER},
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
        return [self["country"], self["language"], self["time_zone"]]

    def time_zones(self) -> list[str]:
        """What is offered while a time zone is typed: those that are named after a place."""
        return sorted(zone for zone in time_zones() if "/" in zone and not zone.startswith("Etc/"))

    def cart_and_order_fields(self) -> list[BoundField]:
        return [self[name] for name in CART_AND_ORDER]

    def fields_after_tags(self) -> list[BoundField]:
        names = list(AdvancedFields.base_fields)
        return [self[name] for name in names[names.index("ignored_domains") :]]

    def advanced_has_errors(self) -> bool:
        """Is something folded away that the merchant has to see?"""
        return self.is_bound and any(name in self.errors for name in AdvancedFields.base_fields)
