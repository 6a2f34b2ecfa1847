"""Many shops' servers telling the same at the same moment, in lists."""

import pytest

from ebexo.outbox.models import Key, Message

EVENTS, THREADS = 200, 50


@pytest.fixture
def tell_by_many(transactional_db, tell_door, an_event, in_threads):
    """So many threads tell the same events, so many times each; everything that was answered."""

    def told(*, rounds):
        events = [an_event(number, email=f"person-{number % 40}@example.com") for number in range(EVENTS)]

        def tell(number):
            turned = events[number:] + events[:number]  # everybody begins elsewhere
            return [tell_door({"events": turned}) for _ in range(rounds)]

        return [answer for answers in in_threads(THREADS, tell) for answer in answers]

    return told


def check(answers, *, rounds):
    assert {answer.status_code for answer in answers} == {202}
    counted = [answer.json() for answer in answers]
    assert [one["rejected"] for one in counted] == [[]] * THREADS * rounds
    assert sum(one["accepted"] for one in counted) == EVENTS
    assert sum(one["duplicates"] for one in counted) == EVENTS * (THREADS * rounds - 1)
    assert Message.objects.count() == EVENTS
    assert sum(Key.objects.values_list("tail_seq", flat=True)) == EVENTS


def test_what_fifty_tell_at_once_is_accepted_once(tell_by_many):
    check(tell_by_many(rounds=1), rounds=1)


@pytest.mark.long
def test_what_fifty_tell_twenty_times_is_accepted_once(tell_by_many):
    check(tell_by_many(rounds=20), rounds=20)
