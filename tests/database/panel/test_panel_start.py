"""The start page: does it work, and how much."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from ebexo.connection.sentences.checking import CONNECTION
from ebexo.outbox.models import Lane, Message
from ebexo.panel import state
from ebexo.panel.start.chart import Part, chart_of
from ebexo.panel.start.numbers import Day, Numbers, days_of, numbers_of
from ebexo.panel.start.view import midnights_of
from ebexo.panel.state import StateLine, state_of
from ebexo.stores.models import Account, Store

WARSAW = ZoneInfo("Europe/Warsaw")
MIDNIGHT = datetime(2026, 11, 23, tzinfo=WARSAW)

Browser = Callable[..., Client]
Read = Callable[[Any], str]
Wait = Callable[[int], None]


def _message(store: Store, number: int, state: str, done_at: datetime | None = None) -> None:
    Message.objects.create(
        store=store,
        event_id=f"event-{number}",
        type="customer.logged_in",
        payload_sha="0" * 64,
        occurred_at=MIDNIGHT,
        accepted_at=MIDNIGHT,
        state=state,
        done_at=done_at,
    )


def _today(store: Store) -> list[Day]:
    return days_of(store.pk, midnights=[MIDNIGHT, MIDNIGHT + timedelta(days=1)])


def _lane(store: Store, **fields: object) -> Account:
    Lane.objects.create(store=store, **fields)
    return store.account


def test_numbers_count_this_store_and_nothing_else(store: Store, foreign_store: Store) -> None:
    just_before, just_after = MIDNIGHT - timedelta(seconds=1), MIDNIGHT + timedelta(hours=9)
    states = [
        ("waiting", None),
        ("waiting", None),
        ("in_flight", None),
        ("delivered", just_before),
        ("delivered", MIDNIGHT),
        ("delivered", just_after),
        ("withheld", just_after),
        ("withheld", just_before),
        ("failed", just_before),
        ("superseded", just_after),
        ("held", just_after),
        ("discarded", just_after),
    ]
    for number, (kind, done_at) in enumerate(states):
        _message(store, number, kind, done_at)
    Message.objects.filter(event_id="event-2").update(accepted_at=just_before)
    _message(foreign_store, 1, "delivered", just_after + timedelta(hours=1))
    _message(foreign_store, 2, "failed", just_after)

    numbers = numbers_of(store.pk, days=_today(store))

    assert numbers == Numbers(
        waiting=3,
        sent_today=2,
        withheld=2,
        failed=2,
        oldest_waiting_at=just_before,
        last_success_at=just_after,
    )


def test_store_without_messages_has_zeros_and_no_last_success(store: Store) -> None:
    assert numbers_of(store.pk, days=_today(store)) == Numbers(0, 0, 0, 0, None, None)


def test_page_shows_the_numbers_and_the_moment_of_the_last_success(
    browser: Browser, read: Read, store: Store
) -> None:
    _message(store, 1, "delivered", datetime(2026, 11, 20, 14, 5, tzinfo=WARSAW))
    _message(store, 2, "delivered", timezone.now())
    Message.objects.filter(event_id="event-2").update(done_at=datetime(2026, 11, 21, 8, 30, tzinfo=WARSAW))
    _message(store, 3, "failed", MIDNIGHT)

    shown = read(browser(language="pl").get(f"/panel/{store.handle}/"))

    assert "SALESmanago ostatnio przyjęło wiadomość: 21 listopada 2026, 08:30." in shown
    activity, today = f"/panel/{store.handle}/aktywnosc/", timezone.localdate().isoformat()
    for name, number, way in [
        ("waiting", 0, f"{activity}?state=waiting"),
        ("sent_today", 0, f"{activity}?state=delivered&since={today}"),
        ("withheld", 0, f"{activity}?state=withheld"),
        ("failed", 1, f"/panel/{store.handle}/niedostarczone/"),
    ]:
        assert f'<dd data-number="{name}"><a href="{way}">{number}</a></dd>' in shown
    assert f'href="/panel/{store.handle}/salesmanago/"' in shown


@pytest.mark.parametrize(
    ("count", "language", "sentence"),
    [
        (0, "pl", "Nic nie czeka na wysłanie."),
        (1, "pl", "1 wiadomość czeka na wysłanie do SALESmanago."),
        (2, "pl", "2 wiadomości czekają na wysłanie do SALESmanago."),
        (5, "pl", "5 wiadomości czeka na wysłanie do SALESmanago."),
        (12, "pl", "12 wiadomości czeka na wysłanie do SALESmanago."),
        (22, "pl", "22 wiadomości czekają na wysłanie do SALESmanago."),
        (0, "en", "Nothing waits to be sent."),
        (1, "en", "1 message waits to be sent to SALESmanago."),
        (5, "en", "5 messages wait to be sent to SALESmanago."),
    ],
)
def test_how_many_wait_is_a_correct_sentence(
    browser: Browser, read: Read, wait: Wait, store: Store, count: int, language: str, sentence: str
) -> None:
    wait(count)

    shown = read(browser(language=language).get(f"/panel/{store.handle}/"))

    assert sentence in shown


def test_settings_that_work_are_said_to_work(store: Store) -> None:
    assert state_of(_lane(store)) == state.WORKS


def test_store_that_never_sent_anything_works_as_well(store: Store) -> None:
    assert state_of(store.account) == state.WORKS


def test_store_that_was_just_opened_is_told_what_to_fill_in(store: Store) -> None:
    store.account.client_id = ""

    assert state_of(store.account) == StateLine("off", "Not connected yet", CONNECTION["incomplete"])


def test_switched_off_integration_is_said_to_be_off(store: Store) -> None:
    store.account.active = False

    assert state_of(store.account) == state.OFF


def test_dry_run_is_said_to_send_nothing(store: Store) -> None:
    store.account.dry_run = True

    assert state_of(store.account) == state.DRY_RUN


def test_failed_check_is_told_also_while_the_integration_is_off(store: Store) -> None:
    store.account.active, store.account.check_problem = False, "secret"

    assert state_of(store.account) == StateLine("bad", "Not connected", CONNECTION["secret"])


def test_pause_tells_its_reason_before_an_older_check(store: Store) -> None:
    account = _lane(store, paused_reason="owner")
    account.check_problem = "network"

    assert state_of(account) == StateLine("bad", "Not connected", CONNECTION["owner"])


def test_stumbling_deliveries_are_told_while_they_last(store: Store) -> None:
    assert state_of(_lane(store, failures=2)) == state.STUMBLING


def test_paused_sending_is_told(store: Store) -> None:
    assert state_of(_lane(store, stopped_at=timezone.now())) == state.STOPPED


@pytest.mark.parametrize(
    ("fields", "way"),
    [
        ({"check_problem": "secret"}, "salesmanago/"),
        ({"check_problem": "unavailable"}, "polaczenie/"),
        ({"active": False}, "salesmanago/"),
        ({"client_id": ""}, "salesmanago/"),
        ({}, None),
    ],
)
def test_trouble_is_one_click_from_where_it_is_put_right(
    browser: Browser, read: Read, store: Store, fields: dict[str, object], way: str | None
) -> None:
    Account.objects.filter(pk=store.pk).update(**fields)

    shown = read(browser().get(f"/panel/{store.handle}/"))

    assert ('id="remedy"' in shown) is (way is not None)
    assert way is None or f'id="remedy" href="/panel/{store.handle}/{way}"' in shown


def test_days_are_counted_by_the_midnights_of_the_store(store: Store, foreign_store: Store) -> None:
    last_second = timedelta(seconds=1)
    for number, (kind, done_at) in enumerate(
        [
            ("delivered", MIDNIGHT),
            ("delivered", MIDNIGHT + timedelta(days=1) - last_second),
            ("withheld", MIDNIGHT - last_second),
            ("failed", MIDNIGHT),
            ("held", MIDNIGHT),
            ("superseded", MIDNIGHT),
            ("delivered", MIDNIGHT + timedelta(days=1)),
            ("delivered", MIDNIGHT - timedelta(days=1) - last_second),
        ]
    ):
        _message(store, number, kind, done_at)
    _message(foreign_store, 1, "delivered", MIDNIGHT)
    yesterday, tomorrow = MIDNIGHT - timedelta(days=1), MIDNIGHT + timedelta(days=1)

    days = days_of(store.pk, midnights=[yesterday, MIDNIGHT, tomorrow])

    assert days == [
        Day(yesterday, delivered=0, withheld=1, failed=0),
        Day(MIDNIGHT, delivered=2, withheld=0, failed=2),
    ]


def test_fourteen_days_end_today_and_follow_the_clock_of_the_store() -> None:
    now = datetime(2026, 10, 26, 1, 0, tzinfo=WARSAW)

    midnights = midnights_of(WARSAW, now=now)

    assert len(midnights) == 15
    assert (midnights[0], midnights[-2]) == (
        datetime(2026, 10, 13, tzinfo=WARSAW),
        datetime(2026, 10, 26, tzinfo=WARSAW),
    )
    assert {after.astimezone(UTC) - day.astimezone(UTC) for day, after in pairwise(midnights)} == {
        timedelta(hours=24),
        timedelta(hours=25),  # clocks went back
    }


def test_bars_are_as_high_as_their_numbers() -> None:
    day = Day(MIDNIGHT, delivered=10, withheld=5, failed=0)

    chart = chart_of([day, Day(MIDNIGHT, delivered=0, withheld=0, failed=1)])

    assert (chart.top, chart.width) == (20, 80)
    assert chart.bars[0].parts == (Part("delivered", 8, 50, 50), Part("withheld", 8, 25, 25))
    assert chart.bars[1].parts == (Part("failed", 48, 95, 5),)


@pytest.mark.parametrize(
    ("most", "top"), [(0, 5), (5, 5), (6, 10), (11, 20), (21, 50), (51, 100), (70_000, 100_000)]
)
def test_the_top_of_the_chart_is_easy_to_read(most: int, top: int) -> None:
    assert chart_of([Day(MIDNIGHT, delivered=most, withheld=0, failed=0)]).top == top


def test_chart_stands_as_a_table_whose_numbers_lead_to_their_lists(
    browser: Browser, read: Read, store: Store
) -> None:
    _message(store, 1, "withheld", timezone.now())
    today = timezone.localdate().isoformat()

    shown = read(browser().get(f"/panel/{store.handle}/"))

    way = f"/panel/{store.handle}/aktywnosc/?state=withheld&since={today}&until={today}"
    assert f'<td><a href="{way}">1</a></td>' in shown
    assert shown.count('<rect class="panel-bar-') == 1


def test_start_page_takes_a_handful_of_statements(browser: Browser, wait: Wait, store: Store) -> None:
    wait(20)
    client = browser()

    with CaptureQueriesContext(connection) as captured:
        client.get(f"/panel/{store.handle}/")

    assert len(captured) == 13


@pytest.mark.parametrize(
    ("language", "headline"), [("pl", "Integracja działa"), ("en", "The integration works")]
)
def test_start_page_says_whether_it_works(
    browser: Browser, read: Read, store: Store, language: str, headline: str
) -> None:
    with override(language):
        sentence = str(state.WORKS.sentence)

    shown = read(browser(language=language).get(f"/panel/{store.handle}/"))

    assert f"<h2>{headline}</h2> <p>{sentence}</p>" in shown
