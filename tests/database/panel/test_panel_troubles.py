"""A shop in trouble: the start page says what is wrong, and leads to where it is put right."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ebexo.history.models import Import
from ebexo.outbox.models import Attempt, Lane, Message
from ebexo.panel.start.facts import LOOKED_AT, refused_since
from ebexo.reconciliation import tasks
from ebexo.reconciliation.comparing import Ordered
from ebexo.reconciliation.models import Source
from ebexo.reconciliation.telling import Day, tell_days
from ebexo.statements import insert_all, new
from ebexo.stores.models import Account, Store

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
YESTERDAY = NOW - timedelta(days=1)

Browser = Callable[..., Client]
Read = Callable[[Any], str]
Put = Callable[..., None]


@pytest.fixture(autouse=True)
def _it_is_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def put(store: Store) -> Put:
    """Put messages of one kind and state."""

    def insert(count: int, state: str, reason: str | None = None, **fields: Any) -> None:
        done_at = None if state == "waiting" else YESTERDAY
        name = f"{state}-{reason}-{fields.get('type', '')}-{fields.get('done_at', '')}"[-50:]
        insert_all(
            Message,
            [
                new(
                    Message,
                    **{
                        "store_id": store.pk,
                        "event_id": f"{name}-{number}",
                        "type": "customer.updated",
                        "payload": None if state == "withheld" else "{}",
                        "payload_sha": "0" * 64,
                        "occurred_at": YESTERDAY,
                        "accepted_at": YESTERDAY,
                        "state": state,
                        "reason": reason,
                        "done_at": done_at,
                    }
                    | fields,
                )
                for number in range(count)
            ],
        )

    return insert


@pytest.fixture
def miss(store: Store) -> Callable[[int], None]:
    """Let the shop have so many orders that were never told."""

    def tell(count: int) -> None:
        orders = [Ordered(f"miss-{number}", Decimal(10), "PLN") for number in range(count)]
        tell_days(store.pk, [Day(date(2026, 11, 22), orders)], source=Source.SHOP, now=NOW)

    return tell


def _attempt(store: Store, outcome: str, *, at: datetime) -> None:
    Attempt.objects.create(
        store=store, epoch=1, endpoint="https://x", started_at=at, finished_at=at, outcome=outcome
    )


@pytest.fixture
def in_trouble(store: Store, put: Put, miss: Callable[[int], None]) -> Store:
    """A wrong secret since yesterday, 312 withheld, 7 orders never told, 2 messages that failed."""
    Account.objects.filter(pk=store.pk).update(check_problem="secret")
    Lane.objects.create(store=store, paused_reason="secret", failures=9)
    _attempt(store, "delivered", at=YESTERDAY - timedelta(hours=1))
    for hour in range(3):
        _attempt(store, "credentials", at=YESTERDAY + timedelta(hours=hour))
    put(45, "waiting", "credentials_secret")
    put(300, "withheld", "integration_off")
    put(12, "withheld", "integration_off", type="order.placed")
    put(2, "failed", "refused")
    miss(7)
    tasks.note_shop(store.pk, now=NOW)
    return store


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "pl",
            [
                "SALESmanago odmawia od 22 listopada 2026, 13:00. 45 wiadomości czeka; nic nie przepadło.",
                "7 zamówień z ostatnich 7 dni nie dotarło do SALESmanago.",
                "2 wiadomości nie dostarczono do SALESmanago.",
                "312 wiadomości z ostatnich 14 dni wstrzymano, gdy integracja była wyłączona.",
            ],
        ),
        (
            "en",
            [
                "SALESmanago has been refusing since 22 November 2026, 13:00. 45 messages wait; nothing is lost.",
                "7 orders of the last 7 days did not reach SALESmanago.",
                "2 messages were not delivered to SALESmanago.",
                "312 messages of the last 14 days were withheld while the integration was switched off.",
            ],
        ),
    ],
)
def test_every_trouble_is_named_in_a_sentence(
    browser: Browser, read: Read, in_trouble: Store, language: str, sentences: list[str]
) -> None:
    shown = read(browser(language=language).get(f"/panel/{in_trouble.handle}/"))

    assert [sentence for sentence in sentences if sentence not in shown] == []


def test_page_of_a_store_in_trouble_takes_a_handful_of_statements(
    browser: Browser, in_trouble: Store
) -> None:
    client = browser()

    with CaptureQueriesContext(connection) as captured:
        client.get(f"/panel/{in_trouble.handle}/")

    assert len(captured) == 22


def test_page_is_as_quick_with_very_many_troubles(browser: Browser, put: Put, in_trouble: Store) -> None:
    for reason in ("integration_off", "no_consent"):
        put(5000, "withheld", reason, done_at=YESTERDAY + timedelta(minutes=1))
    put(5000, "failed", "refused", done_at=YESTERDAY + timedelta(minutes=1))
    client = browser()
    client.get(f"/panel/{in_trouble.handle}/")

    times = []
    for _look in range(5):
        began = time.process_time()
        client.get(f"/panel/{in_trouble.handle}/")
        times.append(time.process_time() - began)

    assert min(times) < 0.3


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (1, "1 zamówienie z ostatnich 7 dni nie dotarło do SALESmanago."),
        (2, "2 zamówienia z ostatnich 7 dni nie dotarły do SALESmanago."),
        (5, "5 zamówień z ostatnich 7 dni nie dotarło do SALESmanago."),
        (12, "12 zamówień z ostatnich 7 dni nie dotarło do SALESmanago."),
        (22, "22 zamówienia z ostatnich 7 dni nie dotarły do SALESmanago."),
    ],
)
def test_how_many_are_missing_is_a_correct_sentence(
    browser: Browser, read: Read, store: Store, miss: Callable[[int], None], count: int, sentence: str
) -> None:
    miss(count)

    assert sentence in read(browser(language="pl").get(f"/panel/{store.handle}/"))


def test_without_trouble_there_is_nothing_to_do(browser: Browser, read: Read, store: Store) -> None:
    assert 'id="troubles"' not in read(browser().get(f"/panel/{store.handle}/"))


def test_missing_orders_that_the_shop_is_asked_for_say_since_when(
    browser: Browser, read: Read, store: Store, miss: Callable[[int], None]
) -> None:
    miss(2)
    tasks.ask_to_send(store.pk, ["miss-0", "miss-1"], now=NOW - timedelta(minutes=5))

    shown = read(browser().get(f"/panel/{store.handle}/"))

    assert "The shop has been asked for them since 23 November 2026, 12:55." in shown
    assert f'href="/panel/{store.handle}/rozliczenie/#missing">See the missing orders</a>' in shown


def test_orders_that_the_shop_could_not_tell_are_not_asked_for_in_vain(
    browser: Browser, read: Read, store: Store, miss: Callable[[int], None]
) -> None:
    miss(2)
    tasks.ask_to_send(store.pk, ["miss-0", "miss-1"], now=NOW)
    tasks.finish(tasks.open_tasks(store.pk)[0], outcome={"sent": 0, "not_sent": ["miss-0"]}, now=NOW)

    shown = read(browser().get(f"/panel/{store.handle}/"))

    assert "could not tell 1 of them, for example for want of an e-mail." in shown
    assert "See the missing orders</a>" in shown


def test_what_failed_is_sent_again_with_one_button_that_leads_back(
    browser: Browser, read: Read, store: Store, wait: Callable[[int], None]
) -> None:
    wait(2)
    Message.objects.update(state="failed", reason="refused", done_at=YESTERDAY)
    client = browser()

    before = read(client.get(f"/panel/{store.handle}/"))
    answer = client.post(f"/panel/{store.handle}/niedostarczone/", {"do": "all", "back": "start"})
    after = read(client.get(f"/panel/{store.handle}/"))

    assert 'data-trouble="failed"' in before
    assert '<input type="hidden" name="do" value="all">' in before
    assert (answer.status_code, answer["Location"]) == (302, f"/panel/{store.handle}/")
    assert "2 messages are sent again." in after
    assert 'data-trouble="failed"' not in after


def test_what_nobody_knows_of_is_told_apart_from_what_failed(
    browser: Browser, read: Read, store: Store, put: Put
) -> None:
    put(3, "held", "cannot_be_known", in_doubt=True)
    put(1, "failed", "refused")

    shown = read(browser().get(f"/panel/{store.handle}/"))

    assert "Nobody knows whether 3 messages arrived." in shown
    assert "1 message was not delivered to SALESmanago." in shown


def test_a_viewer_reads_of_the_troubles_and_gets_no_buttons(
    browser: Browser, read: Read, in_trouble: Store
) -> None:
    shown = read(browser("bob").get(f"/panel/{in_trouble.handle}/"))

    assert "2 messages were not delivered to SALESmanago." in shown
    assert 'name="do"' not in shown


@pytest.mark.parametrize(
    ("chosen", "reason", "sentence", "way"),
    [
        (
            {"active": False},
            "integration_off",
            "since the integration is switched off.",
            'salesmanago/">To the SALESmanago settings',
        ),
        (
            {"dry_run": True},
            "dry_run",
            "since this is a dry run.",
            'salesmanago/?advanced=1#id_dry_run">To the SALESmanago settings',
        ),
        (
            {"mode": "consent", "consent_code": "x"},
            "no_consent",
            "for want of a consent, and none was sent.",
            'salesmanago/">To the SALESmanago settings',
        ),
        ({}, "dry_run", "during the dry run.", 'historia/?kind=customers#upload">Rehearse all customers'),
        ({}, "no_consent", "while a consent was needed.", "Rehearse all customers"),
    ],
)
def test_what_a_setting_withholds_leads_to_the_setting_and_then_to_the_history(
    browser: Browser,
    read: Read,
    store: Store,
    put: Put,
    chosen: dict[str, Any],
    reason: str,
    sentence: str,
    way: str,
) -> None:
    Account.objects.filter(pk=store.pk).update(**chosen)
    put(312, "withheld", reason)

    shown = read(browser().get(f"/panel/{store.handle}/"))

    assert "312 messages of the last 14 days were withheld" in shown
    assert sentence in shown
    assert way in shown


def test_history_is_not_offered_as_long_as_it_would_be_withheld_as_well(
    browser: Browser, read: Read, store: Store, put: Put
) -> None:
    Account.objects.filter(pk=store.pk).update(dry_run=True)
    put(1, "withheld", "dry_run")
    put(3, "withheld", "integration_off")

    shown = read(browser().get(f"/panel/{store.handle}/"))

    assert shown.count("data-trouble=") == 1
    assert 'data-trouble="withheld-dry_run"' in shown


def test_what_is_withheld_for_a_persons_sake_is_explained_and_no_trouble(
    browser: Browser, read: Read, store: Store, put: Put
) -> None:
    Account.objects.filter(pk=store.pk).update(mode="consent", consent_code="x")
    put(1, "delivered")
    put(3, "withheld", "no_consent")
    put(1, "withheld", "erased")

    shown = read(browser().get(f"/panel/{store.handle}/"))

    assert 'id="troubles"' not in shown
    assert (
        "<strong>3</strong> – The person has not given the consent that this integration asks for." in shown
    )
    assert "<strong>1</strong> – The person asked to be forgotten" in shown


def test_history_of_its_kind_makes_up_for_what_was_withheld_before(
    browser: Browser, read: Read, store: Store, put: Put
) -> None:
    put(2, "withheld", "dry_run")
    put(3, "withheld", "dry_run", type="order.placed")
    tasks.note_shop(store.pk, now=NOW)

    shown = [read(browser().get(f"/panel/{store.handle}/"))]
    for kind in ("customers", "orders"):
        Import.objects.create(
            store=store, kind=kind, remote=store.account.remote, state="running", created_at=NOW, started_at=NOW
        )  # fmt: skip
        shown.append(read(browser().get(f"/panel/{store.handle}/")))

    both, orders_alone, none = shown
    assert "5 messages of the last 14 days were withheld during the dry run." in both
    assert "Rehearse all customers</button>" in both
    assert "Rehearse past orders</button>" in both
    assert "3 messages of the last 14 days were withheld during the dry run." in orders_alone
    assert "Rehearse all customers" not in orders_alone
    assert 'id="troubles"' not in none


def test_no_more_than_the_newest_withheld_are_counted_and_the_page_says_so(
    browser: Browser, read: Read, store: Store, put: Put
) -> None:
    put(LOOKED_AT + 5, "withheld", "dry_run")

    shown = read(browser().get(f"/panel/{store.handle}/"))

    assert "Only the newest 1,000 were counted." in shown


def test_refused_since_looks_past_calls_that_never_came_through(store: Store) -> None:
    _attempt(store, "credentials", at=YESTERDAY - timedelta(days=3))
    _attempt(store, "refused", at=YESTERDAY - timedelta(days=2))
    never = refused_since(store.pk)
    for hour, outcome in enumerate(("unavailable", "credentials", "throttled", "credentials")):
        _attempt(store, outcome, at=YESTERDAY + timedelta(hours=hour))

    assert (never, refused_since(store.pk)) == (None, YESTERDAY + timedelta(hours=1))


def test_dry_run_is_switched_off_in_three_clicks(browser: Browser, read: Read, store: Store) -> None:
    page = f"/panel/{store.handle}/salesmanago/"

    usual, led_there = read(browser().get(page)), read(browser().get(f"{page}?advanced=1"))

    assert '<details class="panel-card panel-advanced" >' in usual
    assert '<details class="panel-card panel-advanced" open>' in led_there
    assert 'id="id_dry_run"' in led_there
