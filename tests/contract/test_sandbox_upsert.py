"""Creating and changing one contact."""

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.contract.conftest import RunningSandbox

EMAIL = "jan.kowalski@example.com"
WHOLE = {
    "async": True,
    "contact": {
        "email": EMAIL,
        "name": "Jan Kowalski",
        "phone": "+48600100200",
        "fax": "+48600100201",
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
    "province": "małopolskie",
    "birthday": "19840317",
    "lang": "PL",
    "tags": ["shop_registered", "Vip"],
    "properties": {"customer_group": "retail"},
    "dictionaryProperties": [
        {"name": "orders_total", "type": "NUMBER", "value": "3"},
        {"name": "member_since", "type": "DATE", "value": 1740045600000},
    ],
    "forceOptIn": True,
    "forcePhoneOptIn": True,
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
}


def without_moments(contact: dict[str, Any]) -> dict[str, Any]:
    left_out = ("contactId", "modifiedOn", "createdOn", "history")
    return {name: value for name, value in contact.items() if name not in left_out}


def warnings(sandbox: "RunningSandbox") -> list[str]:
    return [warning["what"] for warning in sandbox.get("/_sandbox/warnings")["warnings"]]


def test_everything_sent_is_stored(sandbox: "RunningSandbox") -> None:
    answer = sandbox.call("contact/upsert", **WHOLE)

    contact = sandbox.contact(EMAIL)
    assert answer == {
        "success": True,
        "message": [],
        "contactId": contact["contactId"],
        "externalId": "cust-10042",
    }
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", contact["contactId"])
    assert without_moments(contact) == {
        "email": EMAIL,
        "name": "Jan Kowalski",
        "phone": "+48600100200",
        "fax": "+48600100201",
        "company": "Kowalski Meble",
        "externalId": "cust-10042",
        "score": 0,
        "state": "CUSTOMER",
        "optedOut": False,
        "optedOutPhone": False,
        "deleted": False,
        "invalid": False,
        "address": {
            "streetAddress": "ul. Lipowa 7/3",
            "zipCode": "30-002",
            "city": "Kraków",
            "country": "PL",
        },
        "birthdayYear": "1984",
        "birthdayMonth": "03",
        "birthdayDay": "17",
        "lastVisit": None,
        "province": "małopolskie",
        "lang": "PL",
        "tags": ["SHOP_REGISTERED", "VIP"],
        "properties": {"customer_group": "retail"},
        "dictionaryProperties": [
            {"name": "orders_total", "type": "NUMBER", "value": "3"},
            {"name": "member_since", "type": "DATE", "value": "1740045600000"},
        ],
        "consents": WHOLE["consentDetails"],
        "email_status": "opt_in",
        "phone_status": "opt_in",
        "confirmations": [],
    }
    assert contact["createdOn"] == contact["modifiedOn"]
    assert warnings(sandbox) == []


def test_what_is_absent_null_or_empty_stays_as_it_is(sandbox: "RunningSandbox") -> None:
    sandbox.call("contact/upsert", **WHOLE)
    before = sandbox.contact(EMAIL)

    sandbox.call(
        "contact/upsert",
        contact={"email": EMAIL, "name": "", "phone": None, "state": "", "address": {"city": ""}},
        province="",
        birthday=None,
        tags=[],
        properties={"customer_group": ""},
        newEmail="",
    )

    assert without_moments(sandbox.contact(EMAIL)) == without_moments(before)
    assert warnings(sandbox) == []


def test_same_address_in_any_case_is_the_same_contact(sandbox: "RunningSandbox") -> None:
    first = sandbox.upsert(EMAIL, forceOptOut=True)

    second = sandbox.upsert(EMAIL.upper())

    assert first["contactId"] == second["contactId"]
    assert len(sandbox.get("/_sandbox/contacts")["contacts"]) == 1


def test_contact_is_found_by_its_id_alone(sandbox: "RunningSandbox") -> None:
    contact_id = sandbox.upsert(EMAIL, forceOptOut=True)["contactId"]

    answer = sandbox.call("contact/upsert", contact={"contactId": contact_id, "name": "Jan"})

    assert answer == {"success": True, "message": [], "contactId": contact_id, "externalId": None}
    assert sandbox.contact(EMAIL)["name"] == "Jan"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "No email specified"),
        ({"contacts": [{"email": EMAIL}]}, "No email specified"),
        ({"contact": {}}, "No email specified"),
        ({"contact": {"email": ""}}, "No email specified"),
        ({"contact": {"email": 7}}, "No email specified"),
        ({"contact": {"email": "nobody"}}, "Invalid email"),
        ({"contact": {"email": "jan@localhost"}}, "Invalid email"),
        ({"contact": {"email": "jan@@example.com"}}, "Invalid email"),
        ({"contact": {"email": "jan..k@example.com"}}, "Invalid email"),
        ({"contact": {"email": " jan@example.com"}}, "Invalid email"),
        ({"contact": {"email": f"{'j' * 65}@example.com"}}, "Invalid email"),
        ({"contact": {"email": f"jan@{'e' * 250}.com"}}, "Invalid email"),
        ({"contact": {"email": EMAIL}, "newEmail": "nobody"}, "Invalid email"),
        ({"contact": {"contactId": "0d1f2a58-1c5e-4df0-8d2b-8f4b8c4d9e10"}}, "Contact not found"),
        ({"contact": {"email": EMAIL, "state": "FRIEND"}}, "Invalid contact state"),
    ],
)
def test_unusable_contact_is_refused_and_nothing_changes(
    sandbox: "RunningSandbox", body: dict[str, Any], message: str
) -> None:
    answer = sandbox.call("contact/upsert", **body)

    assert answer == {"success": False, "message": [message]}
    assert sandbox.get("/_sandbox/contacts") == {"contacts": []}
    assert sandbox.get("/_sandbox/requests")["requests"][0]["applied"] is False


@pytest.mark.parametrize(
    "email", ["jan+shop@example.com", "o'hara@sub.example.co.uk", "żółw@przykład.example"]
)
def test_unusual_addresses_are_taken(sandbox: "RunningSandbox", email: str) -> None:
    answer = sandbox.upsert(email, forceOptOut=True)

    assert answer["success"] is True


class TestNewEmail:
    def test_contact_keeps_its_id_and_the_old_address_is_gone(self, sandbox: "RunningSandbox") -> None:
        before = sandbox.upsert(EMAIL, forceOptIn=True)

        after = sandbox.upsert(EMAIL, newEmail="jan@new.example")

        assert after["contactId"] == before["contactId"]
        assert sandbox.request("GET", f"/_sandbox/contacts/{EMAIL}").status == 404
        contact = sandbox.contact("jan@new.example")
        assert (contact["contactId"], contact["email_status"]) == (before["contactId"], "opt_in")
        assert contact["history"][-1]["what"] == (
            "The e-mail address changed from jan.kowalski@example.com to jan@new.example."
        )

    def test_repeated_change_finds_the_moved_contact(self, sandbox: "RunningSandbox") -> None:
        before = sandbox.upsert(EMAIL, forceOptIn=True)
        sandbox.upsert(EMAIL, newEmail="jan@new.example")

        again = sandbox.upsert(EMAIL, newEmail="jan@new.example")

        assert again["contactId"] == before["contactId"]
        assert len(sandbox.get("/_sandbox/contacts")["contacts"]) == 1

    def test_unknown_contact_is_created_under_the_new_address(self, sandbox: "RunningSandbox") -> None:
        sandbox.upsert(EMAIL, newEmail="jan@new.example", forceOptOut=True)

        (contact,) = sandbox.get("/_sandbox/contacts")["contacts"]
        assert contact["email"] == "jan@new.example"

    def test_address_of_somebody_else_is_refused(self, sandbox: "RunningSandbox") -> None:
        sandbox.upsert(EMAIL, forceOptOut=True)
        sandbox.upsert("anna@example.com", forceOptOut=True)

        answer = sandbox.upsert(EMAIL, newEmail="anna@example.com")

        assert answer == {"success": False, "message": ["Email already in use"]}
        assert sandbox.contact(EMAIL)["email"] == EMAIL


def test_tags_are_united_in_upper_case_and_removed_in_any_case(sandbox: "RunningSandbox") -> None:
    sandbox.upsert(EMAIL, tags=["guest", "shop"], forceOptOut=True)

    sandbox.upsert(EMAIL, tags=["SHOP", "vip"], removeTags=["Guest", "unknown"])

    assert sandbox.contact(EMAIL)["tags"] == ["SHOP", "VIP"]


def test_properties_are_merged_by_name(sandbox: "RunningSandbox") -> None:
    sandbox.upsert(EMAIL, properties={"group": "retail", "shirt": "L"}, forceOptOut=True)

    sandbox.upsert(EMAIL, properties={"shirt": "XL", "shoes": 44})

    assert sandbox.contact(EMAIL)["properties"] == {"group": "retail", "shirt": "XL", "shoes": "44"}


def test_first_use_fixes_the_type_of_a_typed_detail_in_the_account(sandbox: "RunningSandbox") -> None:
    as_number = {"name": "points", "type": "NUMBER", "value": "7.5"}
    as_date = {"name": "points", "type": "DATE", "value": "1740045600000"}
    sandbox.upsert(EMAIL, dictionaryProperties=[as_number], forceOptOut=True)

    sandbox.upsert("anna@example.com", dictionaryProperties=[as_date], forceOptOut=True)

    assert sandbox.contact(EMAIL)["dictionaryProperties"] == [as_number]
    assert sandbox.contact("anna@example.com")["dictionaryProperties"] == []
    assert warnings(sandbox) == [
        "The detail points has the type NUMBER since its first use; the new value was ignored."
    ]


@pytest.mark.parametrize(
    ("birthday", "parts"),
    [
        ("19840317", ("1984", "03", "17")),
        ("0317", (None, "03", "17")),
        ("0229", (None, "02", "29")),
        ("20230229", (None, None, None)),
        ("1984-03-17", (None, None, None)),
    ],
)
def test_birthday_is_read_with_and_without_a_year(
    sandbox: "RunningSandbox", birthday: str, parts: tuple[str | None, ...]
) -> None:
    sandbox.upsert(EMAIL, birthday=birthday, forceOptOut=True)

    contact = sandbox.contact(EMAIL)
    assert (contact["birthdayYear"], contact["birthdayMonth"], contact["birthdayDay"]) == parts


def test_newer_consent_of_the_same_name_replaces_the_older(sandbox: "RunningSandbox") -> None:
    granted = {"consentName": "terms", "consentAccept": True, "agreementDate": 1767261590000}
    withdrawn = {"consentName": "terms", "optOut": True, "agreementDate": 1767261600000, "ip": "203.0.113.24"}
    sandbox.upsert(EMAIL, consentDetails=[granted], forceOptOut=True)

    sandbox.upsert(EMAIL, consentDetails=[withdrawn])

    contact = sandbox.contact(EMAIL)
    assert contact["consents"] == [
        {
            "consentName": "terms",
            "consentAccept": False,
            "agreementDate": 1767261600000,
            "ip": "203.0.113.24",
            "optOut": True,
            "consentDescriptionId": None,
        }
    ]
    assert contact["email_status"] == "opt_out"


def test_long_texts_are_cut_with_a_warning(sandbox: "RunningSandbox") -> None:
    sandbox.upsert(EMAIL, contact={"email": EMAIL, "name": "ż" * 256, "company": "x" * 255}, forceOptOut=True)

    contact = sandbox.contact(EMAIL)
    assert (contact["name"], contact["company"]) == ("ż" * 255, "x" * 255)
    assert warnings(sandbox) == ["The value of contact.name was longer than 255 characters and was cut."]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"tags": "VIP"}, "tags"),
        ({"properties": []}, "properties"),
        ({"properties": {"a": {}}}, "properties.a"),
        ({"birthday": "tomorrow"}, "birthday"),
        ({"province": ["x"]}, "province"),
        ({"dictionaryProperties": [{"name": "n", "type": "TEXT", "value": "1"}]}, "dictionaryProperties.n"),
        ({"dictionaryProperties": [{"name": "n", "type": "NUMBER", "value": "x"}]}, "dictionaryProperties.n"),
        ({"dictionaryProperties": [{"name": "n", "type": "DATE", "value": "1.5"}]}, "dictionaryProperties.n"),
        ({"consentDetails": [{"consentAccept": True}]}, "consentDetails"),
        ({"contact": {"email": EMAIL, "address": "Kraków"}}, "contact.address"),
    ],
)
def test_unusable_values_are_ignored_with_a_warning(
    sandbox: "RunningSandbox", body: dict[str, Any], field: str
) -> None:
    answer = sandbox.upsert(EMAIL, forceOptOut=True, **body)

    assert answer["success"] is True
    assert warnings(sandbox) == [f"The value of {field} cannot be used and was ignored."]


class TestInsert:
    def test_new_contact_is_created(self, sandbox: "RunningSandbox") -> None:
        answer = sandbox.call("contact/insert", contact={"email": EMAIL, "name": "Jan"}, forceOptOut=True)

        assert answer["contactId"] == sandbox.contact(EMAIL)["contactId"]
        assert sandbox.contact(EMAIL)["name"] == "Jan"

    def test_known_contact_is_refused_and_a_removed_one_comes_back(self, sandbox: "RunningSandbox") -> None:
        before = sandbox.upsert(EMAIL, forceOptOut=True)["contactId"]

        refused = sandbox.call("contact/insert", contact={"email": EMAIL})
        sandbox.call("contact/delete", email=EMAIL)
        taken = sandbox.call("contact/insert", contact={"email": EMAIL})

        assert refused == {"success": False, "message": ["Contact already exists"]}
        assert taken["contactId"] == before


class TestUpdate:
    @pytest.mark.parametrize("name", ["email", "contactId"])
    def test_contact_is_named_beside_the_card(self, sandbox: "RunningSandbox", name: str) -> None:
        contact_id = sandbox.upsert(EMAIL, forceOptOut=True)["contactId"]
        identifier = {"email": EMAIL, "contactId": contact_id}[name]

        answer = sandbox.call("contact/update", **{name: identifier}, contact={"name": "Jan"}, tags=["vip"])

        contact = sandbox.contact(EMAIL)
        assert answer["contactId"] == contact_id
        assert (contact["name"], contact["tags"]) == ("Jan", ["VIP"])
        assert warnings(sandbox) == []

    def test_card_may_be_absent(self, sandbox: "RunningSandbox") -> None:
        sandbox.upsert(EMAIL, forceOptOut=True)

        sandbox.call("contact/update", email=EMAIL, newEmail="jan@new.example")

        assert sandbox.contact("jan@new.example")["email"] == "jan@new.example"

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ({"email": EMAIL, "contact": {"name": "Jan"}}, "Contact not found"),
            ({"contact": {"email": EMAIL}}, "No email specified"),
        ],
    )
    def test_nobody_is_created(self, sandbox: "RunningSandbox", body: dict[str, Any], message: str) -> None:
        answer = sandbox.call("contact/update", **body)

        assert answer == {"success": False, "message": [message]}
        assert sandbox.get("/_sandbox/contacts") == {"contacts": []}
