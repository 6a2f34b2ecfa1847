"""The cookie `smclient` and the monitoring code on the pages of a shop."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from ebexo.contacts.knowledge import Known, Status
from ebexo.contacts.known import learn
from ebexo.contacts.models import Contact
from ebexo.outbox.models import Key
from ebexo.stores.models import Account, Mode

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TEN_YEARS = 315_532_800


def agree(browser: Client) -> Client:
    browser.cookies["cookie_choice"] = "all"
    return browser


def acknowledge(store: Any, contact_id: str) -> None:
    """SALESmanago has answered for the only contact there is, and nothing waits any more."""
    contact = Contact.objects.get()
    known = Known(contact_id, "ewa@example.com", Status.OPT_IN, NOON, sent=True)
    learn(contact.pk, remote=Account.objects.get(store=store).remote, known=known, now=NOON)
    Key.objects.update(head_seq=2)


def carries_the_code(answer: Any) -> bool:
    return "ebexo/monitoring.js" in answer.content.decode()


def test_before_the_choice_there_is_no_script_no_cookie_and_no_session(store: Any) -> None:
    browser = Client()

    answer = browser.get("/")

    assert not carries_the_code(answer)
    assert set(answer.cookies) <= {"shop_csrf"}
    assert Session.objects.count() == 0


def test_only_necessary_cookies_are_a_no(store: Any, register: Any) -> None:
    browser = register()
    acknowledge(store, "id-1")
    browser.cookies["cookie_choice"] = "necessary"

    answer = browser.get("/")

    assert not carries_the_code(answer)
    assert "smclient" not in answer.cookies


def test_anonymous_visitor_who_agreed_gets_the_code_and_no_cookie(store: Any) -> None:
    answer = agree(Client()).get("/")

    text = answer.content.decode()
    assert 'data-client-id="client-1"' in text
    assert 'data-endpoint="https://app3.salesmanago.pl"' in text
    assert "data-ask" not in text
    assert "smclient" not in answer.cookies


def test_person_whose_id_is_expected_has_a_page_that_asks(store: Any, register: Any) -> None:
    browser = agree(register())

    answer = browser.get("/")

    assert 'data-ask="/ebexo/smclient"' in answer.content.decode()
    assert browser.get("/ebexo/smclient").json() == {"again": True, "monitored": True}


def test_person_with_a_contact_id_gets_the_cookie_for_ten_years(store: Any, register: Any) -> None:
    browser = agree(register())
    acknowledge(store, "id-1")

    answer = browser.get("/")

    cookie = answer.cookies["smclient"]
    assert cookie.value == "id-1"
    told = (cookie["max-age"], cookie["samesite"], cookie["path"], cookie["httponly"], cookie["secure"])
    assert told == (TEN_YEARS, "Lax", "/", "", "")
    assert "data-ask" not in answer.content.decode()


def test_cookie_is_secure_on_https(store: Any, register: Any) -> None:
    browser = agree(register())
    acknowledge(store, "id-1")

    answer = browser.get("/", secure=True)

    assert answer.cookies["smclient"]["secure"] is True


def test_open_page_gets_the_cookie_with_the_answer_to_its_question(store: Any, register: Any) -> None:
    browser = agree(register())
    acknowledge(store, "id-1")

    answer = browser.get("/ebexo/smclient")

    assert answer.json() == {"again": False, "monitored": True}
    assert answer.cookies["smclient"].value == "id-1"
    assert "no-store" in answer["Cache-Control"]


def test_cookie_that_fits_is_renewed_once_a_day_and_not_on_every_page(store: Any, register: Any) -> None:
    browser = agree(register())
    acknowledge(store, "id-1")
    browser.get("/")

    answers = [browser.get("/"), browser.get("/")]

    assert ["smclient" in answer.cookies for answer in answers] == [True, False]


def test_cookie_of_somebody_else_is_replaced(store: Any, register: Any) -> None:
    browser = agree(register())
    acknowledge(store, "id-1")
    browser.cookies["smclient"] = "somebody-else"

    answer = browser.get("/")

    assert answer.cookies["smclient"].value == "id-1"


def test_cookie_of_somebody_else_is_taken_away_while_the_own_id_is_not_known(
    store: Any, register: Any
) -> None:
    browser = agree(register())
    browser.cookies["smclient"] = "somebody-else"

    answer = browser.get("/")

    assert (answer.cookies["smclient"].value, answer.cookies["smclient"]["max-age"]) == ("", 0)


def test_cookie_stays_after_logging_out(store: Any, register: Any) -> None:
    browser = agree(register())
    acknowledge(store, "id-1")
    browser.get("/")
    browser.get("/accounts/logout/")

    answer = browser.get("/")

    assert "smclient" not in answer.cookies
    assert browser.cookies["smclient"].value == "id-1"


def test_cookie_goes_when_the_visitor_changes_their_mind(store: Any, register: Any) -> None:
    browser = agree(register())
    acknowledge(store, "id-1")
    browser.get("/")
    browser.cookies["cookie_choice"] = "necessary"

    answer = browser.get("/")

    assert answer.cookies["smclient"].value == ""


def test_sign_up_without_an_account_is_remembered_where_cookies_are_allowed(
    store: Any, committed: Any
) -> None:
    browser = agree(Client())
    with committed():
        browser.post("/newsletter/", {"email": "ewa@example.com"})
    acknowledge(store, "id-1")

    assert browser.get("/").cookies["smclient"].value == "id-1"


def test_nobody_is_asked_about_for_ever(store: Any, register: Any) -> None:
    browser = agree(register())
    Key.objects.update(head_seq=2)

    answer = browser.get("/")

    assert "data-ask" not in answer.content.decode()


@pytest.mark.parametrize("changes", [{"active": False}, {"client_id": ""}, {"api_secret_encrypted": ""}])
def test_store_that_is_not_set_up_loads_nothing(store: Any, changes: dict[str, Any]) -> None:
    Account.objects.filter(store=store).update(**changes)

    assert not carries_the_code(agree(Client()).get("/"))


def test_shop_that_settles_cookies_elsewhere_may_load_always(store: Any) -> None:
    Account.objects.filter(store=store).update(load_always=True)

    assert carries_the_code(Client().get("/"))


def test_known_person_without_a_grant_is_not_monitored_in_a_consent_mode(store: Any, register: Any) -> None:
    browser = agree(register())
    Account.objects.filter(store=store).update(mode=Mode.CONSENT, consent_code="marketing")
    browser.cookies["smclient"] = "id-1"

    answer = browser.get("/")

    assert not carries_the_code(answer)
    assert answer.cookies["smclient"].value == ""


def test_page_stands_when_the_visitor_cannot_be_looked_up(
    store: Any, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    from ebexo.storefront import middleware

    def fail(request: Any) -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr(middleware, "visitor", fail)

    answer = agree(Client()).get("/")

    assert answer.status_code == 200
    assert not carries_the_code(answer)
    assert "could not be looked up" in caplog.text
