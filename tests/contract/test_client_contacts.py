"""The client against the sandbox: what it sends is understood, and what it reads back is what it sent."""

from collections.abc import AsyncIterator
from typing import Protocol

import pytest

from salesmanago import (
    BadCredentials,
    BasicContact,
    Client,
    ContactUpsert,
    ContactUpserted,
    Credentials,
    OptFlags,
    open_session,
)


class Sandbox(Protocol):
    @property
    def url(self) -> str: ...


def credentials(
    *,
    client_id: str = "sandbox-client",
    api_secret: str = "sandbox-secret",
    owner: str = "owner@shop.example",
) -> Credentials:
    return Credentials(client_id=client_id, api_secret=api_secret, owner=owner)


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[Client]:
    async with open_session() as session:
        yield Client(sandbox.url, credentials(), session=session)


async def test_contact_is_there_as_soon_as_its_upsert_is_answered(client: Client) -> None:
    jan = ContactUpsert(
        email="Jan.Kowalski@Example.com",
        name="Jan Kowalski",
        external_id="cust-10042",
        state="CUSTOMER",
        flags=OptFlags(opt_in=True, phone_opt_out=True),
    )

    upserted = await client.upsert_contact(jan)

    [contact] = await client.basic_contacts(["jan.kowalski@example.com", "nobody@example.com"])
    assert upserted == ContactUpserted(contact_id=contact.contact_id, external_id="cust-10042")
    assert contact == BasicContact(
        contact_id=upserted.contact_id,
        email="jan.kowalski@example.com",
        name="Jan Kowalski",
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


async def test_repeated_upsert_keeps_the_contact_id_and_the_permissions(client: Client) -> None:
    first = await client.upsert_contact(ContactUpsert(email="ola@example.com", flags=OptFlags(opt_in=True)))

    second = await client.upsert_contact(ContactUpsert(email="OLA@example.com", name="Ola Nowak"))

    [contact] = await client.basic_contacts(["ola@example.com"])
    assert second.contact_id == first.contact_id
    assert (contact.name, contact.opted_out) == ("Ola Nowak", False)


async def test_changed_address_leaves_the_contact_the_same(client: Client) -> None:
    before = await client.upsert_contact(ContactUpsert(email="ewa@example.com", name="Ewa Lis"))

    after = await client.upsert_contact(
        ContactUpsert(email="ewa@example.com", new_email="ewa.lis@example.com")
    )

    contacts = await client.basic_contacts(["ewa@example.com", "ewa.lis@example.com"])
    assert after.contact_id == before.contact_id
    assert [(contact.contact_id, contact.email) for contact in contacts] == [
        (before.contact_id, "ewa.lis@example.com")
    ]


async def test_users_are_listed_even_for_an_owner_that_salesmanago_does_not_know(sandbox: Sandbox) -> None:
    async with open_session() as session:
        client = Client(sandbox.url, credentials(owner="former@shop.example"), session=session)

        users = await client.list_users()

    assert "owner@shop.example" in users


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (credentials(client_id="other-client"), "client_id"),
        (credentials(api_secret="other-secret"), "secret"),
        (credentials(owner="former@shop.example"), "owner"),
    ],
)
async def test_wrong_credentials_are_told_apart(sandbox: Sandbox, wrong: Credentials, problem: str) -> None:
    async with open_session() as session:
        with pytest.raises(BadCredentials) as failure:
            await Client(sandbox.url, wrong, session=session).upsert_contact(
                ContactUpsert(email="jan@example.com")
            )

    assert failure.value.problem == problem
