"""External events: adding, changing, deleting and reading them back."""

import time
from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest

from salesmanago import (
    AddEvent,
    Client,
    ContactEvent,
    ContactUpsert,
    EventKind,
    EventsAdded,
    EventStored,
    Item,
    OptFlags,
    RecordedEvent,
    Refused,
)

UNKNOWN = "00000000-0000-4000-8000-000000000000"
NOW = time.time_ns() // 1_000_000
ITEMS = (
    Item("P-100", name="Krzesło Olcha, dębowe", quantity=1, other_ids=("SKU-1", "V-1")),
    Item("P-205", name="Stolik Brzoza", quantity=2, other_ids=("SKU-2", "V-2")),
)
Contact = tuple[str, str]
Listed = Callable[[str], Awaitable[list[RecordedEvent]]]


def cart(*items: Item, value: str) -> ContactEvent:
    return ContactEvent(kind=EventKind.CART, occurred_at=NOW, items=items, value=Decimal(value))


def purchase(number: str, *, value: str = "249.90") -> ContactEvent:
    return ContactEvent(
        kind=EventKind.PURCHASE, occurred_at=NOW, items=ITEMS, value=Decimal(value), external_id=number
    )


@pytest.fixture
async def jan(client: Client, address: Callable[[str], str]) -> Contact:
    """A contact's e-mail and id."""
    email = address("jan")
    upserted = await client.upsert_contact(ContactUpsert(email=email, flags=OptFlags(opt_out=True)))
    return email, upserted.contact_id


@pytest.fixture
def events_of(client: Client) -> Listed:
    async def listed(email: str) -> list[RecordedEvent]:
        [contact] = await client.full_contacts([email])
        assert contact.events is not None
        return sorted(contact.events, key=lambda event: event.external_id or "")

    return listed


async def test_event_is_read_back_as_it_was_added(client: Client, jan: Contact, events_of: Listed) -> None:
    email, _ = jan
    event = ContactEvent(
        kind=EventKind.PURCHASE,
        occurred_at=NOW,
        items=ITEMS,
        value=3 * Decimal("0.10"),
        description="płatność przy odbiorze",
        location="shop_pl",
        shop_domain="shop.example",
        external_id="order-1",
        details={2: "order-1", 9: "PLN"},
    )

    stored = await client.add_event(AddEvent(event, email=email))

    assert await events_of(email) == [
        RecordedEvent(
            kind="PURCHASE",
            event_id=stored.event_id,
            occurred_at=NOW,
            external_id="order-1",
            products=("P-100", "P-205"),
            value=Decimal("0.30"),
            description="płatność przy odbiorze",
            location="shop_pl",
            shop_domain="shop.example",
            details={
                1: "Krzesło Olcha dębowe,Stolik Brzoza",
                2: "order-1",
                3: "1/2",
                6: "SKU-1,SKU-2",
                7: "V-1,V-2",
                9: "PLN",
            },
        )
    ]


async def test_event_is_added_to_a_contact_named_by_its_id(
    client: Client, jan: Contact, events_of: Listed
) -> None:
    email, contact_id = jan

    await client.add_event(AddEvent(purchase("order-1"), contact_id=contact_id))

    assert [event.external_id for event in await events_of(email)] == ["order-1"]


async def test_same_event_added_twice_is_there_twice(client: Client, jan: Contact, events_of: Listed) -> None:
    email, _ = jan

    first = await client.add_event(AddEvent(purchase("order-1"), email=email))
    second = await client.add_event(AddEvent(purchase("order-1"), email=email))

    assert first.event_id != second.event_id
    assert [event.external_id for event in await events_of(email)] == ["order-1", "order-1"]


async def test_update_replaces_the_event_whole_and_may_be_repeated(
    client: Client, jan: Contact, events_of: Listed
) -> None:
    email, _ = jan
    added = await client.add_event(AddEvent(cart(*ITEMS, value="249.90"), email=email))
    smaller = cart(Item("P-100"), value="49")

    updates = [await client.update_event(added.event_id, smaller) for _ in range(2)]

    [event] = await events_of(email)
    assert updates == [EventStored(event_id=added.event_id)] * 2
    assert (event.event_id, event.products, event.value) == (added.event_id, ("P-100",), Decimal("49.00"))
    assert event.details == {1: "P-100", 3: "1"}


async def test_update_of_an_unknown_event_is_refused(client: Client) -> None:
    with pytest.raises(Refused):
        await client.update_event(UNKNOWN, cart(Item("P-100"), value="49"))


async def test_event_is_deleted_by_its_id_or_by_the_shops(
    client: Client, jan: Contact, events_of: Listed
) -> None:
    email, _ = jan
    first = await client.add_event(AddEvent(purchase("order-1"), email=email))
    await client.add_event(AddEvent(purchase(f"{email}/2"), email=email))
    await client.add_event(AddEvent(purchase("order-3"), email=email))

    await client.delete_event(event_id=first.event_id)
    await client.delete_event(external_id=f"{email}/2")

    assert [event.external_id for event in await events_of(email)] == ["order-3"]


@pytest.mark.parametrize(
    "names", [{}, {"event_id": "b0a3", "external_id": "order-1"}, {"event_id": " ", "external_id": None}]
)
async def test_event_to_delete_is_named_in_exactly_one_way(
    client: Client, names: dict[str, str | None]
) -> None:
    with pytest.raises(ValueError, match="exactly one of eventId and externalId"):
        await client.delete_event(**names)


async def test_batch_adds_all_its_events(
    client: Client, jan: Contact, events_of: Listed, address: Callable[[str], str]
) -> None:
    email, contact_id = jan
    batch = [
        AddEvent(purchase("order-1", value="0.10"), email=email),
        AddEvent(purchase("order-2", value="0.20"), contact_id=contact_id),
    ]

    added = await client.add_events(batch)

    events = await events_of(email)
    assert added == EventsAdded(created_amount=2, failed_amount=0, failed_contacts=())
    assert [(event.external_id, event.value) for event in events] == [
        ("order-1", Decimal("0.10")),
        ("order-2", Decimal("0.20")),
    ]


async def test_batch_names_the_contact_whose_event_failed_and_adds_the_others(
    client: Client, jan: Contact, events_of: Listed
) -> None:
    email, _ = jan
    batch = [
        AddEvent(purchase("order-1"), email=email),
        AddEvent(purchase("order-2"), contact_id=UNKNOWN),
    ]

    added = await client.add_events(batch)

    assert added == EventsAdded(created_amount=1, failed_amount=1, failed_contacts=(UNKNOWN,))
    assert [event.external_id for event in await events_of(email)] == ["order-1"]
