"""`ebexo user …`, and the page behind the link that it prints."""

import json
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from ebexo.panel.models import Link, Member, Role, User
from ebexo.panel.users import platform_user
from ebexo.stores.tokens import digest

pytestmark = pytest.mark.django_db
PASSWORD = "krzesla-stoly-i-lampy"


@pytest.fixture
def invite(ebexo):
    """Add somebody; the address of their link, without the host."""

    def added(*arguments):
        status, out, _err = ebexo("user", "add", *arguments)
        assert status == 0
        return out.strip().removeprefix("http://127.0.0.1:8000")

    return added


def choose(client, address, password=PASSWORD, again=None):
    return client.post(address, {"password": password, "again": password if again is None else again})


def test_owner_is_added_with_a_link_alone_on_standard_output(ebexo, store):
    status, out, err = ebexo("user", "add", " Ala@Shop.example", "--role", "owner", "--store", store.handle)

    user, link = User.objects.get(), Link.objects.get()
    assert status == 0
    assert out.startswith("http://127.0.0.1:8000/panel/invitation/?token=")
    assert err == (
        f"Send this link to ala@shop.example. It works once, until {link.ends_at:%Y-%m-%d %H:%M} UTC.\n"
    )
    assert (user.email, user.is_operator, user.has_usable_password()) == ("ala@shop.example", False, False)
    assert Member.objects.values_list("user", "store", "role").get() == (user.pk, store.pk, Role.OWNER)


def test_link_lasts_seven_days_and_only_its_hash_is_kept(invite, everything_stored):
    token = invite("ola@ebexo.example", "--role", "operator").split("=")[-1]

    link = Link.objects.get()
    assert link.digest == digest(token)
    assert timedelta(days=6, hours=23) < link.ends_at - timezone.now() <= timedelta(days=7)
    assert token not in everything_stored()


def test_user_is_added_by_a_script(ebexo, store):
    arguments = ("ala@shop.example", "--role", "viewer", "--store", store.handle, "--json")

    status, out, err = ebexo("user", "add", *arguments)

    told = json.loads(out)
    link = Link.objects.get()
    assert (status, err) == (0, "")
    assert told == {
        "email": "ala@shop.example",
        "role": "viewer",
        "store": store.handle,
        "url": told["url"],
        "expires_at": link.ends_at.isoformat(),
    }
    assert datetime.fromisoformat(told["expires_at"]).tzinfo is not None


@pytest.mark.parametrize(
    ("role", "own", "may_save", "foreign"),
    [("operator", 200, True, 200), ("owner", 200, True, 404), ("viewer", 200, False, 404)],
)
def test_role_decides_what_is_seen_and_changed(
    invite, browser, read, store, other_store, role, own, may_save, foreign
):
    belongs = () if role == "operator" else ("--store", store.handle)
    address = invite("ala@shop.example", "--role", role, *belongs)
    client = browser()

    chosen = choose(client, address)

    assert (chosen.status_code, chosen["Location"]) == (302, "/panel/")
    page = client.get(f"/panel/{store.handle}/salesmanago/")
    assert page.status_code == own
    assert ('id="save"' in read(page)) is may_save
    assert client.get(f"/panel/{other_store.handle}/salesmanago/").status_code == foreign


def test_chosen_password_is_the_one_to_log_in_with(invite, browser):
    choose(browser(), invite("ola@ebexo.example", "--role", "operator"))

    logged_in = browser().post("/panel/login/", {"username": "ola@ebexo.example", "password": PASSWORD})

    assert (logged_in.status_code, logged_in["Location"]) == (302, "/panel/")


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        (
            "en",
            [
                "Choose a password",
                "You will log in to the panel with the e-mail ola@ebexo.example and this password.",
                "At least 12 characters, and not one of the passwords that everybody knows.",
                "The same password once more",
                "Save and log in",
            ],
        ),
        (
            "pl",
            [
                "Wybór hasła",
                "Do panelu można się będzie zalogować adresem e-mail ola@ebexo.example i tym hasłem.",
                "Co najmniej 12 znaków i żadne z haseł, które znają wszyscy.",
                "To samo hasło jeszcze raz",
                "Zapisz i zaloguj się",
            ],
        ),
    ],
)
def test_page_says_what_makes_a_good_password_before_it_is_chosen(invite, browser, read, language, texts):
    address = invite("ola@ebexo.example", "--role", "operator")

    page = browser(language).get(address)

    assert page.status_code == 200
    assert [text for text in texts if text not in read(page)] == []
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("", "", "Choose a password."),
        (PASSWORD, "", "Enter the password a second time."),
        (PASSWORD, "inne-haslo-do-panelu", "The two passwords are not the same. Enter both once more."),
        ("krotkie", "krotkie", "This password is too short. It must contain at least 12 characters."),
        ("q1w2e3r4t5y6", "q1w2e3r4t5y6", "This password is too common."),
    ],
)
def test_password_that_will_not_do_is_refused_and_the_link_still_works(
    invite, browser, read, password, again, sentence
):
    address = invite("ola@ebexo.example", "--role", "operator")
    client = browser()

    refused = choose(client, address, password, again)

    assert refused.status_code == 200
    assert sentence in read(refused)
    assert password == "" or f'value="{password}"' not in read(refused)
    assert not User.objects.get().has_usable_password()
    assert choose(client, address).status_code == 302


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "It works once, and for seven days. If you have chosen a password already, log in with it."),
        (
            "pl",
            "Działa tylko raz i tylko przez siedem dni. Jeśli hasło zostało już wybrane, można się nim zalogować.",
        ),
    ],
)
@pytest.mark.parametrize("why", ["used", "late", "replaced", "never was"])
def test_link_that_no_longer_works_says_what_to_do(invite, browser, read, language, sentence, why):
    address = invite("ola@ebexo.example", "--role", "operator")
    if why == "used":
        choose(browser(), address)
    if why == "late":
        Link.objects.update(ends_at=timezone.now())
    if why == "replaced":
        invite("ola@ebexo.example", "--role", "operator")
    if why == "never was":
        address = "/panel/invitation/?token=nobody-made-this"
    before = User.objects.get().password

    shown, posted = browser(language).get(address), choose(browser(language), address)

    assert (shown.status_code, posted.status_code) == (410, 410)
    assert sentence in read(shown)
    assert 'href="/panel/login/"' in read(shown)
    assert User.objects.get().password == before


def test_forgotten_password_is_chosen_anew_and_ends_other_logins(invite, browser):
    first, second = browser(), browser()
    choose(first, invite("ola@ebexo.example", "--role", "operator"))

    choose(second, invite("ola@ebexo.example", "--role", "operator"), "calkiem-nowe-haslo")

    assert first.get("/panel/").status_code == 302
    assert second.get("/panel/").status_code == 200
    assert User.objects.count() == 1


def test_posting_without_the_token_of_the_page_chooses_nothing_and_no_log_shows_the_link(
    invite, caplog, capsys
):
    address = invite("ola@ebexo.example", "--role", "operator")

    answer = choose(Client(enforce_csrf_checks=True), address)

    assert answer.status_code == 403
    assert not User.objects.get().has_usable_password()
    logged = caplog.text + capsys.readouterr().err
    assert "/panel/invitation/" in logged
    assert address.split("=")[-1] not in logged


def test_second_store_and_another_role_are_added_to_the_same_login(invite, store, other_store):
    for role, found in (("owner", store), ("viewer", other_store), ("viewer", store)):
        invite("ala@shop.example", "--role", role, "--store", found.handle)

    user = User.objects.get()
    assert sorted(user.memberships.values_list("store", "role")) == sorted(
        [(store.pk, "viewer"), (other_store.pk, "viewer")]
    )


def test_login_that_was_switched_off_is_switched_on(invite, browser):
    address = invite("ola@ebexo.example", "--role", "operator")
    User.objects.update(is_active=False)
    assert browser().get(address).status_code == 410

    address = invite("ola@ebexo.example", "--role", "operator")

    assert browser().get(address).status_code == 200


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("nobody", "--role", "operator"), "EMAIL nobody: this is not an e-mail address."),
        (
            ("store-1@platform.invalid", "--role", "operator"),
            "EMAIL store-1@platform.invalid: nobody can be reached at this address.",
        ),
        (("a@b.example", "--role", "owner"), "--store is missing: say which store they are owner of."),
        (
            ("a@b.example", "--role", "operator", "--store", "store-1"),
            "--store: an operator sees every store. Leave it out, or choose owner or viewer.",
        ),
        (
            ("a@b.example", "--role", "viewer", "--store", "store-1"),
            "STORE store-1: there is no such store. Run ebexo store list.",
        ),
    ],
)
def test_what_cannot_be_right_is_refused_in_a_line(ebexo, arguments, line):
    assert ebexo("user", "add", *arguments) == (2, "", f"ebexo: {line}\n")
    assert (User.objects.count(), Link.objects.count()) == (0, 0)


def test_operator_is_given_no_narrower_role(ebexo, invite, store):
    invite("ola@ebexo.example", "--role", "operator")

    answer = ebexo("user", "add", "ola@ebexo.example", "--role", "viewer", "--store", store.handle)

    line = "EMAIL ola@ebexo.example: this is an operator, who sees every store already."
    assert answer == (2, "", f"ebexo: {line}\n")
    assert Member.objects.count() == 0


def test_users_are_listed_with_their_roles(ebexo, invite, browser, store, other_store):
    choose(browser(), invite("ola@ebexo.example", "--role", "operator"))
    invite("ala@shop.example", "--role", "owner", "--store", store.handle)
    invite("ala@shop.example", "--role", "viewer", "--store", other_store.handle)
    User.objects.create_user("nadia@shop.example")
    platform_user(store)

    _status, lines, _err = ebexo("user", "list")
    _status, of_store, _err = ebexo("user", "list", "--store", store.handle, "--json")

    assert lines == (
        f"ala@shop.example  viewer {other_store.handle}, owner {store.handle}  (no password yet)\n"
        "nadia@shop.example  no store  (no password yet)\n"
        "ola@ebexo.example  operator\n"
    )
    ola = User.objects.get(email="ola@ebexo.example")
    assert ola.last_login
    assert json.loads(of_store) == [
        {
            "email": "ala@shop.example",
            "roles": [
                {"role": "viewer", "store": other_store.handle},
                {"role": "owner", "store": store.handle},
            ],
            "has_password": False,
            "last_login_at": None,
        },
        {
            "email": "ola@ebexo.example",
            "roles": [{"role": "operator", "store": None}],
            "has_password": True,
            "last_login_at": ola.last_login.isoformat(),
        },
    ]


def test_removed_user_is_out_at_once(ebexo, invite, browser):
    client = browser()
    choose(client, invite("ola@ebexo.example", "--role", "operator"))

    answer = ebexo("user", "remove", "Ola@ebexo.example")

    assert answer == (0, "", "Removed the login of ola@ebexo.example.\n")
    assert User.objects.count() == 0
    assert client.get("/panel/").status_code == 302


def test_only_one_store_can_be_taken_away(ebexo, invite, store, other_store):
    for found in (store, other_store):
        invite("ala@shop.example", "--role", "owner", "--store", found.handle)

    answer = ebexo("user", "remove", "ala@shop.example", "--store", store.handle)
    again = ebexo("user", "remove", "ala@shop.example", "--store", store.handle)

    assert answer == (0, "", f"ala@shop.example no longer sees {store.handle}.\n")
    assert again == (
        2,
        "",
        f"ebexo: --store {store.handle}: ala@shop.example is no member of this store.\n",
    )
    assert [member.store for member in Member.objects.all()] == [other_store]


def test_whoever_a_platform_sends_is_not_removed_by_name(ebexo, store):
    email = platform_user(store).email

    answer = ebexo("user", "remove", email)

    line = f"EMAIL {email}: nobody has a login with this e-mail. Run ebexo user list."
    assert answer == (2, "", f"ebexo: {line}\n")


def test_createsuperuser_still_makes_an_operator(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)

    call_command("createsuperuser", interactive=False, email="ola@ebexo.example", verbosity=0)

    user = User.objects.get()
    assert (user.email, user.is_operator, user.check_password(PASSWORD)) == ("ola@ebexo.example", True, True)
