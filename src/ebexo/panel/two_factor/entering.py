"""Letting somebody in whose password was right: at once, or after the second step."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from ebexo.audit.acting import acting
from ebexo.audit.actions import Action
from ebexo.audit.recording import record
from ebexo.panel.access import home_of
from ebexo.panel.acting import person
from ebexo.panel.models import User
from ebexo.panel.outside_page import OutsidePage
from ebexo.panel.throttle import forget_attempts, may_attempt, second_step_key
from ebexo.panel.two_factor.keeping import has_two_factor, is_right

WITHIN = timedelta(minutes=10)
"""How long the second step may take."""
_PENDING = "second-step"


def let_in(request: HttpRequest, user: User, *, to: str) -> HttpResponse:
    """To the address `to`, logged in; or to the page that asks for a code, which leads there afterwards."""
    if not has_two_factor(user):
        return _logged_in(request, user, to=to)
    request.session.cycle_key()
    request.session[_PENDING] = {
        "user": user.pk,
        "password": user.get_session_auth_hash(),
        "at": timezone.now().isoformat(),
        "to": to,
    }
    return redirect("admin:second_step")


class SecondStepPage(OutsidePage):
    """Asks for the code of the app, or a recovery code."""

    http_method_names = ("get", "post")
    template = "panel/two_factor/second_step.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if _waiting(request, now=timezone.now()) is None:
            return redirect("admin:login")
        return self._page()

    def post(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        user = _waiting(request, now=now)
        if user is None:
            return redirect("admin:login")
        key = second_step_key(user.pk)
        if not may_attempt(key, now=now):
            return self._page(_("Too many wrong codes. Wait 15 minutes, then try again."))
        if not is_right(user, request.POST.get("code", "")[:100], now=now):
            with acting(person(user, request)):
                record(Action.SECOND_STEP_FAILED, store_id=home_of(user), subject=user.email)
            return self._page(
                _("This code is wrong, too old, or was used already. Enter the one that the app shows now.")
            )
        forget_attempts(key)
        to = request.session.pop(_PENDING)["to"]
        return _logged_in(request, user, to=to)

    def _page(self, problem: str | None = None) -> HttpResponse:
        return self.render(_("The second step"), self.template, problem=problem)


def _waiting(request: HttpRequest, *, now: datetime) -> User | None:
    """Who has given the right password a short while ago, and has not changed it since."""
    pending: dict[str, Any] | None = request.session.get(_PENDING)
    if pending is None or now - datetime.fromisoformat(pending["at"]) > WITHIN:
        return None
    user = User.objects.filter(pk=pending["user"], is_active=True).first()
    if user is None or not constant_time_compare(pending["password"], user.get_session_auth_hash()):
        return None
    return user


def _logged_in(request: HttpRequest, user: User, *, to: str) -> HttpResponse:
    login(request, user)
    with acting(person(user, request)):
        record(Action.LOGGED_IN, store_id=home_of(user), subject=user.email)
    answer: HttpResponse = redirect(to)
    return answer
