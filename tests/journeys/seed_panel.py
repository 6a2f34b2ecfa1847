"""Fills a data directory with something to see on every page of the panel: `python seed_panel.py STORE`.

The store is paused, so that nothing of it changes while somebody looks.
"""

import itertools
import json
import sys
from datetime import datetime, timedelta
from typing import Any

import django

django.setup()

from django.utils import timezone  # noqa: E402

from ebexo.consents.models import Consent  # noqa: E402
from ebexo.events import EventType  # noqa: E402
from ebexo.ingest.receive import receive  # noqa: E402
from ebexo.outbox.models import Attempt, Message  # noqa: E402
from ebexo.outbox.states import State  # noqa: E402
from ebexo.outbox.stopping import stop  # noqa: E402
from ebexo.stores.models import Store  # noqa: E402

NOW = timezone.now()
JAN: dict[str, Any] = {
    "id": "10042",
    "email": "jan.kowalski@example.com",
    "first_name": "Jan",
    "last_name": "Kowalski",
    "phone": "+48600100200",
    "address": {"street": "ul. Lipowa 7/3", "postal_code": "30-002", "city": "Kraków", "country": "PL"},
}
CHAIR = {"product_id": "P-100", "name": "Krzesło Olcha", "quantity": 2, "unit_price": "99.99"}
PARTS: dict[str, Any] = {
    "cart": {"id": "basket-77", "items": [CHAIR], "total": "199.98", "url": "https://shop.example/k?t=token"},
    "order": {"number": "1042", "total": "199.98", "items": [CHAIR], "return_number": "R-1"},
}
ENDS = (
    (State.DELIVERED, None, "delivered", None),
    (State.WITHHELD, "no_consent", None, None),
    (State.WITHHELD, "integration_off", None, None),
    (
        State.FAILED,
        "refused",
        "refused",
        "SALESmanago refuses the request, HTTP 200: No email specified",
    ),
    (State.HELD, "cannot_be_known", "cannot_be_known", None),
    (State.SUPERSEDED, "united", None, None),
    (State.DISCARDED, "refused", "refused", "SALESmanago refuses the request, HTTP 200: Invalid account"),
    (
        State.WAITING,
        "credentials_secret",
        "credentials",
        "SALESmanago turns the account away (secret), HTTP 200: User not authenticated",
    ),
    (State.DELIVERED, None, "delivered", None),
)


def main() -> None:
    store = Store.objects.get(handle=sys.argv[1])
    stop(store.pk, now=NOW)
    _tell(store, 0, EventType.CUSTOMER_REGISTERED, at=NOW - timedelta(days=14))
    numbers = itertools.count(1)
    for end in ENDS:
        for event_type in EventType:
            number = next(numbers)
            if event_type is not EventType.CUSTOMER_ERASED:
                _end(_tell(store, number, event_type, at=NOW - timedelta(hours=3 * number)), end)
    print(json.dumps({"consents": list(Consent.objects.values_list("code", flat=True))}))


def _tell(store: Store, number: int, event_type: EventType, *, at: datetime) -> str:
    event: dict[str, Any] = {"id": f"event-{number}", "type": event_type, "occurred_at": at.isoformat()}
    parts = {name: PARTS[name] for name in PARTS if event_type.startswith(name)}
    consents = [{"code": "marketing", "granted": True, "at": at.isoformat(), "source": "checkout"}]
    answers = {"consents": consents} if number % 5 == 0 or event_type is EventType.CONSENT_CHANGED else {}
    receive(store, {**event, **parts, **answers, "customer": JAN})
    return f"event-{number}"


def _end(event_id: str, end: tuple[State, str | None, str | None, str | None]) -> None:
    state, reason, outcome, error = end
    message = Message.objects.get(event_id=event_id)
    message.state, message.reason, message.accepted_at = state, reason, message.occurred_at
    message.done_at = None if state is State.WAITING else message.occurred_at + timedelta(seconds=2)
    message.in_doubt = state is State.HELD
    if state is State.WITHHELD:
        message.payload, message.person_masked = None, "j…i@e…e.com"
    message.save()
    if outcome:
        attempt = Attempt.objects.create(
            store=message.store,
            epoch=1,
            endpoint="https://app3.salesmanago.pl",
            started_at=message.occurred_at,
            finished_at=message.occurred_at,
            outcome=outcome,
            http_status=200,
            error=error,
            excerpt=None if error else "contactId 6f0c6a0e",
        )
        attempt.messages.add(message)


if __name__ == "__main__":
    main()
