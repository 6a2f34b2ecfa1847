"""Invented stores for the pictures of the panel: `python -m scripts.showcase SANDBOX`.

Two work and have two weeks behind them, one of these with something to do; the third has a wrong ApiSecret. Everything
takes the way it takes in life: it is told, judged, and sent to the sandbox by the `ebexo serve` that is running. Only
then it is dated back. Prints what the pictures need to know as JSON.
"""

import json
import os
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "ebexo.settings"
django.setup()

from django.db.models import F, Max  # noqa: E402
from django.utils import timezone  # noqa: E402

from ebexo.connection.settings import Seven, save  # noqa: E402
from ebexo.consents import editing  # noqa: E402
from ebexo.history.models import ImportKind, Source  # noqa: E402
from ebexo.history.reading import Kind, recognise, rows  # noqa: E402
from ebexo.history.receiving import as_stored, begin, close, receive_rows  # noqa: E402
from ebexo.ingest.lists import receive_list  # noqa: E402
from ebexo.outbox.models import Attempt, Message  # noqa: E402
from ebexo.outbox.states import LIVE_STATES, State  # noqa: E402
from ebexo.reconciliation.comparing import Ordered  # noqa: E402
from ebexo.reconciliation.models import Source as OrderSource  # noqa: E402
from ebexo.reconciliation.telling import Day, tell_days  # noqa: E402
from ebexo.stores.models import Mode, Store  # noqa: E402
from ebexo.stores.opening import open_store  # noqa: E402
from scripts.invented import (  # noqa: E402
    BOTH,
    DICE,
    FIRST_NAMES,
    GOODS,
    LAST_NAMES,
    MARKETING,
    NOW,
    TERMS,
    ZONE,
    Event,
    a_day,
    a_person,
    an_event,
    an_item,
    an_order,
    said,
    two_weeks,
)

PATIENCE = 240.0
OWNER, SECRET, CALM = "owner@shop.example", "sandbox-secret", "mimoza-client"

WITHOUT_CONSENT = "katarzyna.wojcik@example.com"
REFUSED = "marek.zielinski@przyklad.example"


def main() -> None:
    sandbox = sys.argv[1]
    _backstage(sandbox, "accounts", {"clientId": CALM, "apiSecret": SECRET, "owners": [OWNER]})
    store = _working_store("Meble Jodła", sandbox)
    calm = _working_store("Kwiaty Mimoza", sandbox, client_id=CALM)
    stuck = _store_with_a_wrong_secret(sandbox)
    told = list(two_weeks())
    for one in (store, calm):
        receive_list(one, told)
        _until_sent(one)
    numbers = _last_hour(store, sandbox)
    _date_back(store, but=numbers)
    _date_back(calm, but=[])
    _nobody_knows_of_one(store)
    _tell_order_days(store, [event for event in told if "order" in event])
    print(
        json.dumps(
            {
                "store": store.handle,
                "calm": calm.handle,
                "stuck": stuck.handle,
                "message": numbers[0],
                "import": _rehearse(store),
                "withheld": WITHOUT_CONSENT,
            }
        )
    )


def _working_store(name: str, sandbox: str, *, client_id: str = "sandbox-client") -> Store:
    store, _api_key = open_store(name)
    for code, title, text, required in (
        (TERMS, "Regulamin sklepu", "Akceptuję regulamin sklepu.", True),
        (
            MARKETING,
            "Zgoda na newsletter",
            "Chcę otrzymywać e-maile o nowościach i promocjach sklepu. Zgodę mogę wycofać w każdej chwili.",
            False,
        ),
        ("sms", "Zgoda na SMS", "Chcę otrzymywać SMS-y o promocjach sklepu.", False),
    ):
        editing.add(store.pk, code=code, text=text, traits=editing.Traits(title, required=required))
    save(store.account, _seven(sandbox, SECRET, client_id=client_id))
    return store


def _store_with_a_wrong_secret(sandbox: str) -> Store:
    store, _api_key = open_store("Księgarnia pod Lipą")
    editing.add(store.pk, code=MARKETING, text="Proszę o newsletter.", traits=editing.Traits("Newsletter"))
    save(store.account, _seven(sandbox, "wrong"))
    receive_list(store, list(a_day(NOW, 9, "k", agreeing=1)))
    return store


def _seven(endpoint: str, secret: str, *, client_id: str = "sandbox-client") -> Seven:
    return Seven(
        active=True,
        owner_email=OWNER,
        client_id=client_id,
        api_secret=secret,
        endpoint=endpoint,
        mode=Mode.CONSENT,
        consent_code=MARKETING,
        advanced={"rate": 1000},
    )


AGO = [NOW - timedelta(minutes=back) for back in (52, 41, 33, 26, 18, 9)]
CLOSELY = ("10042-o", "10042-r", "10043-r", "10043-c", "10043-o", "10044-r")
"""The ids of the events that the pictures look at closely, a retried order first."""


def _last_hour(store: Store, sandbox: str) -> list[int]:
    """What the pictures look at closely, a few minutes old; the numbers of these messages as in CLOSELY."""
    _backstage(sandbox, "faults", {"path": "contact/", "fault": "refuse_email", "email": REFUSED})
    jan = _called("10042", "Jan", "Kowalski", "jan.kowalski@example.com")
    receive_list(store, [*_what_jan_does(jan), *_what_others_do()])
    _until_sent(store)
    _backstage(sandbox, "faults", {"path": "xtEvent", "fault": "status", "status": 503, "times": 2})
    order = an_order("1042", GOODS[1], AGO[5])
    receive_list(store, [an_event("10042-o", "order.placed", AGO[5], jan, order=order)])
    _until_sent(store)
    found = Message.objects.filter(store=store, event_id__in=CLOSELY).values_list("event_id", "pk")
    numbers = dict(found)
    return [numbers[event_id] for event_id in CLOSELY]


def _what_jan_does(jan: dict[str, Any]) -> Iterator[Event]:
    yield an_event("10042-r", "customer.registered", AGO[0], jan, consents=said(AGO[0], *BOTH))


def _what_others_do() -> Iterator[Event]:
    """Katarzyna does not agree to the newsletter; Marek's address is refused."""
    katarzyna = _called("10043", "Katarzyna", "Wójcik", WITHOUT_CONSENT)
    marek = _called("10044", "Marek", "Zieliński", REFUSED)
    cart = {"id": "K-7", "items": [an_item(GOODS[2])], "total": GOODS[2][2], "currency": "PLN"}
    order = an_order("1043", GOODS[2], AGO[3])
    yield an_event("10043-r", "customer.registered", AGO[1], katarzyna, consents=said(AGO[1], TERMS))
    yield an_event("10043-c", "cart.product_added", AGO[2], katarzyna, cart=cart)
    yield an_event("10043-o", "order.placed", AGO[3], katarzyna, order=order)
    yield an_event("10044-r", "customer.registered", AGO[4], marek, consents=said(AGO[4], *BOTH))


def _called(number: str, first_name: str, last_name: str, email: str) -> dict[str, Any]:
    return a_person(number) | {"email": email, "first_name": first_name, "last_name": last_name}


def _backstage(sandbox: str, door: str, told: dict[str, Any]) -> None:
    call = urllib.request.Request(  # noqa: S310  (the sandbox that this was started with)
        f"{sandbox}/_sandbox/{door}",
        data=json.dumps(told).encode(),
        headers={"Content-Type": "application/json"},
    )
    urllib.request.urlopen(call, timeout=10).close()  # noqa: S310


def _until_sent(store: Store) -> None:
    until = time.monotonic() + PATIENCE
    while Message.objects.filter(store=store, state__in=LIVE_STATES).exists():
        if time.monotonic() > until:
            raise SystemExit("Not everything was sent: is ebexo serve running?")
        time.sleep(0.3)


def _date_back(store: Store, *, but: list[int]) -> None:
    """As if each message had been sent two seconds after it happened."""
    two_seconds = timedelta(seconds=2)
    mine = Message.objects.filter(store=store)
    mine.update(accepted_at=F("occurred_at"), done_at=F("occurred_at") + two_seconds)
    for attempt in Attempt.objects.filter(store=store).exclude(messages__in=but):
        newest_at = attempt.messages.aggregate(at=Max("occurred_at"))["at"] or NOW
        Attempt.objects.filter(pk=attempt.pk).update(started_at=newest_at, finished_at=newest_at)
    for number in but:
        message = Message.objects.get(pk=number)
        first = message.tries.order_by("pk").first()
        if first is None:
            continue
        shift = first.started_at - message.occurred_at - timedelta(seconds=1)
        for one in message.tries.all():
            one.started_at -= shift
            one.save(update_fields=["started_at"])
        message.done_at = max(one.started_at for one in message.tries.all())
        message.save(update_fields=["done_at"])


def _nobody_knows_of_one(store: Store) -> None:
    """A purchase whose answer got lost, and of which SALESmanago's list of events did not tell."""
    bought = Message.objects.filter(store=store, type="order.placed", state=State.DELIVERED)
    message = bought.filter(event_id__startswith="d2-").order_by("pk")[0]
    message.state, message.reason, message.in_doubt = State.HELD, "cannot_be_known", True
    message.save()
    message.tries.update(outcome="cannot_be_known", http_status=None)


def _tell_order_days(store: Store, bought: list[Event]) -> None:
    """The shop's own orders of the last week: all that were told, and two that were not."""
    told: dict[date, list[Ordered]] = {}
    for event in bought:
        order, placed_at = event["order"], datetime.fromisoformat(event["occurred_at"]).astimezone(ZONE)
        told.setdefault(placed_at.date(), []).append(
            Ordered(order["number"], Decimal(order["total"]), "PLN", placed_at)
        )
    today = NOW.astimezone(ZONE).date()
    week = [today - timedelta(days=back) for back in range(1, 8)]
    for number, (day, total) in enumerate(((week[2], "1249.00"), (week[2], "338.90")), start=1):
        told.setdefault(day, []).append(Ordered(f"2026/brak-{number}", Decimal(total), "PLN", None))
    days = [Day(day, told.get(day, [])) for day in week]
    tell_days(store.pk, days, source=OrderSource.FILE, now=NOW - timedelta(minutes=70))


def _rehearse(store: Store) -> int:
    """A rehearsal of a file of customers, as the merchant uploads it."""
    source = _file()
    shape = recognise(source.getvalue(), kind=Kind.CUSTOMERS, is_whole=True)
    found = begin(
        store,
        kind=ImportKind.CUSTOMERS,
        source=Source.FILE,
        now=timezone.now(),
        is_rehearsal=True,
        begun_by="anna@meblejodla.example",
        file_name="klienci-2026-11.csv",
        shape=as_stored(shape),
    )
    told = rows(source, shape, kind=Kind.CUSTOMERS, zone=ZONE, now=timezone.now())
    for _kept in receive_rows(found, told, now=timezone.now()):
        pass
    close(found, now=timezone.now())
    until = time.monotonic() + PATIENCE
    while found.state != "rehearsed" and time.monotonic() < until:
        time.sleep(0.3)
        found.refresh_from_db()
    return found.pk


def _file() -> BytesIO:
    lines = ["e-mail;imię;nazwisko;telefon;zgoda:marketing;zgoda:marketing:data"]
    for number in range(1, 1251):
        first, last = DICE.choice(FIRST_NAMES), DICE.choice(LAST_NAMES)
        email = f"{first}.{last}.{number}@example.com".lower()
        if number % 311 == 0:
            email = f"{first}.{last} (at) example.com"
        if number % 173 == 0:
            email = lines[-1].partition(";")[0]
        agrees, at = ("tak", "2025-05-14 10:00") if DICE.random() < 0.7 else ("nie", "2025-05-14 10:00")
        lines.append(f"{email};{first};{last};600{100000 + number};{agrees};{at}")
    return BytesIO("\n".join(lines).encode())


if __name__ == "__main__":
    main()
