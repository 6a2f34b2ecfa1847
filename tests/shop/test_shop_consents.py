"""Consents in the shop: what is asked where, what is told of the answers, and what the profile shows."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.utils import timezone
from oscar.core.loading import get_model

from ebexo.consents.ledger import change_wording
from ebexo.consents.models import Consent, Decision
from ebexo.contacts.knowledge import Known, Status
from ebexo.contacts.known import learn
from ebexo.contacts.models import Contact
from ebexo.stores.models import Account, Mode
from ebexo_oscar import consents, newsletter
from ebexo_oscar.models import KeptEvent

TICKED = {"consent_marketing": "on"}
SHOWN_GRANTED = {"initial-consent_marketing": "True"}
SHOWN_EMPTY = {"initial-consent_marketing": "False"}


def save_consents(browser: Client, committed: Any, fields: dict[str, str]) -> None:
    with committed():
        assert browser.post("/accounts/profile/consents/", fields).status_code == 302


def place_order(browser: Client, committed: Any, fields: dict[str, str]) -> Any:
    with committed():
        return browser.post("/checkout/preview/", {"action": "place_order"} | fields)


def orders() -> int:
    return int(get_model("order", "Order").objects.count())


def acknowledge(status: Status, *, at: datetime) -> None:
    """SALESmanago has answered for the only contact there is."""
    contact = Contact.objects.get()
    known = Known("id-1", "ewa@example.com", status, at, sent=True)
    learn(contact.pk, remote=Account.objects.get().remote, known=known, now=at)


# What is told


def test_grant_in_the_profile_tells_the_whole_customer(
    marketing: Any, register: Any, committed: Any, told: Any
) -> None:
    browser = register()

    save_consents(browser, committed, SHOWN_EMPTY | TICKED)

    registered, event = told()
    assert event == {
        "id": event["id"],
        "type": "consent.changed",
        "occurred_at": event["occurred_at"],
        "customer": registered["customer"],
        "consents": [
            {
                "code": "marketing",
                "granted": True,
                "at": event["consents"][0]["at"],
                "ip": "127.0.0.1",
                "source": "profile",
            }
        ],
    }


def test_withdrawal_in_the_profile_tells_only_who_it_is(
    marketing: Any, register: Any, committed: Any, told: Any
) -> None:
    browser = register(**TICKED)

    save_consents(browser, committed, SHOWN_GRANTED)

    _registered, event = told()
    assert event["type"] == "consent.changed"
    assert event["customer"] == {"id": str(User.objects.get().pk), "email": "ewa@example.com"}
    assert [(answer["code"], answer["granted"]) for answer in event["consents"]] == [("marketing", False)]


@pytest.mark.parametrize("fields", [SHOWN_GRANTED | TICKED, SHOWN_EMPTY, {}])
def test_consents_left_as_they_are_tell_nothing(
    marketing: Any, register: Any, committed: Any, told: Any, fields: dict[str, str]
) -> None:
    browser = register(**TICKED)

    save_consents(browser, committed, fields)

    assert len(told()) == 1


def test_old_page_saved_after_a_withdrawal_elsewhere_is_no_new_grant(
    marketing: Any, register: Any, committed: Any, told: Any
) -> None:
    browser = register(**TICKED)
    save_consents(browser, committed, SHOWN_GRANTED)

    save_consents(browser, committed, SHOWN_GRANTED | TICKED)

    assert len(told()) == 2
    assert not consents.standing(User.objects.get())["marketing"].granted


def test_only_the_consent_that_changed_is_told(
    store: Any, marketing: Any, register: Any, committed: Any, told: Any
) -> None:
    from ebexo.consents import editing

    editing.add(store.pk, code="sms", text="Chcę otrzymywać SMS-y.", traits=editing.Traits("SMS"))
    browser = register(**TICKED)

    shown = SHOWN_GRANTED | TICKED | {"initial-consent_sms": "False"}
    save_consents(browser, committed, shown | {"consent_sms": "on"})

    assert [(answer["code"], answer["granted"]) for answer in told()[1]["consents"]] == [("sms", True)]


def test_consents_of_nobody_are_not_saved(marketing: Any, committed: Any, told: Any) -> None:
    with committed():
        answer = Client().post("/accounts/profile/consents/", SHOWN_EMPTY | TICKED)

    assert answer["Location"].startswith("/accounts/login/")
    assert told() == []


def test_answers_that_are_rolled_back_are_not_told(marketing: Any, register: Any, told: Any) -> None:
    register()

    with transaction.atomic():
        consents.changed(User.objects.get(), {"marketing": True})
        transaction.set_rollback(True)

    assert len(told()) == 1
    assert Decision.objects.count() == 0


def test_withdrawal_that_could_not_be_told_is_kept_and_told_by_the_sweep(
    marketing: Any, register: Any, committed: Any, told: Any, broken_telling: Any, sweep_a_minute_later: Any
) -> None:
    browser = register(**TICKED)
    with broken_telling():
        save_consents(browser, committed, SHOWN_GRANTED)
    assert len(told()) == 1
    body = KeptEvent.objects.get().body
    assert body["customer"] == {"id": str(User.objects.get().pk), "email": "Ewa@example.com"}

    swept = [sweep_a_minute_later(), sweep_a_minute_later()]

    assert swept == [1, 0]
    assert told()[1]["consents"][0]["granted"] is False
    assert datetime.fromisoformat(told()[1]["occurred_at"]) == datetime.fromisoformat(body["occurred_at"])
    assert not consents.standing(User.objects.get())["marketing"].granted


def test_withdrawal_told_late_does_not_undo_a_grant_given_since(
    marketing: Any, register: Any, committed: Any, broken_telling: Any, sweep_a_minute_later: Any
) -> None:
    browser = register(**TICKED)
    with broken_telling():
        save_consents(browser, committed, SHOWN_GRANTED)
    save_consents(browser, committed, SHOWN_EMPTY | TICKED)

    sweep_a_minute_later()

    assert consents.standing(User.objects.get())["marketing"].granted


def test_event_that_keeps_failing_lets_the_others_go_first(
    marketing: Any, register: Any, committed: Any, told: Any, broken_telling: Any, sweep_a_minute_later: Any
) -> None:
    browser = register(**TICKED)
    KeptEvent.objects.create(
        event_id="broken", person="p", body={"id": "broken", "type": "?"}, tried_at=timezone.now()
    )
    with broken_telling():
        save_consents(browser, committed, SHOWN_GRANTED)

    swept = sweep_a_minute_later()

    kept = KeptEvent.objects.get()
    assert (swept, kept.event_id, len(told())) == (1, "broken", 2)
    assert timezone.now() - kept.tried_at < timedelta(minutes=1)


def test_rollback_takes_along_what_was_kept(marketing: Any, register: Any, broken_telling: Any) -> None:
    register()

    with broken_telling(), transaction.atomic():
        consents.changed(User.objects.get(), {"marketing": False})
        transaction.set_rollback(True)

    assert KeptEvent.objects.count() == 0


def test_registration_kept_for_later_still_carries_its_grant(
    marketing: Any, register: Any, told: Any, broken_telling: Any, sweep_a_minute_later: Any
) -> None:
    with broken_telling():
        register(**TICKED)

    sweep_a_minute_later()

    assert [event["type"] for event in told()] == ["customer.registered"]
    assert consents.standing(User.objects.get())["marketing"].granted


# Required consents


def test_registration_without_a_required_consent_is_not_accepted(marketing: Any, register: Any) -> None:
    Consent.objects.update(required=True)

    with pytest.raises(AssertionError):
        register()
    assert User.objects.count() == 0

    register(**TICKED)
    assert User.objects.count() == 1


def test_order_without_a_required_consent_waits_for_it(
    marketing: Any, committed: Any, told: Any, at_the_summary: Any
) -> None:
    Consent.objects.update(required=True)
    browser = at_the_summary(Client(), email="anna@example.com")

    refused = place_order(browser, committed, {})
    assert "Aby złożyć zamówienie, zaznacz wymagane zgody." in refused.content.decode()
    assert (orders(), told()) == (0, [])

    place_order(browser, committed, TICKED)
    assert (orders(), len(told())) == (1, 1)


# Checkout


def test_guest_who_ticks_the_box_in_the_checkout_is_told_whole(
    marketing: Any, committed: Any, told: Any, at_the_summary: Any
) -> None:
    browser = at_the_summary(Client(), email="Anna@example.com")
    assert 'name="consent_marketing"' in browser.get("/checkout/preview/").content.decode()

    place_order(browser, committed, TICKED)

    (event,) = told()
    (order,) = get_model("order", "Order").objects.all()
    assert event == {
        "id": f"order-{order.number}-placed",
        "type": "order.placed",
        "occurred_at": event["occurred_at"],
        "order": event["order"],
        "customer": {
            "email": "anna@example.com",
            "first_name": "Anna",
            "last_name": "Nowak",
            "phone": "+48601202303",
            "address": {
                "street": "ul. Polna 1",
                "postal_code": "90-001",
                "city": "Łódź",
                "region": "łódzkie",
                "country": "PL",
            },
        },
        "consents": [
            {
                "code": "marketing",
                "granted": True,
                "at": event["consents"][0]["at"],
                "ip": "127.0.0.1",
                "source": "checkout",
            }
        ],
    }


def test_box_in_the_checkout_is_empty_and_left_empty_it_is_no_answer(
    marketing: Any, committed: Any, told: Any, at_the_summary: Any
) -> None:
    browser = at_the_summary(Client(), email="anna@example.com")
    assert "checked" not in browser.get("/checkout/preview/").content.decode()

    place_order(browser, committed, {})

    assert [event.get("consents") for event in told()] == [None]


def test_customer_who_ticks_the_box_in_the_checkout_is_told_with_their_number(
    marketing: Any, register: Any, committed: Any, told: Any, at_the_summary: Any
) -> None:
    browser = at_the_summary(register())

    place_order(browser, committed, TICKED)

    (granting,) = [event for event in told() if event.get("consents")]
    assert granting["type"] == "order.placed"
    assert granting["customer"]["id"] == str(User.objects.get().pk)
    assert granting["customer"]["address"]["city"] == "Łódź"
    assert granting["consents"][0]["source"] == "checkout"


def test_customer_is_not_asked_again_for_what_they_granted(
    marketing: Any, register: Any, at_the_summary: Any
) -> None:
    browser = at_the_summary(register(**TICKED))

    assert "consent_marketing" not in browser.get("/checkout/preview/").content.decode()


def test_order_goes_on_when_telling_fails_and_the_grant_is_kept(
    marketing: Any,
    committed: Any,
    told: Any,
    at_the_summary: Any,
    broken_telling: Any,
    sweep_a_minute_later: Any,
) -> None:
    browser = at_the_summary(Client(), email="anna@example.com")

    with broken_telling():
        place_order(browser, committed, TICKED)
    assert (orders(), told()) == (1, [])

    sweep_a_minute_later()
    assert [event["type"] for event in told()] == ["order.placed"]
    assert told()[0]["consents"][0]["granted"] is True


# The profile


def test_profile_says_of_each_consent_what_stands_and_since_when(
    marketing: Any, register: Any, committed: Any
) -> None:
    browser = register()
    pages = [browser.get("/accounts/profile/").content.decode()]
    for fields in (SHOWN_EMPTY | TICKED, SHOWN_GRANTED):
        save_consents(browser, committed, fields)
        pages.append(browser.get("/accounts/profile/").content.decode())

    remembered = [re.findall(r'name="initial-consent_marketing" value="(\w+)"', page) for page in pages]
    assert remembered == [["False"], ["True"], ["False"]]
    today = timezone.localtime().strftime("%-d")
    assert "Brak zgody" in pages[0]
    assert f"Zgoda udzielona: {today} " in pages[1]
    assert f"Zgoda wycofana: {today} " in pages[2]
    assert [Consent.objects.get().wordings.get().text in page for page in pages] == [True] * 3


def test_boxes_show_the_newest_wording(marketing: Any, register: Any) -> None:
    change_wording(marketing, text="Chcę otrzymywać listy.", asks_again=False)
    browser = register()

    pages = [
        browser.get(path).content.decode() for path in ("/accounts/profile/", "/accounts/register/", "/")
    ]

    assert ["Chcę otrzymywać listy." in pages[0], "Chcę otrzymywać listy." in pages[2]] == [True, True]
    assert "Chcę otrzymywać e-maile" not in "".join(pages)


def test_consent_that_asks_again_is_shown_as_not_granted(marketing: Any, register: Any) -> None:
    browser = register(**TICKED)

    change_wording(marketing, text="Chcę otrzymywać listy.", asks_again=True)

    assert consents.standing(User.objects.get()) == {}
    assert "Brak zgody" in browser.get("/accounts/profile/").content.decode()


def test_inactive_consent_is_shown_only_to_those_who_can_still_withdraw_it(
    marketing: Any, register: Any
) -> None:
    granting = register(**TICKED)
    other = register(email="inna@example.com", username="inna")
    Consent.objects.update(active=False)

    shown = [
        "consent_marketing" in browser.get("/accounts/profile/").content.decode()
        for browser in (granting, other)
    ]

    assert shown == [True, False]


def test_standing_is_what_was_decided_last(marketing: Any, register: Any, committed: Any) -> None:
    browser = register()
    user = User.objects.get()
    stood = [consents.standing(user)]
    save_consents(browser, committed, SHOWN_EMPTY | TICKED)
    stood.append(consents.standing(user))

    at = Decision.objects.get().at
    assert stood == [{}, {"marketing": consents.Standing(granted=True, at=at)}]


def test_standing_that_cannot_be_read_is_empty(
    store: Any, register: Any, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    register()
    monkeypatch.setattr(consents, "contact_of", lambda user: 1 / 0)

    assert consents.standing(User.objects.get()) == {}
    assert "standing failed" in caplog.text


# The newsletter


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.OPT_IN, "Otrzymujesz nasz newsletter."),
        (Status.PENDING, "Czekamy na Twoje potwierdzenie"),
        (Status.OPT_OUT, "Nie otrzymujesz naszego newslettera."),
    ],
)
def test_profile_says_what_salesmanago_has_of_the_newsletter(
    store: Any, register: Any, status: Status, words: str
) -> None:
    browser = register()
    acknowledge(status, at=timezone.now())

    page = browser.get("/accounts/profile/").content.decode()

    assert words in page
    assert ("Wypisz się z newslettera" in page) is (status is not Status.OPT_OUT)


def test_status_of_another_account_is_not_shown(store: Any, register: Any) -> None:
    browser = register()
    acknowledge(Status.OPT_IN, at=timezone.now())
    Account.objects.update(client_id="client-2")

    assert "newsletter_status" not in browser.get("/accounts/profile/").content.decode()


def test_unsubscribing_tells_it_and_shows_it_at_once(
    store: Any, register: Any, committed: Any, told: Any
) -> None:
    from demo.people.models import NewsletterSignup

    browser = register()
    acknowledge(Status.OPT_IN, at=datetime(2026, 11, 20, tzinfo=UTC))
    NewsletterSignup.objects.create(email="ewa@example.com")

    with committed():
        browser.post("/newsletter/unsubscribe/")

    event = told()[1]
    assert event == {
        "id": event["id"],
        "type": "newsletter.unsubscribed",
        "occurred_at": event["occurred_at"],
        "customer": {"id": str(User.objects.get().pk), "email": "ewa@example.com"},
    }
    assert newsletter.status(User.objects.get()) is Status.OPT_OUT
    assert "Nie otrzymujesz naszego newslettera." in browser.get("/accounts/profile/").content.decode()
    assert NewsletterSignup.objects.count() == 0


def test_unsubscribing_that_could_not_be_told_is_told_by_the_sweep(
    store: Any, register: Any, committed: Any, told: Any, broken_telling: Any, sweep_a_minute_later: Any
) -> None:
    browser = register()

    with broken_telling(), committed():
        browser.post("/newsletter/unsubscribe/")
    assert len(told()) == 1

    sweep_a_minute_later()
    assert told()[1]["type"] == "newsletter.unsubscribed"


# Monitoring


def test_withdrawal_takes_the_cookie_with_the_answer_and_monitoring_ends(
    store: Any, marketing: Any, register: Any, committed: Any
) -> None:
    Account.objects.filter(store=store).update(mode=Mode.CONSENT, consent_code="marketing")
    browser = register(**TICKED)
    acknowledge(Status.OPT_IN, at=timezone.now())
    browser.cookies["cookie_choice"] = "all"
    before = browser.get("/")
    assert before.cookies["smclient"].value == "id-1"
    assert "ebexo/monitoring.js" in before.content.decode()

    with committed():
        answer = browser.post("/accounts/profile/consents/", SHOWN_GRANTED)

    assert (answer.cookies["smclient"].value, answer.cookies["smclient"]["max-age"]) == ("", 0)
    after = browser.get("/")
    assert "ebexo/monitoring.js" not in after.content.decode()
    assert "smclient" not in after.cookies


def test_browser_where_the_person_is_logged_out_loses_the_cookie_as_well(
    store: Any, marketing: Any, register: Any, committed: Any
) -> None:
    Account.objects.filter(store=store).update(mode=Mode.CONSENT, consent_code="marketing")
    browser = register(**TICKED)
    acknowledge(Status.OPT_IN, at=timezone.now())
    elsewhere = Client()
    elsewhere.cookies["cookie_choice"], elsewhere.cookies["smclient"] = "all", "id-1"
    assert "ebexo/monitoring.js" in elsewhere.get("/").content.decode()

    save_consents(browser, committed, SHOWN_GRANTED)
    answer = elsewhere.get("/")

    assert "ebexo/monitoring.js" not in answer.content.decode()
    assert answer.cookies["smclient"].value == ""
