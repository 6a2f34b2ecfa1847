"""However much waits: no page reads all of it. SQLite says what it would read."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ebexo.ingest.receive import receive
from ebexo.panel.consents import unknown
from ebexo.panel.start import numbers
from ebexo.stores.models import Store

Browser = Callable[..., Client]
Read = Callable[[Any], str]

pytestmark = pytest.mark.skipif(
    "os.environ.get('EBEXO_TEST_DATABASE') == 'postgresql'", reason="SQLite's words"
)
PAGES = (
    *("", "niedostarczone/", "aktywnosc/", "aktywnosc/?state=waiting", "aktywnosc/?state=failed"),
    *("aktywnosc/?kind=order.returned&state=waiting", "zgody/", "salesmanago/", "polaczenie/", "historia/"),
)


def _statements(client: Client, address: str) -> Iterator[tuple[str, list[str]]]:
    """What the page asks of the messages, and how SQLite finds it."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    for sql in (query["sql"] for query in captured.captured_queries):
        if "ebexo_outbox_message" in sql:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN QUERY PLAN {sql.replace('%', '%%')}")
                yield sql, [row[3] for row in cursor.fetchall() if "ebexo_outbox_message" in row[3]]


def _reads_all(sql: str, plan: str) -> bool:
    """By the store or what waits alone, and without an end."""
    is_narrow = "rowid=?" in plan or "done_at" in plan or "accepted_at" in plan
    is_of_index_alone = "COVERING INDEX" in plan
    return "SCAN" in plan or not (is_narrow or is_of_index_alone or "LIMIT" in sql)


@pytest.mark.parametrize("page", PAGES)
def test_no_page_reads_all_that_waits(
    browser: Browser, store: Store, wait: Callable[[int], None], page: str
) -> None:
    wait(20)
    client = browser()

    found = [
        (plan, sql)
        for sql, plans in _statements(client, f"/panel/{store.handle}/{page}")
        for plan in plans
        if _reads_all(sql, plan)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("waiting", "sentence", "number"),
    [
        (3, "3 messages wait to be sent to SALESmanago.", "3"),
        (4, "More than 3 messages wait to be sent to SALESmanago.", "3+"),
    ],
)
def test_no_more_than_so_many_that_wait_are_counted(
    browser: Browser,
    read: Read,
    store: Store,
    wait: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
    waiting: int,
    sentence: str,
    number: str,
) -> None:
    monkeypatch.setattr(numbers, "MOST_COUNTED", 3)
    wait(waiting)

    shown = read(browser().get(f"/panel/{store.handle}/"))

    assert sentence in shown
    assert f">{number}</a></dd>" in shown


def test_unknown_consents_are_looked_for_in_the_newest_events_alone(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unknown, "LOOKED_AT", 2)
    for number, code in enumerate(("old", "new", "new")):
        answer = {"code": code, "granted": True, "at": "2026-11-23T10:00:00Z"}
        event = {"id": f"event-{number}", "type": "consent.changed", "occurred_at": "2026-11-23T10:00:00Z"}
        receive(store, {**event, "customer": {"email": "jan@example.com"}, "consents": [answer]})

    assert [(one.code, one.events) for one in unknown.unknown_codes(store.pk)] == [("new", 2)]
