"""A password that was forgotten: the letter, the link in it, and that nobody learns who has a login."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from ebexo.audit.models import Entry
from ebexo.mail_server import MailServer
from ebexo.panel import forgotten, letters
from ebexo.panel.links import new_link
from ebexo.panel.models import Link, User
from ebexo.panel.users import platform_user
from ebexo.stores.models import Store

PASSWORD = "inne-dobre-haslo-do-panelu"
ADDRESS = "/panel/password/forgotten/"

Browser = Callable[..., Client]
Read = Callable[[Any], str]


@pytest.fixture
def letters_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """This installation can send letters, and does so at once."""

    class Environment:
        email = MailServer("smtp", "localhost", 25, "", "", "panel@shop.example")

    monkeypatch.setattr(forgotten, "environment", lambda: Environment)
    monkeypatch.setattr(forgotten, "post", letters._send)


def _ask(client: Client, email: str = "alice@shop.example") -> Any:
    return client.post(ADDRESS, {"email": email})


def _link() -> str:
    found = re.search(r"http://testserver(/panel/password/new/\?token=\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_letter_leads_to_choosing_a_new_password_once(browser: Browser, letters_go: None) -> None:
    client = browser(None)
    _ask(client, " Alice@Shop.example")
    link = _link()

    shown = client.get(link)
    first = client.post(link, {"password": PASSWORD, "again": PASSWORD})
    second = browser(None).post(link, {"password": PASSWORD, "again": PASSWORD})

    assert mail.outbox[0].to == ["alice@shop.example"]
    assert (shown.status_code, first["Location"], second.status_code) == (200, "/panel/", 410)
    assert User.objects.get(email="alice@shop.example").check_password(PASSWORD)


def test_every_other_session_of_that_person_ends(browser: Browser, letters_go: None, page: str) -> None:
    elsewhere, client = browser("alice"), browser(None)
    assert elsewhere.get(page).status_code == 200
    _ask(client)

    client.post(_link(), {"password": PASSWORD, "again": PASSWORD})

    assert elsewhere.get(page).status_code == 302
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("email", ["nobody@shop.example", "idle@shop.example", "alice@shop.example"])
def test_answer_is_the_same_whether_or_not_the_e_mail_is_known(
    browser: Browser, read: Read, store: Store, letters_go: None, email: str
) -> None:
    User.objects.create_user("idle@shop.example", PASSWORD, is_active=False)
    token = re.compile(r'value="[A-Za-z0-9]{64}"')

    answer = token.sub("", read(_ask(browser(None), email)))
    unknown = token.sub("", read(_ask(browser(None), "somebody@else.example")))

    assert answer == unknown
    assert "If somebody has a login with this e-mail, a letter with a link is on its way." in answer
    assert len(mail.outbox) == int(email == "alice@shop.example")


def test_whom_a_platform_sends_gets_no_letter(browser: Browser, store: Store, letters_go: None) -> None:
    _ask(browser(None), platform_user(store).email)

    assert mail.outbox == []


def test_nobody_gets_more_than_five_letters_in_a_quarter_of_an_hour(
    browser: Browser, read: Read, letters_go: None
) -> None:
    client = browser(None)

    answers = [read(_ask(client)) for _ in range(7)]

    assert len(mail.outbox) == 5
    assert all("a letter with a link is on its way" in answer for answer in answers)


def test_one_address_asks_for_twenty_letters_at_most(browser: Browser, read: Read, letters_go: None) -> None:
    client = browser(None)
    for number in range(20):
        _ask(client, f"person-{number}@shop.example")

    answer = read(_ask(client))

    assert "Too many letters were asked for. Wait 15 minutes, then try again." in answer
    assert mail.outbox == []


def test_link_lasts_an_hour_and_only_its_hash_is_kept(
    browser: Browser, letters_go: None, everything_stored: Callable[[], str]
) -> None:
    _ask(browser(None))

    link = Link.objects.get()
    assert timedelta(minutes=59) < link.ends_at - timezone.now() <= timedelta(hours=1)
    assert _link().split("=")[-1] not in everything_stored()


def test_new_letter_ends_the_link_of_the_former(browser: Browser, letters_go: None) -> None:
    client = browser(None)
    _ask(client)
    former = _link()
    _ask(client)

    assert client.get(former).status_code == 410
    assert client.get(_link()).status_code == 200


def test_link_of_a_letter_is_not_taken_for_an_invitation_nor_the_other_way_round(
    browser: Browser, people: dict[str, User]
) -> None:
    client, now = browser(None), timezone.now()
    reset = new_link(people["alice"], Link.Purpose.RESET, base="", now=now).url
    invitation = new_link(people["bob"], Link.Purpose.INVITATION, base="", now=now).url

    assert client.get(reset.replace("password/new", "invitation")).status_code == 410
    assert client.get(invitation.replace("invitation", "password/new")).status_code == 410


def test_chosen_password_ends_every_link_of_that_person(
    browser: Browser, people: dict[str, User], letters_go: None
) -> None:
    client = browser(None)
    invitation = new_link(people["alice"], Link.Purpose.INVITATION, base="", now=timezone.now()).url
    _ask(client)

    client.post(_link(), {"password": PASSWORD, "again": PASSWORD})

    assert browser(None).get(invitation).status_code == 410


def test_asking_is_recorded_for_those_who_have_a_login_alone(
    browser: Browser, store: Store, letters_go: None
) -> None:
    before = Entry.objects.count()
    _ask(browser(None), "nobody@shop.example")
    _ask(browser(None))

    rows = Entry.objects.order_by("pk").values_list("action", "actor_kind", "subject", "store_id")[before:]
    assert list(rows) == [("password_reset_asked", "nobody", "alice@shop.example", store.pk)]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "This installation sends no letters. Ask the person who runs it for a link"),
        ("pl", "Ta instalacja nie wysyła e-maili."),
    ],
)
def test_installation_without_a_mail_server_says_whom_to_ask(
    browser: Browser, read: Read, language: str, sentence: str
) -> None:
    client = browser(None, language=language)

    assert sentence in read(client.get(ADDRESS))
    assert sentence in read(_ask(client))
    assert Link.objects.count() == 0


def test_letter_is_written_in_the_language_of_the_page(browser: Browser, letters_go: None) -> None:
    _ask(browser(None, language="pl"))

    assert mail.outbox[0].subject == "Nowe hasło do panelu Ebexo"


def test_mail_server_that_is_away_is_noted_without_the_address(
    browser: Browser, letters_go: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from structlog.testing import capture_logs

    def refuse(_letter: Any) -> None:
        raise ConnectionRefusedError("alice@shop.example")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    with capture_logs() as logs:
        answer = _ask(browser(None))

    assert answer.status_code == 200
    assert logs == [{"error": "ConnectionRefusedError", "event": "letter_not_sent", "log_level": "error"}]


def test_text_that_is_no_e_mail_is_said_so(browser: Browser, read: Read, letters_go: None) -> None:
    assert "This is not an e-mail address." in read(_ask(browser(None), "alice"))
