"""What went wrong in a shop: `python seed_trouble.py orders | withheld | yesterday`, in the shop's own process."""

import json
import os
import sys
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "demo.settings"

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.db import transaction  # noqa: E402
from django.db.models import F  # noqa: E402
from django.utils import timezone  # noqa: E402
from oscar.core.loading import get_model  # noqa: E402

from ebexo.ingest.receive import receive  # noqa: E402
from ebexo.outbox.models import Attempt, Message  # noqa: E402
from ebexo.stores.models import Account, Store  # noqa: E402
from ebexo_oscar import orders  # noqa: E402
from ebexo_oscar.models import KeptEvent, OrdersWatch, ToldCustomer  # noqa: E402

NOW = timezone.now().replace(microsecond=0)  # SALESmanago keeps milliseconds
STORE = Store.objects.get(handle=os.environ["SHOP_STORE"])
CUSTOMERS, WITHHELD, MISSING = 12, 312, 7


def put_orders() -> None:
    """Seven orders that only the shop knows: six came with a restored backup, of one the outline got lost."""
    ToldCustomer.objects.update(changed_at=None)  # those of the shop's own beginning
    OrdersWatch.objects.update_or_create(store=STORE.handle, defaults={"since": NOW})
    placed = {number: NOW - timedelta(days=number % 6, hours=1, minutes=number) for number in range(MISSING)}
    for number, at in placed.items():
        with transaction.atomic():
            order = _order(f"70000{number}", at=at)
            if number == MISSING - 1:
                orders.placed(order)
                KeptEvent.objects.all().delete()
    print(json.dumps({f"70000{number}": round(at.timestamp() * 1000) for number, at in placed.items()}))


def _order(number: str, *, at: datetime) -> Any:
    return get_model("order", "Order").objects.create(
        number=number, currency="PLN", total_incl_tax=Decimal("123.45"), total_excl_tax=Decimal("123.45"),
        guest_email=f"kupujacy-{number}@example.com", date_placed=at, status="Nowe",
    )  # fmt: skip


def withhold() -> None:
    """Twelve customers change their data while the integration is switched off, five days ago."""
    emails = [f"klient-{number}@example.com" for number in range(CUSTOMERS)]
    users: Any = get_user_model()
    users.objects.bulk_create(users(username=email[:30], email=email, first_name="Ewa") for email in emails)
    Account.objects.filter(store=STORE).update(active=False)
    for number in range(WITHHELD):
        event = {"id": f"zmiana-{number}", "type": "customer.updated", "occurred_at": NOW.isoformat()}
        receive(STORE, {**event, "customer": {"email": emails[number % CUSTOMERS]}})
    Account.objects.filter(store=STORE).update(active=True)
    ago = timedelta(days=5)
    Message.objects.filter(state="withheld").update(
        accepted_at=F("accepted_at") - ago, done_at=F("done_at") - ago
    )


def move_to_yesterday() -> None:
    """SALESmanago has turned the account away for a day."""
    refused = Attempt.objects.filter(outcome="credentials")
    refused.update(started_at=F("started_at") - timedelta(days=1))
    first = refused.order_by("pk").values_list("started_at", flat=True)[0]
    print(json.dumps(first.isoformat()))


if __name__ == "__main__":
    {"orders": put_orders, "withheld": withhold, "yesterday": move_to_yesterday}[sys.argv[1]]()
