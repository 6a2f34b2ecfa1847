"""A store, its account, and short ways to tell events and to send them."""

from collections.abc import Callable, Coroutine, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, connections
from django.utils import timezone
from pytest_django.plugin import blocking_manager_key

from ebexo.consents import editing
from ebexo.contacts.models import Contact
from ebexo.delivery import drain as draining
from ebexo.delivery.job import Job
from ebexo.delivery.result import Result
from ebexo.delivery.telling.transfer import transfer
from ebexo.delivery.visitors import Question
from ebexo.ingest.receive import Receipt, receive
from ebexo.outbox.lease import take
from ebexo.outbox.models import Key, Lane, Message
from ebexo.outbox.states import State
from ebexo.stores.models import Account, Store
from ebexo.stores.opening import open_store
from salesmanago import (
    AddEvent,
    BasicContact,
    ContactEvent,
    ContactUpsert,
    ContactUpserted,
    FullContact,
    OutcomeUnknown,
    Refused,
    Unavailable,
)
from salesmanago.answers.acknowledged import Acknowledged
from salesmanago.answers.event import EventStored
from salesmanago.answers.recorded_event import recorded_event

NOBODY_LISTENS = "http://127.0.0.1:1"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    """The ledgers let go only of erased people and removed stores, and after such a test Django deletes every row."""
    marker = item.get_closest_marker("django_db")
    empties = (marker and marker.kwargs.get("transaction")) or "transactional_db" in _fixtures_of(item)
    if not empties or item.get_closest_marker("skip"):
        return (yield)
    Contact.objects.update(erased_at=timezone.now())
    if connection.vendor != "sqlite":  # PostgreSQL empties whole tables, which asks no guard
        return (yield)
    with connection.cursor() as cursor:
        guards = (
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ebexo_audit_entry'"
        )
        kept = cursor.execute(guards).fetchall()
        for name, _sql in kept:
            cursor.execute(f"DROP TRIGGER {name}")
    result = yield
    if nextitem is None:  # the tables are gone
        return result
    with item.config.stash[blocking_manager_key].unblock(), connection.cursor() as cursor:
        for _name, sql in kept:
            cursor.execute(sql)
    return result


def _fixtures_of(item: pytest.Item) -> Sequence[str]:
    return getattr(item, "fixturenames", ())


def _opened(name: str) -> Store:
    store, key = open_store(name)
    account = store.account
    account.active, account.endpoint = True, NOBODY_LISTENS
    account.owner_email, account.client_id = "owner@shop.example", "sandbox-client"
    account.api_secret = "sandbox-secret"
    account.save()
    store.api_key = key  # type: ignore[attr-defined]  # shown once, as in life
    return store


@pytest.fixture
def store(db: None) -> Store:
    """A store whose integration is switched on, in the automatic mode."""
    return _opened("Olcha")


@pytest.fixture
def remove() -> Callable[[Store], None]:
    """Remove a store with everything of it, as its removal does in the end."""

    def remove_at_once(store: Store) -> None:
        Store.objects.filter(pk=store.pk).update(removal_began_at=timezone.now())
        store.delete()

    return remove_at_once


@pytest.fixture
def other_store(db: None) -> Store:
    return _opened("Brzoza")


@pytest.fixture
def with_settings(store: Store) -> Callable[..., Account]:
    """Change settings of the store's account, as if they had been saved."""

    def change(**settings: Any) -> Account:
        if "consent_code" in settings:
            editing.add(
                store.pk,
                code=settings["consent_code"],
                text="Yes, write to me.",
                traits=editing.Traits("Marketing"),
            )
        account = Account.objects.get(store=store)
        for name, value in settings.items():
            setattr(account, name, value)
        account.save()
        return account

    return change


@pytest.fixture
def an_event() -> Callable[..., dict[str, Any]]:
    """A store event; `email` and `customer` fields are the customer's, everything else the event's own."""

    def make(number: object = 1, *, email: str = "jan.kowalski@example.com", **fields: Any) -> dict[str, Any]:
        return {
            "id": f"event-{number}",
            "type": "customer.updated",
            "occurred_at": "2026-11-01T10:00:00Z",
            "customer": {"email": email, **fields.pop("customer", {})},
            **fields,
        }

    return make


@pytest.fixture
def tell(store: Store, an_event: Callable[..., dict[str, Any]]) -> Callable[..., Message]:
    """Receive one event for the store; the message it became."""

    def told(*args: Any, **fields: Any) -> Message:
        receipt: Receipt = receive(store, an_event(*args, **fields))
        return receipt.message

    return told


@pytest.fixture
def everything_stored(db: None) -> Callable[[], str]:
    """Every row of every table as one text."""

    def dumped() -> str:
        rows = []
        with connection.cursor() as cursor:
            for model in [*apps.get_models(include_auto_created=True)]:
                if not model._meta.app_label.startswith("ebexo_"):
                    continue
                cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
                rows += [f"{model._meta.db_table}: {row!r}" for row in cursor.fetchall()]
        return "\n".join(rows)

    return dumped


@pytest.fixture
def in_threads() -> Callable[[int, Callable[[int], Any]], list[Any]]:
    """Run a function in so many threads at once, each with a connection of its own; results or errors in order."""

    def closing(work: Callable[[int], Any], number: int) -> Any:
        try:
            return work(number)
        except Exception as error:  # noqa: BLE001  (handed to the test)
            return error
        finally:
            connections.close_all()

    def run(threads: int, work: Callable[[int], Any]) -> list[Any]:
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(lambda number: closing(work, number), range(threads)))

    return run


@pytest.fixture
def on_postgresql() -> bool:
    return connection.vendor == "postgresql"


@pytest.fixture
def state_of() -> Callable[[Message], dict[str, Any]]:
    """State, reason and tries of a message as they are stored now."""

    def found(message: Message) -> dict[str, Any]:
        return dict(Message.objects.values("state", "reason", "attempts", "in_doubt").get(pk=message.pk))

    return found


class Vendor:
    """SALESmanago in memory, after its documentation and apart from our code; `client` is what a worker calls.

    `requests` are all that were made, in order: what kind, about whom, its flags, and whether it was applied.
    `faults` take the place of the next answers: "unavailable", "refused", "lost" (never applied, no answer) or
    "unread" (applied, no answer). `on_request` is called with each request before it is answered.

    `events` are the external events, oldest first. Adding never knows an event again; an unknown one is neither
    changed nor deleted. `questions` are what was asked about contacts by id and about events; what `blind` holds
    takes the place of the next answers about events: "refused", "unavailable", "lost" or "unlisted".
    """

    def __init__(self) -> None:
        self.contacts: dict[str, dict[str, Any]] = {}
        self.requests: list[dict[str, Any]] = []
        self.confirmations: list[str] = []
        self.faults: list[str] = []
        self.events: list[dict[str, Any]] = []
        self.questions: list[dict[str, Any]] = []
        self.blind: list[str] = []
        self.on_request: Callable[[dict[str, Any]], None] = lambda request: None

    async def upsert_contact(self, contact: ContactUpsert) -> ContactUpserted:
        wire = contact.to_wire()
        email = wire["contact"]["email"]
        self._receive({"kind": "upsert", "email": email, "wire": wire}, lambda: self._upsert(email, wire))
        return ContactUpserted(self.contacts[wire.get("newEmail", email)]["id"], None)

    async def delete_contact(self, email: str, *, permanently: bool) -> Acknowledged:
        assert permanently

        def delete() -> None:
            contact = self.contacts.pop(email, None)
            if contact is None:
                raise Refused(http_status=200)
            self.events = [event for event in self.events if event["contactId"] != contact["id"]]

        self._receive({"kind": "delete", "email": email, "wire": {}}, delete)
        return Acknowledged()

    async def basic_contacts(self, emails: Sequence[str]) -> tuple[BasicContact, ...]:
        there = [(email, self.contacts[email]) for email in emails if email in self.contacts]
        return tuple(_basic(email, contact) for email, contact in there)

    async def basic_contacts_by_id(self, contact_ids: Sequence[str]) -> tuple[BasicContact, ...]:
        self._ask({"kind": "basic_by_id", "ids": list(contact_ids)})
        return tuple(
            _basic(email, contact) for email, contact in self.contacts.items() if contact["id"] in contact_ids
        )

    async def full_contacts(self, emails: Sequence[str]) -> tuple[FullContact, ...]:
        fault = self._ask({"kind": "full", "emails": list(emails)})
        return tuple(self._full(email, fault) for email in emails if email in self.contacts)

    async def full_contacts_by_id(self, contact_ids: Sequence[str]) -> tuple[FullContact, ...]:
        fault = self._ask({"kind": "full_by_id", "ids": list(contact_ids)})
        return tuple(
            self._full(email, fault)
            for email, contact in self.contacts.items()
            if contact["id"] in contact_ids
        )

    async def add_event(self, event: AddEvent) -> EventStored:
        wire = event.to_wire()
        event_id = f"event-{len(self.requests)}"

        def add() -> None:
            email = self._email_of(wire)
            contact_id = self.contacts[email]["id"]
            told = {"eventId": event_id, "contactId": contact_id, "email": email, **wire["contactEvent"]}
            self.events.append(told)

        self._receive({"kind": "add", "email": event.email, "wire": wire}, add)
        return EventStored(event_id)

    async def update_event(self, event_id: str, event: ContactEvent) -> EventStored:
        wire = {"contactEvent": {"eventId": event_id, **event.to_wire()}}

        def change() -> None:
            place = self._place_of(event_id)
            former = self.events[place]
            self.events[place] = {
                "eventId": event_id,
                "contactId": former["contactId"],
                "email": former["email"],
                **wire["contactEvent"],
            }

        self._receive({"kind": "update", "email": None, "wire": wire}, change)
        return EventStored(event_id)

    async def delete_event(self, *, event_id: str) -> Acknowledged:
        self._receive(
            {"kind": "delete_event", "email": None, "wire": {"eventId": event_id}},
            lambda: self.events.pop(self._place_of(event_id)),
        )
        return Acknowledged()

    def told(self, *fields: str) -> list[Any]:
        """These fields of every event there is now, oldest first; of one field the values alone."""
        listed = [tuple(event.get(name) for name in fields) for event in self.events]
        return [values[0] for values in listed] if len(fields) == 1 else listed

    def kinds(self) -> list[str]:
        """What was requested, in order."""
        return [request["kind"] for request in self.requests]

    def _email_of(self, wire: dict[str, Any]) -> str:
        """An address that nobody has makes a contact, who is not written to; a contact id does not."""
        email = wire.get("email")
        if email is None:
            owners = [email for email, one in self.contacts.items() if one["id"] == wire["contactId"]]
            if not owners:
                raise Refused(http_status=200)
            return owners[0]
        if email not in self.contacts:
            contact = {"id": f"id-{len(self.requests)}", "status": "opt_out", "name": None}
            self.contacts[email] = contact | {"modified_at": timezone.now()}
        return str(email)

    def _place_of(self, event_id: str) -> int:
        for place, event in enumerate(self.events):
            if event["eventId"] == event_id:
                return place
        raise Refused(http_status=200)

    def _full(self, email: str, fault: str | None) -> FullContact:
        contact = self.contacts[email]
        listed = [recorded_event(event) for event in self.events if event["contactId"] == contact["id"]]
        told = None if fault == "unlisted" else tuple(event for event in listed if event)
        return FullContact(_basic(email, contact), None, (), {}, told)

    def _ask(self, question: dict[str, Any]) -> str | None:
        self.questions.append(question)
        fault = self.blind.pop(0) if self.blind else None
        if fault == "refused":
            raise Refused(http_status=200)
        if fault == "unavailable":
            raise Unavailable("connection")
        if fault == "lost":
            raise OutcomeUnknown("timeout")
        return fault

    def _receive(self, request: dict[str, Any], apply: Callable[[], object]) -> None:
        fault = self.faults.pop(0) if self.faults else None
        request["applied"] = fault in (None, "unread")
        self.requests.append(request)
        self.on_request(request)
        if fault == "unavailable":
            raise Unavailable("connection")
        if fault == "refused":
            raise Refused(http_status=200)
        if fault == "lost":
            raise OutcomeUnknown("timeout")
        apply()
        if fault == "unread":
            raise OutcomeUnknown("empty")

    def _upsert(self, email: str, wire: dict[str, Any]) -> None:
        new_email = wire.get("newEmail")
        if new_email and new_email in self.contacts:
            raise Refused(http_status=200)
        fresh = {"id": f"id-{len(self.requests)}", "status": "opt_out", "name": None}
        contact = self.contacts.pop(email, fresh)
        self.contacts[new_email or email] = contact
        contact["name"] = wire["contact"].get("name", contact["name"])
        contact["modified_at"] = timezone.now()
        if wire["forceOptOut"]:
            contact["status"] = "opt_out"
        elif wire["forceOptIn"] and not wire["useApiDoubleOptIn"]:
            contact["status"] = "opt_in"
        elif wire["forceOptIn"] and contact["status"] != "opt_in":
            contact["status"] = "pending"
            self.confirmations.append(new_email or email)


def _basic(email: str, contact: dict[str, Any]) -> BasicContact:
    return BasicContact(
        contact_id=contact["id"],
        email=email,
        name=contact["name"],
        state=None,
        opted_out=contact["status"] != "opt_in",
        opted_out_phone=True,
        deleted=False,
        invalid=False,
        external_id=None,
        created_at=None,
        modified_at=int(contact["modified_at"].timestamp() * 1000),
    )


class Worker:
    """What a drain does, step by step and without a network: claim, send, settle; or die in between."""

    def __init__(self, store: Store, vendor: Vendor) -> None:
        self.store, self.vendor = store, vendor
        self.holding: draining.Holding | None = None
        self.jobs: list[Job | Question] = []
        self.results: list[Result] = []

    def claim(self) -> list[Job | Question]:
        """The jobs that were begun with this call; nothing while there are others in hand."""
        if self.jobs or self.results:
            return []
        if self.holding is None:
            lease = take(self.store.pk, owner="worker", now=timezone.now())
            if lease is None:
                return []
            self.holding = draining.Holding(lease)
        self.all_due()
        never: Any = SimpleNamespace(is_set=lambda: False)
        calls = draining._claim(self.holding, limit=4, stopping=never)
        self.jobs = [job for call in calls for job in call]
        return list(self.jobs)

    def send(self) -> Job | Question | None:
        """Send one of the jobs in hand, and say which."""
        if not self.jobs:
            return None
        job = self.jobs.pop(0)
        self.results.append(self.at_once(transfer(job, self.vendor, turn=_no_turn, now=timezone.now())))  # type: ignore[arg-type]
        return job

    def settle(self) -> None:
        if self.holding and self.results:
            draining._settle(self.holding, self.results)
        self.results = []

    def die(self) -> None:
        """As if the process were killed; another one takes the lane over."""
        self.holding, self.jobs, self.results = None, [], []
        Lane.objects.filter(store=self.store).update(lease_until=None)

    def deliver(self) -> None:
        """Everything that may go, until nothing is left in hand."""
        while self.claim() or self.jobs or self.results:
            while self.send():
                pass
            self.settle()

    def all_due(self) -> None:
        """As if every pause were over."""
        Lane.objects.filter(store=self.store).update(backoff_until=None, failures=0, paused_reason=None)
        waiting = Message.objects.filter(state=State.WAITING, store=self.store).values("key_id")
        Key.objects.filter(pk__in=waiting, due_at__gt=timezone.now()).update(due_at=timezone.now())

    @staticmethod
    def at_once(work: Coroutine[Any, Any, Result]) -> Result:
        """Run what never really waits."""
        try:
            work.send(None)
        except StopIteration as end:
            result: Result = end.value
            return result
        raise AssertionError("it waited")


async def _no_turn() -> None:
    pass


@pytest.fixture
def new_vendor() -> type[Vendor]:
    return Vendor


@pytest.fixture
def new_worker() -> type[Worker]:
    return Worker


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


@pytest.fixture
def worker(store: Store, vendor: Vendor) -> Worker:
    return Worker(store, vendor)


class Shop:
    """Tells carts and orders of the store, and delivers them; time passes only when it is told to.

    Moments of events are counted in seconds from `START`; everything is accepted a day later, from `now` on.
    """

    START = datetime(2026, 11, 1, 10, tzinfo=UTC)

    def __init__(self, store: Store, worker: Worker) -> None:
        self.store, self.worker, self.vendor = store, worker, worker.vendor
        self.now = self.START + timedelta(days=1)
        self.number = 0

    def tell(
        self,
        kind: str,
        *,
        email: str | None = "jan.kowalski@example.com",
        second: float = 0,
        customer: dict[str, Any] | None = None,
        smclient: str | None = None,
        **parts: Any,
    ) -> Message:
        self.number += 1
        event = {
            "id": f"event-{self.number}",
            "type": kind,
            "occurred_at": (self.START + timedelta(seconds=second)).isoformat(),
            "customer": {"email": email, **(customer or {})} if email else None,
            "visitor": {"smclient": smclient} if smclient else None,
            **parts,
        }
        return receive(self.store, event).message

    def change(
        self, *products: str, cart_id: str = "basket-77", url: str | None = None, **more: Any
    ) -> Message:
        """The cart is as given now; without products it was emptied."""
        cart = {
            "id": cart_id,
            "items": [{"product_id": product, "unit_price": "10.00"} for product in products],
            "total": f"{10 * len(products)}.00",
            "currency": "PLN",
            "url": url,
        }
        return self.tell("cart.product_added" if products else "cart.product_removed", cart=cart, **more)

    def order(
        self,
        step: str = "placed",
        number: str = "1042",
        *,
        total: str = "100.00",
        return_number: str | None = None,
        products: Sequence[str] = ("A",),
        cart_id: str | None = None,
        **more: Any,
    ) -> Message:
        order = {
            "number": number,
            "total": total,
            "return_number": return_number,
            "cart_id": cart_id,
            "items": [{"product_id": product} for product in products],
        }
        return self.tell(f"order.{step}", order=order, **more)

    def deliver(self, *, later: float = 2) -> None:
        """Everything that may go, after so many seconds."""
        self.now += timedelta(seconds=later)
        self.worker.deliver()

    def once(self) -> None:
        """One claim of the worker, sent and settled."""
        self.now += timedelta(seconds=2)
        self.worker.claim()
        while self.worker.send():
            pass
        self.worker.settle()

    @staticmethod
    def standing(*messages: Message) -> list[tuple[str, str | None]]:
        """State and reason of each, as stored."""
        rows = {row.pk: row for row in Message.objects.filter(pk__in=[message.pk for message in messages])}
        return [(rows[message.pk].state, rows[message.pk].reason) for message in messages]

    @staticmethod
    def tries(message: Message) -> list[str | None]:
        """What became of each call that carried the message, in order."""
        return list(message.tries.order_by("pk").values_list("outcome", flat=True))


@pytest.fixture
def shop(store: Store, worker: Worker, monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = Shop(store, worker)
    monkeypatch.setattr("django.utils.timezone.now", lambda: made.now)
    return made
