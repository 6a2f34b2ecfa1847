"""How much time do store events add to a shop's request? `python -m bench.request_added [ROUNDS]`

Three ways take turns in one process, on the demo shop and a database of their own: without the connector, with it, and
with a synchronous call to a vendor who answers after 100 ms, as a plug-in of the usual kind makes it. Measured are the
POSTs that put something into the basket, place an order, register, log in, and change the profile. What is added is the
median of the differences between the ways of a round, which were measured right after each other; beside the time on
the clock stands what the request's own thread computed, which a busy machine blurs less. Passwords are hashed by a
quick algorithm here, since the shop's own, slow on purpose, would blur the rest.
"""

import logging
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from statistics import median, quantiles
from typing import Any
from uuid import uuid4

from bench.request_ways import connected, vendor
from bench.rows import Figures, parser, row, tell, told

WAYS = ("without", "with", "synchronous")
PASSWORD = "bardzo-tajne-1"  # noqa: S105  (of nobody)
SHIPPING = {
    "first_name": "Anna", "last_name": "Nowak", "line1": "ul. Polna 1", "line4": "Łódź", "state": "łódzkie",
    "postcode": "90-001", "country": "PL", "phone_number": "+48601202303",
}  # fmt: skip


Taken = dict[str, list[tuple[float, float]]]
"""Of each way, the milliseconds that each request took and those that it computed."""


def main() -> None:
    options = parser("bench.request_added", __doc__)
    options.add_argument("rounds", type=int, nargs="?", default=200)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="ebexo-bench-") as data, vendor() as port:
        set_up(data)
        tell(figures(chosen.rounds, port), chosen)


def figures(rounds: int, port: int) -> Figures:
    """`request_added_ratio` and `request_added_ms`, each for the request that shows it at its worst."""
    shopper, added = customer(), dict[str, Added]()
    for name, act in ACTS.items():
        taken = measure(partial(timed, act, shopper, port), rounds)
        added[name] = Added.of(taken)
        report(name, taken, added[name])
    return rows_of(added, rounds=rounds)


@dataclass(frozen=True)
class Added:
    """Milliseconds that a request took longer; by us at least those that were computed: a busy machine's clock may say
    less."""

    by_us: float
    synchronous: float
    half_between: tuple[float, float]
    """Half of the rounds, by us and on the clock: how much noise there is."""

    @classmethod
    def of(cls, taken: Taken) -> "Added":
        low, _, high = quantiles(differences(taken, "with", 0), n=4)
        by_us = max(difference(taken, "with", 0), difference(taken, "with", 1))
        return cls(by_us, difference(taken, "synchronous", 0), (low, high))

    @property
    def in_words(self) -> str:
        low, high = self.half_between
        return (
            f"{told(self.by_us)} ms (half of them {told(low)} to {told(high)}), {told(self.times)} times less"
        )

    @property
    def times(self) -> float:
        """How many times as much a synchronous call adds; what is less than a tenth of a millisecond is noise."""
        return self.synchronous / max(self.by_us, 0.1)


def rows_of(added: Mapping[str, Added], *, rounds: int) -> Figures:
    least = min(added, key=lambda name: added[name].times)
    most = max(added, key=lambda name: added[name].by_us)
    times = added[least].times
    each = "; ".join(f"{name} {one.in_words}" for name, one in added.items())
    note = f"medians of {rounds} rounds in the demo shop, the worst of its requests stands here: {each}"
    return Figures(
        [
            row(
                "request_added_ratio",
                times,
                "times less",
                against=f"a call inside the request ({least}), far side 100 ms: {told(added[least].synchronous)} ms",
                ratio=times,
            ),
            row("request_added_ms", added[most].by_us, "ms"),
        ],
        {"request_added_ratio": note, "request_added_ms": note},
    )


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


def measure(timed_way: Callable[[str], tuple[float, float]], rounds: int) -> Taken:
    for way in WAYS:
        timed_way(way)  # warmed up
    taken: Taken = {way: [] for way in WAYS}
    for number in range(rounds):
        for way in (*WAYS[number % 3 :], *WAYS[: number % 3]):
            taken[way].append(timed_way(way))
    return taken


def report(name: str, taken: Taken, added: Added) -> None:
    print(f"{name}, {len(taken['with'])} rounds each")
    for way in WAYS:
        clock, computed = zip(*taken[way], strict=True)
        slow = quantiles(clock, n=20)[-1]
        print(
            f"  {way:<12} median {median(clock):7.2f} ms   p95 {slow:7.2f} ms   computed {median(computed):6.2f} ms"
        )
    on_the_clock, computed_by_us = difference(taken, "with", 0), difference(taken, "with", 1)
    print(f"  added by the connector {on_the_clock:.2f} ms ({computed_by_us:.2f} ms computed)")
    print(
        f"  added by a synchronous call {added.synchronous:.2f} ms: {added.times:.0f} times as much",
        flush=True,
    )


def difference(taken: Taken, way: str, which: int) -> float:
    """What this way takes more than the shop alone: on the clock (0), or computed (1)."""
    return median(differences(taken, way, which))


def differences(taken: Taken, way: str, which: int) -> list[float]:
    """The same of each round."""
    return [more[which] - less[which] for more, less in zip(taken[way], taken["without"], strict=True)]


if __name__ == "__main__":
    main()
