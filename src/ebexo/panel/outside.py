"""Pages for somebody who is not logged in: what the links that work once lead to."""

from typing import ClassVar

from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ebexo.audit.acting import acting
from ebexo.audit.actions import Action
from ebexo.audit.recording import record
from ebexo.panel.acting import person
from ebexo.panel.choosing import PasswordForm
from ebexo.panel.links import person_of_link, use_link
from ebexo.panel.models import Link
from ebexo.panel.outside_page import OutsidePage, token_of
from ebexo.panel.two_factor.entering import let_in

PLATFORM_SESSION_SECONDS = 8 * 60 * 60
"""A working day. Whoever comes from a platform's menu comes back by it, so the login need not last."""


class EnterPage(OutsidePage):
    """The way in from a platform's menu: to the settings of one store, and to no other store.

    No second step is asked for: whoever comes this way has no login here that could have one. Who they are was
    established by the platform, which vouches for them with its operator key.
    """

    http_method_names = ("get",)  # whoever only asks for the headers must not use the link up
    gone = _(
        "It opens the settings once, and only within a minute. Go back to the panel of your shop and open "
        "SALESmanago from its menu once more."
    )

    def get(self, request: HttpRequest) -> HttpResponse:
        user = use_link(token_of(request), Link.Purpose.PANEL, now=timezone.now())
        if user is None or user.platform_store is None:
            return self.render_gone()
        login(request, user)
        request.session.set_expiry(PLATFORM_SESSION_SECONDS)
        with acting(person(user, request)):
            record(Action.LOGGED_IN, store_id=user.platform_store_id)
        return redirect("admin:salesmanago", handle=user.platform_store.handle)


class InvitationPage(OutsidePage):
    """Choosing a password. Whoever has chosen one is let in, and the link leads nowhere any more."""

    http_method_names = ("get", "post")
    purpose: ClassVar[Link.Purpose] = Link.Purpose.INVITATION
    title = _("Choose a password")
    leads_to_login = True
    gone = _(
        "It works once, and for seven days. If you have chosen a password already, log in with it. "
        "Otherwise ask whoever sent you the link for a new one."
    )

    def get(self, request: HttpRequest) -> HttpResponse:
        user = person_of_link(token_of(request), self.purpose, now=timezone.now())
        if user is None:
            return self.render_gone()
        return self.render(self.title, "panel/invitation.html", form=PasswordForm(user), person=user)

    def post(self, request: HttpRequest) -> HttpResponse:
        user = person_of_link(token_of(request), self.purpose, now=timezone.now())
        if user is None:
            return self.render_gone()
        form = PasswordForm(user, request.POST)
        if not form.is_valid():
            return self.render(self.title, "panel/invitation.html", form=form, person=user)
        with transaction.atomic(), acting(person(user, request)):
            if use_link(token_of(request), self.purpose, now=timezone.now()) is None:
                return self.render_gone()
            form.save()
        return let_in(request, user, to=reverse("admin:index"))


class ResetPage(InvitationPage):
    """The same for somebody who has forgotten theirs and asked for a letter."""

    purpose = Link.Purpose.RESET
    title = _("Choose a new password")
    gone = _(
        "It works once, and for an hour. If you have chosen a new password already, log in with it. "
        "Otherwise ask for a new letter on the login page."
    )
