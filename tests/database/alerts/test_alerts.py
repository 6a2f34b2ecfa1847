"""Letters to the owners of a store: one for each trouble, whoever looks and however often."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from types import SimpleNamespace

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ebexo.operations.alerts import keeping
from ebexo.operations.alerts.deciding import Kind
from ebexo.operations.alerts.watching import look_around
from ebexo.outbox.models import Message
from ebexo.panel.models import Role, User
from ebexo.panel.users import platform_user
from ebexo.platform import alerting
from ebexo.stores.models import Account, Alert, Store

REFUSED = "Olcha: SALESmanago turns your account away"
STUCK = "Olcha: nothing arrives in SALESmanago"
FAILING = "Olcha: SALESmanago refuses a part of what is sent"
OVER = "Olcha: sending to SALESmanago works again"


def turn_away(store, lane, problem="secret"):
    lane(paused_reason=problem)
    Account.objects.filter(store=store).update(check_problem=problem)


def let_in_again(store, lane):
    lane(paused_reason=None)
    Account.objects.filter(store=store).update(check_problem=None)


def test_store_that_is_turned_away_gives_each_owner_one_letter_and_one_when_it_is_over(
    store, owner, member, lane, clock
):
    member(store, "bogdan@olcha.example")
    member(store, "widz@olcha.example", Role.VIEWER)
    turn_away(store, lane)

    looks = [clock.look(), clock.look(minutes=4), clock.look(minutes=1), clock.look(minutes=60)]
    let_in_again(store, lane)
    over = clock.look(minutes=1)

    assert looks == [[], [], [f"anna@olcha.example: {REFUSED}", f"bogdan@olcha.example: {REFUSED}"], []]
    assert over == [f"anna@olcha.example: {OVER}", f"bogdan@olcha.example: {OVER}"]
    assert clock.look(minutes=60) == []


def test_letter_about_an_account_that_is_turned_away_says_what_to_do(store, owner, lane, clock, monkeypatch):
    monkeypatch.setattr(alerting, "public_base", lambda: "https://panel.example")
    turn_away(store, lane)
    clock.look()
    clock.look(minutes=5)

    (letter,) = mail.outbox
    assert (letter.subject, letter.to, letter.from_email) == (REFUSED, [owner.email], "webmaster@localhost")
    assert letter.extra_headers == {"Auto-Submitted": "auto-generated"}
    assert letter.body == (
        "Nothing of what happens in the store Olcha is sent to SALESmanago at the moment.\n"
        "\n"
        "SALESmanago refuses the ApiSecret. Copy it once more from Settings → Integration → API access; if it was "
        "made anew there, the old one no longer works.\n"
        "\n"
        "Your customers notice nothing in the shop, but new contacts, carts and orders are missing in SALESmanago, so "
        "its messages about them are not sent. Nothing is lost: everything waits and is sent once this has been put "
        "right.\n"
        "\n"
        "The settings of the connection are here:\n"
        "\n"
        f"https://panel.example/panel/{store.handle}/salesmanago/\n"
        "\n"
        "You get this letter once, and another one when sending works again.\n"
    )


def test_letter_about_what_is_stuck_says_since_when_and_that_nothing_is_lost(
    store, owner, a_message, clock, monkeypatch
):
    monkeypatch.setattr(alerting, "public_base", lambda: "https://panel.example")
    clock.now = clock.now.replace(year=2026, month=11, day=23, hour=12, minute=0)
    a_message("waiting", clock.now - timedelta(minutes=15), number=1)
    assert [clock.look(), clock.look(minutes=15)] == [[], [f"{owner.email}: {STUCK}"]]

    Message.objects.update(state="delivered", done_at=clock.now + timedelta(seconds=9))
    assert clock.look(minutes=1) == [f"{owner.email}: {OVER}"]

    stuck, over = (letter.body for letter in mail.outbox)
    assert stuck == (
        "Something of the store Olcha has been waiting since 23 November 2026, 12:45, and nothing gets to "
        "SALESmanago.\n"
        "\n"
        "Most often SALESmanago itself has a fault or cannot be reached. Sending is tried again and again, so usually "
        "there is nothing to do.\n"
        "\n"
        "Your customers notice nothing in the shop, but new contacts, carts and orders are missing in SALESmanago, so "
        "its messages about them come late. Nothing is lost: everything waits and is sent in its order.\n"
        "\n"
        "The connection check says whether something in the settings is wrong:\n"
        "\n"
        f"https://panel.example/panel/{store.handle}/polaczenie/\n"
        "\n"
        "You get this letter once, and another one when sending works again.\n"
    )
    assert over == (
        "What happens in the store Olcha is sent to SALESmanago again.\n"
        "\n"
        "What has waited meanwhile is sent now, in the order in which it happened. There is nothing to do.\n"
        "\n"
        f"https://panel.example/panel/{store.handle}/\n"
    )


def test_letter_about_what_fails_leads_to_the_list(store, owner, a_message, clock, monkeypatch):
    monkeypatch.setattr(alerting, "public_base", lambda: "https://panel.example")
    for number in range(20):
        a_message("failed" if number < 2 else "delivered", clock.now - timedelta(minutes=9), number=number)

    assert [clock.look(), clock.look(), clock.look(minutes=1)] == [[], [f"{owner.email}: {FAILING}"], []]

    assert mail.outbox[0].body == (
        "Of what was sent for the store Olcha in the last hour, SALESmanago did not take a noticeable part. "
        "Not delivered: 2.\n"
        "\n"
        "These messages are not sent again by themselves: a customer's data, a cart or an order is missing in "
        "SALESmanago. Everything else goes on.\n"
        "\n"
        "The list says of each why. Put it right, then send them again:\n"
        "\n"
        f"https://panel.example/panel/{store.handle}/niedostarczone/\n"
        "\n"
        "You get this letter once, until nothing has failed for a whole day.\n"
    )
    assert clock.look(minutes=60 * 24) == []
    assert list(Alert.objects.exclude(closed_at=None).values_list("kind", flat=True)) == ["failing"]


@pytest.mark.parametrize(("failed", "delivered"), [(1, 20), (19, 0), (2, 39)])
def test_a_few_that_fail_are_no_reason_for_a_letter(store, owner, a_message, clock, failed, delivered):
    for number in range(failed + delivered):
        a_message("failed" if number < failed else "delivered", clock.now, number=number)

    assert [clock.look(), clock.look(minutes=1)] == [[], []]
    assert not Alert.objects.exists()


def test_a_store_without_any_trouble_and_a_quiet_night_leave_no_trace(store, owner, a_message, clock):
    a_message("delivered", clock.now, number=1)
    a_message("withheld", clock.now, number=2)

    assert [clock.look(minutes=20) for _ in range(9)] == [[]] * 9
    assert not Alert.objects.exists()


def test_a_new_trouble_after_the_old_one_ended_gives_new_letters(store, owner, lane, clock):
    letters = []
    for _time in range(2):
        turn_away(store, lane)
        letters += [*clock.look(), *clock.look(minutes=5), *clock.look(minutes=5)]
        let_in_again(store, lane)
        letters += clock.look()

    assert letters == [f"{owner.email}: {REFUSED}", f"{owner.email}: {OVER}"] * 2
    assert Alert.objects.count() == 1


def test_a_trouble_that_ends_before_it_is_told_gives_no_letter_at_all(store, owner, lane, clock):
    turn_away(store, lane)
    clock.look()
    let_in_again(store, lane)

    assert [clock.look(minutes=4), clock.look(minutes=60)] == [[], []]


@pytest.mark.parametrize("fields", [{"active": False}, {"dry_run": True}, {"client_id": ""}])
def test_a_store_that_sends_nothing_on_purpose_gets_no_letter(store, owner, lane, clock, fields):
    turn_away(store, lane)
    Account.objects.filter(store=store).update(**fields)

    assert [clock.look(), clock.look(minutes=60)] == [[], []]


def test_a_store_whose_sending_the_operator_has_stopped_gets_no_letter(store, owner, lane, clock):
    turn_away(store, lane)
    lane(stopped_at=clock.now)

    assert [clock.look(), clock.look(minutes=60)] == [[], []]


def test_another_process_that_looks_at_the_same_time_writes_nothing(store, owner, lane, clock, monkeypatch):
    """What it decided on is older than the letters of the first."""
    turn_away(store, lane)
    clock.look()
    clock.now += timedelta(minutes=5)
    seen = list(look_around(now=clock.now, after=timedelta(minutes=30)))
    assert clock.look() == [f"{owner.email}: {REFUSED}"]
    monkeypatch.setattr(alerting, "look_around", lambda **_: iter(seen))

    assert clock.look() == []


def test_good_news_are_written_by_one_process_too(store, owner, lane, clock, monkeypatch):
    turn_away(store, lane)
    clock.look()
    clock.look(minutes=5)
    let_in_again(store, lane)
    seen = list(look_around(now=clock.now, after=timedelta(minutes=30)))
    assert clock.look() == [f"{owner.email}: {OVER}"]
    monkeypatch.setattr(alerting, "look_around", lambda **_: iter(seen))

    assert clock.look() == []


def test_letters_that_the_mail_server_did_not_take_follow_and_nobody_gets_two(
    store, owner, member, lane, clock, monkeypatch
):
    bogdan = member(store, "bogdan@olcha.example")
    refused = {"bogdan@olcha.example"}
    monkeypatch.setattr("django.core.mail.EmailMessage.send", send_but_to(refused))
    turn_away(store, lane)
    clock.look()

    first = clock.look(minutes=5)
    too_early, still_refused = clock.look(), clock.look(minutes=1)
    refused.clear()
    at_last = clock.look(minutes=5)

    assert (first, too_early, still_refused) == ([f"{owner.email}: {REFUSED}"], [], [])
    assert at_last == [f"{bogdan.email}: {REFUSED}"]
    assert clock.look(minutes=600) == []


def test_a_mail_server_that_never_answers_is_asked_five_times(store, owner, lane, clock, monkeypatch, caplog):
    asked = []

    def send(letter):
        asked.append(clock.now)
        raise SMTPServerDisconnected("anna@olcha.example is not welcome")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", send)
    turn_away(store, lane)
    clock.look()
    for _minute in range(300):
        clock.look(minutes=1)
    let_in_again(store, lane)
    clock.look(minutes=1)

    assert [round((at - asked[0]).total_seconds() / 60) for at in asked] == [0, 1, 6, 36, 156]
    assert "anna@" not in caplog.text


def test_mail_server_that_is_down_is_asked_once_for_all_owners(
    store, owner, member, lane, clock, monkeypatch
):
    member(store, "bogdan@olcha.example")
    asked = []

    def send(letter):
        asked.append(letter.to)
        raise TimeoutError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", send)
    turn_away(store, lane)
    clock.look()
    clock.look(minutes=5)

    assert asked == [["anna@olcha.example"]]


def test_what_there_is_no_time_for_is_left_to_the_next_look(
    store, other_store, member, lane, clock, monkeypatch
):
    for one in (store, other_store):
        member(one, f"anna@{one.handle}.example")
        lane(one, paused_reason="secret")
        Account.objects.filter(store=one).update(check_problem="secret")
    clock.look()
    seconds = iter([0, 5, 11, 60, 61, 62])
    monkeypatch.setattr(alerting, "time", SimpleNamespace(monotonic=lambda: next(seconds)))

    assert [len(clock.look(minutes=5)), len(clock.look(minutes=5))] == [1, 1]


def send_but_to(refused):
    send = mail.EmailMessage.send

    def send_some(letter):
        if letter.to[0] in refused:
            raise SMTPRecipientsRefused({})
        return send(letter)

    return send_some


def test_letter_is_in_the_language_somebody_last_used_the_panel_in(store, owner, member, lane, clock):
    member(store, "bogdan@olcha.example", language="pl")
    turn_away(store, lane)
    clock.look()
    clock.look(minutes=5)

    assert {letter.to[0]: letter.subject for letter in mail.outbox} == {
        "anna@olcha.example": REFUSED,
        "bogdan@olcha.example": "Olcha: SALESmanago odmawia dostępu Państwa kontu",
    }


def test_line_break_in_the_name_of_a_store_does_not_end_the_subject(store, owner, lane, clock):
    Store.objects.filter(pk=store.pk).update(name="Olcha\r\nBcc: everybody@example.com")
    turn_away(store, lane)
    clock.look()

    assert clock.look(minutes=5) == [
        f"{owner.email}: Olcha Bcc: everybody@example.com: SALESmanago turns your account away"
    ]


def test_without_an_owner_the_operators_are_written_to_unless_there_are_many_stores(
    store, lane, clock, member, monkeypatch
):
    platform_user(store)
    member(store, "gone@olcha.example", is_active=False)
    User.objects.create_superuser("olga@ebexo.example", "dobre-haslo-do-panelu")
    turn_away(store, lane)
    clock.look()

    assert clock.look(minutes=5) == [f"olga@ebexo.example: {REFUSED}"]

    monkeypatch.setattr("ebexo.panel.readers.FEW_STORES", 0)
    let_in_again(store, lane)
    clock.look()
    turn_away(store, lane)
    clock.look()

    assert clock.look(minutes=5) == []


def test_a_store_that_is_being_removed_gets_no_letter(store, owner, lane, clock):
    turn_away(store, lane)
    clock.look()
    Store.objects.filter(pk=store.pk).update(removal_began_at=clock.now)

    assert clock.look(minutes=5) == []


def test_a_look_takes_two_questions_however_many_stores_are_known_to_be_in_trouble(
    store, other_store, lane, clock
):
    for one in (store, other_store):
        lane(one, paused_reason="secret")
        Account.objects.filter(store=one).update(check_problem="secret")
    clock.look()

    with CaptureQueriesContext(connection) as asked:
        clock.look(minutes=1)

    assert len(asked) == 2
    assert Alert.objects.filter(closed_at=None).count() == 2


def test_alert_that_is_taken_on_is_nobody_elses(store, clock):
    keeping.open_alert(store.pk, Kind.STUCK, now=clock.now)

    taken = [keeping.take_on(store.pk, Kind.STUCK, now=clock.now) is not None for _ in range(3)]

    assert taken == [True, False, False]


def test_language_of_the_login_page_is_kept_with_whoever_logs_in(store, owner):
    for language in ("pl", "en", "en"):
        entered = Client(headers={"Accept-Language": language}).post(
            "/panel/login/", {"username": owner.email, "password": "dobre-haslo-do-panelu"}
        )

        owner.refresh_from_db()
        assert (entered.status_code, owner.language) == (302, language)
