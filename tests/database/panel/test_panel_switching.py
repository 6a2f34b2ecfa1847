"""Another mode or another linked consent: whom it concerns is said, exactly, before anything is saved."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from ebexo.callbacks.addresses import callback_addresses
from ebexo.consents import editing
from ebexo.consents.ledger import record
from ebexo.consents.models import Consent, Decision
from ebexo.contacts.models import Acquaintance, Contact
from ebexo.events import ConsentAnswer
from ebexo.panel.salesmanago.audience import Audience, audience
from ebexo.stores.models import Account, Store

Browser = Callable[..., Client]
Read = Callable[[Any], str]
Typed = Callable[..., dict[str, str]]
ReadRow = Callable[[Store], dict[str, Any]]
CheckSays = Callable[[str | None], None]
MOMENT = datetime(2026, 11, 1, 10, 0, tzinfo=UTC)


@pytest.fixture
def consents(store: Store) -> None:
    for code, name in (("marketing", "Zgoda marketingowa"), ("terms", "Regulamin")):
        editing.add(store.pk, code=code, text="Zgadzam się.", traits=editing.Traits(name))
    Consent.objects.filter(code="terms").update(required=True)


@pytest.fixture
def person(store: Store) -> Callable[..., Contact]:
    """Somebody the store knows, who gave these consents and may have been sent."""

    def known(*granted: str, sent: bool = False, withdrew: str = "", erased: bool = False) -> Contact:
        contact = Contact.objects.create(store=store, email_at=MOMENT)
        record(contact, [ConsentAnswer(code=code, granted=True, at=MOMENT) for code in granted])
        if withdrew:
            record(contact, [ConsentAnswer(code=withdrew, granted=False, at=MOMENT)])
        if sent:
            Acquaintance.objects.create(
                contact=contact,
                remote=store.account.remote,
                vendor_id=f"contact-{contact.pk}",
                email="jan@example.com",
                status="opt_in",
                status_at=MOMENT,
                acknowledged_at=MOMENT,
            )
        if erased:
            Contact.objects.filter(pk=contact.pk).update(erased_at=MOMENT)
        return contact

    return known


@pytest.fixture
def crowd(consents: None, person: Callable[..., Contact], foreign_store: Store) -> None:
    """Seven people, and two who don't count: forgotten, or another store's."""
    person(sent=True)
    person(sent=True)
    person("marketing", sent=True)
    person("marketing", "terms", sent=True)
    person("marketing")
    person("marketing", sent=True, withdrew="marketing")
    person("terms")
    person("marketing", sent=True, erased=True)
    Contact.objects.create(store=foreign_store, email_at=MOMENT)


def _account(store: Store, mode: str, code: str) -> Account:
    Account.objects.filter(pk=store.pk).update(mode=mode, consent_code=code)
    return Account.objects.get(pk=store.pk)


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (("automatic", ""), ("consent", "marketing"), Audience(known=7, allowed=3, gained=0, dropped=3)),
        (("automatic", ""), ("double-opt-in", "terms"), Audience(known=7, allowed=2, gained=0, dropped=4)),
        (("automatic", ""), ("consent", "nobody's"), Audience(known=7, allowed=0, gained=0, dropped=5)),
        (("consent", "marketing"), ("automatic", ""), Audience(known=7, allowed=7, gained=4, dropped=0)),
        (("consent", "marketing"), ("consent", "terms"), Audience(known=7, allowed=2, gained=1, dropped=1)),
        (
            ("consent", "marketing"),
            ("double-opt-in", "marketing"),
            Audience(known=7, allowed=3, gained=0, dropped=0),
        ),
    ],
)
def test_people_concerned_are_counted_exactly(
    store: Store, before: tuple[str, str], after: tuple[str, str], expected: Audience
) -> None:
    account = _account(store, *before)

    assert audience(account, mode=after[0], consent_code=after[1]) == expected


@pytest.mark.usefixtures("crowd")
def test_people_sent_to_another_account_only_do_not_count_as_sent(store: Store) -> None:
    Acquaintance.objects.update(remote="elsewhere")

    found = audience(_account(store, "automatic", ""), mode="consent", consent_code="marketing")

    assert found == Audience(known=7, allowed=3, gained=0, dropped=0)


def _sentences(shown: str) -> list[str]:
    listed = re.search(r'<ul class="panel-sentences">(.*?)</ul>', shown)
    return re.findall(r"<li>(.*?)</li>", listed[1]) if listed else []


ASKED = [
    (
        ("automatic", ""),
        ("consent", "marketing"),
        "en",
        [
            "7 people are known in this store.",
            "3 of them have given the consent “Zgoda marketingowa” and may be sent.",
            "3 people who were sent before will no longer be sent.",
            "The change itself opts nobody in and nobody out.",
        ],
    ),
    (
        ("automatic", ""),
        ("consent", "marketing"),
        "pl",
        [
            "Ten sklep zna 7 osób.",
            "3 z nich udzieliły zgody „Zgoda marketingowa” i ich dane mogą być wysyłane.",
            "Dane 3 osób, które były dotąd wysyłane, nie będą już wysyłane.",
            "Sama zmiana nikomu nie nadaje ani nie odbiera opt-in.",
        ],
    ),
    (
        ("consent", "marketing"),
        ("automatic", ""),
        "en",
        [
            "7 people are known in this store.",
            "All of them may be sent, whether or not they have given a consent.",
            "4 of them are not sent now and will be from then on.",
            "The change itself opts nobody in and nobody out.",
        ],
    ),
    (
        ("consent", "marketing"),
        ("consent", "terms"),
        "en",
        [
            "The consent “Regulamin” is required: everybody who accepts it to use the shop is sent to SALESmanago "
            "and opted in to the mailing. A separate, optional consent is safer.",
            "7 people are known in this store.",
            "2 of them have given the consent “Regulamin” and may be sent.",
            "1 person who was sent before will no longer be sent.",
            "The change itself opts nobody in and nobody out.",
        ],
    ),
    (
        ("consent", "marketing"),
        ("double-opt-in", "marketing"),
        "pl",
        [
            "Ten sklep zna 7 osób.",
            "3 z nich udzieliły zgody „Zgoda marketingowa” i ich dane mogą być wysyłane.",
            "Dane wszystkich osób, które były dotąd wysyłane, nadal mogą być wysyłane.",
            "Sama zmiana nikomu nie nadaje ani nie odbiera opt-in.",
        ],
    ),
]


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize(("before", "after", "language", "sentences"), ASKED)
def test_switching_says_beforehand_whom_it_concerns_and_saves_nothing_yet(
    browser: Browser,
    read: Read,
    typed: Typed,
    row: ReadRow,
    store: Store,
    page: str,
    before: tuple[str, str],
    after: tuple[str, str],
    language: str,
    sentences: list[str],
) -> None:
    _account(store, *before)
    stored = row(store)

    shown = read(browser(language=language).post(page, typed(mode=after[0], consent=after[1])))

    assert _sentences(shown) == sentences
    assert row(store) == stored


@pytest.mark.usefixtures("crowd")
def test_agreeing_to_switch_saves_and_opts_nobody_in_or_out(
    browser: Browser, read: Read, typed: Typed, row: ReadRow, check_says: CheckSays, store: Store, page: str
) -> None:
    check_says(None)
    client = browser()
    before = [list(table.objects.order_by("pk").values()) for table in (Decision, Acquaintance, Contact)]
    asked = read(client.post(page, typed(mode="consent", consent="marketing")))
    nonce = re.search(r'name="agreed" value="([^"]+)"', asked)
    assert nonce

    response = client.post(page, {"agreed": nonce[1]})

    assert response.status_code == 302
    assert (row(store)["mode"], row(store)["consent_code"]) == ("consent", "marketing")
    after = [list(table.objects.order_by("pk").values()) for table in (Decision, Acquaintance, Contact)]
    assert after == before


@pytest.mark.usefixtures("crowd")
def test_saving_without_a_switch_asks_nothing(
    browser: Browser, typed: Typed, check_says: CheckSays, store: Store, page: str
) -> None:
    check_says(None)
    _account(store, "consent", "marketing")

    response = browser().post(page, typed(mode="consent", consent="marketing", rate="20"))

    assert response.status_code == 302


@pytest.mark.usefixtures("consents")
def test_switch_that_concerns_nobody_yet_is_saved_at_once(
    browser: Browser, typed: Typed, check_says: CheckSays, page: str
) -> None:
    check_says(None)

    assert browser().post(page, typed(mode="consent", consent="marketing")).status_code == 302


@pytest.mark.usefixtures("consents")
def test_linking_a_required_consent_warns_even_where_nobody_is_known_yet(
    browser: Browser, read: Read, typed: Typed, row: ReadRow, store: Store, page: str
) -> None:
    before = row(store)

    shown = read(browser(language="pl").post(page, typed(mode="consent", consent="terms")))

    assert _sentences(shown) == [
        "Zgoda „Regulamin” jest wymagana: dane każdego, kto ją zaakceptuje, żeby korzystać ze sklepu, trafią do "
        "SALESmanago, a osoba ta dostanie opt-in do wysyłki. Bezpieczniejsza jest osobna, dobrowolna zgoda."
    ]
    assert row(store) == before


NUMBERS = [
    (
        1,
        0,
        "Ten sklep zna 1 osobę.",
        "Żadna z nich nie udzieliła zgody „Zgoda marketingowa”, więc niczyje dane nie mogą być wysyłane.",
    ),
    (
        2,
        1,
        "Ten sklep zna 2 osoby.",
        "1 z nich udzieliła zgody „Zgoda marketingowa” i jej dane mogą być wysyłane.",
    ),
    (
        5,
        5,
        "Ten sklep zna 5 osób.",
        "5 z nich udzieliło zgody „Zgoda marketingowa” i ich dane mogą być wysyłane.",
    ),
    (
        24,
        22,
        "Ten sklep zna 24 osoby.",
        "22 z nich udzieliły zgody „Zgoda marketingowa” i ich dane mogą być wysyłane.",
    ),
]


@pytest.mark.usefixtures("consents")
@pytest.mark.parametrize(("known", "granted", "first", "second"), NUMBERS)
def test_numbers_stand_in_correct_polish(
    browser: Browser,
    read: Read,
    typed: Typed,
    person: Callable[..., Contact],
    page: str,
    known: int,
    granted: int,
    first: str,
    second: str,
) -> None:
    for number in range(known):
        person(*["marketing"] * (number < granted))

    shown = read(browser(language="pl").post(page, typed(mode="consent", consent="marketing")))

    assert _sentences(shown)[:2] == [first, second]


@pytest.mark.usefixtures("consents")
@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "A newsletter sign-up counts only if its form carries this consent;"),
        ("pl", "Zapis do newslettera liczy się tylko wtedy, gdy jego formularz zawiera tę zgodę;"),
    ],
)
def test_consent_modes_say_what_a_newsletter_sign_up_needs_and_its_code(
    browser: Browser, read: Read, store: Store, page: str, language: str, sentence: str
) -> None:
    _account(store, "consent", "marketing")

    shown = read(browser(language=language).get(page))

    assert sentence in shown
    assert '<code x-text="consent">marketing</code>' in shown


def test_owner_finds_the_addresses_to_paste_into_salesmanago(
    browser: Browser, read: Read, store: Store, page: str
) -> None:
    addresses = callback_addresses(store.handle, base="http://testserver")

    shown = read(browser().get(page, headers={"host": "testserver"}))

    assert [f'value="{address}"' in shown for address in addresses.values()] == [True, True]
    assert "Integration Center → Callbacks" in shown


def test_viewer_does_not_see_the_secret_in_the_callback_addresses(
    browser: Browser, read: Read, page: str
) -> None:
    shown = read(browser("bob").get(page))

    assert "sha1(" not in shown
    assert "/callbacks/" not in shown
