"""What the list of messages can be narrowed down by. It is kept in the address, so that it can be shared."""

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from ebexo.panel.activity.groups import BY_NAME, GROUPS, Group
from ebexo.panel.activity.listing import Wanted
from ebexo.panel.words import EVENTS

DATE = {"invalid": _("Enter a day such as 2026-11-23.")}


class ActivityForm(forms.Form):
    """Everything may be left out. The days are those of the store's time zone, the last one included."""

    use_required_attribute = False

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All states")), *((group.name, group.many) for group in GROUPS)],
        widget=UnfoldAdminSelectWidget,
    )
    kind = forms.ChoiceField(
        label=_("What happened"),
        required=False,
        choices=[("", _("Everything")), *EVENTS.items()],
        widget=UnfoldAdminSelectWidget,
    )
    since = forms.DateField(
        label=_("From"),
        required=False,
        input_formats=["%Y-%m-%d"],
        error_messages=DATE,
        widget=UnfoldAdminTextInputWidget({"type": "date"}),
    )
    until = forms.DateField(
        label=_("To"),
        required=False,
        input_formats=["%Y-%m-%d"],
        error_messages=DATE,
        widget=UnfoldAdminTextInputWidget({"type": "date"}),
    )

    @property
    def group(self) -> Group | None:
        return BY_NAME.get(self._said("state") or "")

    @property
    def is_empty(self) -> bool:
        """Is everything wanted?"""
        return not any(self._said(name) for name in self.fields)

    def wanted(self, zone: ZoneInfo) -> Wanted:
        """What was chosen; a field at fault counts as left out."""
        since, until = self._said("since"), self._said("until")
        return Wanted(
            states=self.group.states if self.group else (),
            type=self._said("kind"),
            since=beginning(since, zone) if since else None,
            until=beginning(until + timedelta(days=1), zone) if until and until < date.max else None,
        )

    def query(self) -> str:
        """What was chosen, for an address."""
        said = {name: self._said(name) for name in self.fields}
        return urlencode({name: str(value) for name, value in said.items() if value})

    def _said(self, name: str) -> Any:
        self.is_valid()
        return self.cleaned_data.get(name) or None


def beginning(day: date, zone: ZoneInfo) -> datetime:
    """When this day begins in this time zone."""
    return datetime.combine(day, time(), zone)
