"""The part of a customer's profile about consents and the newsletter."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from demo.people.consents import PREFIX, consent_fields
from ebexo_oscar import consents
from ebexo_oscar.consents import Standing

PROFILE = "customer:profile-view"


@dataclass(frozen=True)
class Row:
    """One consent as the profile shows it: the box, what it shows, and what stands so far."""

    field: forms.BoundField
    standing: Standing | None

    @property
    def shown(self) -> str:
        """A hidden input that says whether the page showed the box as ticked."""
        return self.field.as_hidden(only_initial=True)


class ProfileConsentsForm(forms.Form):
    """A box for each active consent, ticked where it is granted, and for an inactive one that still is.

    Each box remembers what the page showed, so only what the customer changed counts: a grant that was withdrawn
    elsewhere meanwhile is not given anew by saving an old page.
    """

    def __init__(self, user: User, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # what a request posted
        self._standing = consents.standing(user)
        granted = [code for code, decision in self._standing.items() if decision.granted]
        for consent in consent_fields(also=granted):
            self.fields[consent.name] = forms.BooleanField(
                label=consent.wording,
                required=False,
                initial=consent.code in granted,
                show_hidden_initial=True,
            )

    def rows(self) -> list[Row]:
        return [Row(field, self._standing.get(field.name.removeprefix(PREFIX))) for field in self]

    def answers(self) -> dict[str, bool]:
        """What the customer changed, by the consent's code."""
        return {name.removeprefix(PREFIX): self.cleaned_data[name] for name in self.changed_data}


@require_POST
@login_required
def save(request: HttpRequest) -> HttpResponse:
    """Grant and withdraw what the customer changed in their profile."""
    form = ProfileConsentsForm(request.user, request.POST)  # type: ignore[arg-type]  # logged in
    if form.is_valid():
        consents.changed(request.user, form.answers(), request)
        messages.success(request, _("Your consents are saved."))
    return redirect(PROFILE)
