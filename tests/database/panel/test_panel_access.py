"""Where people land, and what they may see and change."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from ebexo.panel.models import Member, Role, User
from ebexo.stores.models import Store

Browser = Callable[..., Client]
Read = Callable[[Any], str]


def test_address_without_a_page_leads_to_the_panel(browser: Browser) -> None:
    assert browser().get("/")["Location"] == "/panel/"


def test_member_of_one_store_lands_on_its_start_page(browser: Browser, store: Store) -> None:
    assert browser("alice").get("/panel/")["Location"] == f"/panel/{store.handle}/"


def test_member_of_two_stores_lands_on_their_list(
    browser: Browser, read: Read, people: dict[str, User], store: Store, foreign_store: Store
) -> None:
    Member.objects.create(user=people["alice"], store=foreign_store, role=Role.VIEWER)

    listed = read(browser("alice").get("/panel/"))
    start = read(browser("alice").get(f"/panel/{store.handle}/"))

    assert f'href="/panel/{store.handle}/"' in listed
    assert f'href="/panel/{foreign_store.handle}/"' in listed
    assert "Change store" in start


def test_operator_finds_every_store_by_its_name(
    browser: Browser, read: Read, store: Store, foreign_store: Store
) -> None:
    everything = read(browser("olga").get("/panel/"))
    found = read(browser("olga").get("/panel/", {"name": "jesion"}))

    assert f'href="/panel/{store.handle}/"' in everything
    assert f'href="/panel/{foreign_store.handle}/"' in everything
    assert f'href="/panel/{foreign_store.handle}/"' in found
    assert store.handle not in found


def test_long_list_of_stores_is_cut_into_pages(browser: Browser, read: Read, store: Store) -> None:
    Store.objects.bulk_create(Store(name=f"Sklep {n:03}", signing_secret_encrypted="x") for n in range(60))

    second = read(browser("olga").get("/panel/", {"name": "sklep", "page": "2"}))

    assert "Page 2 of 2" in second
    assert second.count("Sklep 0") == 10


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Ask the person who runs this installation, or the owner of the store, to give you access."),
        ("pl", "O dostęp można poprosić osobę, która prowadzi tę instalację, lub właściciela sklepu."),
    ],
)
def test_somebody_without_a_store_is_told_whom_to_ask(
    browser: Browser, read: Read, language: str, sentence: str
) -> None:
    response = browser("nadia", language=language).get("/panel/")

    assert response.status_code == 200
    assert sentence in read(response)


PAGES = [
    "/panel/{handle}/",
    "/panel/{handle}/aktywnosc/",
    "/panel/{handle}/salesmanago/",
    "/panel/{handle}/polaczenie/",
    "/panel/{handle}/zgody/",
    "/panel/{handle}/osoba/",
    "/panel/{handle}/niedostarczone/",
    "/panel/{handle}/klucze/",
]
MATRIX = [
    (None, 302, 302),
    ("alice", 200, 404),
    ("bob", 200, 404),
    ("charlie", 404, 200),
    ("nadia", 404, 404),
    ("olga", 200, 200),
]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(("name", "own", "foreign"), MATRIX)
def test_page_is_seen_by_those_whose_store_it_is(
    browser: Browser,
    store: Store,
    foreign_store: Store,
    address: str,
    name: str | None,
    own: int,
    foreign: int,
) -> None:
    client = browser(name)

    statuses = [client.get(address.format(handle=one.handle)).status_code for one in (store, foreign_store)]

    assert statuses == [own, foreign]


def test_store_that_does_not_exist_is_answered_like_a_foreign_one(
    browser: Browser, read: Read, foreign_store: Store
) -> None:
    foreign = browser().get(f"/panel/{foreign_store.handle}/")
    missing = browser().get("/panel/store-0000000000/")

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert read(foreign) == read(missing)


@pytest.mark.parametrize(
    ("name", "status"),
    [(None, 302), ("alice", 302), ("bob", 403), ("charlie", 404), ("nadia", 404), ("olga", 302)],
)
def test_settings_are_changed_by_owners_and_operators_only(
    browser: Browser,
    check_says: Callable[[str | None], None],
    typed: Callable[..., dict[str, str]],
    row: Callable[[Store], dict[str, object]],
    store: Store,
    page: str,
    name: str | None,
    status: int,
) -> None:
    check_says(None)
    before = row(store)

    response = browser(name).post(page, typed(owner_email="new@shop.example"))

    assert response.status_code == status
    if name in ("alice", "olga"):
        assert row(store)["owner_email"] == "new@shop.example"
    else:
        assert row(store) == before


@pytest.mark.parametrize("step", [{"agreed": "x"}, {"back": "1"}])
def test_viewer_is_kept_from_every_step_of_saving(browser: Browser, page: str, step: dict[str, str]) -> None:
    assert browser("bob").post(page, step).status_code == 403


def test_viewer_reads_the_settings_without_a_button_to_save(browser: Browser, read: Read, page: str) -> None:
    shown = read(browser("bob").get(page))

    assert "Only an owner of the store can change them." in shown
    assert "sandbox-client" in shown
    assert 'id="save"' not in shown
    assert len(re.findall(r" disabled[ >]", shown)) == 26


def test_posting_without_the_token_of_the_page_changes_nothing(
    people: dict[str, User],
    read: Read,
    typed: Callable[..., dict[str, str]],
    row: Callable[[Store], dict[str, object]],
    store: Store,
    page: str,
) -> None:
    client = Client(enforce_csrf_checks=True, headers={"Accept-Language": "en"})
    client.force_login(people["alice"])
    before = row(store)

    response = client.post(page, typed(owner_email="new@shop.example"))

    assert response.status_code == 403
    assert "This page was open for too long" in read(response)
    assert row(store) == before


def test_pages_load_nothing_from_elsewhere(browser: Browser, page: str) -> None:
    response = browser().get(page)

    assert response["Content-Security-Policy"].startswith("default-src 'self'; script-src 'self'")
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]


def test_language_is_switched_and_stays(browser: Browser, read: Read, page: str) -> None:
    client = browser(language="pl")

    response = client.post("/i18n/setlang/", {"language": "en", "next": page})

    assert response["Location"] == page
    assert "Save changes" in read(client.get(page))
