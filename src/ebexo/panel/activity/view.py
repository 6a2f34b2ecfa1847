"""Activity: what the store told, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ebexo.outbox.models import Message
from ebexo.panel.activity.about import about
from ebexo.panel.activity.form import ActivityForm
from ebexo.panel.activity.groups import BY_STATE, Group
from ebexo.panel.activity.listing import Place, page_of
from ebexo.panel.activity.words import in_short
from ebexo.panel.page import StorePage
from ebexo.panel.words import EVENTS


@dataclass(frozen=True)
class Line:
    """A message as the list shows it."""

    number: int
    event: str | Promise
    order: str | None
    person: str | None
    at: datetime  # the moment that the list is sorted by
    group: Group
    words: str | Promise | None


class ActivityPage(StorePage):
    title = _("Activity")
    template_name = "panel/activity/list.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        zone = ZoneInfo(self.store.account.time_zone)
        form = ActivityForm(request.GET)
        after = Place.read(request.GET.get("after", ""))
        wanted = form.wanted(zone)
        listed = page_of(self.store.pk, wanted, after=after)
        return self.render(
            form=form,
            lines=[_line(message, by=wanted.moment) for message in listed.messages],
            older=listed.place,
            is_first=after is None,
            query=form.query(),
            zone=zone.key,
            may_change=self.may_change,
        )


def _line(message: Message, *, by: str) -> Line:
    found = about(message)
    return Line(
        number=message.pk,
        event=EVENTS.get(message.type, message.type),
        order=found.order,
        person=found.person,
        at=getattr(message, by),
        group=BY_STATE[message.state],  # type: ignore[index]  # a state compares as its text
        words=in_short(message),
    )
