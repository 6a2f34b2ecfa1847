"""Logging in and out, and the pause after wrong passwords."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ebexo.panel import throttle
from ebexo.panel.models import LoginAttempt, User
from ebexo.stores.models import Store

PASSWORD = "dobre-haslo-do-panelu"

Browser = Callable[..., Client]
Read = Callable[[Any], str]


def _log_in(client: Client, email: str, password: str, *, address: str = "127.0.0.1") -> Any:
    fields = {"username": email, "password": password}
    return client.post("/panel/login/", fields, REMOTE_ADDR=address)


def test_login_with_the_right_password_leads_to_the_page_that_was_asked_for(
    browser: Browser, store: Store
) -> None:
    client = browser(None)

    asked = client.get(f"/panel/{store.handle}/salesmanago/")
    response = client.post(asked["Location"], {"username": "Alice@Shop.example", "password": PASSWORD})

    assert asked["Location"] == f"/panel/login/?next=/panel/{store.handle}/salesmanago/"
    assert (response.status_code, response["Location"]) == (302, f"/panel/{store.handle}/salesmanago/")


def test_login_without_a_page_in_mind_leads_to_the_panel(browser: Browser) -> None:
    response = _log_in(browser(None), "alice@shop.example", PASSWORD)

    assert (response.status_code, response["Location"]) == (302, "/panel/")


def test_login_never_leads_to_another_site(browser: Browser) -> None:
    fields = {"username": "alice@shop.example", "password": PASSWORD, "next": "https://elsewhere.example/"}

    response = browser(None).post("/panel/login/", fields)

    assert (response.status_code, response["Location"]) == (302, "/panel/")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "This e-mail and this password do not belong together. Try again."),
        ("pl", "Ten e-mail i to hasło do siebie nie pasują. Proszę spróbować jeszcze raz."),
    ],
)
@pytest.mark.parametrize("email", ["alice@shop.example", "nobody@shop.example"])
def test_wrong_password_and_unknown_e_mail_are_answered_alike(
    browser: Browser, read: Read, language: str, sentence: str, email: str
) -> None:
    response = _log_in(browser(None, language=language), email, "zle-haslo")

    assert response.status_code == 200
    assert sentence in read(response)
    assert "zle-haslo" not in read(response)


def test_password_that_differs_in_case_only_is_wrong(browser: Browser) -> None:
    response = _log_in(browser(None), "alice@shop.example", PASSWORD.upper())

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Too many attempts with this e-mail. Wait 15 minutes, then try again."),
        (
            "pl",
            "Zbyt wiele prób logowania z tym adresem e-mail. Proszę odczekać 15 minut i spróbować ponownie.",
        ),
    ],
)
def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(
    browser: Browser, read: Read, language: str, sentence: str
) -> None:
    client = browser(None, language=language)
    for _ in range(5):
        _log_in(client, "alice@shop.example", "zle-haslo")

    response = _log_in(client, " ALICE@shop.example", PASSWORD)

    assert response.status_code == 200
    assert sentence in read(response)


def test_wrong_passwords_slow_down_neither_another_e_mail_nor_another_address(browser: Browser) -> None:
    client = browser(None)
    for _ in range(6):
        _log_in(client, "alice@shop.example", "zle-haslo")

    of_bob = _log_in(client, "bob@shop.example", PASSWORD)
    from_elsewhere = _log_in(browser(None), "alice@shop.example", PASSWORD, address="192.0.2.7")

    assert (of_bob.status_code, from_elsewhere.status_code) == (302, 302)


def test_pause_ends_after_fifteen_minutes(browser: Browser) -> None:
    client = browser(None)
    for _ in range(5):
        _log_in(client, "alice@shop.example", "zle-haslo")
    LoginAttempt.objects.update(attempted_at=timezone.now() - timedelta(minutes=15, seconds=1))

    response = _log_in(client, "alice@shop.example", PASSWORD)

    assert response.status_code == 302
    assert LoginAttempt.objects.count() == 0


def test_attempts_are_kept_without_the_e_mail(browser: Browser) -> None:
    _log_in(browser(None), "alice@shop.example", "zle-haslo")

    attempt = LoginAttempt.objects.get()

    assert attempt.key == throttle.attempt_key(address="127.0.0.1", email="alice@shop.example")
    assert len(attempt.key) == 64
    assert "alice" not in attempt.key


def test_attempts_are_counted_before_the_password_is_looked_at(db: None) -> None:
    noon = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    answers = [throttle.may_attempt("key", now=noon) for _ in range(6)]

    assert answers == [True, True, True, True, True, False]


def test_switched_off_login_does_not_get_in(browser: Browser, people: dict[str, User]) -> None:
    people["alice"].is_active = False
    people["alice"].save()

    response = _log_in(browser(None), "alice@shop.example", PASSWORD)

    assert response.status_code == 200


def test_logging_out_closes_every_page(browser: Browser, page: str) -> None:
    client = browser()

    response = client.post("/panel/logout/")

    assert (response.status_code, response["Location"]) == (302, "/panel/login/")
    assert client.get(page).status_code == 302


def test_own_password_can_be_changed(browser: Browser, people: dict[str, User]) -> None:
    new = "calkiem-nowe-haslo"

    response = browser().post(
        "/panel/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    )

    assert (response.status_code, response["Location"]) == (302, "/panel/password/done/")
    people["alice"].refresh_from_db()
    assert people["alice"].check_password(new)
