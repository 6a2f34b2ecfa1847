"""Between the commit of a registration or a login and the telling of it anything may happen."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from ebexo.contacts.models import Contact
from ebexo.outbox.models import Message
from ebexo.stores.models import Account, Mode
from ebexo_oscar import telling
from ebexo_oscar.models import KeptEvent, ToldCustomer

pytestmark = pytest.mark.usefixtures("store")


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events]


def agree(browser: Client) -> Client:
    browser.cookies["cookie_choice"] = "all"
    return browser


def test_registration_that_a_crash_left_untold_is_told_whole_by_the_sweep_and_once(
    register_and_crash: Any, told: Any, marketing: Any, sweep_a_minute_later: Any
) -> None:
    register_and_crash(consent_marketing="on")
    kept_at = KeptEvent.objects.get().body["occurred_at"]
    assert told() == []

    swept = [sweep_a_minute_later(), sweep_a_minute_later()]

    (event,) = told()
    assert (swept, KeptEvent.objects.count()) == ([1, 0], 0)
    assert event["occurred_at"] == kept_at.replace("+00:00", "Z")
    assert (event["customer"]["first_name"], event["customer"]["phone"]) == ("Ewa", "601 202 303")
    assert [(answer["code"], answer["granted"]) for answer in event["consents"]] == [("marketing", True)]


def test_what_is_edited_before_it_was_told_is_told_once(
    register_and_crash: Any, committed: Any, told: Any, sweep_a_minute_later: Any
) -> None:
    register_and_crash()
    user = User.objects.get()
    user.first_name = "Eva"
    user.save()
    assert ToldCustomer.objects.get().changed_at is not None

    sweep_a_minute_later()
    telling.changed(str(user.pk))

    (event,) = told()
    assert (event["type"], event["customer"]["first_name"]) == ("customer.registered", "Eva")
    assert ToldCustomer.objects.get().changed_at is None


def test_address_changed_soon_after_carries_the_former_one(
    register_and_crash: Any, told: Any, sweep_a_minute_later: Any
) -> None:
    register_and_crash()
    user = User.objects.get()
    user.email = "new@example.com"
    user.save()

    sweep_a_minute_later()
    telling.changed(str(user.pk))

    registered, updated = told()
    assert registered["customer"]["email"] == "ewa@example.com"
    assert (updated["customer"]["email"], updated["customer"]["previous_email"]) == (
        "new@example.com",
        "ewa@example.com",
    )
    assert Contact.objects.count() == 1


def test_consent_withdrawn_soon_after_comes_after_the_registration(
    register_and_crash: Any, told: Any, marketing: Any
) -> None:
    register_and_crash(consent_marketing="on")

    request = RequestFactory().get("/")
    telling.consents_changed(User.objects.get(), {"marketing": False}, request, source="profile")

    assert kinds(told()) == ["customer.registered", "consent.changed"]
    assert KeptEvent.objects.count() == 0


def test_cart_soon_after_comes_after_the_registration(
    register_and_crash: Any, committed: Any, told: Any, vase: Any
) -> None:
    browser = register_and_crash()

    with committed():
        browser.post(f"/basket/add/{vase.pk}/", {"quantity": "1"})

    assert kinds(told()) == ["customer.registered", "cart.product_added"]


def test_customer_deleted_soon_after_is_told_first_and_then_withheld(register_and_crash: Any) -> None:
    register_and_crash()

    User.objects.get().delete()

    found = Message.objects.order_by("pk").values_list("type", "state", "payload")
    assert KeptEvent.objects.count() == 0
    assert found[0] == ("customer.registered", "withheld", None)


def test_customer_who_is_gone_unheard_is_told_as_far_as_kept(
    register_and_crash: Any, told: Any, sweep_a_minute_later: Any
) -> None:
    register_and_crash()
    KeptEvent.objects.update(user_id="999999")

    sweep_a_minute_later()

    (event,) = told()
    assert event["customer"] == {"id": str(User.objects.get().pk), "email": "ewa@example.com"}


def test_login_adds_one_statement_to_its_transaction(register_and_crash: Any) -> None:
    register_and_crash()
    user = User.objects.get()
    telling.logged_in(user)  # what is found once for the process

    with CaptureQueriesContext(connection) as queries:
        telling.logged_in(user)

    assert len(queries) == 1
    assert "ebexo_oscar_keptevent" in queries[0]["sql"]


def test_page_that_follows_a_login_waits_for_the_contact_id_of_somebody_not_told_yet(
    register_and_crash: Any,
) -> None:
    register_and_crash()
    browser = agree(Client())
    login = {"login-username": "ewa@example.com", "login-password": "bardzo-tajne-1", "login_submit": "1"}
    assert browser.post("/accounts/login/", login).status_code == 302
    assert Contact.objects.count() == 0

    page = browser.get("/").content.decode()

    assert "data-ask" in page
    assert browser.get("/ebexo/smclient").json() == {"again": True, "monitored": True}


@pytest.mark.parametrize("ticked", [True, False])
def test_customer_of_whom_nothing_was_told_yet_is_monitored_in_a_consent_mode_once_their_grant_is_known(
    store: Any, marketing: Any, register_and_crash: Any, sweep_a_minute_later: Any, ticked: bool
) -> None:
    Account.objects.filter(store=store).update(mode=Mode.CONSENT, consent_code="marketing")
    browser = register_and_crash(agree(Client()), **({"consent_marketing": "on"} if ticked else {}))

    page = browser.get("/").content.decode()
    asked = browser.get("/ebexo/smclient").json()
    sweep_a_minute_later()
    later = browser.get("/ebexo/smclient").json()

    assert ("data-ask" in page, "data-monitored" in page) == (True, False)
    assert asked == {"again": True, "monitored": False}
    assert later == {"again": ticked, "monitored": ticked}


def test_customer_who_is_unknown_and_told_nothing_is_not_monitored_in_a_consent_mode(
    store: Any, register_and_crash: Any
) -> None:
    Account.objects.filter(store=store).update(mode=Mode.CONSENT, consent_code="marketing")

    page = agree(register_and_crash()).get("/").content.decode()

    assert "data-client-id" not in page


def test_session_that_names_somebody_else_makes_no_customer_wait(
    register_and_crash: Any, committed: Any
) -> None:
    browser = agree(Client())
    with committed():
        browser.post("/newsletter/", {"email": "adam@example.com"})
    register_and_crash()
    customer: Any = User.objects.get()
    browser.force_login(customer, backend="django.contrib.auth.backends.ModelBackend")
    session = browser.session
    session["ebexo_contact"] = "somebody else"
    session.save()

    assert "data-ask" not in browser.get("/").content.decode()
