"""One consent: what it is, its wordings, and the way to delete it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from ebexo.consents import editing
from ebexo.consents.editing import RefusedConsent
from ebexo.consents.models import Consent
from ebexo.panel.consents.forms import TraitsForm, WordingForm, traits_of
from ebexo.panel.consents.texts import OBSTACLES
from ebexo.panel.consents.views import EditingPage


class ConsentPage(EditingPage):
    title = _("Consent")
    template_name = "panel/consents/consent.html"

    def get(self, request: HttpRequest, number: int) -> HttpResponse:  # noqa: ARG002  (Django's shape)
        consent = self.consent(number)
        return self._page(consent, TraitsForm(traits=traits_of(consent), read_only=not self.may_change))

    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        """Refuse, ask or save. What was agreed to is named in the answer, so that nothing else passes with it."""
        self.for_owners()
        consent = self.consent(number)
        form = TraitsForm(request.POST, traits=traits_of(consent))
        if not form.is_valid() or "back" in request.POST:
            return self._page(consent, form)
        before, after = traits_of(consent), form.traits()
        linked = editing.is_linked(self.store.pk, consent.code)
        if page := self.asked(form, editing.risks(linked=linked, before=before, after=after)):
            return page
        try:
            editing.change(consent, after)
        except RefusedConsent as error:
            form.refuse(error.problems)
            return self._page(consent, form)
        return self.done(_("The consent has been saved."), "consent", number=consent.pk)

    def _page(self, consent: Consent, form: TraitsForm) -> HttpResponse:
        wordings = list(consent.wordings.order_by("-version"))
        return self.render(
            consent=consent,
            form=form,
            wording=wordings[0],
            older=wordings[1:],
            linked=editing.is_linked(self.store.pk, consent.code),
            people=editing.standing_grants(consent).count(),
            obstacle=self.obstacle(consent),
            may_change=self.may_change,
        )


class WordingPage(EditingPage):
    title = _("Change the wording")
    template_name = "panel/consents/wording.html"

    def get(self, request: HttpRequest, number: int) -> HttpResponse:  # noqa: ARG002  (Django's shape)
        self.for_owners()
        consent = self.consent(number)
        newest = consent.wordings.order_by("-version")[0]
        return self._page(consent, WordingForm(initial={"text": newest.text, "seen": newest.version}))

    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        self.for_owners()
        consent = self.consent(number)
        form = WordingForm(request.POST)
        if not form.is_valid():
            return self._page(consent, form)
        typed = form.cleaned_data
        try:
            editing.reword(
                consent, text=typed["text"], asks_again=typed["asks_again"], seen_version=typed["seen"]
            )
        except RefusedConsent as error:
            form.refuse(error.problems)
            return self._page(consent, form)
        return self.done(_("The new wording is in force."), "consent", number=consent.pk)

    def _page(self, consent: Consent, form: WordingForm) -> HttpResponse:
        return self.render(
            consent=consent,
            form=form,
            linked=editing.is_linked(self.store.pk, consent.code),
            people=editing.standing_grants(consent).count(),
        )


class DeleteConsentPage(EditingPage):
    title = _("Delete the consent")
    template_name = "panel/consents/delete.html"

    def get(self, request: HttpRequest, number: int) -> HttpResponse:  # noqa: ARG002  (Django's shape)
        self.for_owners()
        consent = self.consent(number)
        return self.render(consent=consent, obstacle=self.obstacle(consent))

    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        self.for_owners()
        consent = self.consent(number)
        if found := editing.delete(consent):
            messages.error(request, OBSTACLES[found])
            return redirect("admin:consent", handle=self.store.handle, number=number)
        return self.done(_("The consent has been deleted."), "consents")
