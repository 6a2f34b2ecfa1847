"""Many at the same moment: the same event, the same person, a sender beside the tellers, a merchant beside both."""

import random
import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from ebexo.connection.settings import current, save
from ebexo.connection.withholding import withhold_waiting
from ebexo.contacts.models import Contact, Identity
from ebexo.ingest.receive import OtherBody, receive
from ebexo.outbox.claim import claim
from ebexo.outbox.due import due_stores
from ebexo.outbox.lease import LeaseLost, release, take
from ebexo.outbox.models import Attempt, Key, Lane, Message
from ebexo.outbox.settle import settle
from ebexo.outbox.states import LaneVerdict, Outcome, State
from ebexo.stores.models import Account

pytestmark = pytest.mark.django_db(transaction=True)

DELIVERED = Outcome(State.DELIVERED, kind="delivered")
UNAVAILABLE = Outcome(State.WAITING, kind="unavailable")
WORKS = LaneVerdict(works=True)


def errors_in(results):
    return [repr(result) for result in results if isinstance(result, Exception)]


def test_the_same_event_told_by_twenty_is_stored_once(store, an_event, in_threads):
    results = in_threads(20, lambda _: receive(store, an_event(1)).duplicate)

    assert errors_in(results) == []
    assert sorted(results) == [False] + [True] * 19
    assert (Message.objects.count(), Contact.objects.count(), Key.objects.get().tail_seq) == (1, 1, 1)


def test_of_different_events_under_one_id_one_is_accepted(store, an_event, in_threads):
    results = in_threads(8, lambda number: receive(store, an_event(1, customer={"company": f"no. {number}"})))

    assert len([result for result in results if isinstance(result, OtherBody)]) == 7
    assert Message.objects.count() == 1


def test_a_person_whom_many_tell_of_at_once_is_one_contact(store, an_event, in_threads):
    """By address, by number, by both, and by the former address."""
    tellings = [
        {"email": "jan@example.com"},
        {"email": "jan@example.com", "customer": {"id": "7"}},
        {"email": "jan@example.com", "customer": {"previous_email": "old@example.com"}},
        {"email": "JAN@example.com", "customer": {"id": "7", "previous_email": "old@example.com"}},
    ]

    results = in_threads(16, lambda number: receive(store, an_event(number, **tellings[number % 4])))

    assert errors_in(results) == []
    assert (Contact.objects.count(), Identity.objects.count(), Key.objects.get().tail_seq) == (1, 2, 16)
    assert list(Message.objects.order_by("key_seq").values_list("key_seq", flat=True)) == list(range(1, 17))


def test_a_contact_whose_address_many_change_at_once_has_one_address(store, an_event, in_threads):
    receive(store, an_event("first", email="jan@example.com", customer={"id": "7"}))

    def change(number):
        return receive(store, an_event(number, email=f"jan-{number}@example.com", customer={"id": "7"}))

    results = in_threads(8, change)

    assert errors_in(results) == []
    assert Contact.objects.count() == 1
    assert Identity.objects.filter(kind="email").count() == 1


def test_many_people_told_of_at_once_by_number_and_by_address_break_nothing(store, an_event, in_threads):
    """Events that pull identities this way and that: no order of locks may end in a deadlock or an error."""

    def tell(number):
        dice = random.Random(number)
        for turn in range(10):
            person, other = dice.randrange(4), dice.randrange(4)
            customer = {"id": str(person), "previous_email": f"p{other}@example.com"}
            receive(
                store,
                an_event(f"{number}-{turn}", email=f"p{dice.randrange(4)}@example.com", customer=customer),
            )

    assert errors_in(in_threads(6, tell)) == []
    assert Message.objects.count() == 60


class Sender(threading.Thread):
    """Claims and settles as the dispatcher does, until told to end; remembers the order of what it sent."""

    def __init__(self, store_id, *, fails=0.0):
        super().__init__()
        self.store_id, self.fails = store_id, fails
        self.sent, self.trouble = [], []
        self.ending = threading.Event()

    def run(self):
        try:
            while not self.ending.is_set() or due_stores(now=timezone.now() + timedelta(seconds=1)):
                self.drain()
        except Exception as error:  # noqa: BLE001  (shown by the test)
            self.trouble.append(repr(error))
        finally:
            connection.close()

    def drain(self):
        lease = take(self.store_id, owner=self.name, now=timezone.now())
        if lease is None:
            time.sleep(0.002)
            return
        taken = claim(lease, limit=4, now=timezone.now() + timedelta(seconds=1))
        for one in taken.messages:
            failed = random.random() < self.fails
            if not failed:
                self.sent.append((one.key, one.message.key_seq, one.message.event_id))
            settle(
                taken.lease, [(one, UNAVAILABLE if failed else DELIVERED)], verdict=WORKS, now=timezone.now()
            )
        release(taken.lease)


def test_what_is_told_while_something_is_sent_arrives_once_and_in_order(store, an_event, in_threads):
    senders = [Sender(store.pk, fails=0.2), Sender(store.pk, fails=0.2)]
    for sender in senders:
        sender.start()

    def tell(number):
        for turn in range(25):
            receive(store, an_event(f"{number}-{turn}", email=f"person-{turn % 3}@example.com"))

    results = in_threads(4, tell)
    for sender in senders:
        sender.ending.set()
        sender.join(30)

    assert errors_in(results) + senders[0].trouble + senders[1].trouble == []
    assert set(Message.objects.values_list("state")) == {("delivered",)}
    sent = sorted(senders[0].sent + senders[1].sent)
    assert len({event_id for _, _, event_id in sent}) == len(sent) == 100
    for key in Key.objects.all():
        by_moment = Message.objects.filter(key=key).order_by("done_at").values_list("key_seq", flat=True)
        assert list(by_moment) == list(range(1, key.tail_seq + 1))
        assert (key.head_seq, key.head_message, key.due_at) == (key.tail_seq + 1, None, None)


def test_switching_off_and_on_while_events_are_told_and_sent_strands_nothing(store, an_event, in_threads):
    sender = Sender(store.pk)
    sender.start()
    Account.objects.filter(pk=store.pk).update(endpoint="")  # no call is made to check anything

    def work(number):
        for turn in range(15):
            if number == 0:
                with transaction.atomic():
                    account = Account.objects.get(pk=store.pk)
                    account.active = turn % 2 == 0
                    account.save()
                    if not account.active:
                        withhold_waiting(account)
            else:
                receive(store, an_event(f"{number}-{turn}", email=f"person-{turn % 2}@example.com"))

    results = in_threads(4, work)
    sender.ending.set()
    sender.join(30)

    assert errors_in(results) + sender.trouble == []
    states = list(Message.objects.values_list("state", flat=True))
    assert (len(states), set(states) <= {"delivered", "withheld"}) == (45, True)
    withheld = Message.objects.filter(state="withheld")
    assert set(withheld.values_list("payload", "reason")) <= {(None, "integration_off")}
    for key in Key.objects.all():
        assert (key.head_seq, key.head_message, key.due_at) == (key.tail_seq + 1, None, None)
    assert {event_id for _, _, event_id in sender.sent}.isdisjoint(
        withheld.values_list("event_id", flat=True)
    )


def test_a_message_withheld_while_it_is_being_claimed_is_not_sent(store, tell, in_threads, on_postgresql):
    """The merchant switches off between the sender's look at the heads and its mark on them."""
    if not on_postgresql:
        pytest.skip("SQLite lets one write at a time")
    message = tell(1)
    lease = take(store.pk, owner="sender", now=timezone.now())
    assert lease
    locked, claiming = threading.Event(), threading.Event()

    def work(number):
        if number == 0:
            with transaction.atomic():
                withhold_waiting(Account.objects.get(pk=store.pk))
                locked.set()
                claiming.wait(5)
                time.sleep(0.3)
            return []
        locked.wait(5)
        claiming.set()
        return claim(lease, limit=4, now=timezone.now() + timedelta(seconds=1)).messages

    results = in_threads(2, work)

    assert (errors_in(results), list(results[1])) == ([], [])
    assert Message.objects.get(pk=message.pk).state == "withheld"
    assert Attempt.objects.count() == 0


def test_an_event_told_while_the_store_is_switched_off_is_not_stranded(
    store, tell, an_event, in_threads, on_postgresql
):
    """It was judged before and is put after: the next message of the contact must not pass it for ever."""
    if not on_postgresql:
        pytest.skip("SQLite lets one write at a time")
    tell(1)
    told, off = threading.Event(), threading.Event()

    def work(number):
        if number == 0:
            with transaction.atomic():
                receive(store, an_event(2))
                told.set()
                off.wait(1)  # the other one waits for the key that we hold
        else:
            told.wait(5)
            save(store.account, replace(current(store.account), active=False, endpoint="", client_id=""))
            off.set()

    results = in_threads(2, work)

    assert errors_in(results) == []
    late = Message.objects.get(event_id="event-2")
    key = Key.objects.get()
    assert (late.state, key.head_message, key.head_seq) == ("waiting", late.pk, 2)
    assert due_stores(now=timezone.now() + timedelta(seconds=1)) == [store.pk]


def test_a_lane_is_taken_by_one(store, tell, in_threads):
    tell(1)

    leases = in_threads(8, lambda number: take(store.pk, owner=str(number), now=timezone.now()))

    assert errors_in(leases) == []
    assert [lease.epoch for lease in leases if lease] == [1]
    assert Lane.objects.get().epoch == 1


def test_a_former_holder_and_the_next_one_do_not_both_settle(store, tell, in_threads):
    tell(1)
    now = timezone.now()
    former = take(store.pk, owner="former", now=now)
    assert former
    taken = claim(former, limit=1, now=now + timedelta(seconds=1))

    def work(number):
        if number == 0:
            return take(store.pk, owner="next", now=now + timedelta(minutes=2))
        try:
            settle(former, [(taken.messages[0], DELIVERED)], verdict=None, now=now)
        except LeaseLost:
            return "lost"
        return "settled"

    lease, settled = in_threads(2, work)

    assert lease.epoch == 2
    assert (settled, Message.objects.get().state) in (("lost", "waiting"), ("settled", "delivered"))
