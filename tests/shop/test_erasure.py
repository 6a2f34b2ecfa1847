"""An account deleted in the shop: told, forgotten by the connector, and gone from the shopper's browser."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client, RequestFactory
from django.utils import timezone

from ebexo.consents.models import Decision
from ebexo.contacts.knowledge import Known, Status
from ebexo.contacts.known import learn
from ebexo.contacts.models import Contact
from ebexo.outbox.models import Key, Message
from ebexo.storefront.present import answering, loses_cookie
from ebexo.stores.models import Account
from ebexo_oscar import consents
from ebexo_oscar.models import KeptEvent, ToldCustomer

pytestmark = pytest.mark.usefixtures("store")
PASSWORD = "bardzo-tajne-1"


def be_acknowledged() -> None:
    """SALESmanago has answered for the only contact there is, and nothing waits any more."""
    known = Known("id-1", "ewa@example.com", Status.OPT_IN, timezone.now(), sent=True)
    contact = Contact.objects.get()
    learn(contact.pk, remote=Account.objects.get().remote, known=known, now=timezone.now())
    Message.objects.update(state="delivered", payload=None)
    Key.objects.update(head_seq=2)


def delete_account(browser: Client, committed: Any) -> Any:
    with committed():
        return browser.post("/accounts/profile/delete/", {"password": PASSWORD})


def newest() -> Message:
    return Message.objects.order_by("pk").last()  # type: ignore[return-value]


def test_deleted_account_is_told_in_the_transaction_that_deletes_it(register: Any, committed: Any) -> None:
    browser = register()
    be_acknowledged()

    answer = delete_account(browser, committed)

    message = newest()
    assert answer.status_code == 302
    assert User.objects.count() == 0
    assert (message.type, message.state) == ("customer.erased", "waiting")
    assert Contact.objects.get().erased_at is not None


def test_erasure_says_who_it_is_and_nothing_more(register: Any, committed: Any, broken_telling: Any) -> None:
    browser = register()
    number = str(User.objects.get().pk)

    with broken_telling():
        delete_account(browser, committed)

    body = KeptEvent.objects.get().body
    assert (body["type"], body["customer"], body["consents"]) == (
        "customer.erased",
        {"id": number, "email": "Ewa@example.com"},
        [],
    )


def test_connector_keeps_nothing_of_a_deleted_customer(
    vase: Any, register: Any, committed: Any, broken_telling: Any, marketing: Any
) -> None:
    browser = register(consent_marketing="on")
    user: Any = User.objects.get()
    user.addresses.create(first_name="Ewa", last_name="Nowak", line1="ul. Lipowa 7", country_id="PL")
    with broken_telling(), committed():
        consents.changed(user, {"marketing": False})
    assert (ToldCustomer.objects.count(), KeptEvent.objects.count()) == (1, 1)

    delete_account(browser, committed)

    assert User.objects.count() == 0
    counts = [model.objects.count() for model in (ToldCustomer, KeptEvent, Decision)]
    assert counts == [0, 0, 0]


def test_newsletter_sign_up_goes_with_the_account(register: Any, committed: Any) -> None:
    from demo.people.models import NewsletterSignup

    browser = register()
    for email in ("ewa@example.com", "inna@example.com"):
        NewsletterSignup.objects.create(email=email)

    delete_account(browser, committed)

    assert list(NewsletterSignup.objects.values_list("email", flat=True)) == ["inna@example.com"]


def test_browser_loses_the_cookie_with_the_answer_to_the_deletion(register: Any, committed: Any) -> None:
    browser = register()
    be_acknowledged()
    browser.cookies["cookie_choice"] = "all"
    assert browser.get("/").cookies["smclient"].value == "id-1"

    answer = delete_account(browser, committed)

    assert (answer.cookies["smclient"].value, answer.cookies["smclient"]["max-age"]) == ("", 0)
    assert "smclient" not in browser.get("/").cookies


def test_browser_without_the_cookie_is_given_none(register: Any, committed: Any) -> None:
    answer = delete_account(register(), committed)

    assert "smclient" not in answer.cookies


def test_account_deleted_by_staff_is_told_and_their_own_browser_keeps_its_cookie(
    register: Any, committed: Any
) -> None:
    register()
    be_acknowledged()
    customer, staff = User.objects.get(), User.objects.create_user("staff", is_staff=True)
    request: Any = RequestFactory().post("/dashboard/")
    request.user = staff

    with committed(), answering(request):
        customer.delete()

    assert newest().type == "customer.erased"
    assert not loses_cookie(request)


def test_accounts_deleted_in_a_shell_are_told_one_by_one(register: Any, committed: Any) -> None:
    register()
    register(email="inna@example.com")

    with committed():
        User.objects.all().delete()

    assert [message.type for message in Message.objects.order_by("pk")][2:] == ["customer.erased"] * 2


def test_staff_nobody_ever_told_is_not_told_as_erased(store: Any, committed: Any) -> None:
    staff = User.objects.create_user("staff", "staff@example.com", PASSWORD, is_staff=True)

    with committed():
        staff.delete()

    assert Message.objects.count() == 0


def test_customer_who_became_staff_is_told_as_erased(register: Any, committed: Any) -> None:
    register()
    User.objects.update(is_staff=True)

    with committed():
        User.objects.get().delete()

    assert newest().type == "customer.erased"


def test_deletion_that_is_rolled_back_is_not_told(register: Any) -> None:
    register()

    with transaction.atomic():
        User.objects.get().delete()
        transaction.set_rollback(True)

    assert User.objects.count() == 1
    assert newest().type == "customer.registered"
    assert Contact.objects.get().erased_at is None


def test_deletion_goes_on_when_telling_fails_and_the_sweep_tells_it(
    register: Any, committed: Any, broken_telling: Any, sweep_a_minute_later: Any
) -> None:
    browser = register()
    be_acknowledged()

    with broken_telling():
        delete_account(browser, committed)
    assert User.objects.count() == 0
    assert newest().type == "customer.registered"

    assert sweep_a_minute_later() == 1
    assert newest().type == "customer.erased"


def test_wrong_password_deletes_nothing(register: Any, committed: Any) -> None:
    browser = register()

    with committed():
        answer = browser.post("/accounts/profile/delete/", {"password": "inne"})

    assert answer.status_code == 200
    assert User.objects.count() == 1
    assert newest().type == "customer.registered"


def test_person_erased_elsewhere_is_not_monitored_in_a_browser_that_is_still_logged_in(
    register: Any, store: Any
) -> None:
    from ebexo.contacts.erasing import forget

    browser = register()
    be_acknowledged()
    browser.cookies["cookie_choice"] = "all"
    assert browser.get("/").cookies["smclient"].value == "id-1"

    forget(Contact.objects.get(), erased_at=timezone.now())
    answer = browser.get("/")

    assert "ebexo/monitoring.js" not in answer.content.decode()
    assert answer.cookies["smclient"].value == ""
