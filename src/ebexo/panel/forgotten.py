"""A password that was forgotten: asking for a letter with a link that works once."""

from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from ebexo.audit.actions import Action
from ebexo.audit.recording import record
from ebexo.callbacks.addresses import public_base
from ebexo.environment import environment
from ebexo.panel.access import home_of
from ebexo.panel.address import address_of
from ebexo.panel.letters import password_letter, post
from ebexo.panel.links import new_link
from ebexo.panel.models import Link
from ebexo.panel.outside_page import OutsidePage
from ebexo.panel.throttle import attempt_key, may_attempt
from ebexo.panel.users import people

LETTERS_TO_ONE_E_MAIL = 5
LETTERS_FROM_ONE_ADDRESS = 20


class ForgottenForm(forms.Form):
    use_required_attribute = False
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        error_messages={"required": _("Enter your e-mail."), "invalid": _("This is not an e-mail address.")},
        widget=UnfoldAdminTextInputWidget({"autocomplete": "username", "inputmode": "email"}),
    )


class ForgottenPage(OutsidePage):
    """Answers the same whether or not somebody has a login with the e-mail, and as soon: the letter goes by itself."""

    http_method_names = ("get", "post")
    title = _("Forgotten your password?")

    def get(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002  (Django's shape)
        return self._page(ForgottenForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ForgottenForm(request.POST)
        if not _letters_can_be_sent() or not form.is_valid():
            return self._page(form)
        now = timezone.now()
        from_here = attempt_key(address=f"letters from {address_of(request)}", email="")
        if not may_attempt(from_here, now=now, attempts=LETTERS_FROM_ONE_ADDRESS):
            form.add_error(None, str(_("Too many letters were asked for. Wait 15 minutes, then try again.")))
            return self._page(form)
        _send(request, form.cleaned_data["email"], now=now)
        return self._page(form, asked=True)

    def _page(self, form: ForgottenForm, *, asked: bool = False) -> HttpResponse:
        return self.render(
            self.title,
            "panel/forgotten.html",
            form=form,
            asked=asked,
            letters_can_be_sent=_letters_can_be_sent(),
        )


def _letters_can_be_sent() -> bool:
    return environment().email is not None


def _send(request: HttpRequest, email: str, *, now: datetime) -> None:
    """A letter to whoever has this login, if anybody has, and if not too many went there lately."""
    to_them = attempt_key(address="letters to", email=email)
    is_one_too_many = not may_attempt(to_them, now=now, attempts=LETTERS_TO_ONE_E_MAIL)
    user = people().filter(email=email.strip().lower(), is_active=True).first()
    if user is None or is_one_too_many:
        return
    link = new_link(user, Link.Purpose.RESET, base=public_base(request), now=now)
    record(Action.PASSWORD_RESET_ASKED, store_id=home_of(user), subject=user.email)
    post(password_letter(user.email, url=link.url))
