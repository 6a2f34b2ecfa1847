"""Which jobs share a call."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from ebexo.carts.steps import AddCart, Change
from ebexo.consents.gate import Purpose
from ebexo.contacts.knowledge import Known, Status
from ebexo.delivery.calls import BATCH, batch_for, calls_of, may_share
from ebexo.delivery.errand import CartErrand, OrderErrand
from ebexo.delivery.job import Job
from ebexo.delivery.mapping.rules import Rules
from ebexo.delivery.visitors import Question
from ebexo.events import Customer, EventType, StoreEvent
from ebexo.orders.steps import Kind
from ebexo.outbox.retry import ALONE_IN_CALL_AFTER
from ebexo.stores.models import Account, Mode
from salesmanago import ConsentDetail, ContactEvent, EventKind

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
GRANT = ConsentDetail("Marketing", accepted=True, at=1, ip=None, opt_out=False)


def job(number: int = 0, *, message: dict[str, Any] | None = None, **changes: Any) -> Job:
    state = {"in_doubt": False, "crash_reclaims": 0, "largest_batch": None, "kind": "live", **(message or {})}
    claimed: Any = SimpleNamespace(message=SimpleNamespace(pk=number, **state))
    customer = Customer(email=f"person-{number}@example.com")
    plain = Job(
        claimed=claimed,
        account=Account(),
        event=StoreEvent(
            id=f"event-{number}", type=EventType.CUSTOMER_UPDATED, occurred_at=NOON, customer=customer
        ),
        contact=number,
        remote="remote",
        known=None,
        bought=False,
        rules=Rules(country="PL", language="pl", tags={}),
        double_opt_in=False,
        own_yes_at=None,
    )
    return replace(plain, **changes)


def moved(to_do: Job) -> Job:
    customer = to_do.event.person.model_copy(update={"previous_email": "dawna@example.com"})
    return replace(to_do, event=to_do.event.model_copy(update={"customer": customer}))


def known_as(email: str) -> Known:
    return Known("id-1", email, Status.OPT_IN, NOON, sent=True)


def numbers(calls: Any) -> list[list[int]]:
    return [[one.contact for one in call] for call in calls]


ORDER = OrderErrand(Kind.PURCHASE, ContactEvent(EventKind.PURCHASE, 1, value=Decimal(1)))
CART = CartErrand(AddCart(), "cart-1", Change(NOON, "sum", is_empty=False), None)


@pytest.mark.parametrize(
    ("changes", "shares"),
    [
        ({}, True),
        ({"known": known_as("person-0@example.com")}, True),
        ({"message": {"largest_batch": 2}}, True),
        ({"message": {"crash_reclaims": ALONE_IN_CALL_AFTER - 1}}, True),
        ({"message": {"in_doubt": True}}, True),
        ({"known": known_as("dawna@example.com")}, False),
        ({"purpose": Purpose.OPT_OUT}, False),
        ({"purpose": Purpose.ERASE}, False),
        ({"double_opt_in": True}, False),
        ({"double_opt_in": True, "message": {"kind": "history"}}, True),
        ({"consents": (GRANT,)}, False),
        ({"errand": CART}, False),
        ({"errand": ORDER}, True),
        ({"errand": ORDER, "message": {"in_doubt": True}}, False),
        ({"message": {"crash_reclaims": ALONE_IN_CALL_AFTER}}, False),
        ({"message": {"largest_batch": 1}}, False),
    ],
)
def test_a_job_shares_a_call_only_where_a_batch_can_say_it_all(changes, shares):
    assert may_share(job(**changes)) is shares


def test_a_change_of_address_is_told_alone():
    assert not may_share(moved(job()))


def test_a_question_is_asked_alone():
    question: Any = Question.__new__(Question)

    assert not may_share(question)


def test_jobs_that_may_share_make_one_call_and_the_others_one_each():
    jobs = [job(0), job(1, consents=(GRANT,)), job(2), job(3, purpose=Purpose.ERASE)]

    assert numbers(calls_of(jobs)) == [[0, 2], [1], [3]]


def test_nobody_s_address_is_twice_in_a_call():
    twice = replace(job(7), event=job(0).event)

    assert numbers(calls_of([job(0), twice, job(1)])) == [[0, 1], [7]]


def test_a_hundred_are_the_most_of_a_call():
    calls = calls_of([job(number) for number in range(2 * BATCH.limit + 1)])

    assert [len(call) for call in calls] == [100, 100, 1]
    assert [number for call in numbers(calls) for number in call] == list(range(201))


def test_four_hundred_of_history_are_one_call_and_none_of_it_is_with_what_is_live():
    kinds = ["live" if number == 200 else "history" for number in range(402)]

    calls = calls_of([job(number, message={"kind": kind}) for number, kind in enumerate(kinds)])

    assert [len(call) for call in calls] == [400, 1, 1]
    assert [kinds[number] for number in numbers(calls)[2]] == ["live"]


def test_what_was_turned_down_comes_in_calls_of_half_the_size():
    jobs = [job(number, message={"largest_batch": 2}) for number in range(5)] + [job(9)]

    assert sorted(numbers(calls_of(jobs))) == [[0, 1], [2, 3], [4], [9]]


def test_with_confirmation_e_mails_nothing_shares_a_call():
    assert batch_for(Account(mode=Mode.DOUBLE_OPT_IN)) is None
    assert batch_for(Account(mode=Mode.CONSENT)) == BATCH
