"""The one question of a rotation: how long what is replaced still works."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from ebexo.stores.keys import OVERLAP

OVERLAPS = ((0, _("None")), (1, _("1 hour")), (24, _("24 hours")), (168, _("7 days")))


class OverlapForm(forms.Form):
    use_required_attribute = False
    hours = forms.TypedChoiceField(
        label=_("Transition period"),
        help_text=_(
            "For this long what is replaced still works. If somebody else may know it, choose none: "
            "then the calls of the shop are refused, too, until it has the new one."
        ),
        choices=OVERLAPS,
        coerce=int,
        initial=OVERLAP // timedelta(hours=1),
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one.")},
        widget=UnfoldAdminSelectWidget,
    )

    def overlap(self) -> timedelta:
        """What was chosen. The form must be valid."""
        return timedelta(hours=self.cleaned_data["hours"])
