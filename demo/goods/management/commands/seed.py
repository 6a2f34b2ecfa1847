from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.contrib.sites.models import Site
from django.core.management.base import BaseCommand
from django.db import transaction
from oscar.core.loading import get_model

from demo.checkout.payment import CASH_ON_DELIVERY
from demo.goods.assortment import CATEGORIES, ITEMS
from demo.goods.shelves import put_category, put_item
from demo.people.logins import CUSTOMER, STAFF, Login
from demo.people.models import Profile

# Places the courier goes to.
COUNTRIES = {"PL": "Polska", "CZ": "Czechy", "DE": "Niemcy", "SK": "Słowacja"}
PAYMENT_EVENTS = {"paid": "Opłacone", "returned": "Zwrot"}
SHIPPING_EVENTS = {"shipped": "Wysłane", "returned": "Zwrócone"}


class Command(BaseCommand):
    help = "Fills the shop with products, pictures and two accounts. A second run changes nothing."

    def handle(self, *_args: Any, **_options: Any) -> None:
        steps: dict[str, Callable[[], None]] = {
            "Countries and payment": _settle_basics,
            f"{len(CATEGORIES)} categories": _fill_categories,
            f"{len(ITEMS)} products with pictures": _fill_shelves,
            f"Accounts {STAFF.email} and {CUSTOMER.email}": _add_people,
        }
        for name, step in steps.items():
            with transaction.atomic():
                step()
            self.stdout.write(f"{name}: done")
            self.stdout.flush()


def _settle_basics() -> None:
    Site.objects.update_or_create(pk=1, defaults={"domain": "127.0.0.1:8001", "name": "Olcha"})
    for code, name in COUNTRIES.items():
        get_model("address", "Country").objects.get_or_create(
            iso_3166_1_a2=code,
            defaults={"printable_name": name, "name": name.upper(), "is_shipping_country": True,
                      "display_order": int(code == "PL")},
        )  # fmt: skip
    get_model("payment", "SourceType").objects.get_or_create(
        code=CASH_ON_DELIVERY["code"], defaults=CASH_ON_DELIVERY
    )
    for kind, names in (("PaymentEventType", PAYMENT_EVENTS), ("ShippingEventType", SHIPPING_EVENTS)):
        for code, name in names.items():
            get_model("order", kind).objects.get_or_create(code=code, defaults={"name": name})


def _fill_categories() -> None:
    for category in CATEGORIES:
        put_category(category)


def _fill_shelves() -> None:
    for item in reversed(ITEMS):  # Oscar lists the newest first
        put_item(item)


def _add_people() -> None:
    _add(STAFF, is_staff=True)
    jan = _add(CUSTOMER, is_staff=False)
    if not Profile.objects.filter(user=jan).exists():
        Profile.objects.create(user=jan, phone="+48 600 100 200", company="Kowalski Meble", language="pl")
        jan.addresses.create(
            first_name=jan.first_name, last_name=jan.last_name, line1="ul. Lipowa 7/3", line4="Kraków",
            state="małopolskie", postcode="30-002", country_id="PL", phone_number="+48600100200",
            is_default_for_shipping=True, is_default_for_billing=True,
        )  # fmt: skip


def _add(login: Login, *, is_staff: bool) -> Any:
    found = User.objects.filter(email=login.email).first()
    return found or User.objects.create_user(
        username=login.email, email=login.email, password=login.password,
        first_name=login.first_name, last_name=login.last_name, is_staff=is_staff, is_superuser=is_staff,
    )  # fmt: skip
