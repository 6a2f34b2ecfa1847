"""The start page of a store: does it work, how much, and where to go where it does not."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ebexo.history.models import Import
from ebexo.panel.page import StorePage
from ebexo.panel.start.chart import chart_of
from ebexo.panel.start.numbers import days_of, numbers_of
from ebexo.panel.state import WORKS, state_of
from ebexo.stores.models import Account

CHARTED_DAYS = 14


class StartPage(StorePage):
    title = _("Start")
    template_name = "panel/start.html"

    def get(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002  (Django's shape)
        account = self.store.account
        midnights = midnights_of(ZoneInfo(account.time_zone), now=timezone.now())
        days = days_of(self.store.pk, midnights=midnights)
        state = state_of(account)
        return self.render(
            state=state,
            offers_history=self.may_change and state == WORKS and not _has_begun_history(account),
            numbers=numbers_of(self.store.pk, days=days),
            chart=chart_of(days),
            newest_first=days[::-1],
            has_charted=any(day.total for day in days),
            today=midnights[-2].date(),
            zone=account.time_zone,
        )


def _has_begun_history(account: Account) -> bool:
    """Has anything of what existed before been sent to the present account?"""
    begun = Import.objects.filter(store_id=account.store_id, remote=account.remote)
    return begun.exclude(started_at=None).exists()


def midnights_of(zone: ZoneInfo, *, now: datetime) -> list[datetime]:
    """When each of the last fourteen days began in this time zone, today's being the last; and when today ends."""
    today = now.astimezone(zone).date()
    days = (today - timedelta(days=back) for back in range(CHARTED_DAYS - 1, -2, -1))
    return [datetime.combine(day, time(), zone) for day in days]
