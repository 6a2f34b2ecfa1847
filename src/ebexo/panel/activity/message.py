"""One message: what it is about, what became of it, each attempt, and what can be done."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from ebexo.delivery.by_hand.preview import preview
from ebexo.outbox.models import Message
from ebexo.outbox.states import State
from ebexo.panel.activity.about import about
from ebexo.panel.activity.attempts import attempts_of
from ebexo.panel.activity.groups import BY_STATE
from ebexo.panel.activity.remedies import remedy_of
from ebexo.panel.activity.words import notes, why
from ebexo.panel.failed.actions import actions_for
from ebexo.panel.page import StorePage
from ebexo.panel.words import EVENTS


class MessagePage(StorePage):
    title = _("Message")
    template_name = "panel/activity/message.html"

    def get(self, request: HttpRequest, number: int) -> HttpResponse:  # noqa: ARG002  (Django's shape)
        message = get_object_or_404(Message, store=self.store, pk=number)
        found = about(message)
        return self.render(
            title=EVENTS.get(message.type, message.type),
            message=message,
            about=found,
            group=BY_STATE[State(message.state)],
            why=why(message),
            remedy=remedy_of(message.reason) if message.state == State.WITHHELD else None,
            notes=notes(message),
            later=self._later(message),
            actions=actions_for(message) if self.may_change else (),
            attempts=attempts_of(message),
            preview=preview(found.event, self.store.account) if found.event else None,
            zone=ZoneInfo(self.store.account.time_zone).key,
        )

    def _later(self, message: Message) -> Message | None:
        """The message that carries what this one told."""
        if message.superseded_by is None:
            return None
        return Message.objects.filter(store=self.store, pk=message.superseded_by).first()
