"""Letting a contact go: no more monitoring, removed, removed for good."""

from collections.abc import Callable

from salesmanago import Acknowledged, Client, ContactUpsert, OptFlags

OPT_OUT = OptFlags(opt_out=True, phone_opt_out=True)


async def test_monitoring_is_stopped_by_email_and_by_id(
    client: Client, address: Callable[[str], str]
) -> None:
    jan = address("jan")
    known = await client.upsert_contact(ContactUpsert(email=jan, flags=OPT_OUT))

    by_email = await client.stop_monitoring(email=jan)
    by_id = await client.stop_monitoring(contact_id=known.contact_id)

    assert (by_email, by_id) == (Acknowledged(), Acknowledged())


async def test_removed_contact_is_revived_by_an_upsert_as_the_same(
    client: Client, address: Callable[[str], str]
) -> None:
    jan = address("jan")
    before = await client.upsert_contact(ContactUpsert(email=jan, name="Jan Lis", flags=OPT_OUT))

    removed = await client.delete_contact(jan)
    while_removed = await client.basic_contacts([jan])
    after = await client.upsert_contact(ContactUpsert(email=jan))

    assert removed == Acknowledged()
    assert [contact for contact in while_removed if not contact.deleted] == []
    assert after.contact_id == before.contact_id


async def test_contact_removed_permanently_is_gone_and_its_address_starts_anew(
    client: Client, address: Callable[[str], str]
) -> None:
    jan = address("jan")
    before = await client.upsert_contact(ContactUpsert(email=jan, name="Jan Lis", flags=OPT_OUT))

    removed = await client.delete_contact(jan, permanently=True)
    while_gone = await client.basic_contacts([jan]), await client.find_contact(jan)
    after = await client.upsert_contact(ContactUpsert(email=jan, flags=OPT_OUT))

    [contact] = await client.basic_contacts([jan])
    assert removed == Acknowledged()
    assert while_gone == ((), None)
    assert after.contact_id != before.contact_id
    assert contact.name is None
