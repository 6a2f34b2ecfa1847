"""Every address of the panel, for every role, with every method, in one's own store and in somebody else's.

The addresses are read from the panel itself, so a new page is tried as soon as it is there. Whoever may not do
something is answered 403, 404 or by the way to the login, and not one row of the database is another afterwards.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone

from ebexo.consents import editing
from ebexo.history.models import Import
from ebexo.history.states import ImportState
from ebexo.outbox.models import Message
from ebexo.outbox.states import State
from ebexo.panel.models import Member, User
from ebexo.panel.page import StorePage
from ebexo.panel.site import PAGES, STORE_PAGES, panel
from ebexo.reconciliation.models import OrderDay, ShopOrder, Source
from ebexo.stores import keys
from ebexo.stores.models import Store

Browser = Callable[..., Client]

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
OPEN = ("login", "logout", "second_step", "enter", "invitation", "forgotten", "reset")
"""What somebody who is not logged in may open."""
OF_THE_INSTALLATION = ("people", "whole_audit")
SEARCHES = ("person",)
"""What posts only so that nobody's e-mail stands in an address."""
BUTTONS: tuple[dict[str, str], ...] = (
    {},
    {"do": "all"},
    {"do": "add", "email": "eva@shop.example", "role": "owner"},
    {"do": "ask"},
    {"do": "send"},
    {"do": "upload"},
    {"do": "offer"},
    {"hours": "24"},
    {"name": "Other", "code": "other", "text": "Other words.", "active": "on"},
    {"text": "Other words.", "seen": "1"},
    {"agreed": "x"},
    {"reset": "1"},
    {"do": "start"},
    {"do": "pause"},
    {"do": "resume"},
    {"do": "cancel"},
    {"do": "rehearse"},
)
"""What the forms and buttons of the pages send."""
UNTOUCHED = ("ebexo_panel_session", "ebexo_panel_loginattempt")


@pytest.fixture
def filled(store: Store, foreign_store: Store, people: dict[str, User]) -> dict[int, dict[str, Any]]:
    """Something of every kind in both stores; by store, what an address names."""
    return {one.pk: _fill(one) for one in (store, foreign_store)}


def _fill(store: Store) -> dict[str, Any]:
    now = timezone.now()
    consent = editing.add(store.pk, code="marketing", text="Yes.", traits=editing.Traits("Marketing"))
    day = OrderDay.objects.create(store=store, day="2026-11-22", source=Source.API, told_at=now)
    ShopOrder.objects.create(day=day, number="1042", total="10.00", currency="PLN")
    message = Message.objects.create(
        store=store,
        event_id="event-1",
        type="order.placed",
        payload="{}",
        payload_sha="0" * 64,
        occurred_at=now,
        accepted_at=now,
        state=State.FAILED,
        reason="refused",
        done_at=now,
    )
    key = store.api_keys.order_by("pk")[0]
    keys.add_key(store)
    begun = Import.objects.create(
        store=store, kind="customers", source="file", state=ImportState.REHEARSED, created_at=now
    )
    numbers = {"consent": consent.pk, "key": key.pk, "message": message.pk, "import": begun.pk}
    return numbers | {"day": "2026-11-22"}


def _values(name: str, pattern: URLPattern, here: dict[str, Any], handle: str) -> dict[str, Any]:
    kind = next((kind for kind in here if name.startswith(kind)), "message")
    known: dict[str, Any] = {"handle": handle, "day": here["day"], "number": here[kind]}
    return {part: known.get(part, "1") for part in pattern.pattern.converters}


def addresses() -> list[tuple[str, URLPattern]]:
    return [(pattern.name or "", pattern) for pattern in panel.get_urls()]


def _address(name: str, pattern: URLPattern, store: Store, objects: dict[str, Any]) -> str:
    return reverse(f"admin:{name}", kwargs=_values(name, pattern, objects, store.handle))


def _rows() -> dict[str, list[str]]:
    """Every row of every table; when somebody was here last is no change."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if table.startswith("ebexo_") and table not in UNTOUCHED:
                cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
                found[table] = [repr(row) for row in cursor.fetchall()]
    return found


def _tries(client: Client, address: str, objects: dict[str, Any]) -> Iterator[Any]:
    """Every method; a POST with everything that a page of the panel may send."""
    for method in METHODS:
        if method != "post":
            yield getattr(client, method)(address)
    member = Member.objects.order_by("-pk").values_list("pk", flat=True)[0]
    acts = [f"{act}:{objects['message']}" for act in ("again", "arrived", "give-up")]
    acts += [f"{act}:{member}" for act in ("off", "owner", "viewer")]
    for fields in (*BUTTONS, *({"do": act} for act in acts)):
        file = SimpleUploadedFile("orders.csv", b"number,total,currency,placed_at\n1,1.00,PLN,2026-11-22\n")
        yield client.post(address, {**fields, "table": file})


def _statuses(answers: list[Any]) -> set[int]:
    """What was answered, but to OPTIONS, which says only which methods there are."""
    return {answer.status_code for answer in answers if answer.request["REQUEST_METHOD"] != "OPTIONS"}


def test_every_page_of_the_panel_is_behind_the_login_but_those_that_lead_to_it() -> None:
    of_pages = {name for _address, _page, name in (*PAGES, *STORE_PAGES)}

    assert {name for name, _ in addresses()} == of_pages | {*OPEN, "password_change", "password_change_done"}
    assert all(issubclass(page, StorePage) for _address, page, _name in STORE_PAGES)


@pytest.mark.parametrize(("name", "pattern"), addresses())
def test_whoever_is_not_logged_in_sees_and_changes_nothing(
    browser: Browser, store: Store, filled: dict[int, dict[str, Any]], name: str, pattern: URLPattern
) -> None:
    if name in OPEN:
        return
    client, before = browser(None), _rows()

    answers = list(_tries(client, _address(name, pattern, store, filled[store.pk]), filled[store.pk]))

    assert {answer.status_code for answer in answers} == {302}
    assert all(answer["Location"].startswith("/panel/login/") for answer in answers)
    assert _rows() == before


STORE_PATTERNS = [(name, pattern) for name, pattern in addresses() if "handle" in pattern.pattern.converters]


@pytest.mark.parametrize(("name", "pattern"), STORE_PATTERNS)
@pytest.mark.parametrize("who", ["charlie", "nadia"])
def test_pages_of_a_foreign_store_are_not_there(
    browser: Browser,
    store: Store,
    filled: dict[int, dict[str, Any]],
    name: str,
    pattern: URLPattern,
    who: str,
) -> None:
    client, before = browser(who), _rows()

    answers = list(_tries(client, _address(name, pattern, store, filled[store.pk]), filled[store.pk]))

    assert {answer.status_code for answer in answers} == {404}
    assert _rows() == before


@pytest.mark.parametrize(
    ("name", "pattern"), [one for one in STORE_PATTERNS if len(one[1].pattern.converters) > 1]
)
@pytest.mark.parametrize("who", ["alice", "bob", "charlie"])
def test_foreign_objects_are_not_found_under_the_own_store(
    browser: Browser,
    store: Store,
    foreign_store: Store,
    filled: dict[int, dict[str, Any]],
    name: str,
    pattern: URLPattern,
    who: str,
) -> None:
    own, other = (foreign_store, store) if who == "charlie" else (store, foreign_store)
    if "day" in pattern.pattern.converters:
        OrderDay.objects.filter(store=own).delete()
    client, before = browser(who), _rows()

    answers = list(_tries(client, _address(name, pattern, own, filled[other.pk]), filled[other.pk]))

    assert _statuses(answers) <= {403, 404, 405}
    assert _rows() == before


@pytest.mark.parametrize(("name", "pattern"), STORE_PATTERNS)
def test_viewer_reads_and_changes_nothing(
    browser: Browser, store: Store, filled: dict[int, dict[str, Any]], name: str, pattern: URLPattern
) -> None:
    client, before = browser("bob"), _rows()
    address = _address(name, pattern, store, filled[store.pk])

    answers = list(_tries(client, address, filled[store.pk]))

    posted = {answer.status_code for answer in answers if answer.request["REQUEST_METHOD"] == "POST"}
    assert posted <= ({200} if name in SEARCHES else {403, 405})
    assert client.get(address).status_code in {200, 302, 403}
    assert _rows() == before


@pytest.mark.parametrize(("name", "pattern"), STORE_PATTERNS)
def test_only_a_post_changes_anything(
    browser: Browser, store: Store, filled: dict[int, dict[str, Any]], name: str, pattern: URLPattern
) -> None:
    client, address, before = browser("alice"), _address(name, pattern, store, filled[store.pk]), _rows()

    reading = {getattr(client, method)(address).status_code for method in ("get", "head", "options")}
    writing = {getattr(client, method)(address).status_code for method in ("put", "patch", "delete")}

    assert reading <= {200, 302}
    assert writing == {405}
    assert _rows() == before


@pytest.mark.parametrize("name", OF_THE_INSTALLATION)
@pytest.mark.parametrize("who", ["alice", "bob", "nadia"])
def test_pages_of_the_installation_are_for_operators(
    browser: Browser, store: Store, filled: dict[int, dict[str, Any]], name: str, who: str
) -> None:
    client, before = browser(who), _rows()

    answers = list(_tries(client, reverse(f"admin:{name}"), filled[store.pk]))

    assert _statuses(answers) <= {403, 405}
    assert _rows() == before
    assert browser("olga").get(reverse(f"admin:{name}")).status_code == 200


@pytest.mark.parametrize(("name", "pattern"), STORE_PATTERNS)
def test_operator_opens_every_page_of_every_store(
    browser: Browser,
    foreign_store: Store,
    filled: dict[int, dict[str, Any]],
    name: str,
    pattern: URLPattern,
) -> None:
    client = browser("olga")

    answer = client.get(_address(name, pattern, foreign_store, filled[foreign_store.pk]))

    assert answer.status_code in {200, 302}


def test_whom_a_platform_sent_sees_neither_people_nor_a_second_step(
    client: Client, store: Store, foreign_store: Store
) -> None:
    from ebexo.panel.users import platform_user

    client.force_login(platform_user(store))

    statuses = {
        path: client.get(path).status_code
        for path in (
            "/panel/konto/",
            "/panel/uzytkownicy/",
            "/panel/dziennik/",
            f"/panel/{foreign_store.handle}/",
            f"/panel/{store.handle}/",
        )
    }

    assert list(statuses.values()) == [404, 403, 403, 404, 200]
