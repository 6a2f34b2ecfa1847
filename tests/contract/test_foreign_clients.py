"""Clients that nobody here wrote speak to the sandbox, each as it was published."""

import hashlib
import importlib
import sys
import warnings
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.contract.conftest import RunningSandbox

EMAIL = "jan@example.com"
OWNER = "owner@shop.example"
NOON = 1767261600000


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def imported() -> Iterator[Any]:
    """Imports a module anew, and forgets it and its package afterwards."""
    packages: set[str] = set()

    def import_(name: str) -> Any:
        packages.add(name.partition(".")[0])
        _forget(packages)
        with warnings.catch_warnings(action="ignore"):
            # Their regular expressions hold escapes that Python means to forbid.
            return importlib.import_module(name)

    yield import_
    _forget(packages)


def _forget(packages: set[str]) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in packages]:
        del sys.modules[name]


class TestEntirius:
    """`entirius-py-salesmanago-sdk`: sends every absent value as null and `requestTime` in seconds."""

    @pytest.fixture
    def sdk(self, sandbox: "RunningSandbox", settings: Any, imported: Any) -> Any:
        # It reads the address from Django's settings when it is imported.
        settings.SALESMANAGO_API_URL = f"{sandbox.url}/api/"
        return imported("salesmanago_sdk.services.client")

    @pytest.fixture
    def client(self, sdk: Any) -> Any:
        sha = hashlib.sha1(b"any-keysandbox-clientsandbox-secret").hexdigest()
        return sdk.SalesmanagoClient(clientId="sandbox-client", apiKey="any-key", sha=sha, owner=OWNER)

    @staticmethod
    def customer(sdk: Any, **fields: Any) -> Any:
        dto = sys.modules["salesmanago_sdk.dto.customer"]
        address = dto.CustomerContactAddress(city="Kraków", zipCode="30-002")
        contact = dto.CustomerContact(email=EMAIL, name="Jan Kowalski", externalId="cust-1", address=address)
        return sdk.CustomerData(contact=contact, **fields)

    def test_customer_is_created_and_changed(self, sandbox: "RunningSandbox", sdk: Any, client: Any) -> None:
        created = client.create_or_modify_customer(
            self.customer(sdk, forceOptIn=True, birthday="19840317", tags=["vip"])
        )
        changed = client.create_or_modify_customer(self.customer(sdk, removeTags=["VIP"], province="śląskie"))

        contact = sandbox.contact(EMAIL)
        assert created == changed
        assert created == {
            "success": True,
            "message": [],
            "contactId": contact["contactId"],
            "externalId": "cust-1",
        }
        assert (contact["name"], contact["address"]["city"]) == ("Jan Kowalski", "Kraków")
        assert (contact["email_status"], contact["birthdayYear"]) == ("opt_in", "1984")
        assert (contact["tags"], contact["province"]) == ([], "śląskie")

    def test_customer_is_deleted_alone_and_with_others(
        self, sandbox: "RunningSandbox", sdk: Any, client: Any
    ) -> None:
        for email in (EMAIL, "anna@example.com"):
            sandbox.upsert(email, forceOptOut=True)
        dto = sys.modules["salesmanago_sdk.dto.customer"]

        alone = client.delete_customer(sdk.DeleteCustomerData(email=EMAIL))
        others = [dto.BatchDeleteContact(addresseeType="email", value="anna@example.com")]
        many = client.batch_delete_customer(sdk.BatchDeleteCustomerData(contacts=others))

        assert alone == many == {"success": True, "message": [], "result": None}
        assert [contact["deleted"] for contact in sandbox.get("/_sandbox/contacts")["contacts"]] == [True] * 2

    def test_refusal_is_its_own_error(self, sdk: Any, client: Any) -> None:
        with pytest.raises(sdk.SalesmanagoError, match="not correct"):
            client.delete_customer(sdk.DeleteCustomerData(email=EMAIL))

    def test_strict_request_time_turns_its_seconds_away(
        self, sandbox: "RunningSandbox", sdk: Any, client: Any
    ) -> None:
        sandbox.post("/_sandbox/switches", {"request_time": "strict"})

        with pytest.raises(sdk.SalesmanagoError):
            client.create_or_modify_customer(self.customer(sdk, forceOptOut=True))

        assert sandbox.get("/_sandbox/requests")["requests"][0]["answer"]["message"] == [
            "User not authenticated"
        ]

    @pytest.mark.parametrize(
        ("status", "error"),
        [(400, ValueError), (403, PermissionError), (500, SystemError), (503, BrokenPipeError)],
    )
    def test_faults_are_understood(
        self, sandbox: "RunningSandbox", sdk: Any, client: Any, status: int, error: type[Exception]
    ) -> None:
        sandbox.order_fault("status", status=status)

        with pytest.raises(error, match=f"Error {status}"):
            client.create_or_modify_customer(self.customer(sdk))


class ToSandbox:
    """Leads a session that speaks nothing but https to a host without a port to the sandbox."""

    def __init__(self, url: str, adapter: Any) -> None:
        self._url = url
        self._adapter = adapter

    def send(self, request: Any, **options: Any) -> Any:
        request.url = f"{self._url}{request.path_url}"
        return self._adapter.send(request, **options)

    def close(self) -> None:
        self._adapter.close()


class TestHaloween:
    """`salesmanago-python-api`: contacts and events, `requestTime` in seconds."""

    CREDENTIALS = ("any-key", "sandbox-client", "sandbox-secret", "app2.salesmanago.com")

    @pytest.fixture
    def contacts(self, sandbox: "RunningSandbox", imported: Any) -> Iterator[Any]:
        service = imported("salesmanago_python_api.services.client").SalesManagoClientService
        yield from self.rewired(service(*self.CREDENTIALS), sandbox.url)

    @pytest.fixture
    def events(self, sandbox: "RunningSandbox", imported: Any) -> Iterator[Any]:
        service = imported("salesmanago_python_api.services.event").SalesManagoEventService
        yield from self.rewired(service(*self.CREDENTIALS), sandbox.url)

    @staticmethod
    def rewired(service: Any, url: str) -> Iterator[Any]:
        session = service.session_setup(retries=0)
        session.mount("https://", ToSandbox(url, session.get_adapter("http://")))
        yield service
        session.close()

    def test_contact_is_inserted_changed_and_deleted(self, sandbox: "RunningSandbox", contacts: Any) -> None:
        data = contacts.ClientData(
            email=EMAIL,
            owner=OWNER,
            name="Jan Kowalski",
            state="CUSTOMER",
            address_city="Kraków",
            birthday=date(1984, 3, 17),
            tags=["vip"],
            properties={"group": "retail"},
            forceOptIn=True,
        )

        inserted = contacts.insert(data).json()
        data.name, data.newEmail = "Jan Nowak", "jan@new.example"
        updated = contacts.update(data).json()
        contact = sandbox.contact("jan@new.example")
        data.email, data.newEmail = "jan@new.example", None
        upserted = contacts.upsert(data).json()
        deleted = contacts.delete(data).json()

        assert inserted["contactId"] == updated["contactId"] == upserted["contactId"] == contact["contactId"]
        assert (contact["name"], contact["state"], contact["address"]["city"]) == (
            "Jan Nowak",
            "CUSTOMER",
            "Kraków",
        )
        assert (contact["tags"], contact["properties"]) == (["VIP"], {"group": "retail"})
        assert (contact["birthdayYear"], contact["email_status"]) == ("1984", "opt_in")
        assert deleted == {"success": True, "message": [], "result": None}
        assert sandbox.contact("jan@new.example")["deleted"] is True

    def test_event_arrives(self, sandbox: "RunningSandbox", events: Any) -> None:
        sandbox.upsert(EMAIL, forceOptOut=True)

        with pytest.raises(TypeError, match="requestDict"):
            # It trips over its own logging once the answer is there.
            events.addContactExtEvent(self.event(events, "PURCHASE", externalId="order-1"))

        assert [self.without_ids(event) for event in sandbox.get("/_sandbox/events")["events"]] == [
            {
                "email": EMAIL,
                "date": NOON,
                "contactExtEventType": "PURCHASE",
                "products": "P-1,P-2",
                "value": 249.9,
                "externalId": "order-1",
                "detail3": "1/2",
            }
        ]

    def test_batch_of_events_arrives(self, sandbox: "RunningSandbox", events: Any) -> None:
        sandbox.upsert(EMAIL, forceOptOut=True)
        batch = [self.event(events, kind) for kind in ("PURCHASE", "CANCELLATION")]

        answer = events.batchAddContactExtEvent(batch).json()

        assert answer == {
            "success": True,
            "message": [],
            "createdAmount": 2,
            "failedAmount": 0,
            "failedContacts": [],
        }

    @staticmethod
    def event(events: Any, kind: str, **fields: Any) -> Any:
        event = {
            "contactExtEventType": kind,
            "eventDate": NOON,
            "owner": OWNER,
            "email": EMAIL,
            "products": "P-1,P-2",
            "value": "249.90",
            "detail3": "1/2",
            **fields,
        }
        return events.createEventData(event)

    @staticmethod
    def without_ids(event: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in event.items() if name not in ("eventId", "contactId")}
