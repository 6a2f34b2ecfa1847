"""Adding, changing, deleting and reading back external events."""

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.contract.conftest import RunningSandbox

EMAIL = "jan@example.com"
NOON = 1767261600000
CART = {
    "date": NOON,
    "contactExtEventType": "CART",
    "products": "P-100,P-205",
    "description": "https://shop.example/cart/restore/8f2c",
    "value": 189.5,
    "location": "shop_pl",
    "shopDomain": "shop.example",
    "detail1": "Krzesło Olcha,Stolik Brzoza",
    "detail20": "PLN",
}
PURCHASE = {
    "date": NOON,
    "contactExtEventType": "PURCHASE",
    "products": "P-100",
    "value": 60,
    "externalId": "order-1",
}
ADD = ["contact/addContactExtEvent", "v2/contact/addContactExtEvent"]
UPDATE = ["contact/updateContactExtEvent", "v2/contact/updateContactExtEvent"]
DELETE = ["contact/deleteContactExtEvent", "v2/contact/deleteContactExtEvent"]


@pytest.fixture
def jan(sandbox: "RunningSandbox") -> str:
    """The contact id of somebody who is known."""
    contact_id: str = sandbox.upsert(EMAIL, forceOptOut=True)["contactId"]
    return contact_id


def added(sandbox: "RunningSandbox", event: dict[str, Any], **fields: Any) -> Any:
    body = fields if "contactId" in fields else {"email": EMAIL, **fields}
    return sandbox.call("v2/contact/addContactExtEvent", contactEvent=event, **body)


def stored(sandbox: "RunningSandbox") -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = sandbox.get("/_sandbox/events")["events"]
    return events


def warnings(sandbox: "RunningSandbox") -> list[str]:
    return [warning["what"] for warning in sandbox.get("/_sandbox/warnings")["warnings"]]


@pytest.mark.parametrize("method", ADD)
def test_event_is_stored_with_all_its_fields(sandbox: "RunningSandbox", jan: str, method: str) -> None:
    answer = sandbox.call(method, email=EMAIL, contactEvent=CART)

    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", answer["eventId"])
    assert answer == {"success": True, "message": [], "eventId": answer["eventId"]}
    assert stored(sandbox) == [{"eventId": answer["eventId"], "contactId": jan, "email": EMAIL, **CART}]
    assert warnings(sandbox) == []
    assert sandbox.contact(EMAIL)["history"][-1]["what"] == "An event of the type CART arrived."


def test_events_are_listed_by_contact_oldest_first(sandbox: "RunningSandbox", jan: str) -> None:
    sandbox.upsert("anna@example.com", forceOptOut=True)
    first = added(sandbox, CART, contactId=jan)["eventId"]
    added(sandbox, PURCHASE, email="anna@example.com")
    second = added(sandbox, PURCHASE)["eventId"]

    events = sandbox.get("/_sandbox/events?email=JAN@example.com")["events"]

    assert [event["eventId"] for event in events] == [first, second]
    assert len(stored(sandbox)) == 3


def test_events_follow_the_contact_to_its_new_address(sandbox: "RunningSandbox", jan: str) -> None:
    added(sandbox, CART)

    sandbox.upsert(EMAIL, newEmail="jan@new.example")

    assert [event["email"] for event in stored(sandbox)] == ["jan@new.example"]


def test_same_event_twice_is_two_events(sandbox: "RunningSandbox", jan: str) -> None:
    first, second = added(sandbox, PURCHASE), added(sandbox, PURCHASE)

    assert first["eventId"] != second["eventId"]
    assert len(stored(sandbox)) == 2


@pytest.mark.parametrize("method", UPDATE)
def test_update_replaces_the_whole_event_and_keeps_its_id(
    sandbox: "RunningSandbox", jan: str, method: str
) -> None:
    event_id = added(sandbox, CART)["eventId"]

    answer = sandbox.call(method, contactEvent={**PURCHASE, "eventId": event_id})

    assert answer == {"success": True, "message": [], "eventId": event_id}
    assert stored(sandbox) == [{"eventId": event_id, "contactId": jan, "email": EMAIL, **PURCHASE}]


def test_update_merges_where_the_switch_says_so(sandbox: "RunningSandbox", jan: str) -> None:
    sandbox.post("/_sandbox/switches", {"event_update": "merge"})
    event_id = added(sandbox, CART)["eventId"]

    sandbox.call("v2/contact/updateContactExtEvent", contactEvent={"eventId": event_id, "value": 7})

    assert stored(sandbox) == [{"eventId": event_id, "contactId": jan, "email": EMAIL, **CART, "value": 7}]


@pytest.mark.parametrize("method", DELETE)
def test_deleted_event_is_left_out(sandbox: "RunningSandbox", jan: str, method: str) -> None:
    event_id = added(sandbox, CART)["eventId"]

    answer = sandbox.call(method, eventId=event_id)

    assert answer == {"success": True, "message": [], "result": "deleted"}
    assert stored(sandbox) == []
    assert sandbox.contact(EMAIL)["history"][-1]["what"] == "An event of the type CART was deleted."


def test_events_are_deleted_by_external_id_in_v2_alone(sandbox: "RunningSandbox", jan: str) -> None:
    added(sandbox, PURCHASE)
    kept = added(sandbox, CART)["eventId"]

    first = sandbox.call("contact/deleteContactExtEvent", externalId="order-1")
    second = sandbox.call("v2/contact/deleteContactExtEvent", externalId="order-1")
    third = sandbox.call("v2/contact/deleteContactExtEvent", externalId="order-1")

    assert (first["success"], second["success"], third["success"]) == (False, True, False)
    assert [event["eventId"] for event in stored(sandbox)] == [kept]


@pytest.mark.parametrize(
    ("method", "body"),
    [
        (UPDATE[1], {"contactEvent": {**CART, "eventId": "0d1f2a58-1c5e-4df0-8d2b-8f4b8c4d9e10"}}),
        (UPDATE[0], {"contactEvent": CART}),
        (UPDATE[0], {}),
        (DELETE[0], {"eventId": "0d1f2a58-1c5e-4df0-8d2b-8f4b8c4d9e10"}),
        (DELETE[1], {}),
    ],
)
def test_unknown_event_is_refused(sandbox: "RunningSandbox", method: str, body: dict[str, Any]) -> None:
    assert sandbox.call(method, **body) == {"success": False, "message": ["Event not found"]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"contactExtEventType": "BUY"}, "Invalid contactExtEventType"),
        ({"contactExtEventType": "cart"}, "Invalid contactExtEventType"),
        ({"contactExtEventType": None}, "Invalid contactExtEventType"),
        ({"contactExtEventType": []}, "Invalid contactExtEventType"),
        ({"date": None}, "Invalid date"),
        ({"date": "yesterday"}, "Invalid date"),
        ({"date": -1}, "Invalid date"),
        ({"date": True}, "Invalid date"),
    ],
)
def test_unusable_event_is_refused_and_nothing_changes(
    sandbox: "RunningSandbox", change: dict[str, Any], message: str
) -> None:
    answer = added(sandbox, {**CART, **change})

    assert answer == {"success": False, "message": [message]}
    assert stored(sandbox) == []
    assert sandbox.get("/_sandbox/contacts") == {"contacts": []}


def test_event_without_a_body_is_refused(sandbox: "RunningSandbox", jan: str) -> None:
    answer = sandbox.call("contact/addContactExtEvent", email=EMAIL)

    assert answer == {"success": False, "message": ["No contactEvent specified"]}


@pytest.mark.parametrize(
    ("date", "kept"),
    [
        (NOON, NOON),
        (float(NOON), NOON),
        (str(NOON), NOON),
        ("2026-01-01T10:00:00Z", NOON),
        ("2026-01-01T11:00:00+01:00", NOON),
    ],
)
def test_date_is_understood_in_several_forms(
    sandbox: "RunningSandbox", jan: str, date: Any, kept: int
) -> None:
    added(sandbox, {**CART, "date": date})

    assert [event["date"] for event in stored(sandbox)] == [kept]


def test_date_in_seconds_is_warned_of(sandbox: "RunningSandbox", jan: str) -> None:
    added(sandbox, {**CART, "date": NOON // 1000})

    assert warnings(sandbox) == [
        "The date of the event is in the year 1970 to 1973; seconds were sent, most likely."
    ]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (7, 7),
        (0, 0),
        (189.99, 189.99),
        ("189.99", 189.99),
        ("60", 60),
        (9999999999999999999, 9999999999999999999),
    ],
)
def test_value_is_a_number(sandbox: "RunningSandbox", jan: str, value: Any, kept: float) -> None:
    added(sandbox, {**CART, "value": value})

    assert [event["value"] for event in stored(sandbox)] == [kept]
    assert warnings(sandbox) == []


@pytest.mark.parametrize("value", ["much", True, [], 10**19, "NaN"])
def test_unusable_value_is_ignored_with_a_warning(sandbox: "RunningSandbox", jan: str, value: Any) -> None:
    added(sandbox, {**CART, "value": value})

    assert "value" not in stored(sandbox)[0]
    assert warnings(sandbox) == ["The value of contactEvent.value cannot be used and was ignored."]


def test_value_is_rounded_to_two_decimals_with_a_warning(sandbox: "RunningSandbox", jan: str) -> None:
    added(sandbox, {**CART, "value": 1.239})

    assert stored(sandbox)[0]["value"] == 1.24
    assert warnings(sandbox) == [
        "The value of contactEvent.value had more than two decimals and was rounded."
    ]


@pytest.mark.parametrize(
    ("field", "limit"),
    [
        ("products", 512),
        ("description", 2048),
        ("location", 36),
        ("externalId", 255),
        ("shopDomain", 255),
        ("detail1", 255),
        ("detail20", 255),
    ],
)
class TestLimits:
    def test_longest_text_is_kept(self, sandbox: "RunningSandbox", jan: str, field: str, limit: int) -> None:
        added(sandbox, {**CART, field: "x" * limit})

        assert stored(sandbox)[0][field] == "x" * limit
        assert warnings(sandbox) == []

    def test_longer_text_is_cut_with_a_warning(
        self, sandbox: "RunningSandbox", jan: str, field: str, limit: int
    ) -> None:
        added(sandbox, {**CART, field: "x" * (limit + 1)})

        assert stored(sandbox)[0][field] == "x" * limit
        assert warnings(sandbox) == [
            f"The value of contactEvent.{field} was longer than {limit} characters and was cut."
        ]

    def test_longer_text_is_refused_where_the_switch_says_so(
        self, sandbox: "RunningSandbox", jan: str, field: str, limit: int
    ) -> None:
        sandbox.post("/_sandbox/switches", {"long_values": "reject"})

        answer = added(sandbox, {**CART, field: "x" * (limit + 1)})

        assert answer == {"success": False, "message": [f"Value too long: contactEvent.{field}"]}
        assert stored(sandbox) == []


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        ({"colour": "red"}, "The field contactEvent.colour is not known and was ignored."),
        ({"detail21": "x"}, "The field contactEvent.detail21 is not known and was ignored."),
        ({"products": ["P-1"]}, "The value of contactEvent.products cannot be used and was ignored."),
        (
            {"location": "shop pl"},
            "The location shop pl has other characters than letters, digits, / _ . and -.",
        ),
        (
            {"products": None, "value": ""},
            "The event has neither products nor a value, so nothing can be done with it.",
        ),
    ],
)
def test_odd_events_are_taken_with_a_warning(
    sandbox: "RunningSandbox", jan: str, change: dict[str, Any], warning: str
) -> None:
    answer = added(sandbox, {**CART, **change})

    assert answer["success"] is True
    assert warnings(sandbox) == [warning]


class TestContact:
    def test_unknown_address_creates_a_contact_that_is_opted_out(self, sandbox: "RunningSandbox") -> None:
        answer = added(sandbox, CART)

        assert answer["success"] is True
        assert sandbox.contact(EMAIL)["email_status"] == "opt_out"
        assert warnings(sandbox) == ["No contact had the address jan@example.com; the event created one."]

    def test_unknown_address_is_opted_in_where_the_event_says_so(self, sandbox: "RunningSandbox") -> None:
        added(sandbox, CART, forceOptIn=True)

        assert sandbox.contact(EMAIL)["email_status"] == "opt_in"

    def test_known_contact_keeps_its_status(self, sandbox: "RunningSandbox", jan: str) -> None:
        added(sandbox, CART, forceOptIn=True)

        assert sandbox.contact(EMAIL)["email_status"] == "opt_out"

    def test_unknown_address_is_refused_where_the_switch_says_so(self, sandbox: "RunningSandbox") -> None:
        sandbox.post("/_sandbox/switches", {"unknown_contact": "reject"})

        answer = added(sandbox, CART)

        assert answer == {"success": False, "message": ["Contact not found"]}
        assert (stored(sandbox), sandbox.get("/_sandbox/contacts")) == ([], {"contacts": []})

    def test_unknown_contact_id_is_always_refused(self, sandbox: "RunningSandbox") -> None:
        answer = added(sandbox, CART, contactId="0d1f2a58-1c5e-4df0-8d2b-8f4b8c4d9e10")

        assert answer == {"success": False, "message": ["Contact not found"]}

    def test_event_that_names_nobody_is_refused(self, sandbox: "RunningSandbox") -> None:
        answer = sandbox.call("contact/addContactExtEvent", contactEvent=CART)

        assert answer == {"success": False, "message": ["No email specified"]}

    def test_unreadable_address_is_refused(self, sandbox: "RunningSandbox") -> None:
        assert added(sandbox, CART, email="nobody") == {"success": False, "message": ["Invalid email"]}

    def test_contact_id_wins_over_the_address(self, sandbox: "RunningSandbox", jan: str) -> None:
        added(sandbox, CART, contactId=jan, email="anna@example.com")

        assert [event["email"] for event in stored(sandbox)] == [EMAIL]
        assert warnings(sandbox) == ["Both contactId and email were given; contactId was used."]


@pytest.mark.parametrize("method", ["contact/batchAddContactExtEvent", "v2/contact/addBatchContactExtEvent"])
class TestBatch:
    def test_good_items_are_stored_and_bad_ones_are_counted(
        self, sandbox: "RunningSandbox", jan: str, method: str
    ) -> None:
        unknown = "0d1f2a58-1c5e-4df0-8d2b-8f4b8c4d9e10"
        items = [
            {"email": EMAIL, "contactEvent": CART},
            {"contactId": unknown, "contactEvent": CART},
            {"contactId": jan, "contactEvent": PURCHASE},
            {"contactId": unknown, "contactEvent": {**CART, "date": None}},
            "nothing",
        ]

        answer = sandbox.call(method, events=items)

        assert answer == {
            "success": True,
            "message": [],
            "createdAmount": 2,
            "failedAmount": 3,
            "failedContacts": [unknown],
        }
        assert [event["contactExtEventType"] for event in stored(sandbox)] == ["CART", "PURCHASE"]
        assert warnings(sandbox) == [
            "Item 2 was refused: Contact not found.",
            "Item 4 was refused: Invalid date.",
            "Item 5 was refused: No contactEvent specified.",
        ]

    @pytest.mark.parametrize("events", [None, [], {}])
    def test_batch_without_items_is_refused(
        self, sandbox: "RunningSandbox", method: str, events: Any
    ) -> None:
        answer = sandbox.call(method, events=events)

        assert answer == {"success": False, "message": ["No events specified"]}

    def test_batch_that_is_too_long_is_refused_whole(
        self, sandbox: "RunningSandbox", jan: str, method: str
    ) -> None:
        sandbox.post("/_sandbox/switches", {"batch_limit": 2})
        item = {"email": EMAIL, "contactEvent": CART}

        longest = sandbox.call(method, events=[item] * 2)
        too_long = sandbox.call(method, events=[item] * 3)

        assert longest["createdAmount"] == 2
        assert too_long == {"success": False, "message": ["Too many events: 3, at most 2"]}
        assert len(stored(sandbox)) == 2


def test_events_are_read_back_with_their_contact(sandbox: "RunningSandbox", jan: str) -> None:
    event_ids = [added(sandbox, event)["eventId"] for event in (CART, PURCHASE)]

    by_email = sandbox.call("contact/list", email=[EMAIL])["contacts"][0]["contactExtEvents"]
    sandbox.post("/_sandbox/switches", {"events_read": 1})
    newest = sandbox.call("contact/listById", contactId=[jan])["contacts"][0]["contactExtEvents"]

    assert by_email == [{"eventId": event_ids[0], **CART}, {"eventId": event_ids[1], **PURCHASE}]
    assert newest == [{"eventId": event_ids[1], **PURCHASE}]
