"""Konfiguracja → Klucze API: the store's keys, a new one, and the signing secret."""

from collections.abc import Callable
from typing import ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ebexo.panel.keys.form import OverlapForm
from ebexo.panel.keys.shown_once import API_KEY, SIGNING_SECRET, Shown, keep, take
from ebexo.panel.page import StorePage
from ebexo.stores import keys


class KeyPage(StorePage):
    """What the pages about keys have in common."""

    def to_the_list(self, shown: Shown | None = None) -> HttpResponse:
        """To the list of keys, which shows what was made."""
        if shown:
            keep(self.request.session, self.store.pk, shown)
        return redirect("admin:keys", handle=self.store.handle)


class KeysPage(KeyPage):
    title = _("API keys")
    template_name = "panel/keys/list.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        working = list(keys.working_keys(self.store, now=now))
        ends_at = self.store.former_signing_secret_ends_at
        return self.render(
            working=working,
            former=self.store.api_keys.exclude(pk__in=[key.pk for key in working]).order_by("-pk"),
            shown=take(request.session, self.store.pk) if self.may_change else None,
            former_secret_ends_at=ends_at if ends_at and ends_at > now else None,
            may_change=self.may_change,
        )

    def post(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002  (Django's shape)
        """One more key."""
        self.for_owners()
        return self.to_the_list(Shown(API_KEY, keys.add_key(self.store)))


class RotatePage(KeyPage):
    """Asks how long what is replaced still works, then replaces it."""

    kind: ClassVar[str]
    rotate: ClassVar[Callable[..., str]]

    def get(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002  (Django's shape)
        self.for_owners()
        return self.render(form=OverlapForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        self.for_owners()
        form = OverlapForm(request.POST)
        if not form.is_valid():
            return self.render(form=form)
        made = self.rotate(self.store, now=timezone.now(), overlap=form.overlap())
        return self.to_the_list(Shown(self.kind, made))


class RotateKeysPage(RotatePage):
    title = _("Rotate the API keys")
    template_name = "panel/keys/rotate.html"
    kind = API_KEY
    rotate = staticmethod(keys.rotate_key)


class RotateSecretPage(RotatePage):
    title = _("Rotate the signing secret")
    template_name = "panel/keys/rotate_secret.html"
    kind = SIGNING_SECRET
    rotate = staticmethod(keys.rotate_signing_secret)


class RevokeKeyPage(KeyPage):
    title = _("Revoke the API key")
    template_name = "panel/keys/revoke.html"

    def get(self, request: HttpRequest, number: int) -> HttpResponse:  # noqa: ARG002  (Django's shape)
        self.for_owners()
        working = keys.working_keys(self.store, now=timezone.now())
        key = get_object_or_404(working, pk=number)
        return self.render(key=key, is_the_last=not working.exclude(pk=number).exists())

    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        self.for_owners()
        key = get_object_or_404(self.store.api_keys, pk=number)
        keys.revoke_key(self.store, key.pk, now=timezone.now())
        messages.success(request, _("The API key has been revoked. It opens nothing any more."))
        return self.to_the_list()
