"""Konfiguracja → Klucze API: what is shown once and never again, rotation, revocation, and who may do it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ebexo.panel.models import Session
from ebexo.stores import keys
from ebexo.stores.models import ApiKey, Store

Browser = Callable[..., Client]
Read = Callable[[Any], str]
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
COPIED = re.compile(r'<input id="new-key" type="text" readonly value="([^"]+)"')


@pytest.fixture(autouse=True)
def _moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The moment stands still; a login that began then lasts."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def address(store: Store) -> str:
    return f"/panel/{store.handle}/klucze/"


@pytest.fixture
def key(store: Store) -> ApiKey:
    """The key that the store was opened with."""
    return store.api_keys.get()


def _everything() -> list[Any]:
    return [list(ApiKey.objects.order_by("pk").values()), list(Store.objects.order_by("pk").values())]


def _shown(read: Read, response: Any) -> str | None:
    found = COPIED.search(read(response))
    return found.group(1) if found else None


@pytest.mark.parametrize(
    ("language", "heading", "sentence"),
    [
        ("en", "The new API key", "Copy it now and enter it in the shop. It is not shown again."),
        (
            "pl",
            "Nowy klucz API",
            "Proszę skopiować tę wartość teraz i wpisać ją w sklepie. Nie pojawi się tu ponownie.",
        ),
    ],
)
def test_new_key_is_shown_once_and_opens_the_store(
    browser: Browser, read: Read, store: Store, address: str, language: str, heading: str, sentence: str
) -> None:
    client = browser(language=language)

    made = client.post(address, follow=True)
    again = client.get(address)

    shown = _shown(read, made) or ""
    assert made.redirect_chain == [(address, 302)]
    assert heading in read(made)
    assert sentence in read(made)
    assert keys.store_of_key(shown, now=NOW) == store
    assert _shown(read, again) is None
    assert shown not in read(again)
    assert store.api_keys.count() == 2


def test_key_on_its_way_to_the_page_can_be_read_nowhere(
    browser: Browser, read: Read, people: object, store: Store, address: str
) -> None:
    client = browser()

    response = client.post(address)

    kept = Session.objects.get().get_decoded()
    shown = _shown(read, client.get(address)) or "nothing"
    assert b"ek_" not in response.content
    assert shown not in str(kept)
    assert f"shown-once-{store.pk}" in kept
    assert f"shown-once-{store.pk}" not in Session.objects.get().get_decoded()


def test_key_whose_encryption_is_gone_meanwhile_is_not_shown(
    browser: Browser, read: Read, store: Store, address: str
) -> None:
    client = browser()
    session = client.session
    session[f"shown-once-{store.pk}"] = ["api_key", "gAAAAA-closed-with-a-key-that-is-gone"]
    session.save()

    response = client.get(address)

    assert (response.status_code, _shown(read, response)) == (200, None)


def test_key_of_one_store_is_not_shown_on_the_page_of_another(
    browser: Browser, read: Read, store: Store, foreign_store: Store, address: str
) -> None:
    client = browser("olga")
    client.post(address)

    foreign = client.get(f"/panel/{foreign_store.handle}/klucze/")

    assert _shown(read, foreign) is None
    assert _shown(read, client.get(address)) is not None


@pytest.mark.parametrize(("hours", "overlap"), [(0, 0), (1, 1), (24, 24), (168, 168)])
def test_rotated_keys_work_for_the_transition_period(
    browser: Browser, read: Read, store: Store, address: str, hours: int, overlap: int
) -> None:
    response = browser().post(f"{address}wymiana/", {"hours": hours}, follow=True)

    assert response.redirect_chain == [(address, 302)]
    ends = list(store.api_keys.order_by("pk").values_list("ends_at", flat=True))
    assert ends == [NOW + overlap * HOUR, None]
    assert keys.store_of_key(_shown(read, response) or "", now=NOW) == store


@pytest.mark.parametrize(
    ("language", "heading"), [("en", "The new signing secret"), ("pl", "Nowy sekret podpisu")]
)
def test_rotated_signing_secret_is_shown_once_and_the_former_one_still_works(
    browser: Browser, read: Read, store: Store, address: str, language: str, heading: str
) -> None:
    former, client = store.signing_secret, browser(language=language)

    made = client.post(f"{address}podpis/", {"hours": 24}, follow=True)
    again = client.get(address)

    shown = _shown(read, made)
    assert heading in read(made)
    assert keys.signing_secrets(Store.objects.get(pk=store.pk), now=NOW) == [shown, former]
    assert "whsec_" not in read(again)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "The secret that was replaced still works until 24 November 2026, 11:00."),
        ("pl", "Wymieniony sekret działa jeszcze do 24 listopada 2026, 11:00."),
    ],
)
def test_page_says_how_long_the_former_signing_secret_works(
    browser: Browser,
    read: Read,
    monkeypatch: pytest.MonkeyPatch,
    store: Store,
    address: str,
    language: str,
    sentence: str,
) -> None:
    client = browser(language=language)
    without = read(client.get(address))
    keys.rotate_signing_secret(store, now=NOW)

    during = read(client.get(address))
    monkeypatch.setattr(timezone, "now", lambda: NOW + 24 * HOUR)
    after = read(client.get(address))

    assert [sentence in page for page in (without, during, after)] == [False, True, False]


@pytest.mark.parametrize("page", ["wymiana/", "podpis/"])
@pytest.mark.parametrize("hours", [None, "", "2", "-1", "x"])
@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "Choose one."), ("pl", "Proszę wybrać jedną z możliwości.")]
)
def test_period_that_is_not_offered_changes_nothing(
    browser: Browser,
    read: Read,
    address: str,
    page: str,
    hours: str | None,
    language: str,
    sentence: str,
) -> None:
    before = _everything()

    response = browser(language=language).post(address + page, {} if hours is None else {"hours": hours})

    assert response.status_code == 200
    assert sentence in read(response)
    assert _everything() == before


def test_day_is_the_period_that_is_offered_first(browser: Browser, read: Read, address: str) -> None:
    for page in ("wymiana/", "podpis/"):
        assert '<option value="24" selected>' in read(browser().get(address + page))


@pytest.mark.parametrize(
    ("language", "question", "done"),
    [
        (
            "en",
            "Revoke this key? Calls that carry it are refused from now on.",
            "The API key has been revoked. It opens nothing any more.",
        ),
        (
            "pl",
            "Czy unieważnić ten klucz? Zapytania z tym kluczem będą od tej chwili odrzucane.",
            "Klucz API został unieważniony i niczego już nie otwiera.",
        ),
    ],
)
def test_key_is_revoked_after_a_question(
    browser: Browser,
    read: Read,
    store: Store,
    key: ApiKey,
    address: str,
    language: str,
    question: str,
    done: str,
) -> None:
    client = browser(language=language)

    asked = client.get(f"{address}{key.pk}/uniewaznij/")
    before = store.api_keys.get().revoked_at
    answered = client.post(f"{address}{key.pk}/uniewaznij/", follow=True)

    assert question in read(asked)
    assert before is None
    assert done in read(answered)
    assert store.api_keys.get().revoked_at == NOW


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "This is the only key that works. The shop can tell nothing until it has a new one."),
        ("pl", "To jedyny działający klucz. Dopóki sklep nie otrzyma nowego, nie może niczego przekazać."),
    ],
)
def test_question_about_the_only_key_says_what_it_means(
    browser: Browser, read: Read, store: Store, key: ApiKey, address: str, language: str, sentence: str
) -> None:
    client = browser(language=language)

    alone = read(client.get(f"{address}{key.pk}/uniewaznij/"))
    keys.add_key(store)
    one_of_two = read(client.get(f"{address}{key.pk}/uniewaznij/"))

    assert (sentence in alone, sentence in one_of_two) == (True, False)


def test_key_that_is_revoked_twice_keeps_its_moment(
    browser: Browser, store: Store, key: ApiKey, address: str
) -> None:
    keys.revoke_key(store, key.pk, now=NOW - HOUR)

    asked = browser().get(f"{address}{key.pk}/uniewaznij/")
    answered = browser().post(f"{address}{key.pk}/uniewaznij/")

    assert (asked.status_code, answered.status_code) == (404, 302)
    assert store.api_keys.get().revoked_at == NOW - HOUR


@pytest.mark.parametrize("number", ["{foreign}", "0", "99999999999999999999999999"])
def test_key_of_another_store_is_a_missing_one(
    browser: Browser, foreign_store: Store, address: str, number: str
) -> None:
    page = f"{address}{number.format(foreign=foreign_store.api_keys.get().pk)}/uniewaznij/"
    before = _everything()

    assert [browser().get(page).status_code, browser().post(page).status_code] == [404, 404]
    assert _everything() == before


LISTED = {
    "en": [
        "Made on 22 November 2026, 11:00. Never used.",
        "Ends on 24 November 2026, 11:00",
        "Made on 22 November 2026, 11:00. Last used on 23 November 2026, 10:00.",
        "Made on 22 November 2026, 11:00. Never used. Ended on 23 November 2026, 11:00.",
        "Made on 22 November 2026, 11:00. Never used. Revoked on 23 November 2026, 11:00.",
    ],
    "pl": [
        "Utworzono 22 listopada 2026, 11:00. Jeszcze nieużyty.",
        "Działa do 24 listopada 2026, 11:00",
        "Utworzono 22 listopada 2026, 11:00. Ostatnie użycie: 23 listopada 2026, 10:00.",
        "Utworzono 22 listopada 2026, 11:00. Jeszcze nieużyty. Stracił ważność 23 listopada 2026, 11:00.",
        "Utworzono 22 listopada 2026, 11:00. Jeszcze nieużyty. Unieważniono 23 listopada 2026, 11:00.",
    ],
}


@pytest.mark.parametrize("language", LISTED)
def test_keys_are_listed_with_what_became_of_them(
    browser: Browser, read: Read, store: Store, address: str, language: str
) -> None:
    store.api_keys.all().delete()
    for hint, fields in {
        "ek_revo…": {"revoked_at": NOW},
        "ek_ende…": {"ends_at": NOW},
        "ek_ends…": {"ends_at": NOW + 24 * HOUR, "last_used_at": NOW - HOUR},
        "ek_work…": {},
    }.items():
        keys.add_key(store)
        newest = ApiKey.objects.filter(pk=ApiKey.objects.latest("pk").pk)
        newest.update(hint=hint, created_at=NOW - 24 * HOUR, **fields)

    shown = read(browser(language=language).get(address))

    listed = shown[shown.index('id="working"') : shown.index('id="secret"')]
    assert re.findall(r"<code>(.+?)</code>", listed) == ["ek_work…", "ek_ends…", "ek_ende…", "ek_revo…"]
    places = [listed.index(sentence) for sentence in LISTED[language]]
    assert places == sorted(places)
    assert listed.count("uniewaznij/") == 2


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "No key works. The shop can tell nothing until it has one."),
        ("pl", "Żaden klucz nie działa. Dopóki sklep nie otrzyma klucza, nie może niczego przekazać."),
    ],
)
def test_store_whose_keys_are_all_revoked_is_told_so(
    browser: Browser, read: Read, store: Store, key: ApiKey, address: str, language: str, sentence: str
) -> None:
    keys.revoke_key(store, key.pk, now=NOW)

    shown = read(browser(language=language).get(address))

    assert sentence in shown
    assert ('id="add"' in shown, 'id="rotate"' in shown) == (True, False)


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            [
                "A key is shown once, when it is made; afterwards nobody can read it, not even here.",
                "It is shown when the store is opened, and here when it is rotated; otherwise never.",
                "Everybody may know it; it opens nothing.",
            ],
        ),
        (
            "pl",
            [
                "Klucz widać tylko raz, tuż po utworzeniu; potem nikt nie może go odczytać, nawet tutaj.",
                "Widać go przy zakładaniu sklepu oraz tutaj tuż po wymianie; poza tym nigdy.",
                "Może go znać każdy; niczego nie otwiera.",
            ],
        ),
    ],
)
def test_page_says_what_each_key_is_for_and_shows_the_public_one_only(
    browser: Browser, read: Read, store: Store, address: str, language: str, sentences: list[str]
) -> None:
    shown = read(browser(language=language).get(address))

    assert [sentence for sentence in sentences if sentence not in shown] == []
    assert f'value="{store.public_key}"' in shown
    assert store.signing_secret not in shown
    assert "whsec_" not in shown


@pytest.mark.parametrize(
    ("language", "page", "sentence"),
    [
        ("en", "wymiana/", "All other keys of the store end after the transition period,"),
        ("pl", "wymiana/", "Wszystkie pozostałe klucze sklepu stracą ważność po okresie przejściowym,"),
        ("en", "podpis/", "The present one ends after the transition period;"),
        ("pl", "podpis/", "Obecny straci ważność po okresie przejściowym,"),
    ],
)
def test_rotation_says_what_it_does_before_it_is_done(
    browser: Browser, read: Read, address: str, language: str, page: str, sentence: str
) -> None:
    before = _everything()

    response = browser(language=language).get(address + page)

    assert sentence in read(response)
    assert _everything() == before


STEPS = ["", "wymiana/", "podpis/", "{key}/uniewaznij/"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    ("name", "status"),
    [(None, 302), ("alice", 302), ("bob", 403), ("charlie", 404), ("nadia", 404), ("olga", 302)],
)
def test_keys_are_changed_by_owners_and_operators_only(
    browser: Browser, key: ApiKey, address: str, step: str, name: str | None, status: int
) -> None:
    before = _everything()

    response = browser(name).post(address + step.format(key=key.pk), {"hours": "24"})

    assert response.status_code == status
    assert (_everything() == before) is (name not in ("alice", "olga"))


@pytest.mark.parametrize("step", STEPS[1:])
@pytest.mark.parametrize(
    ("name", "status"),
    [(None, 302), ("alice", 200), ("bob", 403), ("charlie", 404), ("nadia", 404), ("olga", 200)],
)
def test_questions_are_put_to_owners_and_operators_only(
    browser: Browser, key: ApiKey, address: str, step: str, name: str | None, status: int
) -> None:
    assert browser(name).get(address + step.format(key=key.pk)).status_code == status


@pytest.mark.parametrize(
    ("name", "status"),
    [(None, 302), ("alice", 200), ("bob", 200), ("charlie", 404), ("nadia", 404), ("olga", 200)],
)
def test_list_of_keys_is_seen_by_those_whose_store_it_is(
    browser: Browser, address: str, name: str | None, status: int
) -> None:
    assert browser(name).get(address).status_code == status


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "You can read the list of keys. Only an owner of the store can change it."),
        ("pl", "Listę kluczy można przeglądać. Zmienić ją może tylko właściciel sklepu."),
    ],
)
def test_viewer_reads_the_list_without_anything_to_press(
    browser: Browser, read: Read, key: ApiKey, address: str, language: str, sentence: str
) -> None:
    shown = read(browser("bob", language=language).get(address))

    assert sentence in shown
    assert key.hint in shown
    assert [
        name for name in ('id="add"', 'id="rotate', "uniewaznij", "wymiana", "podpis/") if name in shown
    ] == []


@pytest.mark.parametrize("language", ["pl", "en"])
def test_keys_stand_in_the_menu_under_configuration(
    browser: Browser, read: Read, address: str, language: str
) -> None:
    shown = read(browser(language=language).get(f"{address}wymiana/"))

    group, link = {"pl": ("Konfiguracja", "Klucze API"), "en": ("Configuration", "API keys")}[language]
    assert f'<h2 class="panel-menu-title">{group}</h2>' in shown
    assert f'href="{address}" class="panel-menu-link active" aria-current="page"' in shown
    assert f"<span>{link}</span>" in shown


def test_page_with_a_new_key_is_kept_by_no_cache(browser: Browser, address: str) -> None:
    response = browser().post(address, follow=True)

    assert "no-store" in response["Cache-Control"]
    assert response["Content-Security-Policy"].startswith("default-src 'self'; script-src 'self'")
    assert "<script>" not in response.content.decode().split('id="shown"')[1].split("</section>")[0]
