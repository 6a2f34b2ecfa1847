"""Statements that run for every event or every look: none may grow with what a store has told before."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ebexo.connection.withholding import count_waiting
from ebexo.contacts.knowledge import Status
from ebexo.contacts.statuses import Source, person_behind
from ebexo.delivery.calls import HISTORY
from ebexo.ingest.changes import changes_after
from ebexo.ingest.receive import receive
from ebexo.outbox.claim import claim
from ebexo.outbox.due import due_stores, is_due
from ebexo.outbox.heads import move_heads_on
from ebexo.outbox.lease import take
from ebexo.outbox.models import Key
from ebexo.standing import learn_status

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("os.environ.get('EBEXO_TEST_DATABASE') == 'postgresql'", reason="SQLite's words"),
]

# By the store alone, or not at all: that reads everything the store ever told.
TOO_MUCH = (
    "SCAN ebexo_outbox_message",
    "SCAN ebexo_outbox_key",
    "SCAN ebexo_contacts_",
    "SCAN due",
    "SCAN left_over",
)


@pytest.fixture
def plan_of():
    """The plans of the statements that a function makes."""

    def plans(work):
        with CaptureQueriesContext(connection) as captured, transaction.atomic():
            work()
        found = []
        for sql in (query["sql"] for query in captured.captured_queries):
            if sql.lstrip().startswith(("SELECT", "UPDATE")):
                with connection.cursor() as cursor:
                    cursor.execute(f"EXPLAIN QUERY PLAN {sql.replace('%', '%%')}")
                    found += [row[3] for row in cursor.fetchall()]
        return found

    return plans


def too_much(plans):
    return [
        line
        for line in plans
        if line.startswith(TOO_MUCH)
        or ("ebexo_outbox_message" in line and line.endswith("(store_id=?)"))
        or ("ebexo_contacts_identity" in line and line.endswith("(store_id=?)"))
    ]


def test_an_event_of_somebody_known_is_received_by_look_ups_alone(store, tell, an_event, plan_of):
    tell(1, customer={"id": "7"})

    plans = plan_of(
        lambda: receive(store, an_event(2, customer={"id": "7", "previous_email": "old@example.com"}))
    )

    assert too_much(plans) == []
    assert [line for line in plans if "identity" in line] == [
        "SEARCH ebexo_contacts_identity USING INDEX sqlite_autoindex_ebexo_contacts_identity_1 "
        "(store_id=? AND kind=? AND digest=?)"
    ]


def test_a_look_at_what_is_due_reads_what_is_live_alone(tell, plan_of):
    tell(1)

    plans = plan_of(lambda: due_stores(now=timezone.now()))

    assert too_much(plans) == []
    assert [line for line in plans if line.startswith(("SEARCH due", "SEARCH left_over"))] == [
        "SEARCH left_over USING INDEX ebexo_message_live (store_id=? AND state=?)",
        "SEARCH due USING INDEX ebexo_key_due (store_id=? AND is_history=? AND due_at<?)",
        "SEARCH due USING INDEX ebexo_key_due (store_id=? AND is_history=? AND due_at>?)",
        "SEARCH due USING INDEX ebexo_key_due (store_id=? AND is_history=? AND due_at<?)",
        "SEARCH due USING INDEX ebexo_key_due (store_id=? AND is_history=? AND due_at>?)",
    ]


def test_taking_claiming_and_moving_on_read_what_is_live_alone(store, tell, plan_of):
    tell(1)
    lease = take(store.pk, owner="worker", now=timezone.now())
    assert lease
    key = Key.objects.get()

    assert too_much(plan_of(lambda: take(store.pk, owner="other", now=timezone.now()))) == []
    assert too_much(plan_of(lambda: claim(lease, limit=4, history=HISTORY, now=timezone.now()))) == []
    assert too_much(plan_of(lambda: is_due(store.pk, with_history=True, now=timezone.now()))) == []
    assert too_much(plan_of(lambda: move_heads_on([key.pk]))) == []
    assert too_much(plan_of(lambda: count_waiting(store.pk))) == []


def test_a_callback_and_the_changes_are_found_by_look_ups_alone(store, tell, plan_of):
    tell(1)
    remote = store.account.remote

    def mirror():
        for email in ("jan.kowalski@example.com", "nobody@example.com"):
            contact = person_behind(email, store_id=store.pk, remote=remote)
            if contact:
                learn_status(contact, status=Status.OPT_OUT, at=timezone.now(), source=Source.CALLBACK)

    assert too_much(plan_of(mirror)) == []
    assert too_much(plan_of(lambda: changes_after(store.pk, 0))) == []
