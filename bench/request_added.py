"""How much time do store events add to a shop's request? `python bench/request_added.py [ROUNDS]`

Three ways take turns in one process, on the demo shop and a database of their own: without the connector, with it, and
with a synchronous call to a vendor who answers after 100 ms, as a plug-in of the usual kind makes it. Measured are the
POSTs that put something into the basket, place an order, register, log in, and change the profile. What is added is the
median of the differences between the ways of a round, which were measured right after each other; beside the time on
the clock stands what the request's own thread computed, which a busy machine blurs less. Passwords are hashed by a
quick algorithm here, since the shop's own, slow on purpose, would blur the rest.
"""

import http.client
import logging
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from statistics import median, quantiles
from typing import Any
from uuid import uuid4

WAYS = ("without", "with", "synchronous")
VENDOR_SECONDS = 0.1
PASSWORD = "bardzo-tajne-1"  # noqa: S105  (of nobody)
SHIPPING = {
    "first_name": "Anna", "last_name": "Nowak", "line1": "ul. Polna 1", "line4": "Łódź", "state": "łódzkie",
    "postcode": "90-001", "country": "PL", "phone_number": "+48601202303",
}  # fmt: skip


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory(prefix="ebexo-bench-") as data, vendor() as port:
        set_up(data)
        shopper = customer()
        for name, act in ACTS.items():
            report(name, measure(partial(timed, act, shopper, port), rounds))


def set_up(data: str) -> None:
    """A shop with its goods, and a store that is connected to a SALESmanago which nobody calls."""
    os.environ["EBEXO_DATA_DIR"], os.environ["DJANGO_SETTINGS_MODULE"] = data, "demo.settings"
    import django

    django.setup()
    logging.disable(logging.ERROR)  # the seed has no store to tell yet
    from django.conf import settings
    from django.core.management import call_command

    from ebexo.stores.opening import open_store

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    call_command("migrate", verbosity=0)
    call_command("seed", stdout=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    settings.ALLOWED_HOSTS = ["testserver"]
    store, _key = open_store("Olcha")
    account = store.account
    account.active, account.owner_email, account.client_id = True, "owner@shop.example", "client-1"
    account.endpoint, account.api_secret = "https://app3.salesmanago.pl", "secret"
    account.save()
    settings.EBEXO["STORE"] = store.handle  # type: ignore[misc]  # the shop's settings, not the panel's
    from oscar.core.loading import get_model

    from ebexo_oscar.models import ToldCustomer

    get_model("partner", "StockRecord").objects.update(num_in_stock=1_000_000)
    ToldCustomer.objects.all().delete()  # marks of the seed, which had no store to tell


def customer() -> Any:
    """The browser of a customer who is logged in."""
    from django.contrib.auth.models import User
    from django.test import Client

    shopper = Client()
    person: Any = User.objects.get(email="jan@example.com")
    shopper.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return shopper


def add_to_basket(shopper: Any) -> Callable[[], Any]:
    from oscar.core.loading import get_model

    from ebexo_oscar.models import ToldCart

    get_model("basket", "Line").objects.all()._raw_delete("default")  # noqa: SLF001  (unheard)
    ToldCart.objects.all().delete()  # every round begins alike, with a cart that nobody was told of
    vase = get_model("catalogue", "Product").objects.get(upc="WA-KALINA")
    return lambda: shopper.post(f"/basket/add/{vase.pk}/", {"quantity": "1"})


def place_order(shopper: Any) -> Callable[[], Any]:
    add_to_basket(shopper)()
    shopper.post("/checkout/shipping-address/", SHIPPING)
    shopper.post("/checkout/shipping-method/", {"method_code": "inpost-courier"})
    return lambda: shopper.post("/checkout/preview/", {"action": "place_order"})


def register(_: Any) -> Callable[[], Any]:
    from django.test import Client

    email = f"shopper-{uuid4()}@example.com"
    password = {"password1": PASSWORD, "password2": PASSWORD}
    person = {
        "first_name": "Ewa",
        "last_name": "Nowak",
        "email": email,
        **password,
        "registration_submit": "1",
    }
    browser = Client()
    return lambda: browser.post("/accounts/register/", person)


def log_in(_: Any) -> Callable[[], Any]:
    """Somebody whom SALESmanago knows already, from another browser."""
    from django.contrib.auth.models import User
    from django.test import Client

    email = "ewa@example.com"
    if not User.objects.filter(email=email).exists():
        User.objects.create_user("ewa", email, PASSWORD)
    browser = Client()
    login = {"login-username": email, "login-password": PASSWORD, "login_submit": "1"}
    return lambda: browser.post("/accounts/login/", login)


def edit_profile(shopper: Any) -> Callable[[], Any]:
    person = {"first_name": "Jan", "last_name": f"Kowalski {uuid4()}"[:30], "email": "jan@example.com"}
    return lambda: shopper.post("/accounts/profile/edit/", person)


ACTS = {
    "add to basket": add_to_basket,
    "place an order": place_order,
    "register": register,
    "log in": log_in,
    "edit the profile": edit_profile,
}
"""What prepares each request, and gives it back as something to be called."""


def timed(act: Callable[[Any], Callable[[], Any]], shopper: Any, port: int, way: str) -> tuple[float, float]:
    """Milliseconds that the request took, in this way, and those that it computed."""
    with connected(connector=False, synchronous_to=None):
        request = act(shopper)
    with connected(connector=way == "with", synchronous_to=port if way == "synchronous" else None):
        started, computed = time.perf_counter(), time.thread_time()
        answer = request()
        taken, computed = time.perf_counter() - started, time.thread_time() - computed
    if answer.status_code != HTTPStatus.FOUND:
        raise SystemExit(f"The shop did not do it: {answer.status_code} {answer.headers}")
    wait_until_told()
    return taken * 1000, computed * 1000


def wait_until_told() -> None:
    """What follows the request beside it must not disturb the next one."""
    from ebexo_oscar.models import KeptEvent, ToldCart, ToldCustomer

    changed = [model.objects.filter(changed_at__isnull=False) for model in (ToldCart, ToldCustomer)]
    while any(rows.all().exists() for rows in (*changed, KeptEvent.objects.all())):
        time.sleep(0.02)


def measure(
    timed_way: Callable[[str], tuple[float, float]], rounds: int
) -> dict[str, list[tuple[float, float]]]:
    for way in WAYS:
        timed_way(way)  # warmed up
    taken: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
    for number in range(rounds):
        for way in (*WAYS[number % 3 :], *WAYS[: number % 3]):
            taken[way].append(timed_way(way))
    return taken


def report(name: str, taken: dict[str, list[tuple[float, float]]]) -> None:
    medians = {way: median(clock for clock, _ in taken[way]) for way in WAYS}
    computed = {way: median(cpu for _, cpu in taken[way]) for way in WAYS}
    added, synchronous = (difference(taken, way, 0) for way in ("with", "synchronous"))
    print(f"{name}, {len(taken['with'])} rounds each")
    for way in WAYS:
        slow = quantiles([clock for clock, _ in taken[way]], n=20)[-1]
        print(
            f"  {way:<12} median {medians[way]:7.2f} ms   p95 {slow:7.2f} ms   computed {computed[way]:6.2f} ms"
        )
    by_us = difference(taken, "with", 1)
    print(f"  added by the connector {added:.2f} ms ({by_us:.2f} ms computed)")
    times = synchronous / max(added, by_us, 0.1)  # a busy machine's clock may say less than was computed
    print(f"  added by a synchronous call {synchronous:.2f} ms: {times:.0f} times as much")
    sys.stdout.flush()


def difference(taken: dict[str, list[tuple[float, float]]], way: str, which: int) -> float:
    """What this way takes more than the shop alone: on the clock (0), or computed (1)."""
    return median(more[which] - less[which] for more, less in zip(taken[way], taken["without"], strict=True))


@contextmanager
def connected(*, connector: bool, synchronous_to: int | None) -> Iterator[None]:
    """Within this block the shop's signals are heard by the connector or not, and by a synchronous plug-in or not."""
    from django.contrib.auth.models import User
    from django.contrib.auth.signals import user_logged_in
    from django.db.models import signals
    from oscar.apps.basket import signals as of_baskets
    from oscar.apps.customer.signals import user_registered
    from oscar.apps.order import signals as of_orders

    heard = (
        signals.post_save, signals.post_delete, signals.pre_save, of_orders.order_placed,
        of_orders.order_status_changed, of_baskets.voucher_addition, user_registered, user_logged_in,
    )  # fmt: skip
    before = [list(signal.receivers) for signal in heard]
    if not connector:
        for signal in heard:
            signal.receivers = [row for row in signal.receivers if not str(row[0][0]).startswith("ebexo_")]
            signal.sender_receivers_cache.clear()
    call = plug_in(synchronous_to) if synchronous_to else None

    def edited(*, created: bool, update_fields: Any, **_: Any) -> None:
        if call and not created and not update_fields:
            call()

    if call:
        user_logged_in.connect(call)
        signals.post_save.connect(edited, sender=User)
        of_baskets.basket_addition.connect(call)
        of_orders.order_placed.connect(call)
    try:
        yield
    finally:
        user_logged_in.disconnect(call)
        signals.post_save.disconnect(edited, sender=User)
        of_baskets.basket_addition.disconnect(call)
        of_orders.order_placed.disconnect(call)
        for signal, receivers in zip(heard, before, strict=True):
            signal.receivers = receivers
            signal.sender_receivers_cache.clear()


def plug_in(port: int) -> Callable[..., None]:
    def call(**_: Any) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("POST", "/api/v2/contact/addContactExtEvent", b"{}")
        connection.getresponse().read()
        connection.close()

    return call


@contextmanager
def vendor() -> Iterator[int]:
    """The port of somebody who answers everything after a tenth of a second."""

    class Slow(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            time.sleep(VENDOR_SECONDS)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()


if __name__ == "__main__":
    main()
