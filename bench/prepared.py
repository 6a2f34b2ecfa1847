"""Request bodies made beforehand, as our own client makes them: what the raw loops send."""

import time

from salesmanago import ContactUpsert, Credentials
from salesmanago.encoding import encoded
from salesmanago.messages.batch import contact_batch
from salesmanago.signing import auth_block


def single_bodies(people: int) -> list[bytes]:
    """A call for each of so many contacts."""
    return [encoded({**_proof(), **contact.to_wire()}) for contact in _contacts(people)]


def batch_bodies(people: int, *, together: int) -> list[bytes]:
    """Calls that carry so many contacts each."""
    contacts = _contacts(people)
    return [
        encoded({**_proof(), **contact_batch(contacts[start : start + together], fire_events=False)})
        for start in range(0, people, together)
    ]


def _contacts(people: int) -> list[ContactUpsert]:
    return [
        ContactUpsert(email=f"person-{number}@example.com", name="Jan Kowalski", phone=f"+48600{number:06}")
        for number in range(people)
    ]


def _proof() -> dict[str, str | int]:
    account = Credentials("bench", "bench", "owner@shop.example")
    return auth_block(account, now_ms=time.time_ns() // 1_000_000, api_key="prepared")
