"""Many contacts at once, now or later."""

from collections.abc import Awaitable, Callable

from salesmanago import Client, ContactsUpserted, ContactUpsert, OptFlags

OPT_IN, OPT_OUT = OptFlags(opt_in=True), OptFlags(opt_out=True)
Eventually = Callable[[Callable[[], Awaitable[bool]]], Awaitable[bool]]


async def test_batch_names_the_id_of_each_contact(client: Client, address: Callable[[str], str]) -> None:
    jan, ola = address("jan"), address("ola")

    upserted = await client.upsert_contacts(
        [
            ContactUpsert(email=jan.upper(), name="Jan Żółć", tags=("contract test",), flags=OPT_IN),
            ContactUpsert(email=ola, name="Ola Lis", flags=OPT_OUT),
        ],
        fire_events=False,
    )

    contacts = {contact.email: contact for contact in await client.basic_contacts([jan, ola])}
    ids = {email: contact.contact_id for email, contact in contacts.items()}
    assert upserted == ContactsUpserted(contact_ids=ids, missing=())
    assert (contacts[jan].name, contacts[jan].opted_out) == ("Jan Żółć", False)
    assert (contacts[ola].name, contacts[ola].opted_out) == ("Ola Lis", True)


async def test_repeated_batch_keeps_the_contact_ids_and_the_permissions(
    client: Client, address: Callable[[str], str]
) -> None:
    jan = address("jan")
    first = await client.upsert_contacts([ContactUpsert(email=jan, flags=OPT_IN)], fire_events=False)

    second = await client.upsert_contacts([ContactUpsert(email=jan, name="Jan Lis")], fire_events=False)

    [contact] = await client.basic_contacts([jan])
    assert first == second == ContactsUpserted(contact_ids={jan: contact.contact_id}, missing=())
    assert (contact.name, contact.opted_out) == ("Jan Lis", False)


async def test_address_that_is_none_is_missing_and_the_others_of_the_batch_are_taken(
    client: Client, address: Callable[[str], str]
) -> None:
    jan = address("jan")
    batch = [ContactUpsert(email="no address", flags=OPT_OUT), ContactUpsert(email=jan, flags=OPT_OUT)]

    upserted = await client.upsert_contacts(batch, fire_events=False)

    assert upserted.missing == ("no address",)
    assert upserted.contact_ids == {jan: await client.find_contact(jan)}


async def test_queued_batch_is_worked_off_later(
    client: Client, address: Callable[[str], str], eventually: Eventually
) -> None:
    jan, ola = address("jan"), address("ola")
    batch = [ContactUpsert(email=email, name="Queued", flags=OPT_OUT) for email in (jan, ola)]

    queued = await client.queue_contacts(batch, fire_events=False)

    async def is_finished() -> bool:
        return (await client.job_status(queued.request_id)).is_finished

    async def are_there() -> bool:
        return len(await client.basic_contacts([jan, ola])) == 2

    assert queued.request_id.isdecimal()
    assert await eventually(is_finished)
    assert await eventually(are_there)
    assert {contact.name for contact in await client.basic_contacts([jan, ola])} == {"Queued"}
