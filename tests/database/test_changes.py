"""What a store reads of people's statuses, and the daily reading that finds what no callback told."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from django.db import connections
from django.test import Client
from django.utils import timezone

from ebexo.consents.models import Decision
from ebexo.contacts.erasing import forget
from ebexo.contacts.knowledge import Known, Status
from ebexo.contacts.known import known, learn
from ebexo.contacts.models import Acquaintance, Contact, StatusChange
from ebexo.contacts.statuses import Source
from ebexo.delivery.pace import Pace
from ebexo.delivery.scheduling import reading
from ebexo.delivery.scheduling.embedded import Dispatcher
from ebexo.delivery.statuses import AGAIN_AFTER_FAILURE, EVERY, due_read_backs, put_off, read_back
from ebexo.ingest import changes
from ebexo.outbox.models import Lane, Message
from ebexo.standing import learn_status
from ebexo.stores.models import Account
from salesmanago import open_session

JAN = "jan.kowalski@example.com"
EARLIER = datetime(2026, 11, 2, tzinfo=UTC)
MODIFIED = datetime(2026, 11, 3, tzinfo=UTC)
GRANT = {"code": "marketing", "granted": True, "at": "2026-11-01T10:00:00Z", "source": "registration"}


@pytest.fixture
def told(store, tell):
    """A person of whom SALESmanago was told, and what it has of them; nothing of theirs waits."""

    def person(email=JAN, *, status=Status.OPT_IN, **fields):
        message = tell(f"of-{email}", email=email, **fields)
        contact = Contact.objects.get(pk=int(message.key.key.removeprefix("contact:")))
        there = Known(f"id-{email}", email, status, EARLIER, customer_id=f"no-{email}", sent=True)
        remote = Account.objects.get(store=store).remote
        learn(contact.pk, remote=remote, known=there, now=EARLIER)
        Message.objects.filter(pk=message.pk).update(state="delivered", done_at=timezone.now())
        message.key.head_seq = message.key.tail_seq + 1
        message.key.save()
        return contact

    return person


@pytest.fixture
def ask(store):
    def get(address, *, key=store.api_key):
        client = Client(raise_request_exception=False, headers={"authorization": f"Bearer {key}"})
        answer = client.get(f"/api/v1/{address}")
        return answer.status_code, answer.json()

    return get


def said(contact, status=Status.OPT_OUT, *, at=MODIFIED, source=Source.CALLBACK):
    assert learn_status(contact, status=status, at=at, source=source)
    return StatusChange.objects.latest("pk").pk


@pytest.mark.django_db
def test_a_store_reads_what_changed_since_its_cursor(told, ask):
    jan, ewa = told(), told("ewa@example.com")
    first, second = said(jan), said(ewa, source=Source.READ_BACK)

    status, body = ask("changes")

    described = {
        "cursor": first,
        "at": "2026-11-03T00:00:00+00:00",
        "customer_id": f"no-{JAN}",
        "email": JAN,
        "channel": "email",
        "status": "opt_out",
        "source": "callback",
    }
    other = {"cursor": second, "customer_id": "no-ewa@example.com", "email": "ewa@example.com"}
    assert (status, body) == (
        200,
        {"changes": [described, described | other | {"source": "read_back"}], "next": second},
    )
    assert [change["cursor"] for change in ask(f"changes?after={first}")[1]["changes"]] == [second]
    assert ask(f"changes?after={second}") == (200, {"changes": [], "next": second})


@pytest.mark.django_db
def test_a_store_without_changes_keeps_its_cursor(ask):
    assert ask("changes") == (200, {"changes": [], "next": 0})
    assert ask("changes?after=12") == (200, {"changes": [], "next": 12})


@pytest.mark.django_db
def test_a_store_sees_its_own_changes_only(told, ask, other_store):
    said(told())

    assert ask("changes", key=other_store.api_key) == (200, {"changes": [], "next": 0})
    assert ask("changes", key="ek_wrong")[0] == 401


@pytest.mark.django_db
def test_so_many_changes_come_at_once_and_no_more(told, ask, monkeypatch):
    monkeypatch.setattr(changes, "AT_ONCE", 2)
    cursors = [said(told(f"person-{number}@example.com")) for number in range(3)]

    body = ask("changes")[1]

    assert ([change["cursor"] for change in body["changes"]], body["next"]) == (cursors[:2], cursors[1])


@pytest.mark.django_db
def test_of_somebody_never_sent_the_change_names_nobody(tell, ask):
    tell(1)
    said(Contact.objects.get())

    (change,) = ask("changes")[1]["changes"]

    assert (change["customer_id"], change["email"], change["status"]) == (None, None, "opt_out")


@pytest.mark.django_db
@pytest.mark.parametrize("after", ["-1", "x", "", "1.5", "１", "%00", "9" * 19, "9" * 5000])
def test_a_cursor_that_is_none_is_refused(ask, after):
    status, body = ask(f"changes?after={after}")

    assert (status, body["detail"]) == (422, "“after” must be a cursor, such as the last “next”.")


@pytest.mark.django_db
def test_a_person_is_looked_up_by_address_and_by_number(told, tell, ask):
    told(customer={"id": "7"})
    tell("waiting", customer={"id": "7"})
    tell("new", email="new@example.com")

    described = {"contact_id": f"id-{JAN}", "status": "opt_in", "waiting": 1}
    assert ask("contacts?email=Jan.Kowalski@Example.com") == (200, described)
    assert ask("contacts?customer_id=7") == (200, described)
    unsent = {"contact_id": None, "status": None, "waiting": 1}
    assert ask("contacts?email=new@example.com") == (200, unsent)


@pytest.mark.django_db
def test_a_person_unknown_or_forgotten_is_not_found(told, ask, other_store):
    told(customer={"id": "7"})
    assert ask("contacts?customer_id=7", key=other_store.api_key)[0] == 404
    assert ask("contacts?email=nobody@example.com")[0] == 404

    forget(Contact.objects.get(), erased_at=timezone.now())

    assert ask(f"contacts?email={JAN}")[0] == 404


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?email=", f"?email={JAN}&customer_id=7"])
def test_a_person_is_asked_for_in_one_way(ask, query):
    assert ask(f"contacts{query}")[1]["detail"] == "Give either “email” or “customer_id”."


class FarSide:
    """Answers `contact/basic` with what it has."""

    def __init__(self):
        self.contacts, self.asked, self.fails, self.meanwhile = {}, [], False, None

    def has(self, email, *, opted_out, **fields):
        self.contacts[email] = {
            "email": email,
            "contactId": f"id-{email}",
            "optedOut": opted_out,
            "optedOutPhone": True,
            "modifiedOn": int(MODIFIED.timestamp() * 1000),
            **fields,
        }

    async def answer(self, request):
        assert request.path == "/api/contact/basic"
        emails = (await request.json())["email"]
        self.asked.append(emails)
        if self.meanwhile:
            await self.meanwhile()
        if self.fails:
            return web.Response(status=500, text="trouble")
        found = [self.contacts[email] for email in emails if email in self.contacts]
        return web.json_response({"success": True, "message": [], "contacts": found})


@pytest.fixture
def far_side():
    return FarSide()


@pytest.fixture
def read(store, far_side):
    """Read the store's statuses once; `meanwhile` is done in the database while SALESmanago thinks."""

    def run(*, meanwhile=None, sending_for=0.0, stopped=False):
        pool = ThreadPoolExecutor(1)

        async def database(work):
            return await asyncio.get_running_loop().run_in_executor(pool, work)

        def lead_to(endpoint):
            former = Account.objects.get(pk=store.pk).remote
            Account.objects.filter(pk=store.pk).update(endpoint=endpoint)
            Acquaintance.objects.filter(remote=former).update(remote=Account.objects.get(pk=store.pk).remote)

        async def main():
            app = web.Application()
            app.router.add_post("/{path:.*}", far_side.answer)
            stopping = asyncio.Event()
            if stopped:
                stopping.set()
            if meanwhile:
                far_side.meanwhile = lambda: database(meanwhile)
            busy_until = asyncio.get_running_loop().time() + sending_for
            async with TestServer(app) as server, open_session() as session:
                await database(lambda: lead_to(str(server.make_url("")).rstrip("/")))
                await read_back(
                    store.pk,
                    session=session,
                    database=database,
                    pace=Pace(),
                    is_sending=lambda: asyncio.get_running_loop().time() < busy_until,
                    stopping=stopping,
                )

        try:
            asyncio.run(main())
        finally:
            pool.submit(connections.close_all).result()
            pool.shutdown()

    return run


@pytest.fixture
def status_of(store):
    def found(contact):
        there = known(contact.pk, remote=Account.objects.get(store=store).remote)
        return there and there.status

    return found


def learnt():
    return list(StatusChange.objects.order_by("pk").values_list("status", "source", "at"))


def long_ago(store):
    Account.objects.filter(store=store).update(statuses_read_at=timezone.now() - EVERY)


@pytest.mark.django_db(transaction=True)
def test_an_opt_out_without_a_callback_is_found_and_withdraws(
    told, read, far_side, status_of, with_settings, store
):
    with_settings(mode="consent", consent_code="marketing")
    jan, ewa = told(consents=[GRANT]), told("ewa@example.com", consents=[GRANT])
    far_side.has(JAN, opted_out=True)
    far_side.has("ewa@example.com", opted_out=False)
    long_ago(store)
    before = timezone.now()

    read()

    assert (status_of(jan), status_of(ewa)) == (Status.OPT_OUT, Status.OPT_IN)
    assert learnt() == [("opt_out", "read_back", MODIFIED)]
    withdrawals = Decision.objects.filter(granted=False).values_list("contact", "source", "at")
    assert list(withdrawals) == [(jan.pk, "salesmanago", MODIFIED)]
    assert far_side.asked == [[JAN, "ewa@example.com"]]
    assert Account.objects.get(store=store).statuses_read_at >= before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("status", "opted_out", "expected"),
    [
        (Status.PENDING, False, Status.OPT_IN),
        (Status.PENDING, True, Status.PENDING),
        (Status.OPT_OUT, False, Status.OPT_IN),
        (Status.OPT_OUT, True, Status.OPT_OUT),
        (Status.OPT_IN, False, Status.OPT_IN),
    ],
)
def test_what_is_found_is_kept_if_it_is_news(told, read, far_side, status_of, status, opted_out, expected):
    contact = told(status=status)
    far_side.has(JAN, opted_out=opted_out)

    read()

    assert status_of(contact) is expected
    assert len(learnt()) == (status is not expected)


@pytest.mark.django_db(transaction=True)
def test_a_grant_given_after_the_opt_out_stands(told, read, far_side, with_settings):
    with_settings(mode="consent", consent_code="marketing")
    told(consents=[GRANT | {"at": "2026-11-04T10:00:00Z"}])
    far_side.has(JAN, opted_out=True)

    read()

    assert (len(learnt()), Decision.objects.filter(granted=False).count()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_contacts_removed_or_missing_there_are_left(told, read, far_side, status_of):
    people = [told(), told("gone@example.com")]
    far_side.has(JAN, opted_out=True, deleted=True)

    read()

    assert ([status_of(person) for person in people], learnt()) == ([Status.OPT_IN] * 2, [])


@pytest.mark.django_db(transaction=True)
def test_what_a_callback_told_meanwhile_stands(told, read, far_side, status_of):
    contact = told(status=Status.PENDING)
    far_side.has(JAN, opted_out=False)

    read(meanwhile=lambda: said(contact, Status.OPT_OUT, at=timezone.now()))

    assert status_of(contact) is Status.OPT_OUT
    assert [source for _, source, _ in learnt()] == ["callback"]


@pytest.mark.django_db(transaction=True)
def test_somebody_forgotten_meanwhile_stays_forgotten(told, read, far_side):
    contact = told()
    far_side.has(JAN, opted_out=True)

    read(meanwhile=lambda: forget(contact, erased_at=timezone.now()))

    assert learnt() == []


@pytest.mark.django_db(transaction=True)
def test_people_are_asked_for_in_groups_of_50(told, read, far_side):
    emails = [f"person-{number}@example.com" for number in range(101)]
    for email in emails:
        told(email)

    read()

    assert far_side.asked == [emails[:50], emails[50:100], emails[100:]]


@pytest.mark.django_db(transaction=True)
def test_a_failure_is_tried_again_in_an_hour_and_slows_no_sending(told, read, far_side, store):
    told()
    far_side.fails = True
    long_ago(store)

    read()

    now = timezone.now()
    assert (due_read_backs(now=now), due_read_backs(now=now + AGAIN_AFTER_FAILURE)) == ([], [store.pk])
    assert list(Lane.objects.values_list("failures", "backoff_until")) == [(0, None)]
    assert Account.objects.get(store=store).check_problem is None


@pytest.mark.django_db(transaction=True)
def test_a_store_switched_off_meanwhile_is_asked_for_no_more(told, read, far_side, store):
    for number in range(51):
        told(f"person-{number}@example.com")

    read(meanwhile=lambda: Account.objects.filter(store=store).update(active=False))

    assert len(far_side.asked) == 1


@pytest.mark.django_db(transaction=True)
def test_sending_goes_first(told, read, far_side):
    told()
    started = timezone.now()

    read(sending_for=0.5)

    assert timezone.now() - started >= timedelta(seconds=0.5)
    assert far_side.asked == [[JAN]]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_asked_once_it_is_time_to_stop(told, read, far_side, store):
    told()
    long_ago(store)

    read(stopped=True)

    assert (far_side.asked, due_read_backs(now=timezone.now())) == ([], [store.pk])


@pytest.mark.django_db
def test_statuses_are_read_once_a_day_where_the_connection_works(store, other_store, with_settings):
    now = timezone.now()
    assert due_read_backs(now=now) == []
    assert due_read_backs(now=now + EVERY) == [store.pk, other_store.pk]

    for trouble in ({"active": False}, {"check_problem": "secret"}, {"client_id": ""}):
        right = {name: getattr(Account.objects.get(store=store), name) for name in trouble}
        with_settings(**trouble)
        assert due_read_backs(now=now + EVERY) == [other_store.pk]
        with_settings(**right)
    Lane.objects.create(store=other_store, failures=1)
    assert due_read_backs(now=now + EVERY) == [store.pk]
    assert due_read_backs(now=now - EVERY) == [store.pk]  # the clock was set back


@pytest.mark.django_db
def test_a_reading_put_off_is_due_in_an_hour(store):
    now = timezone.now()

    put_off(store.pk, now=now)

    assert due_read_backs(now=now + AGAIN_AFTER_FAILURE - timedelta(seconds=1)) == []
    assert due_read_backs(now=now + AGAIN_AFTER_FAILURE) == [store.pk]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("os.environ.get('EBEXO_TEST_DATABASE') == 'postgresql'", reason="it listens to SQLite")
@pytest.mark.parametrize("where", ["due_read_backs", "read_back"])
def test_whatever_goes_wrong_in_reading_the_dispatcher_goes_on(store, tell, monkeypatch, until_true, where):
    """It reads, fails, and still takes the lane of what is told afterwards."""
    failed = []

    def fail(*args, **more):
        failed.append(where)
        raise RuntimeError("a bug")

    monkeypatch.setattr(reading, where, fail)
    long_ago(store)
    dispatcher = Dispatcher()
    dispatcher.start()
    try:
        until_true(lambda: failed == [where])
        tell(1)
        until_true(lambda: Message.objects.get().attempts)
    finally:
        assert dispatcher.stop(timeout=10)
    is_put_off = Account.objects.get(store=store).statuses_read_at > timezone.now() - EVERY
    assert is_put_off is (where == "read_back")


@pytest.fixture
def until_true():
    def wait(condition):
        end = time.monotonic() + 5
        while not condition() and time.monotonic() < end:
            time.sleep(0.01)
        assert condition()

    return wait
