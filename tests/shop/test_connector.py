"""What happens to customers of an Oscar shop is told, once, and the shop never suffers for it."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from oscar.core.loading import get_model

from ebexo.contacts.models import Contact
from ebexo.outbox.models import Message
from ebexo_oscar import changes, writing
from ebexo_oscar.models import KeptEvent, ToldCustomer

PROFILE = {
    "first_name": "Ewa",
    "last_name": "Nowak",
    "email": "ewa@example.com",
    "phone": "601 202 303",
    "company": "Nowak",
    "birth_date": "1984-03-17",
}
ADDRESS = {
    "first_name": "Ewa",
    "last_name": "Nowak",
    "line1": "ul. Lipowa 7/3",
    "line4": "Kraków",
    "state": "małopolskie",
    "postcode": "30-002",
    "country": "PL",
}


@pytest.fixture
def poland(db: None) -> None:
    country = get_model("address", "Country")
    country.objects.create(iso_3166_1_a2="PL", printable_name="Polska", is_shipping_country=True)


def edit_profile(browser: Client, committed: Any, **fields: str) -> None:
    with committed():
        assert browser.post("/accounts/profile/edit/", PROFILE | fields).status_code == 302


def test_registration_is_told_whole_and_the_login_after_it_is_not(register: Any, told: Any) -> None:
    register()

    user = User.objects.get()
    (event,) = told()
    assert event == {
        "id": f"customer-{user.pk}-registered",
        "type": "customer.registered",
        "occurred_at": event["occurred_at"],
        "customer": {
            "id": str(user.pk),
            "email": "ewa@example.com",
            "first_name": "Ewa",
            "last_name": "Nowak",
            "phone": "601 202 303",
            "company": "Nowak",
            "birth_date": "1984-03-17",
            "created_at": event["customer"]["created_at"],
            "language": "pl",
        },
    }


def test_ticked_consent_travels_with_the_registration(store: Any, register: Any, told: Any) -> None:
    from ebexo.consents import editing
    from ebexo.consents.ledger import latest

    editing.add(
        store.pk, code="marketing", text="Chcę otrzymywać e-maile.", traits=editing.Traits("Marketing")
    )

    register(consent_marketing="on")

    answer = told()[0]["consents"][0]
    assert (answer["code"], answer["granted"], answer["ip"], answer["source"]) == (
        "marketing",
        True,
        "127.0.0.1",
        "registration",
    )
    decision = latest(Contact.objects.get(), "marketing")
    assert decision is not None
    assert decision.granted


def test_box_left_empty_is_no_decision(store: Any, register: Any, told: Any) -> None:
    from ebexo.consents import editing

    editing.add(
        store.pk, code="marketing", text="Chcę otrzymywać e-maile.", traits=editing.Traits("Marketing")
    )

    register()

    assert "consents" not in told()[0]


def test_login_is_told(register: Any, committed: Any, told: Any) -> None:
    register()

    with committed():
        Client().post(
            "/accounts/login/",
            {"login-username": "ewa@example.com", "login-password": "bardzo-tajne-1", "login_submit": "1"},
        )

    assert [event["type"] for event in told()] == ["customer.registered", "customer.logged_in"]


def test_one_edit_of_several_rows_is_one_event(register: Any, committed: Any, told: Any) -> None:
    browser = register()

    edit_profile(browser, committed, company="Wiśnia", last_name="Wiśniewska", phone="500 600 700")

    _registered, event = told()
    assert event["type"] == "customer.updated"
    assert event["customer"]["company"] == "Wiśnia"
    assert event["customer"]["last_name"] == "Wiśniewska"
    assert event["customer"]["phone"] == "500 600 700"


def test_edit_that_changes_nothing_is_not_told(register: Any, committed: Any, told: Any) -> None:
    browser = register()

    edit_profile(browser, committed)

    assert len(told()) == 1
    assert ToldCustomer.objects.get().changed_at is None


def test_new_password_is_not_told(register: Any, committed: Any, told: Any) -> None:
    register()

    with committed():
        user = User.objects.get()
        user.set_password("inne-tajne-2")
        user.save()

    assert len(told()) == 1


def test_new_address_of_the_customer_carries_the_former_one(register: Any, committed: Any, told: Any) -> None:
    browser = register()

    edit_profile(browser, committed, email="ewa@nowa.example")

    assert told()[1]["customer"]["email"] == "ewa@nowa.example"
    assert told()[1]["customer"]["previous_email"] == "ewa@example.com"
    assert Contact.objects.count() == 1


def test_address_book_is_told_when_added_and_when_deleted(
    poland: None, register: Any, committed: Any, told: Any
) -> None:
    browser = register()

    with committed():
        browser.post("/accounts/addresses/add/", ADDRESS)
    with committed():
        get_model("address", "UserAddress").objects.get().delete()

    _registered, added, deleted = told()
    assert added["customer"]["address"] == {
        "street": "ul. Lipowa 7/3",
        "postal_code": "30-002",
        "city": "Kraków",
        "region": "małopolskie",
        "country": "PL",
    }
    assert "address" not in deleted["customer"]


def test_address_saved_for_its_counter_is_not_told(
    poland: None, register: Any, committed: Any, told: Any
) -> None:
    browser = register()
    with committed():
        browser.post("/accounts/addresses/add/", ADDRESS)

    with committed():
        address = get_model("address", "UserAddress").objects.get()
        address.num_orders_as_shipping_address += 1
        address.save()

    assert len(told()) == 2


def test_staff_is_nobodys_customer(store: Any, committed: Any, told: Any) -> None:
    with committed():
        staff = User.objects.create_user("staff", "staff@example.com", "bardzo-tajne-1", is_staff=True)
        staff.first_name = "Sława"
        staff.save()
        Client().login(username="staff", password="bardzo-tajne-1")

    assert told() == []


def test_newsletter_sign_up_is_told_with_the_address_alone(store: Any, committed: Any, told: Any) -> None:
    with committed():
        Client().post("/newsletter/", {"email": "Ciekawa@Example.com"})

    (event,) = told()
    assert (event["type"], event["customer"]) == ("newsletter.subscribed", {"email": "ciekawa@example.com"})


def test_newsletter_sign_up_of_ones_own_address_is_told_whole(
    register: Any, committed: Any, told: Any
) -> None:
    browser = register()

    with committed():
        browser.post("/newsletter/", {"email": "ewa@example.com"})

    assert told()[1]["customer"] == told()[0]["customer"]


def test_registration_that_is_rolled_back_is_not_told(register: Any, told: Any) -> None:
    with transaction.atomic():
        register()
        transaction.set_rollback(True)

    assert User.objects.count() == 0
    assert told() == []


@pytest.mark.parametrize(
    "trouble", [RuntimeError("ours"), DatabaseError("ours")], ids=["our own bug", "the database"]
)
def test_registration_goes_on_when_telling_fails_and_the_sweep_tells_it(
    register: Any, told: Any, monkeypatch: pytest.MonkeyPatch, trouble: Exception, caplog: Any
) -> None:
    def fail(*args: Any) -> None:
        raise trouble

    with monkeypatch.context() as patched:
        patched.setattr(writing, "receive", fail)
        register()
    assert User.objects.count() == 1
    assert told() == []
    KeptEvent.objects.update(tried_at=timezone.now() - timedelta(minutes=2))

    written = writing.write_kept()

    assert written == 1
    assert [event["type"] for event in told()] == ["customer.registered"]
    assert KeptEvent.objects.count() == 0
    assert "could not be told" in caplog.text


def test_customer_who_cannot_be_described_is_told_by_the_sweep_once_they_can(
    register: Any, told: Any, settings: Any, sweep_a_minute_later: Any
) -> None:
    described, settings.EBEXO["CUSTOMER"] = settings.EBEXO["CUSTOMER"], "operator.not_"
    register()
    settings.EBEXO["CUSTOMER"] = described
    assert told() == []

    swept = sweep_a_minute_later()

    assert swept == 1
    assert [event["type"] for event in told()] == ["customer.registered"]


def test_broken_statement_of_ours_does_not_poison_the_shops_transaction(
    store: Any, register: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_the_transaction(*args: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM no_such_table")

    monkeypatch.setattr(writing, "receive", break_the_transaction)

    register()

    assert User.objects.count() == 1


def test_mark_left_behind_by_a_crash_is_told_by_the_sweep_once(register: Any, told: Any) -> None:
    register()
    User.objects.update(last_name="Wiśniewska")
    changes.mark(User.objects.get().pk)
    ToldCustomer.objects.update(changed_at=timezone.now() - timedelta(minutes=2))

    swept = [changes.sweep(), changes.sweep()]

    assert swept == [1, 0]
    assert [event["customer"]["last_name"] for event in told()] == ["Nowak", "Wiśniewska"]


def test_fresh_mark_is_left_to_its_own_commit(store: Any, register: Any) -> None:
    register()
    changes.mark(User.objects.get().pk)

    assert changes.sweep() == 0


def test_shop_without_a_store_works_as_ever(settings: Any, db: None, register: Any) -> None:
    settings.EBEXO = {}

    browser = register()

    assert User.objects.count() == 1
    assert Message.objects.count() == 0
    assert KeptEvent.objects.count() == 0
    assert browser.get("/").status_code == 200
    assert browser.get("/accounts/profile/").status_code == 200
