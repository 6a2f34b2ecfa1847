from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from oscar.apps.customer import forms as oscar

from demo.people.consents import ConsentsMixin
from demo.people.models import Profile

EARLIEST_BIRTH = date(1900, 1, 1)


class ProfileFields(forms.Form):
    """The fields of a profile, for the two forms in which a customer fills them in."""

    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        max_length=32,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    company = forms.CharField(
        label=_("Company"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    birth_date = forms.DateField(
        label=_("Date of birth"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "bday"}),
    )

    def clean_birth_date(self) -> date | None:
        born: date | None = self.cleaned_data["birth_date"]
        if born and not EARLIEST_BIRTH <= born <= timezone.localdate():
            raise forms.ValidationError(_("Please check the date of birth."))
        return born

    def save_profile(self, user: User) -> Profile:
        """Keep the profile, and the language in which the customer filled it in."""
        profile, _is_new = Profile.objects.update_or_create(
            user=user,
            defaults={
                "phone": self.cleaned_data["phone"] or None,
                "company": self.cleaned_data["company"] or None,
                "birth_date": self.cleaned_data["birth_date"],
                "language": (get_language() or "pl")[:2],
            },
        )
        return profile


class EmailUserCreationForm(ConsentsMixin, ProfileFields, oscar.EmailUserCreationForm):  # type: ignore[misc]
    """Oscar's registration with names, profile and consents.

    The profile is complete when Oscar's `user_registered` is sent.
    """

    first_name = forms.CharField(label=_("First name"), max_length=150)
    last_name = forms.CharField(label=_("Last name"), max_length=150)
    field_order = (
        "first_name", "last_name", "email", "password1", "password2", "phone", "company", "birth_date",
    )  # fmt: skip

    class Meta(oscar.EmailUserCreationForm.Meta):  # type: ignore[misc]
        fields = ("first_name", "last_name", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, purpose in AUTOCOMPLETE.items():
            self.fields[name].widget.attrs["autocomplete"] = purpose
        self.add_consents()

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002 (as Django has it)
        user: User = super().save(commit=commit)
        if commit:
            self.save_profile(user)
        return user


AUTOCOMPLETE = {
    "first_name": "given-name",
    "last_name": "family-name",
    "email": "email",
    "password1": "new-password",
    "password2": "new-password",
}


class ProfileForm(ProfileFields, oscar.UserForm):  # type: ignore[misc]
    """Oscar's profile form with the shop's own fields.

    The user is saved last, so whoever hears of that finds the new profile in place.
    """

    field_order = ("first_name", "last_name", "email", "phone", "company", "birth_date")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        profile = Profile.objects.filter(user=user).first() or Profile()
        known = {name: getattr(profile, name) for name in ("phone", "company", "birth_date")}
        kwargs["initial"] = known | (kwargs.get("initial") or {})
        super().__init__(user, *args, **kwargs)  # type: ignore[arg-type]  # Oscar's form takes the user first

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002 (as Django has it)
        if commit:
            self.save_profile(self.instance)
        user: User = super().save(commit=commit)
        return user
