"""Find a person by e-mail: what is known of them, what was withheld, and their history of decisions to take along."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from ebexo.consents import editing
from ebexo.consents.gate import Reason
from ebexo.consents.ledger import change_wording
from ebexo.consents.models import Consent, Decision
from ebexo.consents.sentences import SENTENCES
from ebexo.contacts.models import Acquaintance, Contact, StatusChange
from ebexo.contacts.resolve import find
from ebexo.ingest.receive import receive
from ebexo.outbox.models import Message
from ebexo.stores.models import Account, Store

Browser = Callable[..., Client]
Read = Callable[[Any], str]
Tell = Callable[..., None]
MOMENT = datetime(2026, 11, 1, 10, 0, tzinfo=UTC)
EMAIL = "jan.kowalski@example.com"


@pytest.fixture
def address(store: Store) -> str:
    return f"/panel/{store.handle}/osoba/"


@pytest.fixture
def search(browser: Browser, read: Read, address: str) -> Callable[..., str]:
    """The page that is shown for an e-mail."""

    def searched(email: str = EMAIL, *, language: str = "en", name: str = "alice") -> str:
        return read(browser(name, language=language).post(address, {"email": email}))

    return searched


@pytest.fixture
def tell(store: Store) -> Tell:
    """The store tells an event of a person, so many hours after the first moment."""

    def told(number: int, kind: str, *consents: dict[str, Any], email: str = EMAIL) -> None:
        at = (MOMENT + timedelta(hours=number)).isoformat()
        receive(
            store,
            {
                "id": f"event-{number}",
                "type": kind,
                "occurred_at": at,
                "customer": {"email": email},
                "consents": [{"at": at, **consent} for consent in consents],
            },
        )

    return told


@pytest.fixture
def with_consent(store: Store) -> Consent:
    """The store sends people by the consent "marketing"."""
    Account.objects.filter(pk=store.pk).update(mode="consent", consent_code="marketing")
    return editing.add(
        store.pk, code="marketing", text="Zgadzam się.", traits=editing.Traits("Zgoda marketingowa")
    )


def _contact(store: Store) -> Contact:
    found = find(store.pk, kind="email", value=EMAIL)
    assert found
    return found


def _known_there(store: Store, status: str) -> None:
    Acquaintance.objects.create(
        contact=_contact(store),
        remote=store.account.remote,
        vendor_id="6f0c6a0e-5a7c",
        email=EMAIL,
        status=status,
        status_at=MOMENT,
        acknowledged_at=MOMENT,
    )


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "This store has told nothing of a person with this e-mail."),
        ("pl", "Ten sklep nie przekazał niczego o osobie z tym adresem e-mail."),
    ],
)
def test_person_nobody_knows_is_said_to_be_unknown(
    search: Callable[..., str], language: str, sentence: str
) -> None:
    assert sentence in search("nobody@example.com", language=language)


@pytest.mark.parametrize("typed", ["", "jan", "jan@", "jan@@example.com"])
def test_text_that_is_no_address_is_refused(search: Callable[..., str], typed: str) -> None:
    shown = search(typed)

    assert 'id="id_email_error"' in shown
    assert 'id="nobody"' not in shown


@pytest.mark.parametrize(
    ("status", "language", "word"),
    [
        ("opt_in", "en", "Opt-in"),
        ("opt_out", "en", "Opt-out"),
        ("pending", "en", "Waiting for confirmation by e-mail"),
        ("pending", "pl", "Czeka na potwierdzenie e-mailem"),
    ],
)
def test_status_and_contact_id_at_salesmanago_are_shown(
    search: Callable[..., str], tell: Tell, store: Store, status: str, language: str, word: str
) -> None:
    tell(1, "customer.registered")
    _known_there(store, status)

    shown = search("  Jan.Kowalski@Example.com ", language=language)

    assert f'<dd id="status">{word}</dd>' in shown
    assert '<code id="contact-id">6f0c6a0e-5a7c</code>' in shown


def test_what_another_account_knows_is_not_shown(
    search: Callable[..., str], tell: Tell, store: Store
) -> None:
    tell(1, "customer.registered")
    _known_there(store, "opt_in")
    Account.objects.filter(pk=store.pk).update(client_id="other-client")

    shown = search()

    assert '<dd id="status">Not known there yet</dd>' in shown
    assert "6f0c6a0e-5a7c" not in shown


def test_status_that_salesmanago_told_of_somebody_never_sent_is_shown(
    search: Callable[..., str], tell: Tell, store: Store
) -> None:
    tell(1, "customer.registered")
    contact, remote = _contact(store), store.account.remote
    StatusChange.objects.create(
        store=store, contact=contact, remote=remote, at=MOMENT, status="opt_out", source="callback"
    )

    assert '<dd id="status">Opt-out</dd>' in search()


def test_page_says_whether_the_person_may_be_sent(
    search: Callable[..., str], tell: Tell, with_consent: Consent
) -> None:
    tell(1, "customer.registered")
    before = search()
    tell(2, "consent.changed", {"code": "marketing", "granted": True})
    after = search()

    assert f'<p id="sentence">{SENTENCES[Reason.NO_CONSENT]}</p>' in before
    assert '<p id="sentence">What this person does in the shop is sent to SALESmanago.</p>' in after


def test_person_who_was_forgotten_and_came_back_is_shown_with_the_event(
    search: Callable[..., str], tell: Tell
) -> None:
    tell(1, "customer.registered")
    tell(2, "customer.erased")
    forgotten = search()
    tell(3, "newsletter.subscribed")
    returned = search()

    assert "Asked to be forgotten on 1 November 2026, 13:00. Their data is deleted." in forgotten
    assert f'<p id="sentence">{SENTENCES[Reason.ERASED]}</p>' in forgotten
    assert 'id="erased"' not in returned
    assert (
        "Asked to be forgotten on 1 November 2026, 13:00 and came back of their own accord on "
        "1 November 2026, 14:00: Newsletter sign-up (event-3)." in returned
    )


@pytest.mark.parametrize("language", ["en", "pl"])
def test_withheld_messages_are_listed_with_the_reason_and_the_moment(
    search: Callable[..., str], tell: Tell, with_consent: Consent, language: str
) -> None:
    tell(1, "customer.registered")
    tell(2, "newsletter.subscribed")
    tell(3, "customer.registered", email="anna@example.com")

    withheld = search(language=language).split('id="withheld"')[1].split("</section>")[0]

    with override(language):
        assert withheld.count(str(SENTENCES[Reason.NO_CONSENT])) == 2
    assert withheld.index("2026-11-01T12:00:00+00:00") < withheld.index("2026-11-01T11:00:00+00:00")
    assert "2026-11-01T13:00:00+00:00" not in withheld


def test_messages_that_wait_are_listed(search: Callable[..., str], tell: Tell) -> None:
    tell(1, "customer.registered")
    tell(2, "customer.updated")
    Message.objects.filter(event_id="event-1").update(state="in_flight")

    shown = search()
    waiting = shown.split('id="waiting"')[1].split("</section>")[0]

    assert "Nothing of this person was withheld." in shown
    assert waiting.index("It is being sent right now.") < waiting.index("It waits for its turn.")


def test_missing_confirmation_e_mail_is_told(search: Callable[..., str], tell: Tell) -> None:
    tell(1, "customer.registered")
    Message.objects.update(state="delivered", done_at=MOMENT, notes=["confirmation_may_be_missing"])

    shown = search()

    assert "may be missing: on 1 November 2026, 11:00 it stayed unknown" in shown


@pytest.fixture
def history(tell: Tell, store: Store, with_consent: Consent) -> None:
    """Three decisions: a grant, its withdrawal, and a grant of a wording and from a place that look like formulas."""
    editing.add(
        store.pk, code="sms", text="@SUM(A1);\nnowa „linia”", traits=editing.Traits("=cmd|' /C calc'!A0")
    )
    tell(
        1,
        "customer.registered",
        {"code": "marketing", "granted": True, "source": "registration", "ip": "203.0.113.24"},
    )
    tell(2, "consent.changed", {"code": "marketing", "granted": False, "source": "profile"})
    tell(3, "consent.changed", {"code": "sms", "granted": True, "source": "+kiosk", "ip": "2001:db8::1"})


CSV = (
    "E-mail;Consent;Code;Version;Wording;Decision;When;Where;IP address\r\n"
    "jan.kowalski@example.com;'=cmd|' /C calc'!A0;sms;1;\"'@SUM(A1);\nnowa „linia”\";Granted;"
    "2026-11-01T13:00:00+00:00;'+kiosk;2001:db8::1\r\n"
    "jan.kowalski@example.com;Zgoda marketingowa;marketing;1;Zgadzam się.;Withdrawn;"
    "2026-11-01T12:00:00+00:00;Profile;\r\n"
    "jan.kowalski@example.com;Zgoda marketingowa;marketing;1;Zgadzam się.;Granted;"
    "2026-11-01T11:00:00+00:00;Registration;203.0.113.24\r\n"
)
JSON = {
    "email": EMAIL,
    "decisions": [
        {
            "code": "sms",
            "name": "=cmd|' /C calc'!A0",
            "version": 1,
            "wording": "@SUM(A1);\nnowa „linia”",
            "granted": True,
            "at": "2026-11-01T13:00:00+00:00",
            "source": "+kiosk",
            "ip": "2001:db8::1",
        },
        {
            "code": "marketing",
            "name": "Zgoda marketingowa",
            "version": 1,
            "wording": "Zgadzam się.",
            "granted": False,
            "at": "2026-11-01T12:00:00+00:00",
            "source": "profile",
            "ip": "",
        },
        {
            "code": "marketing",
            "name": "Zgoda marketingowa",
            "version": 1,
            "wording": "Zgadzam się.",
            "granted": True,
            "at": "2026-11-01T11:00:00+00:00",
            "source": "registration",
            "ip": "203.0.113.24",
        },
    ],
}


@pytest.mark.usefixtures("history")
def test_history_is_exported_as_csv_for_spreadsheets_without_formulas(
    browser: Browser, store: Store, address: str
) -> None:
    response = browser().post(address, {"email": EMAIL, "export": "csv"})

    assert response.content == b"\xef\xbb\xbf" + CSV.encode()
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="consents-{store.handle}.csv"'


@pytest.mark.usefixtures("history")
def test_history_is_exported_as_json(browser: Browser, store: Store, address: str) -> None:
    response = browser().post(address, {"email": EMAIL, "export": "json"})

    assert json.loads(response.content) == JSON
    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"] == f'attachment; filename="consents-{store.handle}.json"'


@pytest.mark.usefixtures("history")
def test_every_decision_is_shown_with_its_wording_the_newest_first(
    search: Callable[..., str], store: Store
) -> None:
    change_wording(Consent.objects.get(code="marketing"), text="Inna treść.", asks_again=False)

    decisions = search(language="pl").split('id="decisions"')[1].split("</section>")[0]

    rows = [row.split("</li>")[0] for row in decisions.split("<li>")[1:]]
    assert [("Udzielona" in row, "Wycofana" in row) for row in rows] == [
        (True, False),
        (False, True),
        (True, False),
    ]
    assert "1 listopada 2026, 12:00:00" in rows[2]
    assert "Rejestracja · IP 203.0.113.24" in rows[2]
    assert "<blockquote>Zgadzam się.</blockquote>" in rows[2]
    assert "· +kiosk · IP 2001:db8::1" in rows[0]
    assert "Inna treść." not in decisions


@pytest.mark.usefixtures("history")
def test_search_leaves_the_address_in_no_log_and_in_no_address_bar(
    browser: Browser, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    page = browser().post(address, {"email": EMAIL})
    exported = browser().post(address, {"email": EMAIL, "export": "csv"})
    by_address = browser().get(address, {"email": EMAIL})

    ours = [record for record in caplog.records if record.name != "django.db.backends"]
    assert EMAIL not in " ".join(record.getMessage() for record in ours)
    assert (page.status_code, exported.status_code) == (200, 200)
    assert "@" not in exported["Content-Disposition"]
    assert "no-store" in page["Cache-Control"]
    assert 'method="post"' in page.content.decode()
    assert EMAIL not in by_address.content.decode()  # an e-mail in the address is not looked up


MATRIX = [(None, 302, 302), ("alice", 200, 404), ("bob", 200, 404), ("charlie", 404, 200), ("olga", 200, 200)]


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize("data", [None, {"email": EMAIL}, {"email": EMAIL, "export": "csv"}])
@pytest.mark.parametrize(("name", "own", "foreign"), MATRIX)
def test_people_of_a_store_are_found_by_those_who_may_see_it(
    browser: Browser,
    store: Store,
    foreign_store: Store,
    data: dict[str, str] | None,
    name: str | None,
    own: int,
    foreign: int,
) -> None:
    client = browser(name)
    addresses = [f"/panel/{one.handle}/osoba/" for one in (store, foreign_store)]

    responses = [client.post(one, data) if data else client.get(one) for one in addresses]

    assert [response.status_code for response in responses] == [own, foreign]
    assert b"Zgadzam" not in responses[1].content
    assert Decision.objects.count() == 3


@pytest.mark.usefixtures("history")
def test_person_of_a_foreign_store_is_unknown_here(
    browser: Browser, read: Read, foreign_store: Store
) -> None:
    shown = read(browser("charlie").post(f"/panel/{foreign_store.handle}/osoba/", {"email": EMAIL}))

    assert "This store has told nothing of a person with this e-mail." in shown
