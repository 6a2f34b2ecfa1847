"""The way from a platform's menu into the settings of one store: once, and soon."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from ebexo.panel.links import new_link
from ebexo.panel.models import Link, Member, Role, Session, User
from ebexo.stores.tokens import digest

pytestmark = pytest.mark.django_db


@pytest.fixture
def link_to(call):
    """A fresh panel link of a store, without the host."""

    def made(store):
        answer = call("POST", f"/{store.handle}/panel-link")
        assert answer.status_code == 201
        return answer.json()["url"].removeprefix("http://testserver")

    return made


def test_link_has_a_moment_at_which_it_ends(call, store):
    before = timezone.now()

    answer = call("POST", f"/{store.handle}/panel-link")

    told = answer.json()
    assert answer.status_code == 201
    assert set(told) == {"url", "expires_at"}
    assert told["url"].startswith("http://testserver/panel/enter/?token=")
    ends_at = datetime.fromisoformat(told["expires_at"])
    assert timedelta(0) <= ends_at - before - timedelta(seconds=60) < timedelta(seconds=10)


def test_only_the_hash_of_the_link_is_kept(link_to, store, everything_stored):
    token = link_to(store).removeprefix("/panel/enter/?token=")

    assert Link.objects.get().digest == digest(token)
    assert token not in everything_stored()


def test_link_opens_the_settings_of_the_store_as_an_owner_who_may_change_them(link_to, browser, read, store):
    client = browser()

    opened = client.get(link_to(store), follow=True)

    assert opened.redirect_chain == [(f"/panel/{store.handle}/salesmanago/", 302)]
    assert opened.status_code == 200
    assert 'id="save"' in read(opened)
    user = User.objects.get()
    assert (user.is_operator, user.has_usable_password(), user.platform_store) == (False, False, store)
    assert Member.objects.values("user", "store", "role").get() == {
        "user": user.pk,
        "store": store.pk,
        "role": Role.OWNER,
    }


def test_whoever_came_by_a_link_can_save_the_settings(link_to, browser, store):
    client = browser()
    page = client.get(link_to(store))["Location"]

    saved = client.post(page, {"owner_email": "not an e-mail"})

    assert saved.status_code == 200
    assert client.post(page, {"back": "1"}).status_code != 403


def test_whoever_came_by_a_link_sees_no_other_store(link_to, browser, store, other_store):
    client = browser()
    client.get(link_to(store))

    assert client.get(f"/panel/{other_store.handle}/salesmanago/").status_code == 404
    assert client.get("/panel/")["Location"] == f"/panel/{store.handle}/"


def test_panel_names_the_store_where_others_see_their_e_mail(link_to, browser, read, store):
    client = browser()

    page = read(client.get(link_to(store), follow=True))

    assert f'<span class="truncate">{store.name}</span>' in page
    assert "platform.invalid" not in page
    assert "Change password" not in page


@pytest.mark.parametrize(
    ("language", "heading", "sentence"),
    [
        (
            "en",
            "This link no longer works",
            "It opens the settings once, and only within a minute. Go back to the panel of your shop and open "
            "SALESmanago from its menu once more.",
        ),
        (
            "pl",
            "Ten link już nie działa",
            "Otwiera ustawienia tylko raz i tylko przez minutę. Proszę wrócić do panelu sklepu i jeszcze raz "
            "otworzyć SALESmanago z menu.",
        ),
    ],
)
@pytest.mark.parametrize("why", ["used", "late", "never was"])
def test_link_that_no_longer_works_says_what_to_do(
    link_to, browser, read, store, language, heading, sentence, why
):
    address = link_to(store)
    if why == "used":
        browser().get(address)
    if why == "late":
        Link.objects.update(ends_at=timezone.now())
    if why == "never was":
        address = "/panel/enter/?token=nobody-made-this"
    client = browser(language)

    opened = client.get(address)

    assert opened.status_code == 410
    assert heading in read(opened)
    assert sentence in read(opened)
    assert "no-store" in opened["Cache-Control"]
    assert client.get(f"/panel/{store.handle}/salesmanago/").status_code == 302


def test_question_for_the_headers_does_not_use_the_link_up(link_to, browser, store):
    address = link_to(store)

    assert browser().head(address).status_code == 405
    assert browser().get(address).status_code == 302


def test_two_links_of_a_store_stand_beside_each_other(link_to, browser, store):
    first, second = link_to(store), link_to(store)

    assert [browser().get(address).status_code for address in (second, first)] == [302, 302]
    assert (User.objects.count(), Member.objects.count()) == (1, 1)


def test_link_takes_the_place_of_whoever_was_logged_in(link_to, browser, store, other_store):
    operator = User.objects.create_superuser("olga@ebexo.example", "dobre-haslo-do-panelu")
    client = browser()
    client.force_login(operator)

    client.get(link_to(store))

    assert client.get(f"/panel/{other_store.handle}/").status_code == 404


def test_login_by_a_link_lasts_a_working_day(link_to, browser, store):
    client = browser()

    client.get(link_to(store))

    left = Session.objects.get().expire_date - timezone.now()
    assert timedelta(hours=7, minutes=59) < left <= timedelta(hours=8)


def test_link_to_a_password_does_not_open_the_settings_and_the_other_way_round(browser, store, link_to):
    user = User.objects.create_superuser("olga@ebexo.example", None)
    to_password = new_link(user, Link.Purpose.INVITATION, base="", now=timezone.now()).url
    to_panel = link_to(store)

    assert browser().get(to_password.replace("invitation", "enter")).status_code == 410
    assert browser().get(to_panel.replace("enter", "invitation")).status_code == 410


def test_links_that_ended_are_swept_away(link_to, store):
    link_to(store)
    Link.objects.update(ends_at=timezone.now())

    link_to(store)

    assert Link.objects.count() == 1


def test_platform_cannot_log_in_with_a_password(link_to, browser, store):
    link_to(store)
    email = User.objects.get().email

    response = browser().post("/panel/login/", {"username": email, "password": ""})

    assert response.status_code == 200
