"""Every page in both languages, the menu, and that no text lacks its Polish."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ebexo.panel.models import User
from ebexo.stores.models import Store

ROOT = Path(__file__).resolve().parents[3]

Browser = Callable[..., Client]
Read = Callable[[Any], str]


def test_every_text_has_its_polish() -> None:
    checked = subprocess.run(
        [sys.executable, "scripts/messages.py", "check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (checked.stdout, checked.returncode) == ("", 0)


PAGES = [
    (None, "/panel/login/", "Logowanie do panelu", "Log in to the panel"),
    ("nadia", "/panel/", "Sklepy", "Stores"),
    ("olga", "/panel/", "Nazwa sklepu", "Name of the store"),
    ("alice", "/panel/{handle}/", "Wysłane dzisiaj", "Sent today"),
    ("alice", "/panel/{handle}/salesmanago/", "Tryb działania", "Mode of operation"),
    ("alice", "/panel/{handle}/zgody/", "Na co można się zgodzić", "What people can agree to"),
    ("alice", "/panel/{handle}/zgody/nowa/", "Jak zgoda nazywa się tutaj", "How the consent is called here"),
    ("alice", "/panel/{handle}/osoba/", "Znajdź osobę", "Find a person"),
    ("alice", "/panel/{handle}/aktywnosc/", "Co się stało", "What happened"),
    ("alice", "/panel/{handle}/polaczenie/", "Sprawdzenie połączenia", "Connection check"),
    ("alice", "/panel/{handle}/niedostarczone/", "Niedostarczone", "Not delivered"),
    ("alice", "/panel/{handle}/klucze/", "Działające klucze API", "API keys that work"),
    ("alice", "/panel/{handle}/klucze/wymiana/", "Okres przejściowy", "Transition period"),
    ("alice", "/panel/password/", "Zmiana hasła", "Password change"),
    ("alice", "/panel/password/done/", "Hasło zostało zmienione", "Your password was changed."),
]


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize(("name", "address", "polish", "english"), PAGES)
def test_page_speaks_the_language_of_the_browser(
    browser: Browser,
    read: Read,
    store: Store,
    name: str | None,
    address: str,
    polish: str,
    english: str,
    language: str,
) -> None:
    response = browser(name, language=language).get(address.format(handle=store.handle))

    shown = read(response)
    own, other = (polish, english) if language == "pl" else (english, polish)
    assert response.status_code == 200
    assert f'<html lang="{language}"' in shown
    assert own in shown
    assert other not in shown


def test_browser_that_asks_for_another_language_gets_polish(browser: Browser, read: Read, page: str) -> None:
    assert "Zapisz zmiany" in read(browser(language="cs").get(page))


@pytest.mark.parametrize(
    ("language", "levels"),
    [
        ("pl", ["INTEGRACJE", "Marketing/Social Media", "SALESmanago (ustawienia)"]),
        ("en", ["Integrations", "Marketing/Social Media", "SALESmanago (settings)"]),
    ],
)
def test_settings_stand_on_the_third_level_of_the_menu(
    browser: Browser, read: Read, page: str, language: str, levels: list[str]
) -> None:
    shown = read(browser(language=language).get(page))

    group, section, link = levels
    assert f'<h2 class="panel-menu-title">{group}</h2> <h3 class="panel-menu-section">{section}</h3>' in shown
    assert f'href="{page}" class="panel-menu-link active" aria-current="page"' in shown
    assert f"<span>{link}</span>" in shown


def test_name_of_a_store_is_shown_as_text_whatever_it_is(
    browser: Browser, store: Store, people: dict[str, User]
) -> None:
    store.name = "<script>alert(1)</script>"
    store.save()

    body = browser().get(f"/panel/{store.handle}/").content.decode()

    assert "<script>alert(1)" not in body
    assert "&lt;script&gt;alert(1)" in body


@pytest.mark.parametrize(
    ("language", "sentence"), [("pl", "Nie ma takiej strony"), ("en", "There is no such page")]
)
def test_missing_page_says_so_in_the_language_of_the_browser(
    browser: Browser, read: Read, language: str, sentence: str
) -> None:
    response = browser(language=language).get("/panel/store-0000000000/")

    assert response.status_code == 404
    assert sentence in read(response)
