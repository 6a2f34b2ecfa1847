"""Asking for contacts."""

from collections.abc import Callable

from salesmanago import Client, ContactUpsert, OptFlags

OPT_OUT = OptFlags(opt_out=True)


async def test_contact_is_found_by_its_email_and_a_stranger_is_not(
    client: Client, address: Callable[[str], str]
) -> None:
    jan = address("jan")
    known = await client.upsert_contact(ContactUpsert(email=jan, flags=OPT_OUT))

    found, stranger = await client.find_contact(jan), await client.find_contact(address("nobody"))

    assert (found, stranger) == (known.contact_id, None)


async def test_contacts_are_found_by_their_ids_and_unknown_ones_left_out(
    client: Client, address: Callable[[str], str]
) -> None:
    jan = address("jan")
    known = await client.upsert_contact(ContactUpsert(email=jan, name="Jan Lis", flags=OPT_OUT))

    contacts = await client.basic_contacts_by_id([known.contact_id, "00000000-0000-4000-8000-000000000000"])

    assert contacts == await client.basic_contacts([jan])
    assert [(contact.email, contact.name) for contact in contacts] == [(jan, "Jan Lis")]


async def test_whole_contacts_are_the_same_by_email_and_by_id(
    client: Client, address: Callable[[str], str]
) -> None:
    jan, ola = address("jan"), address("ola")
    known = [await client.upsert_contact(ContactUpsert(email=email, flags=OPT_OUT)) for email in (jan, ola)]

    by_email = await client.full_contacts([jan, address("nobody"), ola])
    by_id = await client.full_contacts_by_id([contact.contact_id for contact in known])

    assert {contact.basic.email for contact in by_email} == {jan, ola}
    assert sorted(by_id, key=lambda contact: contact.basic.email) == sorted(
        by_email, key=lambda contact: contact.basic.email
    )
    assert [contact.events for contact in by_email] == [(), ()]


async def test_fifty_contacts_are_read_whole_with_one_call(
    client: Client, address: Callable[[str], str]
) -> None:
    jan = address("jan")
    await client.upsert_contact(ContactUpsert(email=jan, flags=OPT_OUT))

    contacts = await client.full_contacts([jan, *(f"nobody-{number}@example.com" for number in range(49))])

    assert [contact.basic.email for contact in contacts] == [jan]


async def test_nobody_asked_for_is_nobody_found(client: Client) -> None:
    assert await client.basic_contacts([" "]) == ()
    assert await client.basic_contacts_by_id([]) == ()
    assert await client.full_contacts([]) == ()
    assert await client.full_contacts_by_id([""]) == ()
