"""One message: what it is about, what became of it, each attempt, what was sent, and what can be done."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ebexo.connection.sentences.calls import OUTCOMES, VENDOR_ERRORS
from ebexo.connection.sentences.checking import CONNECTION
from ebexo.outbox.models import Attempt, Message
from ebexo.outbox.put import NewMessage, put
from ebexo.outbox.states import State
from ebexo.reasons import REASONS
from ebexo.stores.models import Store

Browser = Callable[..., Client]
Read = Callable[[Any], str]
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CUSTOMER = {
    "id": "10042",
    "email": "jan.kowalski@example.com",
    "first_name": "Jan",
    "last_name": "Kowalski",
    "phone": "+48600100200",
    "company": "Kowalski Meble",
    "birth_date": "1984-03-17",
    "address": {"street": "ul. Lipowa 7/3", "postal_code": "30-002", "city": "Kraków", "country": "PL"},
    "properties": {"note": "Secret wish"},
}
ORDER = {
    "number": "1042",
    "total": "298.98",
    "currency": "PLN",
    "items": [{"product_id": "P-100", "name": "Krzesło Olcha", "quantity": 2}],
}
PERSONAL = (
    "jan.kowalski",
    "Kowalski",
    "600100200",
    "Lipowa",
    "30-002",
    "Kraków",
    "19840317",
    "10042",
    "Secret wish",
)


@pytest.fixture
def ended(store: Store) -> Callable[..., Message]:
    """A message of an order that ended so."""

    def make(number: int = 1, *, kind: str = "order.placed", of: Store = store, **fields: Any) -> Message:
        event = {
            "id": f"event-{number}",
            "type": kind,
            "occurred_at": NOON.isoformat(),
            "customer": CUSTOMER,
            "order": ORDER,
        }
        told = NewMessage(f"event-{number}", kind, f"sha-{number}", NOON, NOON)
        message = put(of.pk, told, key="contact:1", payload=json.dumps(event))
        state = {"state": State.FAILED, "reason": "refused", "done_at": NOON, "attempts": 1}
        Message.objects.filter(pk=message.pk).update(**state | fields)
        message.refresh_from_db()
        return message

    return make


@pytest.fixture
def tried() -> Callable[..., None]:
    def make(message: Message, outcome: str | None, error: str | None = None, *, minute: int = 0) -> None:
        at = NOON + timedelta(minutes=minute)
        attempt = Attempt.objects.create(
            store=message.store,
            epoch=1,
            endpoint="https://app3.salesmanago.pl",
            started_at=at,
            finished_at=at,
            outcome=outcome,
            http_status=200,
            error=error,
        )
        attempt.messages.add(message)

    return make


def _address(message: Message) -> str:
    return f"/panel/{message.store.handle}/aktywnosc/{message.pk}/"


def test_it_says_what_it_is_about_and_what_is_told_with_nobody_in_it(
    browser: Browser, read: Read, ended: Any
) -> None:
    message = ended()

    shown = read(browser().get(_address(message)))

    assert '<dd id="person">j…i@e…e.com</dd>' in shown
    assert '<dd id="order">1042</dd>' in shown
    for field, value in {
        "contact.email": "j…i@e…e.com",
        "contact.name": "J… K…",
        "contact.address.country": "PL",
        "properties.note": "S… w…",
        "contactExtEventType": "PURCHASE",
        "products": "P-100",
        "value": "298.98",
        "detail2": "1042",
    }.items():
        assert f"<code>{field}</code></th> <td>{value}</td>" in shown
    assert not [text for text in PERSONAL if text in shown]
    assert "forceOptIn" not in shown


def test_a_message_of_another_store_is_not_there(
    browser: Browser, ended: Any, store: Store, foreign_store: Store
) -> None:
    foreign = ended(of=foreign_store)

    response = browser().get(f"/panel/{store.handle}/aktywnosc/{foreign.pk}/")

    assert response.status_code == 404


def test_of_what_was_dropped_nothing_is_shown(browser: Browser, read: Read, ended: Any) -> None:
    message = ended(state=State.DELIVERED, reason=None, payload=None)

    shown = read(browser().get(_address(message)))

    assert "Nothing of its content is kept" in shown
    assert "<table" not in shown


def test_attempts_are_told_newest_first_with_what_they_mean(
    browser: Browser, read: Read, ended: Any, tried: Any
) -> None:
    message = ended()
    tried(message, "unavailable", "SALESmanago cannot be used just now (connection)")
    tried(message, "refused", "SALESmanago refuses the request, HTTP 200: No email specified", minute=5)

    shown = read(browser().get(_address(message)))

    known = VENDOR_ERRORS["No email specified"]
    assert shown.index(str(known.happened)) < shown.index(str(OUTCOMES["unavailable"].happened))
    assert f"{known.for_customers} {known.to_do}" in shown
    assert "<q>No email specified</q>" in shown
    assert "SALESmanago refuses the request" not in shown


def test_a_message_that_was_never_sent_says_so(browser: Browser, read: Read, ended: Any) -> None:
    message = ended(state=State.WITHHELD, reason="no_consent", payload=None, person_masked="j…i@e…e.com")

    shown = read(browser().get(_address(message)))

    assert "SALESmanago has not been called for it." in shown
    assert '<dd id="person">j…i@e…e.com</dd>' in shown


@pytest.mark.parametrize(
    ("fields", "buttons"),
    [
        ({}, ["again", "give-up"]),
        ({"payload": None}, ["give-up"]),
        ({"in_doubt": True}, ["arrived", "again"]),
        ({"state": State.HELD, "reason": "cannot_be_known", "in_doubt": True}, ["arrived", "again"]),
        ({"state": State.HELD, "reason": "order_held"}, []),
        ({"state": State.DELIVERED, "reason": None}, []),
        ({"state": State.WITHHELD, "reason": "no_consent"}, []),
        ({"state": State.WAITING, "reason": None, "done_at": None}, []),
    ],
)
def test_buttons_are_those_that_can_be_pressed(
    browser: Browser, read: Read, ended: Any, fields: Any, buttons: list[str]
) -> None:
    message = ended(**fields)

    shown = read(browser().get(_address(message)))
    to_a_viewer = read(browser("bob").get(_address(message)))

    offered = [name for name in ("arrived", "again", "give-up") if f'value="{name}:{message.pk}"' in shown]
    assert offered == buttons
    assert 'name="do"' not in to_a_viewer


@pytest.mark.parametrize(
    ("action", "fields", "state"),
    [
        ("again", {}, "waiting"),
        ("give-up", {}, "discarded"),
        ("arrived", {"state": State.HELD, "reason": "cannot_be_known", "in_doubt": True}, "delivered"),
        ("again", {"state": State.HELD, "reason": "cannot_be_known", "in_doubt": True}, "waiting"),
    ],
)
def test_a_button_acts_and_leads_back_to_the_message(
    browser: Browser, ended: Any, store: Store, action: str, fields: Any, state: str
) -> None:
    message = ended(**fields)
    pressed = {"do": f"{action}:{message.pk}", "back": str(message.pk)}

    response = browser().post(f"/panel/{store.handle}/niedostarczone/", pressed)

    message.refresh_from_db()
    assert (message.state, response.headers["Location"]) == (state, _address(message))


def test_nobody_is_led_back_to_what_is_not_theirs(
    browser: Browser, ended: Any, store: Store, foreign_store: Store
) -> None:
    foreign = ended(of=foreign_store)

    response = browser().post(
        f"/panel/{store.handle}/niedostarczone/", {"do": "all", "back": str(foreign.pk)}
    )

    assert response.headers["Location"] == f"/panel/{store.handle}/niedostarczone/"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"state": State.WAITING, "reason": None, "done_at": None}, "It waits for its turn."),
        ({"state": State.WAITING, "reason": "credentials_owner", "done_at": None}, CONNECTION["owner"]),
        (
            {"state": State.WAITING, "reason": "batch_refused", "done_at": None},
            "SALESmanago refused it together with others.",
        ),
        ({"state": State.IN_FLIGHT, "reason": None, "done_at": None}, "It is being sent right now."),
        ({"state": State.DELIVERED, "reason": None}, "SALESmanago took it."),
        ({"state": State.SUPERSEDED, "reason": "united"}, "A later message of the same person"),
        ({"state": State.SUPERSEDED, "reason": "cart_unchanged"}, "The cart was the same as before"),
        ({"state": State.DISCARDED, "reason": "refused"}, "Somebody decided here"),
        ({"state": State.WITHHELD, "reason": "dry_run"}, "Switch the dry run off."),
        ({"notes": ["birth_date_unusable"]}, "The birth date can&#x27;t be right"),
        ({"notes": ["unknown_consent:profiling"]}, "a consent that this store does not have"),
    ],
)
def test_state_reason_and_notes_are_told_in_plain_words(
    browser: Browser, ended: Any, fields: Any, sentence: str
) -> None:
    message = ended(**fields)

    shown = " ".join(browser().get(_address(message)).content.decode().split())

    assert str(sentence) in shown


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("language", ["pl", "en"])
def test_every_reason_has_a_page_that_tells_it(
    browser: Browser, ended: Any, reason: str, language: str
) -> None:
    message = ended(state=State.WITHHELD, reason=reason, payload=None)

    response = browser(language=language).get(_address(message))

    assert response.status_code == 200


def test_withheld_because_it_is_off_leads_to_the_switch(
    browser: Browser, read: Read, ended: Any, page: str
) -> None:
    message = ended(state=State.WITHHELD, reason="integration_off", payload=None)

    shown = read(browser().get(_address(message)))

    assert f'id="remedy" href="{page}"' in shown


def test_superseded_message_leads_to_the_one_that_carries_it(
    browser: Browser, read: Read, ended: Any
) -> None:
    later = ended(2, state=State.DELIVERED, reason=None)
    message = ended(state=State.SUPERSEDED, reason="united", superseded_by=later.pk)

    assert f'href="{_address(later)}"' in read(browser().get(_address(message)))


def test_the_link_that_brings_a_cart_back_is_not_shown_whole(
    browser: Browser, read: Read, ended: Any
) -> None:
    message = ended(kind="cart.product_added", state=State.DELIVERED, reason=None)
    event = json.loads(message.payload) | {
        "cart": {"id": "c-1", "items": ORDER["items"], "url": "https://shop.example/k?t=abc"}
    }
    event.pop("order")
    Message.objects.update(payload=json.dumps(event))

    shown = read(browser().get(_address(message)))

    assert "<code>description</code></th> <td>shop.example/…</td>" in shown
    assert "t=abc" not in shown


@pytest.mark.parametrize("attempts", [1, 12])
def test_the_page_takes_a_handful_of_statements(
    browser: Browser, ended: Any, tried: Any, attempts: int
) -> None:
    message = ended()
    for minute in range(attempts):
        tried(message, "unavailable", minute=minute)
    client = browser()

    with CaptureQueriesContext(connection) as captured:
        client.get(_address(message))

    assert len(captured) == 7
