"""What was not delivered: failed for good, or waiting for somebody to say whether it arrived."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ebexo.delivery.by_hand import dead_letters, deciding
from ebexo.outbox.models import Attempt, Message
from ebexo.outbox.states import State
from ebexo.panel.failed import actions
from ebexo.panel.failed.words import WHY
from ebexo.panel.page import StorePage
from ebexo.panel.words import EVENTS

MOST_MESSAGES = 100
NO_LONGER = _("Somebody else has dealt with it meanwhile.")


@dataclass(frozen=True)
class Shown:
    """A message in words: what it tells, why it was not delivered, what SALESmanago said, and what can be done."""

    number: int
    event_id: str
    event: str | Promise
    occurred_at: datetime
    why: str | Promise
    said: str | None
    is_open: bool  # nobody knows whether it arrived
    waits_for_another: bool


class FailedPage(StorePage):
    title = _("Not delivered")
    template_name = "panel/failed.html"

    def get(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002  (Django's shape)
        failed = Message.objects.filter(
            store=self.store, state__in=(State.HELD, State.FAILED), done_at__isnull=False
        )
        newest_first = failed.order_by("-pk")
        return self.render(
            shown=_all_shown(newest_first[:MOST_MESSAGES]),
            more=max(0, failed.count() - MOST_MESSAGES),
            can_all_be_sent=dead_letters.failed(self.store.pk).exclude(payload=None).exists(),
            may_change=self.may_change,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """One button of one message, or the one for all that failed."""
        self.for_owners()
        action, _colon, number = request.POST.get("do", "").partition(":")
        act: dict[str, Callable[[int], None]] = {
            "again": self._send_again,
            "arrived": self._it_arrived,
            "give-up": self._give_up,
        }
        if action == "all":
            self._all_again()
        elif action in act and number.isdecimal() and number.isascii():
            act[action](int(number))
        return self._back(request.POST.get("back", ""))

    def _back(self, number: str) -> HttpResponse:
        """To the page of the message whose button it was, to the start page, or to this list."""
        if number == "start":
            return redirect("admin:start", handle=self.store.handle)
        if number.isdecimal() and number.isascii() and self._theirs(int(number)):
            return redirect("admin:message", handle=self.store.handle, number=int(number))
        return redirect("admin:failed", handle=self.store.handle)

    def _send_again(self, number: int) -> None:
        if self._theirs(number) and not dead_letters.send_failed_again(self.store.pk, [number]):
            self._decided(lambda: deciding.send_again(number, now=timezone.now()), _("It is sent again."))
        else:
            messages.success(self.request, _("It is sent again."))

    def _it_arrived(self, number: int) -> None:
        if self._theirs(number):
            said = _("It counts as delivered.")
            self._decided(lambda: deciding.it_arrived(number, now=timezone.now()), said)

    def _give_up(self, number: int) -> None:
        if dead_letters.give_up(self.store.pk, number, now=timezone.now()):
            messages.success(self.request, _("It is not sent any more."))
        else:
            messages.warning(self.request, NO_LONGER)

    def _all_again(self) -> None:
        count = dead_letters.send_all_again(self.store.pk)
        said = ngettext("%(count)s message is sent again.", "%(count)s messages are sent again.", count)
        messages.success(self.request, said % {"count": count})

    def _decided(self, decide: Callable[[], None], said: Any) -> None:
        try:
            decide()
        except deciding.NothingToDecide:
            messages.warning(self.request, NO_LONGER)
        else:
            messages.success(self.request, said)

    def _theirs(self, number: int) -> bool:
        return Message.objects.filter(store=self.store, pk=number).exists()


def _all_shown(messages: Iterable[Message]) -> list[Shown]:
    """Each with what SALESmanago said last, read for all of them at once."""
    found = list(messages)
    tries = Attempt.messages.through.objects.filter(message__in=found).order_by("attempt_id")
    last = dict(tries.values_list("message_id", "attempt_id"))
    attempts = Attempt.objects.in_bulk(last.values())
    return [_shown(message, attempts.get(last.get(message.pk, 0))) for message in found]


def _shown(message: Message, last: Attempt | None) -> Shown:
    is_open = actions.is_open(message)
    return Shown(
        number=message.pk,
        event_id=message.event_id,
        event=EVENTS.get(message.type, message.type),
        occurred_at=message.occurred_at,
        why=WHY["cannot_be_known" if is_open else message.reason or "refused"],
        said=last.error if last else None,
        is_open=is_open,
        waits_for_another=message.state == State.HELD and not is_open,
    )
