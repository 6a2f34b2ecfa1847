"""Find a person by e-mail. The address travels in the body of the request only: no address bar and no log holds it."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email
from unfold.widgets import UnfoldAdminTextInputWidget

from ebexo.connection.sentences.settings import FIELDS
from ebexo.panel.page import StorePage
from ebexo.panel.person.export import as_csv, as_json
from ebexo.panel.person.find import Person, find_person
from ebexo.panel.person.shown import shown

FORMATS = {"csv": (as_csv, "text/csv; charset=utf-8"), "json": (as_json, "application/json")}


class PersonForm(forms.Form):
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        error_messages={"required": _("Enter the e-mail of the person you are looking for.")},
        widget=UnfoldAdminTextInputWidget(
            {"autocomplete": "off", "inputmode": "email", "spellcheck": "false"}
        ),
    )

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        try:
            validate_email(email, check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            raise forms.ValidationError(FIELDS["email"]) from None
        return email.lower()


class PersonPage(StorePage):
    title = _("Find a person")
    template_name = "panel/person/person.html"

    def get(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002  (Django's shape)
        return self.render(form=PersonForm(use_required_attribute=False))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = PersonForm(request.POST, use_required_attribute=False)
        if not form.is_valid():
            return self.render(form=form)
        person = find_person(self.store.account, form.cleaned_data["email"])
        if person and request.POST.get("export") in FORMATS:
            return self._file(person, request.POST["export"])
        return self.render(form=form, searched=True, person=shown(person) if person else None)

    def _file(self, person: Person, kind: str) -> HttpResponse:
        write, content_type = FORMATS[kind]
        name = f"consents-{self.store.handle}.{kind}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(write(person.email, person.decisions), content_type=content_type, headers=headers)
