"""What has to be agreed to before it is saved: switching off while something waits, and another account."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from ebexo.outbox.models import Message
from ebexo.panel.models import Session, User
from ebexo.stores.models import Account, Store

Browser = Callable[..., Client]
Read = Callable[[Any], str]
Typed = Callable[..., dict[str, str]]
ReadRow = Callable[[Store], dict[str, Any]]
CheckSays = Callable[[str | None], None]
Wait = Callable[[int], None]

OFF = [
    (
        1,
        "en",
        "1 message still waits to be sent: it will not be sent, also not later, and its data will be deleted.",
    ),
    (
        5,
        "en",
        "5 messages still wait to be sent: they will not be sent, also not later, and their data will be deleted.",
    ),
    (
        1,
        "pl",
        "1 wiadomość czeka jeszcze na wysłanie: nie zostanie wysłana, także później, a jej dane zostaną usunięte.",
    ),
    (
        2,
        "pl",
        "2 wiadomości czekają jeszcze na wysłanie: nie zostaną wysłane, także później, a ich dane zostaną usunięte.",
    ),
    (
        5,
        "pl",
        "5 wiadomości czeka jeszcze na wysłanie: nie zostaną wysłane, także później, a ich dane zostaną usunięte.",
    ),
    (
        22,
        "pl",
        "22 wiadomości czekają jeszcze na wysłanie: nie zostaną wysłane, także później, a ich dane zostaną usunięte.",
    ),
]
ANOTHER = {
    "en": [
        "These settings lead to another SALESmanago account. What was learnt from the old one is set aside.",
        "Shoppers who carry a cookie of the old account get a new one at their next login.",
        "For the new account everybody is new: each person's next transfer counts as the first one.",
        "2 messages that wait now will be sent to the new account.",
    ],
    "pl": [
        "Te ustawienia prowadzą do innego konta SALESmanago. "
        "To, co wiadomo ze starego konta, zostanie odłożone na bok.",
        "Klienci, którzy mają w przeglądarce plik cookie starego konta, dostaną nowy przy następnym logowaniu.",
        "Dla nowego konta wszyscy są nowi: następne wysłanie danych każdej osoby liczy się jako pierwsze.",
        "2 wiadomości, które teraz czekają, zostaną wysłane na nowe konto.",
    ],
}


def _agreement(shown: str) -> dict[str, str]:
    """What the button "Save anyway" sends."""
    found = re.search(r'name="agreed" value="([^"]+)"', shown)
    assert found
    return {"agreed": found[1]}


@pytest.mark.parametrize(("count", "language", "sentence"), OFF)
def test_switching_off_while_something_waits_asks_first(
    browser: Browser,
    read: Read,
    typed: Typed,
    row: ReadRow,
    wait: Wait,
    store: Store,
    page: str,
    count: int,
    language: str,
    sentence: str,
) -> None:
    wait(count)
    before = row(store)

    response = browser(language=language).post(page, typed(active=None))

    assert response.status_code == 200
    assert sentence in read(response)
    assert ("Zapisz mimo to" if language == "pl" else "Save anyway") in read(response)
    assert row(store) == before
    assert Message.objects.filter(store=store, state="waiting").count() == count


def test_switching_off_with_nothing_waiting_is_saved_at_once(
    browser: Browser, typed: Typed, row: ReadRow, check_says: CheckSays, store: Store, page: str
) -> None:
    check_says(None)

    response = browser().post(page, typed(active=None))

    assert response.status_code == 302
    assert row(store)["active"] is False


def test_agreeing_to_switch_off_withholds_what_waits_and_drops_its_data(
    browser: Browser,
    read: Read,
    typed: Typed,
    row: ReadRow,
    check_says: CheckSays,
    wait: Wait,
    store: Store,
    page: str,
) -> None:
    check_says(None)
    wait(3)
    client = browser()
    asked = read(client.post(page, typed(active=None)))

    response = client.post(page, _agreement(asked))

    rows = Message.objects.filter(store=store).values_list("state", "reason", "payload")
    assert response.status_code == 302
    assert row(store)["active"] is False
    assert list(rows) == [("withheld", "integration_off", None)] * 3


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("change", [{"client_id": "other-client"}, {"endpoint": "app3.salesmanago.pl"}])
def test_another_account_asks_first_and_says_what_will_happen(
    browser: Browser,
    read: Read,
    typed: Typed,
    row: ReadRow,
    wait: Wait,
    store: Store,
    page: str,
    language: str,
    change: dict[str, str],
) -> None:
    wait(2)
    before = row(store)

    shown = read(browser(language=language).post(page, typed(**change)))

    assert [sentence in shown for sentence in ANOTHER[language]] == [True] * 4
    assert row(store) == before


def test_another_account_and_switching_off_are_asked_about_together(
    browser: Browser, read: Read, typed: Typed, wait: Wait, page: str
) -> None:
    wait(2)

    shown = read(browser().post(page, typed(active=None, client_id="other-client")))

    assert "2 messages still wait to be sent" in shown
    assert ANOTHER["en"][0] in shown
    assert ANOTHER["en"][3] not in shown  # nothing is left to be sent there


def test_same_server_written_differently_is_not_another_account(
    browser: Browser, typed: Typed, check_says: CheckSays, page: str
) -> None:
    check_says(None)

    response = browser().post(page, typed(endpoint="127.0.0.1:1/api/"))

    assert response.status_code == 302


def test_typed_secret_survives_the_question_and_is_never_in_a_page(
    browser: Browser, read: Read, typed: Typed, check_says: CheckSays, store: Store, page: str
) -> None:
    check_says(None)
    client = browser()

    asked = read(client.post(page, typed(client_id="other-client", api_secret="other-secret")))
    kept = [session.get_decoded() for session in Session.objects.all()]
    saved = read(client.post(page, _agreement(asked), follow=True))

    account = Account.objects.get(pk=store.pk)
    assert "other-secret" not in asked
    assert "other-secret" not in str(kept)
    assert "other-secret" not in saved
    assert (account.client_id, account.api_secret) == ("other-client", "other-secret")
    afterwards = [session.get_decoded() for session in Session.objects.all()]
    assert "secret_encrypted" not in str(afterwards)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "The ApiSecret that you had entered is not kept. Enter it once more."),
        ("pl", "Wpisany wcześniej ApiSecret nie został zachowany. Proszę wpisać go jeszcze raz."),
    ],
)
def test_way_back_leads_to_what_was_typed_without_the_secret(
    browser: Browser,
    read: Read,
    typed: Typed,
    row: ReadRow,
    store: Store,
    page: str,
    language: str,
    sentence: str,
) -> None:
    client = browser(language=language)
    before = row(store)
    client.post(page, typed(client_id="other-client", api_secret="other-secret"))

    shown = read(client.post(page, {"back": "1"}))

    assert 'value="other-client"' in shown
    assert sentence in shown
    assert "other-secret" not in shown
    assert 'id="summary"' not in shown
    assert row(store) == before


def test_agreement_counts_once(
    browser: Browser, read: Read, typed: Typed, row: ReadRow, check_says: CheckSays, store: Store, page: str
) -> None:
    check_says(None)
    client = browser()
    agreement = _agreement(read(client.post(page, typed(client_id="other-client"))))
    client.post(page, agreement)
    saved = row(store)

    response = client.post(page, agreement, follow=True)

    assert "Nothing was saved: the settings were changed in the meantime" in read(response)
    assert row(store) == saved


def test_agreement_is_void_when_the_settings_changed_in_the_meantime(
    browser: Browser, read: Read, typed: Typed, row: ReadRow, check_says: CheckSays, store: Store, page: str
) -> None:
    check_says(None)
    client = browser()
    asked = read(client.post(page, typed(client_id="other-client")))
    browser("olga").post(page, typed(owner_email="new@shop.example"))
    before = row(store)

    response = client.post(page, _agreement(asked), follow=True)

    assert "Nothing was saved: the settings were changed in the meantime" in read(response)
    assert row(store) == before


def test_opening_the_page_anew_forgets_what_was_asked(
    browser: Browser, read: Read, typed: Typed, row: ReadRow, store: Store, page: str
) -> None:
    client = browser()
    before = row(store)
    agreement = _agreement(read(client.post(page, typed(client_id="other-client"))))
    client.get(page)

    client.post(page, agreement)

    assert row(store) == before


def test_agreement_of_one_store_does_not_count_in_another(
    browser: Browser,
    read: Read,
    typed: Typed,
    row: ReadRow,
    people: dict[str, User],
    foreign_store: Store,
    page: str,
) -> None:
    client = browser("olga")
    before = row(foreign_store)
    agreement = _agreement(read(client.post(page, typed(client_id="other-client"))))

    client.post(f"/panel/{foreign_store.handle}/salesmanago/", agreement)

    assert row(foreign_store) == before


def test_way_back_without_anything_typed_shows_the_stored_settings(browser: Browser, page: str) -> None:
    response = browser().post(page, {"back": "1"})

    assert (response.status_code, response["Location"]) == (302, page)
