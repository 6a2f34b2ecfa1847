"""The shop's side: run with `EBEXO_TEST_SETTINGS=demo.settings` and `--ds=demo.settings`."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import Client

if os.environ["DJANGO_SETTINGS_MODULE"] != "demo.settings":
    collect_ignore_glob = ["*"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("filterwarnings", "ignore:Using Category:DeprecationWarning")  # Oscar's own debt


REGISTRATION = {
    "first_name": "Ewa",
    "last_name": "Nowak",
    "email": "Ewa@Example.com",
    "password1": "bardzo-tajne-1",
    "password2": "bardzo-tajne-1",
    "phone": "601 202 303",
    "company": "Nowak",
    "birth_date": "1984-03-17",
    "registration_submit": "1",
}

SHIPPING = {
    "first_name": "Anna",
    "last_name": "Nowak",
    "line1": "ul. Polna 1",
    "line4": "Łódź",
    "state": "łódzkie",
    "postcode": "90-001",
    "phone_number": "+48601202303",
}


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def store(db: None, settings: Any) -> Any:
    """The store that the shop is, connected to a SALESmanago that nobody calls here."""
    from ebexo.stores.opening import open_store

    opened, _key = open_store("Olcha")
    account = opened.account
    account.active, account.owner_email, account.client_id = True, "owner@shop.example", "client-1"
    account.endpoint, account.api_secret = "https://app3.salesmanago.pl", "secret"
    account.save()
    settings.EBEXO = {**settings.EBEXO, "STORE": opened.handle}
    return opened


@pytest.fixture
def told(store: Any) -> Callable[[], list[dict[str, Any]]]:
    """The events told so far that are to be sent, oldest first."""
    import json

    from ebexo.outbox.models import Message

    waiting = Message.objects.exclude(payload=None).order_by("pk")
    return lambda: [json.loads(payload or "") for payload in waiting.values_list("payload", flat=True)]


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Any:
    """Runs what the shop does, and what follows its commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def register_and_crash() -> Callable[..., Client]:
    """Registers in the shop's own form; the transaction is committed, and nothing after it is done."""

    def registered(browser: Client | None = None, **changes: str) -> Client:
        browser = browser or Client()
        assert browser.post("/accounts/register/", REGISTRATION | changes).status_code == 302
        return browser

    return registered


@pytest.fixture
def register(committed: Any, register_and_crash: Callable[..., Client]) -> Callable[..., Client]:
    """Registers in the shop's own form; gives the browser that is logged in since."""

    def registered(**changes: str) -> Client:
        with committed():
            return register_and_crash(**changes)

    return registered


@pytest.fixture
def marketing(store: Any) -> Any:
    """A consent that a shopper may give or not."""
    from ebexo.consents import editing

    return editing.add(
        store.pk,
        code="marketing",
        text="Chcę otrzymywać e-maile o nowościach.",
        traits=editing.Traits("Marketing"),
    )


@pytest.fixture
def broken_telling(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """While it lasts nothing can be written into the outbox: `with broken_telling(): …`."""
    from ebexo_oscar import writing

    def fail(*args: Any) -> None:
        raise RuntimeError("ours")

    @contextmanager
    def broken() -> Iterator[None]:
        with monkeypatch.context() as patched:
            patched.setattr(writing, "receive", fail)
            yield

    return broken


@pytest.fixture
def sweep_a_minute_later(committed: Any) -> Callable[[], int]:
    """The sweep of kept events, as if it ran a minute on; gives back how many were told."""
    from datetime import timedelta

    from django.utils import timezone

    from ebexo_oscar.models import KeptEvent
    from ebexo_oscar.writing import write_kept

    def swept() -> int:
        KeptEvent.objects.update(tried_at=timezone.now() - timedelta(minutes=2))
        with committed():
            return write_kept()

    return swept


@pytest.fixture
def vase(db: None) -> Any:
    """One thing that the shop sells and sends to Poland."""
    from decimal import Decimal

    from oscar.core.loading import get_model

    country = get_model("address", "Country").objects
    country.get_or_create(iso_3166_1_a2="PL", printable_name="Polska", is_shipping_country=True)
    kind = get_model("catalogue", "ProductClass").objects.create(name="Artykuł")
    product = get_model("catalogue", "Product").objects.create(title="Wazon Kalina", product_class=kind)
    partner = get_model("partner", "Partner").objects.create(name="Olcha")
    product.stockrecords.create(partner=partner, partner_sku="W-1", price=Decimal(89), num_in_stock=10)
    return product


@pytest.fixture
def voucher(vase: Any) -> Any:
    """A voucher for ten per cent off everything, `JESIEN10`."""
    from datetime import timedelta

    from django.utils import timezone
    from oscar.core.loading import get_model

    everything = get_model("offer", "Range").objects.create(name="Wszystko", includes_all_products=True)
    offer = get_model("offer", "ConditionalOffer").objects.create(
        name="Jesień",
        offer_type="Voucher",
        condition=get_model("offer", "Condition").objects.create(range=everything, type="Count", value=1),
        benefit=get_model("offer", "Benefit").objects.create(range=everything, type="Percentage", value=10),
    )
    day = timedelta(days=1)
    made = get_model("voucher", "Voucher").objects.create(
        name="Jesień",
        code="JESIEN10",
        usage="Multi-use",
        start_datetime=timezone.now() - day,
        end_datetime=timezone.now() + day,
    )
    made.offers.add(offer)
    return made


@pytest.fixture
def at_the_summary(vase: Any) -> Callable[..., Client]:
    """Fills in the checkout up to the summary, as a guest with `email` or as the customer who is logged in."""

    def arrived(browser: Client, *, email: str | None = None) -> Client:
        browser.post(f"/basket/add/{vase.pk}/", {"quantity": "1"})
        if email:
            browser.post("/checkout/", {"username": email, "options": "anonymous"})
        browser.post("/checkout/shipping-address/", SHIPPING)
        browser.post("/checkout/shipping-method/", {"method_code": "inpost-courier"})
        return browser

    return arrived
