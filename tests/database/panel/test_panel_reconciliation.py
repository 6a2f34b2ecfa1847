"""The page of the reconciliation: what is missing is seen, listed, and asked for."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from ebexo.ingest.receive import receive
from ebexo.outbox.models import Message
from ebexo.reconciliation import tasks
from ebexo.reconciliation.comparing import Ordered
from ebexo.reconciliation.models import OrderDay, ShopOrder, Source
from ebexo.reconciliation.telling import Day, tell_days
from ebexo.stores.models import Account, Store

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = date(2026, 11, 22)

Browser = Callable[..., Client]
Read = Callable[[Any], str]


@pytest.fixture(autouse=True)
def _it_is_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.fixture
def address(store: Store) -> str:
    return f"/panel/{store.handle}/rozliczenie/"


@pytest.fixture
def told(store: Store) -> None:
    """Order 1 is withheld, 2 waits, 3 was never told; 4, in euros, neither."""
    _order(store, "2")
    Account.objects.filter(store=store).update(active=False)
    _order(store, "1")
    Account.objects.filter(store=store).update(active=True)
    orders = [
        Ordered(number, Decimal("10.50"), "PLN", NOON - timedelta(days=1)) for number in ("1", "2", "3")
    ]
    orders.append(Ordered("4", Decimal(7), "EUR", NOON - timedelta(days=1)))
    tell_days(store.pk, [Day(DAY, orders)], source=Source.API, now=NOON)


def _order(store: Store, number: str) -> Message:
    event = {
        "id": f"order-{number}",
        "type": "order.placed",
        "occurred_at": "2026-11-22T11:00:00Z",
        "customer": {"email": f"person-{number}@example.com"},
        "order": {"number": number, "total": "10.50"},
    }
    return receive(store, event).message


def _row(answer: Any, currency: str = "PLN") -> list[tuple[str, int, Decimal]]:
    rows = [row for day, rows in answer.context["days"] if day.date == DAY for row in rows]
    (row,) = [row for row in rows if row.line.currency == currency]
    return [(cell.standing, cell.sum.count, cell.sum.value) for cell in row.cells if cell.sum.count]


def test_days_are_shown_by_currency_and_standing(
    browser: Browser, read: Read, address: str, told: None
) -> None:
    answer = browser().get(address)

    value = Decimal("10.50")
    assert _row(answer) == [("waiting", 1, value), ("withheld", 1, value), ("missing", 1, value)]
    assert _row(answer, "EUR") == [("missing", 1, Decimal(7))]
    page = read(answer)
    assert "2 orders are missing" in page
    assert "! look here" in page
    assert page.count("The shop has not told its orders of this day.") == 6


def test_page_speaks_polish(browser: Browser, read: Read, address: str, told: None) -> None:
    page = read(browser(language="pl").get(address))

    assert "Brakuje 2 zamówień" in page
    assert "Sklep nie podał swoich zamówień z tego dnia." in page


LISTS = [
    ({}, ["1", "2", "3", "4"]),
    ({"state": "missing"}, ["3", "4"]),
    ({"state": "missing", "currency": "PLN"}, ["3"]),
    ({"state": "failed"}, []),
    ({"state": "nonsense"}, []),
]


@pytest.mark.parametrize(("chosen", "numbers"), LISTS)
def test_every_number_leads_to_its_list(
    browser: Browser, address: str, told: None, chosen: dict[str, str], numbers: list[str]
) -> None:
    answer = browser().get(f"{address}2026-11-22/", chosen)

    assert [row.one.order.number for row in answer.context["rows"]] == numbers


def test_list_says_why_and_leads_to_the_message(
    browser: Browser, read: Read, store: Store, address: str, told: None
) -> None:
    page = read(browser().get(f"{address}2026-11-22/"))

    message = Message.objects.get(event_id="order-1")
    assert f'href="/panel/{store.handle}/aktywnosc/{message.pk}/">1</a>' in page
    assert "The integration was switched off" in page or "switched off" in page


def test_missing_numbers_are_downloaded(browser: Browser, address: str, told: None) -> None:
    answer = browser().get(f"{address}2026-11-22/", {"state": "missing", "csv": "1"})

    assert answer.content.decode("utf-8-sig").splitlines() == [
        "number;total;currency;placed_at;state",
        "3;10.50;PLN;2026-11-22T12:00:00+00:00;missing",
        "4;7;EUR;2026-11-22T12:00:00+00:00;missing",
    ]


@pytest.mark.parametrize("day", ["2026-11-21", "2026-02-31", "today"])
def test_day_nobody_told_has_no_list(browser: Browser, address: str, told: None, day: str) -> None:
    assert browser().get(f"{address}{day}/").status_code == 404


PERIODS = [
    ({}, "2026-11-17", "2026-11-23"),
    ({"first": "2026-11-20", "last": "2026-11-21"}, "2026-11-20", "2026-11-21"),
    ({"first": "2026-01-01", "last": "2026-11-21"}, "2026-10-22", "2026-11-21"),
    ({"first": "2026-11-21", "last": "2026-11-20"}, "2026-11-20", "2026-11-20"),
    ({"first": "x", "last": "2999-01-01"}, "2026-11-17", "2026-11-23"),
]


@pytest.mark.parametrize(("typed", "first", "last"), PERIODS)
def test_a_month_at_most_is_shown(
    browser: Browser, address: str, typed: dict[str, str], first: str, last: str
) -> None:
    shown = browser().get(address, typed).context["period"]

    assert (shown.first.isoformat(), shown.last.isoformat()) == (first, last)


def test_connected_shop_is_asked_to_send_the_missing_ones(
    browser: Browser, read: Read, store: Store, address: str, told: None
) -> None:
    tasks.note_shop(store.pk, now=NOON)
    client = browser()

    shown = read(client.get(address))
    answer = read(client.post(address, {"do": "send"}, follow=True))

    assert 'id="send"' in shown
    assert "2 orders are told and sent as soon as the shop looks." in answer
    assert "the shop is asked to tell 2 missing orders." in answer
    (task,) = tasks.open_tasks(store.pk)
    assert (task.kind, task.numbers) == ("send", ["3", "4"])


def test_what_the_shop_did_is_said(
    browser: Browser, read: Read, store: Store, address: str, told: None
) -> None:
    tasks.note_shop(store.pk, now=NOON)
    tasks.ask_to_send(store.pk, ["3", "4"], now=NOON)
    tasks.finish(tasks.open_tasks(store.pk)[0], outcome={"sent": 1, "not_sent": ["4"]}, now=NOON)

    page = read(browser().get(address))

    assert "the shop told 1 missing order." in page
    assert "Could not be told, for example for want of an e-mail: <code>4</code>" in page


def test_connected_shop_is_asked_for_the_days_that_are_shown(
    browser: Browser, store: Store, address: str
) -> None:
    tasks.note_shop(store.pk, now=NOON)

    browser().post(address, {"do": "ask", "first": "2026-11-01", "last": "2026-11-02"})

    (task,) = tasks.open_tasks(store.pk)
    assert (task.kind, task.first, task.last) == ("days", date(2026, 11, 1), date(2026, 11, 2))


def test_shop_that_no_longer_looks_is_reported(
    browser: Browser, read: Read, store: Store, address: str
) -> None:
    tasks.note_shop(store.pk, now=NOON - timedelta(hours=3))

    assert "The shop has not looked since" in read(browser().get(address))


def test_shop_without_django_is_told_what_to_do(
    browser: Browser, read: Read, store: Store, address: str, told: None
) -> None:
    client = browser()

    page = read(client.get(address))
    client.post(address, {"do": "send"})

    assert "let it tell the events of these orders again" in page
    assert 'id="send"' not in page
    assert tasks.open_tasks(store.pk) == []


def _upload(client: Client, address: str, table: bytes) -> Any:
    file = SimpleUploadedFile("orders.csv", table)
    return client.post(address, {"do": "upload", "table": file}, follow=True)


def test_table_is_uploaded_a_whole_day_at_a_time(
    browser: Browser, read: Read, store: Store, address: str, told: None
) -> None:
    table = b"number;total;currency;placed_at\n8;1,50;PLN;2026-11-22 10:00\n9;2;PLN;2026-11-20 10:00\n"

    page = read(_upload(browser(), address, table))

    assert "2 orders were read." in page
    rows = ShopOrder.objects.order_by("day__day").values_list("day__day", "day__source", "number", "total")
    assert list(rows) == [(date(2026, 11, 20), "file", "9", "2"), (DAY, "file", "8", "1.50")]


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (b"a,b\n1,2\n", "The first line has to name the columns number, total, currency and placed_at."),
        (
            b"number,total,currency,placed_at\n8,<b>tajne</b>,PLN,2026-11-22\n",
            "Line 2: the total is not an amount such as 298.98.",
        ),
    ],
)
def test_table_that_cannot_be_read_is_refused_in_words(
    browser: Browser, read: Read, address: str, table: bytes, sentence: str
) -> None:
    page = read(_upload(browser(), address, table))

    assert sentence in page
    assert "tajne" not in page
    assert OrderDay.objects.count() == 0


def test_table_that_is_too_large_is_refused_unread(
    browser: Browser, read: Read, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ebexo.panel.reconciliation.upload.LARGEST", 10)

    assert "The file is larger than 10 MB." in read(_upload(browser(), address, b"number,total\n"))


def test_post_without_a_file_says_so(browser: Browser, read: Read, address: str) -> None:
    assert "Choose a file first." in read(browser().post(address, {"do": "upload"}))
