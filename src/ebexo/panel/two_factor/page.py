"""The page of one's own login: the second step, and the codes for whoever loses their phone."""

import json

from django.contrib import messages
from django.contrib.sessions.backends.base import SessionBase
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ebexo.panel.models import TwoFactor
from ebexo.panel.page import Page
from ebexo.panel.throttle import forget_attempts, may_attempt, second_step_key
from ebexo.panel.two_factor import keeping
from ebexo.panel.two_factor.codes import address_for_app, new_secret, picture
from ebexo.secrets import decrypt, encrypt

_OFFERED, _CODES = "two-factor-offered", "two-factor-codes"


class TwoFactorPage(Page):
    """Whoever a platform sent has no login of their own, and so no such page."""

    title = gettext_lazy("Two-factor authentication")
    template_name = "panel/two_factor/page.html"

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if self.user.platform_store_id:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        request.session.pop(_OFFERED, None)
        return self._page(codes=_take(request.session))

    def post(self, request: HttpRequest) -> HttpResponse:
        """One step: offer a secret, or with a code switch on, make new recovery codes, or switch off."""
        does = request.POST.get("do")
        is_on = keeping.has_two_factor(self.user)
        if does == "offer" and not is_on:
            return self._offer(new_secret())
        if does == "on" and not is_on and _OFFERED in request.session:
            return self._switch_on(decrypt(request.session[_OFFERED]))
        if does in ("off", "codes") and is_on:
            return self._with_code(does)
        return redirect("admin:two_factor")

    def _offer(self, secret: str, problem: str | None = None) -> HttpResponse:
        self.request.session[_OFFERED] = encrypt(secret)
        address = address_for_app(secret, email=self.user.email)
        spaced = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
        return self._page(picture=picture(address), secret=spaced, problem=problem)

    def _switch_on(self, secret: str) -> HttpResponse:
        codes = keeping.switch_on(self.user, secret, self._typed(), now=timezone.now())
        if codes is None:
            return self._offer(
                secret, _("This code is not the one that the app shows now. Try the next one.")
            )
        del self.request.session[_OFFERED]
        messages.success(self.request, _("From now on a code is asked for at every login."))
        return self._show(codes)

    def _with_code(self, does: str) -> HttpResponse:
        """What only somebody with a code may do: whoever found the browser open may not."""
        key = second_step_key(self.user.pk)
        if not may_attempt(key, now=timezone.now()):
            return self._page(problem=_("Too many wrong codes. Wait 15 minutes, then try again."))
        if not keeping.is_right(self.user, self._typed(), now=timezone.now()):
            return self._page(problem=_("This code is wrong, too old, or was used already."))
        forget_attempts(key)
        if does == "codes":
            return self._show(keeping.renew_recovery_codes(self.user))
        keeping.switch_off(self.user)
        messages.success(self.request, _("The password alone is enough again."))
        return redirect("admin:two_factor")

    def _typed(self) -> str:
        return self.request.POST.get("code", "")[:100]

    def _show(self, codes: list[str]) -> HttpResponse:
        """The recovery codes go to the page that shows them once, encrypted in the session."""
        self.request.session[_CODES] = encrypt(json.dumps(codes))
        return redirect("admin:two_factor")

    def _page(self, **context: object) -> HttpResponse:
        return self.render(
            two_factor=TwoFactor.objects.filter(user=self.user).first(),
            left=self.user.recovery_codes.count(),
            is_operator=self.user.is_operator,
            **context,
        )


def _take(session: SessionBase) -> list[str]:
    kept = session.pop(_CODES, None)
    codes: list[str] = json.loads(decrypt(kept)) if kept else []
    return codes
