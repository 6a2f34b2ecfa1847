"""The second step of the login: switching it on, entering by it, and losing it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.test import Client
from django.utils import timezone

from ebexo.panel import throttle
from ebexo.panel.links import new_link
from ebexo.panel.models import Link, RecoveryCode, TwoFactor, User
from ebexo.panel.two_factor import keeping
from ebexo.panel.two_factor.codes import step_of, tidy

PASSWORD = "dobre-haslo-do-panelu"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

Browser = Callable[..., Client]
Read = Callable[[Any], str]


@pytest.fixture
def codes(people: dict[str, User]) -> list[str]:
    """Alice's second step is on; her recovery codes."""
    now = timezone.now()
    made = keeping.switch_on(
        people["alice"], SECRET, pyotp.TOTP(SECRET).at(now + timedelta(seconds=30 * -1)), now=now
    )
    assert made is not None
    return made


def _code(steps: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(timezone.now() + timedelta(seconds=30 * steps))


def _password(client: Client, *, to: str = "/panel/login/") -> Any:
    return client.post(to, {"username": "alice@shop.example", "password": PASSWORD})


def _is_in(client: Client) -> bool:
    return client.get("/panel/").status_code != 302 or "login" not in client.get("/panel/")["Location"]


def test_after_the_password_a_code_is_asked_for_and_leads_where_one_wanted_to_go(
    browser: Browser, codes: list[str], page: str
) -> None:
    client = browser(None)

    first = _password(client, to=f"/panel/login/?next={page}")
    inside_already = _is_in(client)
    second = client.post(first["Location"], {"code": _code()})

    assert first["Location"] == "/panel/login/kod/"
    assert not inside_already
    assert second["Location"] == page
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("code", ["", "000000", "abcdef", "12345678901234567890123", "１２３４５６"])
def test_wrong_code_lets_nobody_in(browser: Browser, read: Read, codes: list[str], code: str) -> None:
    client = browser(None)
    _password(client)

    answer = client.post("/panel/login/kod/", {"code": code})

    assert answer.status_code == 200
    assert "This code is wrong, too old, or was used already." in read(answer)
    assert not _is_in(client)


def test_code_works_once(browser: Browser, codes: list[str]) -> None:
    first, second, code = browser(None), browser(None), _code()
    _password(first)
    _password(second)

    first.post("/panel/login/kod/", {"code": code})
    second.post("/panel/login/kod/", {"code": code})

    assert (_is_in(first), _is_in(second)) == (True, False)


def test_code_older_than_the_one_used_last_is_refused(people: dict[str, User], codes: list[str]) -> None:
    now = timezone.now()
    totp = pyotp.TOTP(SECRET)

    newer = keeping.is_right(people["alice"], totp.at(now + timedelta(seconds=30 * 1)), now=now)
    older = keeping.is_right(people["alice"], totp.at(now), now=now)

    assert (newer, older) == (True, False)


@pytest.mark.parametrize(("steps", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clock_of_the_phone_may_be_one_step_off(steps: int, is_right: bool) -> None:
    now = timezone.now()

    assert (
        step_of(SECRET, pyotp.TOTP(SECRET).at(now + timedelta(seconds=30 * steps)), now=now) is not None
    ) is is_right


def test_recovery_code_lets_in_once_however_it_is_typed(browser: Browser, codes: list[str]) -> None:
    first, second = browser(None), browser(None)
    _password(first)
    _password(second)

    first.post("/panel/login/kod/", {"code": f" {codes[0].upper().replace('-', ' ')} "})
    second.post("/panel/login/kod/", {"code": codes[0]})

    assert (_is_in(first), _is_in(second)) == (True, False)
    assert RecoveryCode.objects.count() == len(codes) - 1


def test_after_five_wrong_codes_even_the_right_one_has_to_wait(
    browser: Browser, read: Read, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(None)
    _password(client)
    for _ in range(throttle.ATTEMPTS):
        client.post("/panel/login/kod/", {"code": "000000"})

    answer = client.post("/panel/login/kod/", {"code": _code()})

    assert "Too many wrong codes. Wait 15 minutes" in read(answer)
    assert not _is_in(client)


def test_second_step_is_over_after_ten_minutes(
    browser: Browser, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(None)
    _password(client)
    later = timezone.now() + timedelta(minutes=11)
    monkeypatch.setattr(timezone, "now", lambda: later)

    answer = client.post("/panel/login/kod/", {"code": pyotp.TOTP(SECRET).at(later)})

    assert answer["Location"] == "/panel/login/"


def test_second_step_without_a_password_leads_to_the_login(browser: Browser, codes: list[str]) -> None:
    assert browser(None).get("/panel/login/kod/")["Location"] == "/panel/login/"
    assert browser(None).post("/panel/login/kod/", {"code": _code()})["Location"] == "/panel/login/"


def test_password_changed_meanwhile_ends_the_second_step(
    browser: Browser, people: dict[str, User], codes: list[str]
) -> None:
    client = browser(None)
    _password(client)
    people["alice"].set_password("inne-dobre-haslo")
    people["alice"].save()

    assert client.post("/panel/login/kod/", {"code": _code()})["Location"] == "/panel/login/"


@pytest.mark.parametrize("purpose", [Link.Purpose.INVITATION, Link.Purpose.RESET])
def test_link_to_choosing_a_password_does_not_replace_the_second_step(
    browser: Browser, people: dict[str, User], codes: list[str], purpose: Link.Purpose
) -> None:
    client = browser(None)
    link = new_link(people["alice"], purpose, base="", now=timezone.now())

    answer = client.post(link.url, {"password": "inne-dobre-haslo", "again": "inne-dobre-haslo"})

    assert answer["Location"] == "/panel/login/kod/"
    assert not _is_in(client)


def _offered(client: Client) -> str:
    answer = client.post("/panel/konto/", {"do": "offer"})
    found = re.search(r'<code id="secret">([A-Z2-7 ]+)</code>', answer.content.decode())
    assert found
    return found[1].replace(" ", "")


def test_it_is_switched_on_with_a_picture_and_a_code(
    browser: Browser, read: Read, people: dict[str, User], everything_stored: Callable[[], str]
) -> None:
    client = browser()

    picture = client.post("/panel/konto/", {"do": "offer"}).content.decode()
    secret = _offered(client)
    answer = client.post("/panel/konto/", {"do": "on", "code": pyotp.TOTP(secret).now()}, follow=True)

    assert "<svg" in picture
    shown = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", answer.content.decode())
    assert len(shown) == 10
    assert keeping.has_two_factor(people["alice"])
    kept = everything_stored()
    assert not any(one in kept for one in (secret, *shown))
    again = read(client.get("/panel/konto/"))
    assert shown[0] not in again
    assert "10 recovery codes are left." in again


def test_wrong_code_switches_nothing_on_and_shows_the_same_picture_again(
    browser: Browser, people: dict[str, User]
) -> None:
    client = browser()
    secret = _offered(client)

    answer = client.post("/panel/konto/", {"do": "on", "code": "000000"})

    assert not keeping.has_two_factor(people["alice"])
    assert secret[:4] in answer.content.decode()
    assert "not the one that the app shows now" in answer.content.decode()


@pytest.mark.parametrize("does", ["off", "codes"])
def test_whoever_found_the_browser_open_changes_nothing_without_a_code(
    browser: Browser, people: dict[str, User], codes: list[str], does: str
) -> None:
    before = set(RecoveryCode.objects.values_list("digest", flat=True))

    answer = browser().post("/panel/konto/", {"do": does, "code": "000000"})

    assert answer.status_code == 200
    assert keeping.has_two_factor(people["alice"])
    assert set(RecoveryCode.objects.values_list("digest", flat=True)) == before


def test_nobody_switches_on_a_second_one_over_the_first(browser: Browser, codes: list[str]) -> None:
    client = browser()

    client.post("/panel/konto/", {"do": "offer"})
    client.post("/panel/konto/", {"do": "on", "code": _code()})

    assert TwoFactor.objects.count() == 1
    assert set(RecoveryCode.objects.values_list("user__email", flat=True)) == {"alice@shop.example"}
    assert RecoveryCode.objects.count() == len(codes)


def test_new_recovery_codes_replace_the_former(
    browser: Browser, people: dict[str, User], codes: list[str]
) -> None:
    answer = browser().post("/panel/konto/", {"do": "codes", "code": codes[0]}, follow=True)

    new = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", answer.content.decode())
    now = timezone.now()
    assert len(new) == 10
    assert not keeping.is_right(people["alice"], codes[1], now=now)
    assert keeping.is_right(people["alice"], new[1], now=now)


def test_operators_are_advised_to_switch_it_on(browser: Browser, read: Read) -> None:
    advice = "You see every store of this installation. Please switch on two-factor authentication."

    assert advice in read(browser("olga").get("/panel/"))
    assert advice not in read(browser("nadia").get("/panel/"))


@pytest.mark.parametrize(
    ("typed", "code"), [(" 123 456 ", "123456"), ("K7HQ2-mx4pd", "k7hq2mx4pd"), ("１２", "")]
)
def test_code_is_read_as_people_type_it(typed: str, code: str) -> None:
    assert tidy(typed) == code
