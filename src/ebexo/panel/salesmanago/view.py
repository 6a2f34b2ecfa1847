"""The settings page: the seven fields, what to agree to before saving, and how the connection is."""

from django.contrib import messages
from django.contrib.messages.storage.base import BaseStorage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from ebexo.callbacks.addresses import callback_addresses, public_base
from ebexo.connection.sentences.checking import CONNECTION, WORKS
from ebexo.connection.sentences.settings import NOTES
from ebexo.connection.settings import RefusedSettings, Saved, save, validated
from ebexo.panel.page import StorePage
from ebexo.panel.salesmanago.form import SettingsForm
from ebexo.panel.salesmanago.pending import Pending, keep, take
from ebexo.panel.salesmanago.questions import questions
from ebexo.panel.state import state_of

NOT_CONNECTED = "not-connected"
SAVED_UNCONNECTED = _("The settings are saved, but the connection does not work.")
SAVED_INCOMPLETE = _("The settings are saved.")
OUTDATED = _(
    "Nothing was saved: the settings were changed in the meantime, or this page was open twice. "
    "Look at them and save once more."
)


class SettingsPage(StorePage):
    title = _("SALESmanago (settings)")
    template_name = "panel/salesmanago/settings.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        take(request.session, self.store.pk)
        return self._form_page(SettingsForm(account=self.store.account, read_only=not self.may_change))

    def post(self, request: HttpRequest) -> HttpResponse:
        self.for_owners()
        pending = take(request.session, self.store.pk)
        if "back" in request.POST:
            return self._way_back(pending)
        if "agreed" in request.POST:
            return self._agreed(pending, nonce=request.POST["agreed"])
        return self._typed(SettingsForm(request.POST, account=self.store.account))

    def _typed(self, form: SettingsForm) -> HttpResponse:
        """Refuse, ask or save what was typed."""
        if not form.is_valid():
            return self._form_page(form)
        account = self.store.account
        try:
            settings, _notes = validated(account, form.seven())
        except RefusedSettings as error:
            form.refuse(error.problems)
            return self._form_page(form)
        if asked := questions(account, settings):
            typed = {name: value for name, value in form.data.items() if name in form.fields}
            pending = keep(self.request.session, self.store.pk, typed, based_on=account.saved_at.isoformat())
            return self.render(questions=asked, nonce=pending.nonce, state=state_of(account))
        return self._save(form)

    def _agreed(self, pending: Pending | None, *, nonce: str) -> HttpResponse:
        """Save what was asked about, unless something else has come between."""
        account = self.store.account
        if pending is None or pending.nonce != nonce or pending.based_on != account.saved_at.isoformat():
            messages.warning(self.request, OUTDATED)
            return self._to_itself()
        form = SettingsForm(pending.with_secret(), account=account)
        return self._save(form) if form.is_valid() else self._form_page(form)

    def _way_back(self, pending: Pending | None) -> HttpResponse:
        """The form as it was filled in, the secret left out."""
        if pending is None:
            return self._to_itself()
        form = SettingsForm(pending.typed, account=self.store.account)
        return self._form_page(form, secret_dropped=bool(pending.secret_encrypted))

    def _save(self, form: SettingsForm) -> HttpResponse:
        try:
            saved = save(self.store.account, form.seven())
        except RefusedSettings as error:
            form.refuse(error.problems)
            return self._form_page(form)
        self._tell(saved)
        return self._to_itself()

    def _tell(self, saved: Saved) -> None:
        problem = saved.check.problem
        if problem is None:
            messages.success(self.request, WORKS)
        elif problem == "incomplete":
            messages.info(self.request, f"{SAVED_INCOMPLETE} {CONNECTION[problem]}")
        else:
            sentence = f"{SAVED_UNCONNECTED} {CONNECTION[problem]}"
            messages.error(self.request, sentence, extra_tags=NOT_CONNECTED)
        for note in saved.notes:
            messages.info(self.request, NOTES[note])

    def _form_page(self, form: SettingsForm, *, secret_dropped: bool = False) -> HttpResponse:
        return self.render(
            form=form,
            state=None if self._was_just_told() else state_of(self.store.account),
            may_change=self.may_change,
            callbacks=self._callbacks(),
            secret_dropped=secret_dropped or bool(form.data.get("api_secret")),
        )

    def _callbacks(self) -> dict[str, str] | None:
        """The addresses to paste in SALESmanago. They hold a secret of the store: a viewer does not see them."""
        if not self.may_change:
            return None
        return callback_addresses(self.store.handle, base=public_base(self.request))

    def _was_just_told(self) -> bool:
        """Does a message on this page say already what the line about the state would say once more?"""
        waiting = messages.get_messages(self.request)
        told = any(NOT_CONNECTED in message.tags for message in waiting)
        if isinstance(waiting, BaseStorage):
            waiting.used = False  # they are still to be shown
        return told

    def _to_itself(self) -> HttpResponse:
        return redirect("admin:salesmanago", handle=self.store.handle)
