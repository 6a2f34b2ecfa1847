"""Konfiguracja → Zgody: adding, changing, rewording and deleting consents, and who may do it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from ebexo.consents import editing
from ebexo.consents.editing import Obstacle, Risk, standing_grants
from ebexo.consents.ledger import change_wording, latest, record
from ebexo.consents.models import Consent, Wording
from ebexo.contacts.models import Contact
from ebexo.events import ConsentAnswer
from ebexo.ingest.receive import receive
from ebexo.panel.consents.texts import OBSTACLES, PROBLEMS, RISKS
from ebexo.panel.consents.unknown import UnknownCode, unknown_codes
from ebexo.stores.models import Account, Store

Browser = Callable[..., Client]
Read = Callable[[Any], str]
MOMENT = datetime(2026, 11, 1, 10, 0, tzinfo=UTC)
NEW = {"code": "marketing", "name": "Zgoda marketingowa", "text": "Zgadzam się.", "active": "on"}
TRAITS = {"name": "Zgoda marketingowa", "active": "on"}


@pytest.fixture
def address(store: Store) -> str:
    return f"/panel/{store.handle}/zgody/"


@pytest.fixture
def consent(store: Store) -> Consent:
    return editing.add(
        store.pk, code="marketing", text="Zgadzam się.", traits=editing.Traits("Zgoda marketingowa")
    )


@pytest.fixture
def link(store: Store) -> Callable[[str], None]:
    """Let the store's mode send people by this consent."""

    def linked(code: str) -> None:
        Account.objects.filter(pk=store.pk).update(mode="consent", consent_code=code)

    return linked


def _decide(
    store: Store, *answers: tuple[bool, int], erased: bool = False, since: datetime = MOMENT
) -> Contact:
    """A person who answered, each time so many hours after the first moment."""
    contact = Contact.objects.create(store=store, email_at=MOMENT)
    for granted, hours in answers:
        record(
            contact,
            [ConsentAnswer(code="marketing", granted=granted, at=since + timedelta(hours=hours))],
        )
    if erased:
        Contact.objects.filter(pk=contact.pk).update(erased_at=MOMENT)
    return contact


def _everything() -> list[Any]:
    return [list(Consent.objects.order_by("pk").values()), list(Wording.objects.order_by("pk").values())]


def test_new_consent_gets_the_first_version_of_its_wording(
    browser: Browser, read: Read, store: Store, address: str
) -> None:
    typed = NEW | {"code": " marketing ", "vendor_name": "Marketing", "required": "on"}

    response = browser().post(f"{address}nowa/", typed, follow=True)

    consent = Consent.objects.values("store_id", "code", "name", "vendor_name", "required", "active").get()
    assert consent == {
        "store_id": store.pk,
        "code": "marketing",
        "name": "Zgoda marketingowa",
        "vendor_name": "Marketing",
        "required": True,
        "active": True,
    }
    wording = Wording.objects.values_list("consent__code", "version", "text", "asks_again").get()
    assert wording == ("marketing", 1, "Zgadzam się.", False)
    assert response.redirect_chain == [(address, 302)]
    assert "The consent has been added." in read(response)


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize(
    ("change", "field", "problem"),
    [
        ({"code": " "}, "code", "required"),
        ({"code": "x" * 65}, "code", "too_long"),
        ({"code": "taken"}, "code", "taken"),
        ({"name": ""}, "name", "required"),
        ({"name": "x" * 201}, "name", "too_long"),
        ({"text": "  "}, "text", "required"),
        ({"vendor_name": "x" * 256}, "vendor_name", "too_long"),
    ],
)
def test_consent_that_cannot_be_right_is_refused_beside_its_field(
    browser: Browser,
    read: Read,
    store: Store,
    address: str,
    change: dict[str, str],
    field: str,
    problem: str,
    language: str,
) -> None:
    editing.add(store.pk, code="taken", text="Zgadzam się.", traits=editing.Traits("Zgoda"))
    before = _everything()

    shown = read(browser(language=language).post(f"{address}nowa/", NEW | change))

    with override(language):
        assert (
            f'<div class="panel-field-error" id="id_{field}_error"><p>{PROBLEMS[problem]}</p>'
            in shown.replace("> <", "><")
        )
    assert _everything() == before


def test_same_code_in_two_stores_is_two_consents(
    browser: Browser, store: Store, foreign_store: Store, address: str
) -> None:
    editing.add(foreign_store.pk, code="marketing", text="Zgadzam się.", traits=editing.Traits("Cudza"))

    browser().post(f"{address}nowa/", NEW)

    assert Consent.objects.filter(code="marketing").count() == 2


def test_code_of_a_consent_never_changes(browser: Browser, consent: Consent, address: str) -> None:
    typed = TRAITS | {"name": "Inna", "code": "other", "required": "on"}

    browser().post(f"{address}{consent.pk}/", typed)

    changed = Consent.objects.values_list("code", "name", "required", "active").get()
    assert changed == ("marketing", "Inna", True, True)


def test_change_without_a_name_is_refused(
    browser: Browser, read: Read, consent: Consent, address: str
) -> None:
    before = _everything()

    shown = read(browser().post(f"{address}{consent.pk}/", {"name": " "}))

    assert "This field is needed." in shown
    assert _everything() == before


RISKY = [
    (TRAITS | {"required": "on"}, [Risk.LINKED_REQUIRED]),
    ({"name": "Zgoda marketingowa"}, [Risk.LINKED_INACTIVE]),
    ({"name": "Zgoda marketingowa", "required": "on"}, [Risk.LINKED_INACTIVE, Risk.LINKED_REQUIRED]),
]


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize(("typed", "risks"), RISKY)
def test_linked_consent_changes_only_after_what_it_means_is_agreed_to(
    browser: Browser,
    read: Read,
    consent: Consent,
    address: str,
    link: Callable[[str], None],
    typed: dict[str, str],
    risks: list[Risk],
    language: str,
) -> None:
    link("marketing")
    client, page, before = browser(language=language), f"{address}{consent.pk}/", _everything()

    asked = read(client.post(page, typed))

    with override(language):
        assert [risk for risk in Risk if str(RISKS[risk]) in asked] == risks
    assert _everything() == before

    assert client.post(page, {**typed, "agreed": [risk.value for risk in risks]}).status_code == 302
    changed = Consent.objects.values_list("required", "active").get()
    assert changed == ("required" in typed, "active" in typed)


def test_agreeing_to_one_thing_is_not_agreeing_to_another(
    browser: Browser, consent: Consent, address: str, link: Callable[[str], None]
) -> None:
    link("marketing")
    before = _everything()

    response = browser().post(
        f"{address}{consent.pk}/", {"name": "Zgoda marketingowa", "agreed": "linked_required"}
    )

    assert (response.status_code, _everything()) == (200, before)


def test_way_back_from_the_question_keeps_what_was_typed_and_saves_nothing(
    browser: Browser, read: Read, consent: Consent, address: str, link: Callable[[str], None]
) -> None:
    link("marketing")
    before = _everything()
    typed = {"name": "Inna nazwa", "agreed": "linked_inactive", "back": "1"}

    shown = read(browser().post(f"{address}{consent.pk}/", typed))

    assert 'value="Inna nazwa"' in shown
    assert _everything() == before


def test_consent_that_is_not_linked_changes_without_a_question(
    browser: Browser, consent: Consent, address: str
) -> None:
    response = browser().post(f"{address}{consent.pk}/", {"name": "Zgoda", "required": "on"})

    assert response.status_code == 302
    assert Consent.objects.values_list("name", "required", "active").get() == ("Zgoda", True, False)


def test_required_consent_added_under_a_code_that_is_linked_already_is_asked_about(
    browser: Browser, read: Read, address: str, link: Callable[[str], None]
) -> None:
    link("marketing")
    client, typed = browser(), NEW | {"required": "on"}

    asked = read(client.post(f"{address}nowa/", typed))

    assert str(RISKS[Risk.LINKED_REQUIRED]) in asked
    assert not Consent.objects.exists()
    assert client.post(f"{address}nowa/", typed | {"agreed": "linked_required"}).status_code == 302
    assert Consent.objects.get().required


def test_changed_wording_is_a_new_version_and_the_old_one_stays_readable(
    browser: Browser, read: Read, consent: Consent, address: str
) -> None:
    typed = {"text": "Zgadzam się na wszystko.", "seen": "1"}

    shown = read(browser().post(f"{address}{consent.pk}/tresc/", typed, follow=True))

    versions = consent.wordings.order_by("version").values_list("version", "text", "asks_again")
    assert list(versions) == [(1, "Zgadzam się.", False), (2, "Zgadzam się na wszystko.", False)]
    assert "<blockquote>Zgadzam się.</blockquote>" in shown
    assert "<blockquote>Zgadzam się na wszystko.</blockquote>" in shown


def test_asking_again_makes_earlier_grants_count_no_longer(
    browser: Browser, store: Store, consent: Consent, address: str
) -> None:
    contact = _decide(store, (True, 0))
    page = f"{address}{consent.pk}/tresc/"

    browser().post(page, {"text": "Zgadzam się na więcej.", "seen": "1"})
    still = latest(contact, "marketing")
    browser().post(page, {"text": "Zgadzam się na więcej.", "seen": "2", "asks_again": "on"})

    assert still is not None
    assert still.granted
    assert latest(contact, "marketing") is None


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"text": " ", "seen": "1"}, "required"),
        ({"text": "Zgadzam się.", "seen": "1"}, "same"),
        ({"text": "Zgadzam się na wszystko.", "seen": "2"}, "outdated"),
    ],
)
def test_wording_that_makes_no_sense_is_refused(
    browser: Browser, read: Read, consent: Consent, address: str, typed: dict[str, str], problem: str
) -> None:
    before = _everything()

    shown = read(browser().post(f"{address}{consent.pk}/tresc/", typed))

    assert str(PROBLEMS[problem]) in shown
    assert _everything() == before


def test_consent_on_which_nobody_decided_is_deleted_with_its_wordings(
    browser: Browser, consent: Consent, address: str
) -> None:
    response = browser().post(f"{address}{consent.pk}/usun/")

    assert (response.status_code, response["Location"]) == (302, address)
    assert _everything() == [[], []]


@pytest.mark.parametrize("obstacle", Obstacle)
def test_consent_in_use_is_not_deleted_and_the_reason_is_said(
    browser: Browser,
    read: Read,
    store: Store,
    consent: Consent,
    address: str,
    link: Callable[[str], None],
    obstacle: Obstacle,
) -> None:
    if obstacle is Obstacle.LINKED:
        link("marketing")
    else:
        _decide(store, (False, 0))
    before = _everything()
    client = browser()

    shown = read(client.get(f"{address}{consent.pk}/"))
    refused = read(client.post(f"{address}{consent.pk}/usun/", follow=True))

    assert str(OBSTACLES[obstacle]) in shown
    assert f"{consent.pk}/usun/" not in shown
    assert str(OBSTACLES[obstacle]) in refused
    assert _everything() == before


def test_grants_are_counted_by_the_newest_decision_of_each_person(store: Store, consent: Consent) -> None:
    people = [
        _decide(store, (True, 0)),
        _decide(store, (True, 0), (False, 1)),
        _decide(store, (False, 1), (True, 2)),
        _decide(store, (True, 2), (False, 1)),
        _decide(store, (False, 0), (True, 0)),
        _decide(store, (True, 0), erased=True),
    ]

    granted = {decision.contact_id for decision in standing_grants(consent)}

    assert granted == {people[number].pk for number in (0, 2, 3, 4)}


def test_grants_that_are_asked_for_again_are_not_counted(store: Store, consent: Consent) -> None:
    early = _decide(store, (True, 0))
    change_wording(consent, text="Nowa treść.", asks_again=True)
    late = _decide(store, (True, 0), since=timezone.now())
    change_wording(consent, text="Jeszcze nowsza.", asks_again=False)

    granted = [decision.contact_id for decision in standing_grants(consent)]

    assert granted == [late.pk]
    assert [latest(one, "marketing") is not None for one in (early, late)] == [False, True]


@pytest.mark.parametrize(
    ("count", "language", "sentence"),
    [
        (0, "pl", "Nikt jej nie udzielił."),
        (1, "pl", "Udzieliła jej 1 osoba."),
        (2, "pl", "Udzieliły jej 2 osoby."),
        (5, "pl", "Udzieliło jej 5 osób."),
        (22, "pl", "Udzieliły jej 22 osoby."),
        (0, "en", "Nobody has given it."),
        (1, "en", "1 person has given it."),
        (5, "en", "5 people have given it."),
    ],
)
def test_list_says_how_many_people_have_given_a_consent(
    browser: Browser,
    read: Read,
    store: Store,
    consent: Consent,
    address: str,
    count: int,
    language: str,
    sentence: str,
) -> None:
    for _person in range(count):
        _decide(store, (True, 0))
    _decide(store, (False, 0))

    assert sentence in read(browser(language=language).get(address))


def test_list_shows_what_each_consent_is(
    browser: Browser, read: Read, store: Store, consent: Consent, address: str, link: Callable[[str], None]
) -> None:
    link("marketing")
    change_wording(consent, text="Nowa treść.", asks_again=False)
    terms = editing.add(store.pk, code="terms", text="Akceptuję.", traits=editing.Traits("Regulamin"))
    Consent.objects.filter(pk=terms.pk).update(required=True, active=False)

    first, second = read(browser().get(address)).split('id="consents"')[1].split("</li>")[:2]

    words = ("Used by the mode", "Required", "Optional", ">Active<", "Not active", "Version 2", "Version 1")
    assert [word for word in words if word in first] == [
        "Used by the mode",
        "Optional",
        ">Active<",
        "Version 2",
    ]
    assert [word for word in words if word in second] == ["Required", "Not active", "Version 1"]


@pytest.fixture
def told(store: Store) -> Callable[..., None]:
    def tell(store: Store, number: int, *codes: str) -> None:
        answers = [{"code": code, "granted": True, "at": MOMENT.isoformat()} for code in codes]
        receive(
            store,
            {
                "id": f"event-{number}",
                "type": "consent.changed",
                "occurred_at": MOMENT.isoformat(),
                "customer": {"email": "jan@example.com"},
                "consents": answers,
            },
        )

    return tell


def test_codes_without_a_consent_are_shown_with_a_way_to_add_them(
    browser: Browser,
    read: Read,
    store: Store,
    foreign_store: Store,
    consent: Consent,
    address: str,
    told: Callable[..., None],
) -> None:
    told(store, 1, "marketing", "sms")
    told(store, 2, "sms", "zażółć & co")
    told(foreign_store, 3, "theirs")

    found = [(one.code, one.events) for one in unknown_codes(store.pk)]
    shown = read(browser().get(address))
    form = read(browser().get(f"{address}nowa/?code=za%C5%BC%C3%B3%C5%82%C4%87%20%26%20co"))

    assert found == [("sms", 2), ("zażółć & co", 1)]
    assert f'href="{address}nowa/?code=za%C5%BC%C3%B3%C5%82%C4%87%20%26%20co"' in shown
    assert "2 events, the last on" in shown
    assert "theirs" not in shown
    assert 'value="zażółć & co"' in form


def test_code_that_got_its_consent_is_shown_no_longer(
    browser: Browser, read: Read, store: Store, address: str, told: Callable[..., None]
) -> None:
    told(store, 1, "sms")
    before = unknown_codes(store.pk)

    browser().post(f"{address}nowa/", NEW | {"code": "sms"})

    assert [UnknownCode(one.code, one.events, one.last_at) for one in before] == before
    assert [one.code for one in before] == ["sms"]
    assert before[0].last_at <= timezone.now()
    assert unknown_codes(store.pk) == []
    assert "consents that are not here" not in read(browser().get(address))


READERS = [
    (None, 302, 302),
    ("alice", 200, 404),
    ("bob", 200, 404),
    ("charlie", 404, 200),
    ("olga", 200, 200),
]
EDITORS = [
    (None, 302, 302),
    ("alice", 200, 404),
    ("bob", 403, 404),
    ("charlie", 404, 200),
    ("olga", 200, 200),
]
MATRIX = [
    *[(page, *row) for page in ("", "{number}/") for row in READERS],
    *[(page, *row) for page in ("nowa/", "{number}/tresc/", "{number}/usun/") for row in EDITORS],
]


@pytest.mark.parametrize(("page", "name", "own", "foreign"), MATRIX)
def test_pages_of_consents_are_seen_by_those_who_may(
    browser: Browser,
    store: Store,
    foreign_store: Store,
    page: str,
    name: str | None,
    own: int,
    foreign: int,
) -> None:
    client, statuses = browser(name), []
    for one in (store, foreign_store):
        consent = editing.add(one.pk, code="marketing", text="Zgadzam się.", traits=editing.Traits("Zgoda"))
        address = f"/panel/{one.handle}/zgody/{page.format(number=consent.pk)}"
        statuses.append(client.get(address).status_code)

    assert statuses == [own, foreign]


POSTS = {
    "nowa/": NEW | {"code": "other"},
    "{number}/": TRAITS | {"name": "Inna"},
    "{number}/tresc/": {"text": "Inna treść.", "seen": "1"},
    "{number}/usun/": {},
}


@pytest.mark.parametrize("page", POSTS)
@pytest.mark.parametrize(
    ("name", "status"),
    [(None, 302), ("alice", 302), ("bob", 403), ("charlie", 404), ("nadia", 404), ("olga", 302)],
)
def test_consents_are_changed_by_owners_and_operators_only(
    browser: Browser, consent: Consent, address: str, page: str, name: str | None, status: int
) -> None:
    before = _everything()

    response = browser(name).post(address + page.format(number=consent.pk), POSTS[page])

    assert response.status_code == status
    assert (_everything() != before) is (name in ("alice", "olga"))


@pytest.mark.parametrize("page", ["{number}/", "{number}/tresc/", "{number}/usun/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_consent_of_a_foreign_store_is_not_reached_through_an_own_one(
    browser: Browser, foreign_store: Store, address: str, page: str, method: str
) -> None:
    foreign = editing.add(
        foreign_store.pk, code="theirs", text="Zgadzam się.", traits=editing.Traits("Cudza")
    )
    before = _everything()

    response = getattr(browser(), method)(address + page.format(number=foreign.pk), POSTS[page])

    assert response.status_code == 404
    assert _everything() == before


def test_viewer_reads_a_consent_without_a_way_to_change_it(
    browser: Browser, read: Read, consent: Consent, address: str
) -> None:
    shown = read(browser("bob").get(f"{address}{consent.pk}/"))

    assert "Only an owner of the store can change them." in shown
    assert "Zgadzam się." in shown
    assert 'id="save"' not in shown
    assert "/tresc/" not in shown
    assert "/usun/" not in shown
    assert len(re.findall(r" disabled[ >]", shown)) == 4


def test_menu_stays_on_the_consents_below_their_list(
    browser: Browser, read: Read, consent: Consent, address: str
) -> None:
    shown = read(browser().get(f"{address}{consent.pk}/"))

    assert f'href="{address}" class="panel-menu-link active" aria-current="page"' in shown
    assert shown.count('aria-current="page"') == 1
