"""Konfiguracja → Zgody: the list, and a new consent."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ebexo.consents import editing
from ebexo.consents.editing import RefusedConsent, Risk, Traits
from ebexo.consents.models import Consent
from ebexo.panel.consents.forms import NewConsentForm
from ebexo.panel.consents.listing import listed
from ebexo.panel.consents.texts import OBSTACLES, RISKS
from ebexo.panel.consents.unknown import LOOKED_AT, unknown_codes
from ebexo.panel.page import StorePage

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class ConsentsPage(StorePage):
    title = _("Consents")
    template_name = "panel/consents/list.html"

    def get(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002  (Django's shape)
        return self.render(
            consents=listed(self.store.account),
            unknown=unknown_codes(self.store.pk),
            looked_at=LOOKED_AT,
            may_change=self.may_change,
        )


class EditingPage(StorePage):
    """What the pages that change a consent have in common."""

    def consent(self, number: int) -> Consent:
        """The consent of this store; that of another one is a 404 as if it did not exist."""
        return get_object_or_404(Consent, pk=number, store=self.store)

    def obstacle(self, consent: Consent) -> str | Promise | None:
        """Why this consent can't be deleted, if so."""
        found = editing.obstacle(consent)
        return OBSTACLES[found] if found else None

    def asked(self, form: forms.Form, risks: Iterable[Risk], **context: Any) -> HttpResponse | None:
        """The question, if there is something to agree to that the answer does not name."""
        risks = list(risks)
        if not set(risks) - set(self.request.POST.getlist("agreed")):
            return None
        typed = [(name, value) for name, value in form.data.items() if name in form.fields]
        return self.render(risks=[(risk, RISKS[risk]) for risk in risks], typed=typed, **context)

    def done(self, sentence: "_StrPromise", page: str, **address: Any) -> HttpResponse:
        """To another page, which says what was done."""
        messages.success(self.request, sentence)
        to: HttpResponse = redirect(f"admin:{page}", handle=self.store.handle, **address)
        return to


class AddConsentPage(EditingPage):
    title = _("New consent")
    template_name = "panel/consents/add.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        self.for_owners()
        code = request.GET.get("code", "")[: editing.LONGEST["code"]]
        return self.render(form=NewConsentForm(traits=Traits(name=""), initial={"code": code}))

    def post(self, request: HttpRequest) -> HttpResponse:
        self.for_owners()
        form = NewConsentForm(request.POST, traits=Traits(name=""))
        if not form.is_valid() or "back" in request.POST:
            return self.render(form=form)
        typed, traits = form.cleaned_data, form.traits()
        linked = editing.is_linked(self.store.pk, typed["code"])
        if page := self.asked(form, editing.risks(linked=linked, before=Traits(name=""), after=traits)):
            return page
        try:
            editing.add(self.store.pk, code=typed["code"], text=typed["text"], traits=traits)
        except RefusedConsent as error:
            form.refuse(error.problems)
            return self.render(form=form)
        return self.done(_("The consent has been added."), "consents")
