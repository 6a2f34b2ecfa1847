"""What was not delivered: why, and what an owner can do about it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ebexo.outbox.models import Attempt, Message
from ebexo.outbox.put import NewMessage, put
from ebexo.outbox.states import State
from ebexo.stores.models import Store

Browser = Callable[..., Client]
Read = Callable[[Any], str]
EVENT = '{"id":"event-1","type":"customer.updated","occurred_at":"2026-11-01T10:00:00Z","customer":{"email":"a@b.pl"}}'


@pytest.fixture
def address(store: Store) -> str:
    return f"/panel/{store.handle}/niedostarczone/"


@pytest.fixture
def ended(store: Store) -> Callable[..., Message]:
    """A message that ended so, with one attempt on record."""

    def made(number: int = 1, *, of: Store = store, **fields: Any) -> Message:
        now = timezone.now() - timedelta(minutes=1)
        told = NewMessage(f"event-{number}", "customer.updated", f"sha-{number}", now, now)
        message = put(of.pk, told, key=f"contact:{number}", payload=EVENT)
        attempt = Attempt.objects.create(
            store=of,
            epoch=1,
            endpoint="x",
            started_at=now,
            finished_at=now,
            outcome="refused",
            error="No phone",
        )
        attempt.messages.add(message)
        state = {"state": State.FAILED, "reason": "refused", "done_at": now, "attempts": 3}
        Message.objects.filter(pk=message.pk).update(**state | fields)
        message.refresh_from_db()
        return message

    return made


def _state(message: Message) -> tuple[str, str | None, int]:
    message.refresh_from_db()
    return message.state, message.reason, message.attempts


REASONS = [
    ({}, "en", "SALESmanago refused it."),
    ({}, "pl", "SALESmanago odmówiło przyjęcia."),
    ({"reason": "expired"}, "pl", "Przez siedem dni nie można było połączyć się z SALESmanago."),
    ({"reason": "poison"}, "pl", "Mimo wielu prób nie udało się tego przetworzyć."),
    ({"state": State.HELD, "reason": "cannot_be_known"}, "pl", "Odpowiedź zaginęła po drodze"),
    ({"reason": "expired", "in_doubt": True}, "pl", "Odpowiedź zaginęła po drodze"),
    ({"state": State.HELD, "reason": "order_held"}, "pl", "Proszę najpierw rozstrzygnąć o nim."),
]


@pytest.mark.parametrize(("fields", "language", "sentence"), REASONS)
def test_why_it_was_not_delivered_stands_beside_it(
    browser: Browser, read: Read, ended: Any, address: str, fields: Any, language: str, sentence: str
) -> None:
    ended(**fields)

    page = read(browser(language=language).get(address))

    assert sentence in page
    assert "event-1" in page
    assert "No phone" in page


def test_failed_message_is_sent_again_behind_what_waits_of_its_contact(
    browser: Browser, ended: Any, address: str, store: Store
) -> None:
    message = ended()
    now = timezone.now()
    later = put(
        store.pk, NewMessage("event-2", "customer.updated", "s", now, now), key="contact:1", payload=EVENT
    )

    browser().post(address, {"do": f"again:{message.pk}"})

    assert _state(message) == ("waiting", None, 0)
    assert (message.key_seq or 0) > (later.key_seq or 0)


def test_everything_that_failed_is_sent_again_at_once(
    browser: Browser, read: Read, ended: Any, address: str
) -> None:
    messages = [ended(number) for number in range(3)]
    open_one = ended(9, state=State.HELD, reason="cannot_be_known")

    page = read(browser(language="pl").post(address, {"do": "all"}, follow=True))

    assert "3 wiadomości zostaną wysłane ponownie." in page
    assert [_state(message)[0] for message in messages] == ["waiting"] * 3
    assert _state(open_one)[0] == "held"


def test_what_was_given_up_keeps_nothing_of_the_person(browser: Browser, ended: Any, address: str) -> None:
    message = ended()

    browser().post(address, {"do": f"give-up:{message.pk}"})

    assert _state(message) == ("discarded", "refused", 3)
    assert message.payload is None


@pytest.mark.parametrize(("do", "state"), [("arrived", "delivered"), ("again", "waiting")])
def test_owner_says_whether_it_arrived(
    browser: Browser, ended: Any, address: str, do: str, state: str
) -> None:
    message = ended(state=State.HELD, reason="cannot_be_known", in_doubt=True)

    browser().post(address, {"do": f"{do}:{message.pk}"})

    assert _state(message)[0] == state
    assert not message.in_doubt


@pytest.mark.parametrize("do", ["again", "arrived", "give-up"])
def test_what_somebody_else_dealt_with_is_left_alone(
    browser: Browser, read: Read, ended: Any, address: str, do: str
) -> None:
    message = ended(state=State.DELIVERED, reason=None)

    page = read(browser(language="en").post(address, {"do": f"{do}:{message.pk}"}, follow=True))

    assert "Somebody else has dealt with it meanwhile." in page
    assert _state(message)[0] == "delivered"


@pytest.mark.parametrize("do", ["again", "arrived", "give-up"])
def test_message_of_another_store_is_out_of_reach(
    browser: Browser, ended: Any, address: str, other_store: Store, do: str
) -> None:
    message = ended(5, of=other_store, state=State.HELD if do == "arrived" else State.FAILED)
    before = _state(message)

    browser().post(address, {"do": f"{do}:{message.pk}"})

    assert _state(message) == before


@pytest.mark.parametrize("do", ["", "nonsense", "again:", "again:x", "again:²", "all:1x"])
def test_nonsense_changes_nothing(browser: Browser, ended: Any, address: str, do: str) -> None:
    message = ended(state=State.HELD, reason="cannot_be_known")

    answer = browser().post(address, {"do": do})

    assert answer.status_code == 302
    assert _state(message)[0] == "held"


def test_viewer_reads_and_changes_nothing(browser: Browser, read: Read, ended: Any, address: str) -> None:
    message = ended()
    viewer = browser("bob", language="pl")

    page, answer = read(viewer.get(address)), viewer.post(address, {"do": f"again:{message.pk}"})

    assert "Można przeglądać tę listę." in page
    assert "Wyślij ponownie</button>" not in page
    assert answer.status_code == 403
    assert _state(message)[0] == "failed"


def test_a_long_list_takes_as_few_statements_as_a_short_one(
    browser: Browser, ended: Any, address: str
) -> None:
    client, counts = browser(), []
    for numbers in (range(1, 2), range(2, 30)):
        for number in numbers:
            ended(number)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        counts.append(len(captured))

    assert counts[0] == counts[1]
