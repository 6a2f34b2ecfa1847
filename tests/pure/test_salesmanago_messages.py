import json
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesmanago import Address, ConsentDetail, ContactUpsert, DictionaryProperty, OptFlags
from salesmanago.messages.asking import by_emails

UNCHANGED = {
    "forceOptIn": False,
    "forceOptOut": False,
    "forcePhoneOptIn": False,
    "forcePhoneOptOut": False,
    "useApiDoubleOptIn": False,
}


def test_complete_contact_on_the_wire() -> None:
    contact = ContactUpsert(
        email=" Jan.Kowalski@Example.com ",
        new_email="Jan@Example.com",
        contact_id="6f0c6a0e-5a7c-4a53-9a5e-0a5d4b6b1c77",
        name="Jan Kowalski",
        phone="+48600100200",
        company="Kowalski Meble",
        external_id="cust-10042",
        state="CUSTOMER",
        address=Address(street="ul. Lipowa 7/3", postal_code="30-002", city="Kraków", country="PL"),
        province="małopolskie",
        birthday="19840317",
        lang="pl",
        tags=("SHOP_REGISTERED", "klient  detaliczny", "shop_registered"),
        remove_tags=("guest",),
        properties={"customer_group": "retail"},
        dictionary_properties=(
            DictionaryProperty(name="orders_total", type="NUMBER", value="3"),
            DictionaryProperty(name="last_order", type="DATE", value=1767261590000),
        ),
        consents=(
            ConsentDetail(
                name="newsletter_terms_v2",
                accepted=True,
                at=1767261590000,
                ip="203.0.113.24",
                opt_out=False,
                description_id=118,
            ),
        ),
        flags=OptFlags(
            opt_in=True,
            phone_opt_out=True,
            double_opt_in=True,
            double_opt_in_email_id="e-7",
            double_opt_in_language="PL",
        ),
    )

    wire = contact.to_wire()

    assert wire == {
        "async": False,
        "contact": {
            "email": "jan.kowalski@example.com",
            "contactId": "6f0c6a0e-5a7c-4a53-9a5e-0a5d4b6b1c77",
            "name": "Jan Kowalski",
            "phone": "+48600100200",
            "company": "Kowalski Meble",
            "externalId": "cust-10042",
            "state": "CUSTOMER",
            "address": {
                "streetAddress": "ul. Lipowa 7/3",
                "zipCode": "30-002",
                "city": "Kraków",
                "country": "PL",
            },
        },
        "newEmail": "jan@example.com",
        "province": "małopolskie",
        "birthday": "19840317",
        "lang": "PL",
        "tags": ["SHOP_REGISTERED", "KLIENT_DETALICZNY"],
        "removeTags": ["GUEST"],
        "properties": {"customer_group": "retail"},
        "dictionaryProperties": [
            {"name": "orders_total", "type": "NUMBER", "value": "3"},
            {"name": "last_order", "type": "DATE", "value": 1767261590000},
        ],
        "consentDetails": [
            {
                "consentName": "newsletter_terms_v2",
                "consentAccept": True,
                "agreementDate": 1767261590000,
                "ip": "203.0.113.24",
                "optOut": False,
                "consentDescriptionId": 118,
            }
        ],
        "forceOptIn": True,
        "forceOptOut": False,
        "forcePhoneOptIn": False,
        "forcePhoneOptOut": True,
        "useApiDoubleOptIn": True,
        "doubleOptInEmailId": "e-7",
        "doubleOptInLanguage": "PL",
    }


def test_contact_of_nothing_but_an_email_changes_no_permission() -> None:
    wire = ContactUpsert(email="jan.kowalski@example.com").to_wire()

    assert wire == {"async": False, "contact": {"email": "jan.kowalski@example.com"}, **UNCHANGED}


def test_contact_known_by_its_id_alone_is_sent_without_an_email() -> None:
    wire = ContactUpsert(email="", contact_id="6f0c6a0e").to_wire()

    assert wire == {"async": False, "contact": {"contactId": "6f0c6a0e"}, **UNCHANGED}


def test_what_is_blank_is_left_out_and_what_is_zero_is_kept() -> None:
    contact = ContactUpsert(
        email="jan@example.com",
        name=" ",
        phone="",
        address=Address(street="\t", city=None),
        tags=("", " "),
        properties={"empty": " ", " ": "nameless"},
        dictionary_properties=(
            DictionaryProperty(name="orders", type="NUMBER", value=0),
            DictionaryProperty(name="returns", type="NUMBER", value=""),
        ),
        consents=(ConsentDetail(name="terms", accepted=False),),
    )

    wire = contact.to_wire()

    assert wire == {
        "async": False,
        "contact": {"email": "jan@example.com"},
        "dictionaryProperties": [{"name": "orders", "type": "NUMBER", "value": 0}],
        "consentDetails": [{"consentName": "terms", "consentAccept": False, "optOut": False}],
        **UNCHANGED,
    }


def test_long_texts_are_cut_by_characters_and_emails_are_not() -> None:
    long_email = "jan@" + "a" * 300 + ".example"

    wire = ContactUpsert(email=long_email, name="ż" * 300, company="b" * 254 + "  c").to_wire()

    assert wire["contact"] == {"email": long_email, "name": "ż" * 255, "company": "b" * 254}


def test_half_characters_are_dropped() -> None:
    wire = ContactUpsert(email="jan@example.com", name="Jan \ud83d Kowalski").to_wire()

    assert wire["contact"] == {"email": "jan@example.com", "name": "Jan  Kowalski"}


@pytest.mark.parametrize(
    ("flags", "changed"),
    [
        (OptFlags(), {}),
        (OptFlags(opt_in=True), {"forceOptIn": True}),
        (OptFlags(opt_out=True), {"forceOptOut": True}),
        (OptFlags(phone_opt_in=True), {"forcePhoneOptIn": True}),
        (OptFlags(opt_out=True, phone_opt_in=True), {"forceOptOut": True, "forcePhoneOptIn": True}),
        (OptFlags(opt_in=True, double_opt_in=True), {"forceOptIn": True, "useApiDoubleOptIn": True}),
        (OptFlags(opt_in=True, double_opt_in_email_id="e-7"), {"forceOptIn": True}),
        (OptFlags(double_opt_in=True, double_opt_in_email_id="e-7", double_opt_in_language="PL"), {}),
    ],
)
def test_every_switch_is_spelled_out(flags: OptFlags, changed: dict[str, bool]) -> None:
    assert flags.to_wire() == UNCHANGED | changed


@pytest.mark.parametrize(
    "both",
    [partial(OptFlags, opt_in=True, opt_out=True), partial(OptFlags, phone_opt_in=True, phone_opt_out=True)],
)
def test_both_directions_of_one_channel_are_refused(both: Callable[[], OptFlags]) -> None:
    with pytest.raises(ValueError, match="exclude each other"):
        both()


def test_contact_without_an_identity_is_refused() -> None:
    with pytest.raises(ValueError, match="a contact needs an e-mail or a contact id"):
        ContactUpsert(email=" ", contact_id="")


def test_consent_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="a consent needs a name"):
        ConsentDetail(name=" ", accepted=True)


def test_request_for_contacts_asks_for_the_emails_in_lower_case() -> None:
    assert by_emails([" Jan@Example.com", "", "ola@example.com"]) == {
        "email": ["jan@example.com", "ola@example.com"]
    }


# Whole Unicode, lone surrogates included: what a careless shop may hand over.
ANY_TEXT = st.text(st.characters(), max_size=400)
MAYBE = st.none() | ANY_TEXT
CONTACTS = st.builds(
    ContactUpsert,
    email=ANY_TEXT.map(lambda text: f"a{text}@example.com"),
    new_email=MAYBE,
    contact_id=MAYBE,
    name=MAYBE,
    phone=MAYBE,
    company=MAYBE,
    external_id=MAYBE,
    state=MAYBE,
    address=st.none() | st.builds(Address, street=MAYBE, postal_code=MAYBE, city=MAYBE, country=MAYBE),
    province=MAYBE,
    birthday=MAYBE,
    lang=MAYBE,
    tags=st.lists(ANY_TEXT, max_size=3).map(tuple),
    remove_tags=st.lists(ANY_TEXT, max_size=3).map(tuple),
    properties=st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=3),
    dictionary_properties=st.lists(
        st.builds(
            DictionaryProperty,
            name=ANY_TEXT,
            type=st.sampled_from(["NUMBER", "DATE"]),
            value=ANY_TEXT | st.integers(),
        ),
        max_size=2,
    ).map(tuple),
    consents=st.lists(
        st.builds(
            ConsentDetail,
            name=ANY_TEXT.map(lambda text: f"c{text}"),
            accepted=st.booleans(),
            at=st.none() | st.integers(),
            ip=MAYBE,
        ),
        max_size=2,
    ).map(tuple),
    flags=st.builds(
        OptFlags,
        opt_in=st.booleans(),
        phone_opt_out=st.booleans(),
        double_opt_in=st.booleans(),
        double_opt_in_email_id=MAYBE,
        double_opt_in_language=MAYBE,
    ),
)


def parts(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Every value in a JSON value with the name it stands under, property names as values too."""
    yield name, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield "key", key
            yield from parts(item, key)
    if isinstance(value, list):
        for item in value:
            yield from parts(item, name)


@given(CONTACTS)
def test_no_contact_brings_null_empty_or_overlong_values_to_the_wire(contact: ContactUpsert) -> None:
    wire = contact.to_wire()

    found = list(parts(wire))

    assert json.dumps(wire, ensure_ascii=False).encode()
    assert [name for name, value in found if value in (None, "", [], {})] == []
    texts = [(name, value) for name, value in found if isinstance(value, str)]
    assert [name for name, text in texts if text != text.strip()] == []
    assert {name for name, text in texts if len(text) > 255} <= {"email", "newEmail"}
    assert {name: wire[name] for name in UNCHANGED if isinstance(wire[name], bool)}.keys() == UNCHANGED.keys()


@given(CONTACTS)
def test_every_identifier_of_a_contact_is_the_one_put_in_or_left_out(contact: ContactUpsert) -> None:
    card = contact.to_wire()["contact"]

    for sent, put_in in (
        (card.get("externalId"), contact.external_id),
        (card.get("contactId"), contact.contact_id),
    ):
        assert sent in (None, sendable(put_in))
        assert sent is not None or not 0 < len(sendable(put_in)) <= 255
    assert card["email"] == sendable(contact.email).lower()


def sendable(text: str | None) -> str:
    """Trimmed, without lone surrogates."""
    return "".join(character for character in text or "" if not "\ud800" <= character <= "\udfff").strip()
