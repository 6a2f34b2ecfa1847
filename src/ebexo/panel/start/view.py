"""The start page of a store: does it work, what is there to do, how much, and where to go."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ebexo.panel.page import StorePage
from ebexo.panel.start import facts
from ebexo.panel.start.chart import chart_of
from ebexo.panel.start.numbers import Day, Numbers, days_of, numbers_of
from ebexo.panel.start.troubles import Trouble, of_missing, of_undelivered, of_withheld
from ebexo.panel.start.withheld import Settings, Withheld, by_reason, groups
from ebexo.panel.state import WORKS, state_of
from ebexo.reasons import SENTENCES
from ebexo.reconciliation.tasks import connected_shop
from ebexo.stores.models import Mode

CHARTED_DAYS = 14


class StartPage(StorePage):
    title = _("Start")
    template_name = "panel/start.html"

    def get(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002  (Django's shape)
        account = self.store.account
        midnights = midnights_of(ZoneInfo(account.time_zone), now=timezone.now())
        days = days_of(self.store.pk, midnights=midnights)
        numbers, state = numbers_of(self.store.pk, days=days), state_of(account)
        begun, kept_back = facts.begun_imports(account), self._withheld(days)
        with timezone.override(account.time_zone):
            troubles = list(self._troubles(numbers, days, kept_back, begun))
        return self.render(
            state=state,
            refused_since=facts.refused_since(self.store.pk) if state.tone == "bad" else None,
            offers_history=self.may_change and state == WORKS and not begun and not troubles,
            troubles=troubles,
            numbers=numbers,
            reasons=[(count, SENTENCES.get(reason, reason)) for reason, count in by_reason(kept_back)],
            chart=chart_of(days),
            newest_first=days[::-1],
            has_charted=any(day.total for day in days),
            today=midnights[-2].date(),
            zone=account.time_zone,
            may_change=self.may_change,
        )

    def _withheld(self, days: Sequence[Day]) -> list[Withheld]:
        if not any(day.withheld for day in days):
            return []
        return facts.withheld_of(self.store.pk, since=days[0].begins_at)

    def _troubles(
        self,
        numbers: Numbers,
        days: Sequence[Day],
        kept_back: Sequence[Withheld],
        begun: Mapping[str, datetime],
    ) -> Iterator[Trouble]:
        store, account = self.store.pk, self.store.account
        yield from of_missing(facts.missing_of(store, today=days[-1].begins_at.date()))
        yield from of_undelivered(facts.undelivered_of(store, count=numbers.failed))
        settings = Settings(
            active=account.active,
            dry_run=account.dry_run,
            needs_consent=Mode(account.mode).needs_consent,
            sends_nobody=not any(day.delivered for day in days),
        )
        found = list(groups(kept_back, settings, begun=begun))
        shop_is_connected = bool(found) and connected_shop(store) is not None
        for group in found:
            yield of_withheld(group, shop_is_connected=shop_is_connected)


def midnights_of(zone: ZoneInfo, *, now: datetime) -> list[datetime]:
    """When each of the last fourteen days began in this time zone, today's being the last; and when today ends."""
    today = now.astimezone(zone).date()
    days = (today - timedelta(days=back) for back in range(CHARTED_DAYS - 1, -2, -1))
    return [datetime.combine(day, time(), zone) for day in days]
