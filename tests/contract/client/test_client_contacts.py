"""Adding, changing and opting single contacts in and out."""

from collections.abc import Callable

import pytest

from salesmanago import (
    Acknowledged,
    Address,
    BasicContact,
    Client,
    ContactUpsert,
    ContactUpserted,
    DictionaryProperty,
    OptFlags,
    Refused,
)


async def statuses(client: Client, email: str) -> tuple[bool, bool]:
    """Opted out by e-mail, opted out by phone."""
    [contact] = await client.basic_contacts([email])
    return contact.opted_out, contact.opted_out_phone


async def test_contact_is_there_as_soon_as_its_upsert_is_answered(
    client: Client, address: Callable[[str], str]
) -> None:
    jan = address("jan.kowalski")
    request = ContactUpsert(
        email=jan.replace("jan", "Jan"),
        name="Jan Żółć",
        external_id="cust-10042",
        state="CUSTOMER",
        flags=OptFlags(opt_in=True, phone_opt_out=True),
    )

    upserted = await client.upsert_contact(request)

    [contact] = await client.basic_contacts([jan, address("nobody")])
    assert upserted == ContactUpserted(contact_id=contact.contact_id, external_id="cust-10042")
    assert contact == BasicContact(
        contact_id=upserted.contact_id,
        email=jan,
        name="Jan Żółć",
        state="CUSTOMER",
        opted_out=False,
        opted_out_phone=True,
        deleted=False,
        invalid=False,
        external_id="cust-10042",
        created_at=contact.created_at,
        modified_at=contact.modified_at,
    )
    assert contact.created_at is not None
    assert contact.modified_at is not None


async def test_everything_that_is_known_of_a_contact_is_taken(
    client: Client, address: Callable[[str], str]
) -> None:
    ola = address("ola")

    await client.upsert_contact(
        ContactUpsert(
            email=ola,
            name="Ola Nowak",
            phone="+48600100200",
            company="Nowak Meble",
            address=Address(street="ul. Lipowa 7/3", postal_code="30-002", city="Kraków", country="PL"),
            province="małopolskie",
            birthday="19840317",
            lang="pl",
            tags=("contract test", "guest"),
            properties={"customer_group": "retail"},
            dictionary_properties=(DictionaryProperty("contract_orders", "NUMBER", "3"),),
            flags=OptFlags(opt_out=True),
        )
    )
    await client.upsert_contact(ContactUpsert(email=ola, remove_tags=("guest",)))

    [contact] = await client.full_contacts([ola])
    assert (contact.basic.name, contact.province) == ("Ola Nowak", "małopolskie")
    assert contact.tags == ("CONTRACT_TEST",)
    assert contact.properties["customer_group"] == "retail"


async def test_repeated_upsert_keeps_the_contact_id_and_the_permissions(
    client: Client, address: Callable[[str], str]
) -> None:
    ola = address("ola")
    first = await client.upsert_contact(ContactUpsert(email=ola, flags=OptFlags(opt_in=True)))

    second = await client.upsert_contact(ContactUpsert(email=ola.upper(), name="Ola Nowak"))

    [contact] = await client.basic_contacts([ola])
    assert second.contact_id == first.contact_id
    assert (contact.name, contact.opted_out) == ("Ola Nowak", False)


async def test_changed_address_leaves_the_contact_the_same(
    client: Client, address: Callable[[str], str]
) -> None:
    former, present = address("ewa"), address("ewa.lis")
    before = await client.upsert_contact(
        ContactUpsert(email=former, name="Ewa Lis", flags=OptFlags(opt_out=True))
    )

    after = await client.upsert_contact(ContactUpsert(email=former, new_email=present))

    contacts = await client.basic_contacts([former, present])
    assert after.contact_id == before.contact_id
    assert [(contact.contact_id, contact.email) for contact in contacts] == [(before.contact_id, present)]


async def test_contact_known_by_its_id_alone_is_changed(
    client: Client, address: Callable[[str], str]
) -> None:
    jan = address("jan")
    before = await client.upsert_contact(ContactUpsert(email=jan, flags=OptFlags(opt_out=True)))

    after = await client.upsert_contact(ContactUpsert(email="", contact_id=before.contact_id, name="Jan Lis"))

    [contact] = await client.basic_contacts([jan])
    assert (after.contact_id, contact.name) == (before.contact_id, "Jan Lis")


async def test_contact_is_opted_in_and_out_by_email(client: Client, address: Callable[[str], str]) -> None:
    jan = address("jan")
    await client.upsert_contact(ContactUpsert(email=jan, flags=OptFlags(opt_out=True, phone_opt_out=True)))

    opted_in = await client.opt_in(email=jan)
    after_opt_in = await statuses(client, jan)
    opted_out = await client.opt_out(email=jan)
    after_opt_out = await statuses(client, jan)

    assert (opted_in, opted_out) == (Acknowledged(), Acknowledged())
    assert (after_opt_in, after_opt_out) == ((False, True), (True, True))


async def test_contact_is_opted_in_and_out_by_phone_and_named_by_its_id(
    client: Client, address: Callable[[str], str]
) -> None:
    jan = address("jan")
    flags = OptFlags(opt_out=True, phone_opt_out=True)
    known = await client.upsert_contact(ContactUpsert(email=jan, phone="+48600100200", flags=flags))

    opted_in = await client.phone_opt_in(contact_id=known.contact_id)
    after_opt_in = await statuses(client, jan)
    opted_out = await client.phone_opt_out(contact_id=known.contact_id)
    after_opt_out = await statuses(client, jan)

    assert (opted_in, opted_out) == (Acknowledged(), Acknowledged())
    assert (after_opt_in, after_opt_out) == ((True, False), (True, True))


async def test_address_that_is_none_is_refused(client: Client) -> None:
    with pytest.raises(Refused):
        await client.upsert_contact(ContactUpsert(email="no address", flags=OptFlags(opt_out=True)))
