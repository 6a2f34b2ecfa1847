"""Values that statements of our own read and write are those that Django's would be."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import connection

from ebexo.as_stored import LONGEST, as_json, moment
from ebexo.outbox.models import Message
from ebexo.outbox.states import State
from ebexo.statements import Rows, change, insert, new

AT = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
MESSAGES = Rows(Message, "ebexo_outbox_message.id = {}")


def read(message: Message) -> Message:
    found = MESSAGES.first(message.pk)
    assert found is not None
    return found


@pytest.fixture
def message(store: Any) -> Message:
    added = new(
        Message,
        store_id=store.pk,
        event_id="event-1",
        type="customer.updated",
        payload_sha="",
        occurred_at=AT,
        accepted_at=AT,
        state=State.WITHHELD,
    )
    insert(added)
    return added


@pytest.mark.parametrize(
    "notes",
    [
        [],
        ["phone_not_sent"],
        ["żółw", 'a "quote"', "a\\b"],
        [1, "two", None],
        [["nested"]],
        {"words": ["a"]},
        "a word",
        "[]",
        ["a" * LONGEST],
    ],
    ids=repr,
)
def test_json_is_read_as_django_reads_it(message, notes):
    Message.objects.filter(pk=message.pk).update(notes=notes)

    found = [read(message).notes for _ in range(2)]

    assert found == [Message.objects.get(pk=message.pk).notes] * 2 == [notes] * 2


def test_what_is_read_twice_is_two_lists(message):
    Message.objects.filter(pk=message.pk).update(notes=["phone_not_sent"])
    read(message).notes.append("spoilt")

    assert read(message).notes == ["phone_not_sent"]


@pytest.mark.parametrize("notes", [(), ("phone_not_sent",), ("żółw", 'a "quote"')], ids=repr)
def test_words_are_written_as_a_list(message, notes):
    change("UPDATE ebexo_outbox_message SET notes = %s WHERE id = %s", [(as_json(notes), message.pk)])

    assert Message.objects.get(pk=message.pk).notes == list(notes)


def test_other_json_is_written_as_it_is(message):
    change("UPDATE ebexo_outbox_message SET notes = %s WHERE id = %s", [(as_json({"a": [1]}), message.pk)])

    with connection.cursor() as cursor:
        cursor.execute("SELECT notes FROM ebexo_outbox_message WHERE id = %s", [message.pk])
        assert json.loads(cursor.fetchone()[0]) == {"a": [1]}


@pytest.mark.parametrize(
    "at",
    [
        AT,
        AT.replace(microsecond=1),
        AT.replace(microsecond=120000),
        AT.astimezone(timezone(timedelta(hours=2))),
    ],
    ids=str,
)
def test_a_moment_is_written_and_read_as_django_does(message, at):
    change("UPDATE ebexo_outbox_message SET done_at = %s WHERE id = %s", [(moment(at), message.pk)])

    ours, theirs = read(message).done_at, Message.objects.get(pk=message.pk).done_at

    assert (ours, theirs) == (at, at)
    assert ours is not None
    assert ours.utcoffset() == timedelta()
