"""Who sees a store: letting people in, changing what they may do, and that nobody becomes somebody else."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ebexo.panel.links import new_link
from ebexo.panel.models import Link, Member, Role, User
from ebexo.stores.models import Store

Browser = Callable[..., Client]
Read = Callable[[Any], str]


@pytest.fixture
def address(store: Store) -> str:
    return f"/panel/{store.handle}/uzytkownicy/"


def _add(client: Client, address: str, email: str, role: str = "viewer") -> Any:
    return client.post(address, {"do": "add", "email": email, "role": role})


def _rights(store: Store) -> set[tuple[str, str]]:
    return set(Member.objects.filter(store=store).values_list("user__email", "role"))


ALICE, BOB = ("alice@shop.example", Role.OWNER), ("bob@shop.example", Role.VIEWER)


def test_new_person_gets_a_link_that_is_shown_once(
    browser: Browser, read: Read, store: Store, address: str
) -> None:
    client = browser()

    answer = read(_add(client, address, " Eva@Shop.example", "owner"))

    assert "A link for eva@shop.example" in answer
    assert "http://testserver/panel/invitation/?token=" in answer
    assert "token=" not in read(client.get(address))
    assert _rights(store) == {ALICE, BOB, ("eva@shop.example", Role.OWNER)}


@pytest.mark.parametrize("email", ["charlie@shop.example", "nadia@shop.example", "bob@shop.example"])
def test_person_with_a_login_is_let_in_without_a_link(
    browser: Browser, read: Read, store: Store, address: str, email: str
) -> None:
    answer = read(browser().post(address, {"do": "add", "email": email, "role": "owner"}, follow=True))

    assert "logs in as before" in answer
    assert "token=" not in answer
    assert Link.objects.count() == 0
    assert (email, Role.OWNER) in _rights(store)


def test_person_invited_to_another_store_is_not_taken_over_by_a_second_link(
    browser: Browser, read: Read, store: Store, foreign_store: Store, address: str
) -> None:
    invited = User.objects.create_user("eva@shop.example")
    Member.objects.create(user=invited, store=foreign_store, role=Role.OWNER)
    theirs = new_link(invited, Link.Purpose.INVITATION, base="", now=timezone.now()).url

    answer = read(
        browser().post(address, {"do": "add", "email": invited.email, "role": "viewer"}, follow=True)
    )

    assert "token=" not in answer
    assert browser(None).get(theirs).status_code == 200


def test_person_who_never_chose_a_password_gets_another_link(
    browser: Browser, read: Read, address: str
) -> None:
    client = browser()
    _add(client, address, "eva@shop.example")

    assert "token=" in read(_add(client, address, "eva@shop.example"))


def test_operator_is_not_made_a_member(browser: Browser, read: Read, store: Store, address: str) -> None:
    answer = read(_add(browser(), address, "olga@ebexo.example"))

    assert "This is an operator, who sees every store already." in answer
    assert _rights(store) == {ALICE, BOB}


def test_login_that_was_switched_off_stays_so(
    browser: Browser, read: Read, store: Store, address: str
) -> None:
    User.objects.create_user("idle@shop.example", is_active=False)

    answer = read(_add(browser(), address, "idle@shop.example"))

    assert "This login has been switched off." in answer
    assert not User.objects.get(email="idle@shop.example").is_active
    assert _rights(store) == {ALICE, BOB}


@pytest.mark.parametrize("email", ["", "eva", f"{'e' * 250}@shop.example", "x@platform.invalid"])
def test_what_is_no_e_mail_lets_nobody_in(browser: Browser, store: Store, address: str, email: str) -> None:
    answer = _add(browser(), address, email)

    assert answer.context["form"].errors.keys() == {"email"}
    assert _rights(store) == {ALICE, BOB}


def test_role_is_changed_and_access_taken_away(browser: Browser, store: Store, address: str) -> None:
    bob = Member.objects.get(user__email="bob@shop.example").pk
    client = browser()

    client.post(address, {"do": f"owner:{bob}"})
    as_owner = _rights(store)
    client.post(address, {"do": f"off:{bob}"})

    assert as_owner == {ALICE, ("bob@shop.example", Role.OWNER)}
    assert _rights(store) == {ALICE}
    assert User.objects.filter(email="bob@shop.example").exists()


@pytest.mark.parametrize("does", ["off", "viewer"])
def test_nobody_takes_the_access_away_from_themselves(
    browser: Browser, store: Store, address: str, does: str
) -> None:
    alice = Member.objects.get(user__email="alice@shop.example").pk

    answer = browser().post(address, {"do": f"{does}:{alice}"})

    assert answer.status_code == 404
    assert _rights(store) == {ALICE, BOB}


def test_operator_finds_people_by_their_e_mail(browser: Browser, read: Read, people: dict[str, User]) -> None:
    page = read(browser("olga").get("/panel/uzytkownicy/", {"email": "ali"}))

    assert "alice@shop.example" in page
    assert "Krzesła Olcha" in page
    assert "bob@shop.example" not in page
