"""The start page: does it work, and how much."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from ebexo.delivery.sentences import CONNECTION
from ebexo.outbox.models import Lane, Message
from ebexo.panel import state
from ebexo.panel.start.numbers import Numbers, numbers_of
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
    _message(foreign_store, 1, "delivered", just_after + timedelta(hours=1))
    _message(foreign_store, 2, "failed", just_after)

    numbers = numbers_of(store.pk, midnight=MIDNIGHT)

    assert numbers == Numbers(waiting=3, sent_today=2, withheld=2, failed=2, last_success_at=just_after)


def test_store_without_messages_has_zeros_and_no_last_success(store: Store) -> None:
    assert numbers_of(store.pk, midnight=MIDNIGHT) == Numbers(0, 0, 0, 0, None)


def test_page_shows_the_numbers_and_the_moment_of_the_last_success(
    browser: Browser, read: Read, store: Store
) -> None:
    _message(store, 1, "delivered", datetime(2026, 11, 20, 14, 5, tzinfo=WARSAW))
    _message(store, 2, "delivered", timezone.now())
    Message.objects.filter(event_id="event-2").update(done_at=datetime(2026, 11, 21, 8, 30, tzinfo=WARSAW))
    _message(store, 3, "failed")

    shown = read(browser(language="pl").get(f"/panel/{store.handle}/"))

    assert "SALESmanago ostatnio przyjęło wiadomość: 21 listopada 2026, 08:30." in shown
    for name, number in [("waiting", 0), ("sent_today", 0), ("withheld", 0)]:
        assert f'<dd data-number="{name}">{number}</dd>' in shown
    to_the_list = f'<a class="panel-link" href="/panel/{store.handle}/niedostarczone/">1</a>'
    assert f'<dd data-number="failed">{to_the_list}</dd>' in shown
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
