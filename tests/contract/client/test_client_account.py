"""Who may call, and what an account says when it turns a call away."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from salesmanago import BadCredentials, Client, ContactUpsert, Credentials, OptFlags

ClientOf = Callable[[Credentials], Client]


async def test_users_are_listed(client: Client, credentials: Credentials) -> None:
    assert credentials.owner in await client.list_users()


async def test_users_are_listed_even_for_an_owner_that_salesmanago_does_not_know(
    client_of: ClientOf, credentials: Credentials
) -> None:
    client = client_of(replace(credentials, owner="former@shop.example"))

    assert credentials.owner in await client.list_users()


@pytest.mark.parametrize(
    ("wrong", "problems"),
    [
        # Which of the two an account is told that does not exist differs; either leads to the same field.
        ({"client_id": "other-client"}, {"client_id", "secret"}),
        ({"api_secret": "other-secret"}, {"secret"}),
        ({"owner": "former@shop.example"}, {"owner"}),
    ],
)
async def test_wrong_credentials_are_told_apart(
    client_of: ClientOf,
    credentials: Credentials,
    address: Callable[[str], str],
    wrong: dict[str, str],
    problems: set[str],
) -> None:
    client = client_of(replace(credentials, **wrong))

    with pytest.raises(BadCredentials) as failure:
        await client.upsert_contact(ContactUpsert(email=address("jan"), flags=OptFlags(opt_out=True)))

    assert failure.value.problem in problems
