"""Emptying a lane against a far side that answers as it is told to."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from django.db import connections
from django.utils import timezone

from ebexo.connection.client import Connections
from ebexo.connection.settings import current, save
from ebexo.contacts.knowledge import Status
from ebexo.contacts.known import known
from ebexo.contacts.models import Acquaintance, Contact
from ebexo.delivery import drain as draining
from ebexo.delivery import in_hand
from ebexo.delivery.calls import HISTORY
from ebexo.delivery.pace import Pace
from ebexo.ingest.fate import fate
from ebexo.ingest.receive import receive
from ebexo.outbox import lease as leasing
from ebexo.outbox.claim import claim
from ebexo.outbox.models import Attempt, Key, Lane, Message
from ebexo.outbox.states import MessageKind, State
from ebexo.stores.models import Account
from salesmanago import open_session

pytestmark = pytest.mark.django_db(transaction=True)

BASIC, UPSERT, BATCH = "/api/contact/basic", "/api/contact/upsert", "/api/contact/batchupsert"
OK = {"success": True, "message": []}
JAN = "jan.kowalski@example.com"
NO_SECRET = "User not authenticated"
GRANT = {"code": "marketing", "granted": True}


class FarSide:
    """SALESmanago as the test wants it: `answers` takes the place of the right answer, call by call."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.contacts: dict[str, dict[str, Any]] = {}
        self.answers: list[Callable[[dict[str, Any]], Awaitable[web.Response]]] = []
        self.at_once = self.most_at_once = 0

    def has(self, email: str, **fields: Any) -> None:
        self.contacts[email] = {
            "email": email,
            "contactId": f"id-{email}",
            "optedOut": False,
            "optedOutPhone": True,
            "modifiedOn": 1_700_000_000_000,
            **fields,
        }

    @property
    def upserts(self) -> list[dict[str, Any]]:
        return [body for path, body in self.calls if path == UPSERT]

    @property
    def flags(self) -> list[tuple[bool, bool]]:
        """Of each upsert: opt in? by e-mail?"""
        return [(body["forceOptIn"], body["useApiDoubleOptIn"]) for body in self.upserts]

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.calls.append((request.path, body))
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            if self.answers:
                return await self.answers.pop(0)(body)
            return self.right(request.path, body)
        finally:
            self.at_once -= 1

    def right(self, path: str, body: dict[str, Any]) -> web.Response:
        if path == BASIC:
            found = [self.contacts[email] for email in body["email"] if email in self.contacts]
            return web.json_response({**OK, "contacts": found})
        if path == BATCH:
            emails = [detail["contact"]["email"] for detail in body["upsertDetails"]]
            return web.json_response({**OK, "contactIds": {email: f"id-{email}" for email in emails}})
        email = body["contact"]["email"]
        self.has(body.get("newEmail", email), modifiedOn=int(timezone.now().timestamp() * 1000))
        return web.json_response({**OK, "contactId": f"id-{email}"})


def answering(status: int = 200, body: Any = None, *, text: str | None = None, **headers: str) -> Any:
    async def answer(_: dict[str, Any]) -> web.Response:
        if text is not None:
            return web.Response(status=status, text=text, headers=headers)
        return web.json_response(body or {"success": False, "message": []}, status=status, headers=headers)

    return answer


@pytest.fixture
def far_side() -> FarSide:
    return FarSide()


@pytest.fixture
def drained(store, far_side) -> Callable[..., None]:
    """Drain the store's lane once; `meanwhile` runs beside it, in a thread of the database."""

    def run(
        *,
        times: int = 1,
        meanwhile: Callable[[], Any] | None = None,
        stop_after: float | None = None,
        **more: Any,
    ) -> None:
        pool = ThreadPoolExecutor(2)

        async def database(work: Callable[[], Any]) -> Any:
            return await asyncio.get_running_loop().run_in_executor(pool, _and_close, work)

        async def main() -> None:
            app = web.Application()
            app.router.add_post("/{path:.*}", far_side.answer)
            stopping = asyncio.Event()
            if stop_after is not None:
                asyncio.get_running_loop().call_later(stop_after, stopping.set)
            async with TestServer(app) as server, open_session() as session:
                await database(lambda: _lead_to(str(server.make_url("")).rstrip("/")))
                for _ in range(times):
                    drain = draining.drain(
                        store.pk,
                        session=session,
                        database=database,
                        owner="test",
                        pace=Pace(),
                        stopping=stopping,
                        **more,
                    )
                    beside = [database(meanwhile)] if meanwhile else []
                    await asyncio.gather(drain, *beside)

        def _lead_to(endpoint: str) -> None:
            """A port of its own for every run, without making another account of it."""
            former = Account.objects.get(pk=store.pk).remote
            Account.objects.filter(pk=store.pk).update(endpoint=endpoint)
            Acquaintance.objects.filter(remote=former).update(remote=Account.objects.get(pk=store.pk).remote)

        try:
            asyncio.run(main())
        finally:
            pool.shutdown()

    return run


def _and_close(work: Callable[[], Any]) -> Any:
    try:
        return work()
    finally:
        connections.close_all()


def due_again() -> None:
    """As if every pause were over."""
    Lane.objects.update(backoff_until=None)
    waiting = Message.objects.filter(state=State.WAITING).values("key_id")
    Key.objects.filter(pk__in=waiting).update(due_at=timezone.now() - timedelta(seconds=1))


def test_a_new_person_is_looked_up_and_opted_in(store, tell, far_side, drained, state_of):
    message = tell(1, customer={"first_name": "Jan"})

    drained()

    assert [(path, body.get("email") or body["contact"]) for path, body in far_side.calls] == [
        (BASIC, [JAN]),
        (UPSERT, {"email": JAN, "name": "Jan", "state": "PROSPECT"}),
    ]
    assert far_side.flags == [(True, False)]
    assert (
        far_side.upserts[0].items() >= {"clientId": "sandbox-client", "owner": "owner@shop.example"}.items()
    )
    assert state_of(message) == {"state": "delivered", "reason": None, "attempts": 1, "in_doubt": False}
    learnt = known(Contact.objects.get().pk, remote=Account.objects.get(pk=store.pk).remote)
    assert learnt
    assert (learnt.contact_id, learnt.email, learnt.status, learnt.sent) == (
        f"id-{JAN}",
        JAN,
        Status.OPT_IN,
        True,
    )
    assert (learnt.told_at, learnt.told_fields) == (
        datetime(2026, 11, 1, 10, tzinfo=UTC),
        ("lang", "name", "state"),
    )


def test_somebody_sent_before_is_not_looked_up_and_keeps_their_status(tell, far_side, drained):
    tell(1)
    drained()
    tell(2)

    drained()

    assert [path for path, _ in far_side.calls] == [BASIC, UPSERT, UPSERT]
    assert far_side.flags == [(True, False), (False, False)]


@pytest.mark.parametrize("opted_out", [True, False])
def test_a_status_that_stands_there_is_left_alone(tell, far_side, drained, opted_out):
    far_side.has(JAN, optedOut=opted_out)
    tell(1)

    drained()

    assert far_side.flags == [(False, False)]
    assert Acquaintance.objects.get().status == ("opt_out" if opted_out else "opt_in")


def test_a_sign_up_given_after_the_status_opts_in(tell, far_side, drained):
    far_side.has(JAN, optedOut=True)
    tell(1, type="newsletter.subscribed")

    drained()

    assert far_side.flags == [(True, False)]


def test_a_sign_up_given_before_the_opt_out_does_not(tell, far_side, drained):
    far_side.has(JAN, optedOut=True, modifiedOn=int(datetime(2026, 11, 2, tzinfo=UTC).timestamp() * 1000))
    tell(1, type="newsletter.subscribed")

    drained()

    assert far_side.flags == [(False, False)]


def test_a_grant_asks_for_a_confirmation_once_in_the_third_mode(with_settings, tell, far_side, drained):
    with_settings(mode="double-opt-in", consent_code="marketing")
    tell(1, consents=[{**GRANT, "at": "2026-11-01T10:00:00Z"}])
    tell(2)

    drained()

    assert far_side.flags == [(True, True), (False, False)]
    assert Acquaintance.objects.get().status == "pending"


def test_a_nonsensical_moment_of_change_is_taken_for_just_now(tell, far_side, drained, state_of):
    far_side.has(JAN, modifiedOn=10**18)
    message = tell(1, type="newsletter.subscribed")

    drained()

    assert (far_side.flags, state_of(message)["state"]) == ([(False, False)], "delivered")


def test_a_changed_address_keeps_one_contact(tell, far_side, drained):
    tell(1, customer={"id": "7"})
    tell(
        2,
        email="new@example.com",
        customer={"id": "7", "previous_email": JAN},
        occurred_at="2026-11-02T10:00:00Z",
    )

    drained()

    assert [(body["contact"]["email"], body.get("newEmail")) for body in far_side.upserts] == [
        (JAN, None),
        (JAN, "new@example.com"),
    ]
    assert Acquaintance.objects.get().email == "new@example.com"


def test_the_former_address_is_asked_for_too_before_a_first_transfer(tell, far_side, drained):
    far_side.has("old@example.com")
    tell(1, customer={"previous_email": "old@example.com"})

    drained()

    assert far_side.calls[0][1]["email"] == [JAN, "old@example.com"]
    assert [(body["contact"]["email"], body["newEmail"]) for body in far_side.upserts] == [
        ("old@example.com", JAN)
    ]


def test_a_refused_message_fails_and_its_neighbours_are_delivered(tell, far_side, drained, state_of):
    bad, good = tell(1, email="bad@example.com"), tell(2, email="good@example.com")

    original = far_side.right

    def right(path, body):
        if path == UPSERT and body["contact"]["email"] == "bad@example.com":
            return web.json_response({"success": False, "message": ["Contact is on the blacklist"]})
        return original(path, body)

    far_side.right = right
    drained()

    assert (state_of(bad), state_of(good)["state"]) == (
        {"state": "failed", "reason": "refused", "attempts": 1, "in_doubt": False},
        "delivered",
    )
    assert fate(Message.objects.get(pk=bad.pk))["attempts"][0]["text"] == (
        "SALESmanago refused it. SALESmanago refuses the request, HTTP 200: Contact is on the blacklist."
    )


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (answering(500), {"state": "waiting", "reason": "unavailable", "attempts": 1, "in_doubt": False}),
        (answering(429), {"state": "waiting", "reason": "throttled", "attempts": 1, "in_doubt": False}),
        (
            answering(body={"success": False, "message": [NO_SECRET]}),
            {"state": "waiting", "reason": "credentials_secret", "attempts": 1, "in_doubt": False},
        ),
        (
            answering(text=""),
            {"state": "waiting", "reason": "outcome_unknown", "attempts": 1, "in_doubt": False},
        ),
    ],
    ids=["fault of its own", "too many calls", "wrong secret", "empty"],
)
def test_a_look_up_that_fails_leaves_nothing_in_doubt(tell, far_side, drained, state_of, answer, state):
    message = tell(1)
    far_side.answers = [answer]

    drained()

    assert (state_of(message), [path for path, _ in far_side.calls]) == (state, [BASIC])


def test_an_upsert_without_a_readable_answer_is_in_doubt_and_told_again(tell, far_side, drained, state_of):
    message = tell(1)

    async def applied_but_empty(body):
        far_side.right(UPSERT, body)
        return web.Response()

    far_side.answers = [answering(body={**OK, "contacts": []}), applied_but_empty]
    drained()
    in_doubt = state_of(message)
    due_again()
    drained()

    assert in_doubt == {"state": "waiting", "reason": "outcome_unknown", "attempts": 1, "in_doubt": True}
    assert state_of(message) == {"state": "delivered", "reason": None, "attempts": 2, "in_doubt": False}
    assert [path for path, _ in far_side.calls] == [BASIC, UPSERT, BASIC, UPSERT]
    assert far_side.flags == [(True, False), (False, False)]
    assert list(Attempt.objects.order_by("pk").values_list("outcome", flat=True)) == ["unknown", "delivered"]


def test_a_confirmation_in_doubt_is_not_asked_for_twice(with_settings, tell, far_side, drained, state_of):
    """Also where the contact is an old acquaintance, whose status alone would ask for it again."""
    with_settings(mode="double-opt-in", consent_code="marketing")
    tell(1, consents=[{**GRANT, "at": "2026-11-01T10:00:00Z"}])
    drained()
    later = timezone.now().isoformat()
    message = tell(2, occurred_at=later, consents=[{**GRANT, "at": later}])

    far_side.answers = [answering(text="")]
    drained()
    due_again()
    drained()

    assert far_side.flags == [(True, True), (True, True), (False, False)]
    assert state_of(message)["state"] == "delivered"
    assert Message.objects.get(pk=message.pk).notes == ["confirmation_may_be_missing"]


def test_a_confirmation_that_certainly_did_not_go_out_is_asked_for_again(
    with_settings, tell, far_side, drained
):
    with_settings(mode="double-opt-in", consent_code="marketing")
    message = tell(1, consents=[{**GRANT, "at": "2026-11-01T10:00:00Z"}])

    far_side.answers = [answering(body={**OK, "contacts": []}), answering(500)]
    drained()
    due_again()
    drained()

    assert far_side.flags == [(True, True), (True, True)]
    assert Message.objects.get(pk=message.pk).notes == []


def test_an_opt_out_during_the_doubt_is_not_overridden_by_the_repeat(tell, far_side, drained):
    tell(1)
    drained()
    later = timezone.now().isoformat()
    tell(2, type="newsletter.subscribed", occurred_at=later)

    async def applied_then_opted_out(body):
        far_side.has(JAN, optedOut=True, modifiedOn=int(timezone.now().timestamp() * 1000) + 5000)
        return web.Response()

    far_side.answers = [applied_then_opted_out]
    drained()
    due_again()
    drained()

    assert far_side.flags == [(True, False), (True, False), (False, False)]
    assert Acquaintance.objects.get().status == "opt_out"


def test_wrong_credentials_pause_the_lane_and_tell_the_merchant(store, tell, far_side, drained, state_of):
    messages = [tell(number, email=f"person-{number}@example.com") for number in range(6)]
    far_side.answers = [answering(body={"success": False, "message": [NO_SECRET]})] * 20

    drained()

    lane = Lane.objects.get()
    assert (lane.paused_reason, lane.failures >= 1, lane.lease_until) == ("secret", True, None)
    assert lane.backoff_until
    assert timedelta(minutes=14) < lane.backoff_until - timezone.now() <= timedelta(minutes=15)
    assert Account.objects.get(pk=store.pk).check_problem == "secret"
    assert {state_of(message)["state"] for message in messages} == {"waiting"}
    assert len(far_side.calls) <= 4


def test_credentials_that_were_put_right_meanwhile_are_not_blamed_for_an_old_call(
    store, tell, far_side, drained, state_of
):
    message = tell(1)

    async def late_refusal(_):
        await asyncio.get_running_loop().run_in_executor(None, put_right)
        return web.json_response({"success": False, "message": [NO_SECRET]})

    def put_right():
        try:
            account = Account.objects.get(pk=store.pk)
            account.api_secret = "the right one"
            account.save()
        finally:
            connections.close_all()

    far_side.answers = [late_refusal]
    drained()

    assert list(Lane.objects.values_list("paused_reason", "failures", "backoff_until")) == [(None, 0, None)]
    assert Account.objects.get(pk=store.pk).check_problem is None
    assert state_of(message) == {"state": "delivered", "reason": None, "attempts": 2, "in_doubt": False}


def test_a_call_goes_to_the_account_it_was_made_for(store, tell, far_side, drained, monkeypatch):
    """The settings change while a message waits for its turn: what it teaches belongs to the former account."""
    tell(1)
    former = []

    class SlowPace(Pace):
        async def turn(self, *, rate):
            await super().turn(rate=rate)
            await asyncio.get_running_loop().run_in_executor(None, change)

    def change():
        try:
            account = Account.objects.get(pk=store.pk)
            former.append(account.remote)
            account.client_id = "another-client"
            account.save()
        finally:
            connections.close_all()

    monkeypatch.setattr(f"{__name__}.Pace", SlowPace)
    drained()

    assert {body["clientId"] for _, body in far_side.calls} == {"sandbox-client"}
    assert Acquaintance.objects.get().remote == former[0]


def test_retry_after_is_obeyed(tell, far_side, drained):
    tell(1)
    far_side.answers = [answering(429, **{"Retry-After": "120"})]

    drained()

    until = Lane.objects.get().backoff_until
    assert until
    pause = until - timezone.now()
    assert timedelta(seconds=115) < pause <= timedelta(seconds=120)


def test_an_incomplete_account_waits_and_loses_nothing(with_settings, tell, far_side, drained, state_of):
    message = tell(1)
    with_settings(client_id="")

    drained()

    assert (far_side.calls, state_of(message)["state"], Lane.objects.get().paused_reason) == (
        [],
        "waiting",
        "incomplete",
    )


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"active": False}, "integration_off"),
        ({"active": False, "client_id": ""}, "integration_off"),
        ({"dry_run": True}, "dry_run"),
        ({"ignored_domains": ["example.com"]}, "ignored_domain"),
        ({"mode": "consent", "consent_code": "marketing"}, "no_consent"),
    ],
    ids=str,
)
def test_what_may_not_be_sent_any_more_is_withheld_just_before_sending(
    with_settings, tell, far_side, drained, everything_stored, settings, reason
):
    messages = [tell(number, email=f"przemka-{number}@szczebrzeszyn.example.com") for number in range(7)]
    if "ignored_domains" in settings:
        settings = {"ignored_domains": ["szczebrzeszyn.example.com"]}
    with_settings(**settings)

    drained()

    found = Message.objects.filter(pk__in=[message.pk for message in messages])
    assert set(found.values_list("state", "reason", "payload")) == {("withheld", reason, None)}
    assert far_side.calls == []
    assert "przemka-" not in everything_stored()


def test_at_most_four_calls_are_in_flight(with_settings, tell, far_side, drained):
    with_settings(rate=1000)
    for number in range(12):
        tell(number, email=f"person-{number}@example.com")
    original = far_side.answer

    async def slowly(request):
        far_side.at_once += 1
        far_side.most_at_once = max(far_side.at_once, far_side.most_at_once)
        await asyncio.sleep(0.02)
        far_side.at_once -= 1
        return await original(request)

    far_side.answer = slowly
    drained()

    assert (far_side.most_at_once, len(far_side.upserts)) == (4, 12)


def test_the_rate_counts_calls_and_not_messages(with_settings, tell, far_side, drained):
    """Ten messages of people never seen are twenty calls."""
    with_settings(rate=20)
    for number in range(10):
        tell(number, email=f"person-{number}@example.com")
    started = timezone.now()

    drained()

    assert len(far_side.calls) == 20
    assert timezone.now() - started >= timedelta(seconds=0.95)


def test_a_hanging_call_keeps_nobody_else_waiting(
    store, an_event, with_settings, tell, far_side, drained, monkeypatch
):
    monkeypatch.setattr(in_hand, "LOOK_AGAIN", 0.05)
    with_settings(rate=1000)
    tell(1, email="slow@example.com")
    delivered_at = {}
    original = far_side.right

    async def slowly(body):
        await asyncio.sleep(1)
        delivered_at["slow"] = timezone.now()
        return original(BASIC, body)

    def right(path, body):
        if path == UPSERT:
            delivered_at.setdefault(body["contact"]["email"], timezone.now())
        return original(path, body)

    far_side.answers, far_side.right = [slowly], right

    def a_login_meanwhile():
        import time

        time.sleep(0.3)
        try:
            receive(store, an_event(2, email="quick@example.com"))
        finally:
            connections.close_all()

    drained(meanwhile=a_login_meanwhile)

    assert delivered_at["quick@example.com"] < delivered_at["slow"]


def test_nothing_live_waits_for_a_call_of_history(store, tell, far_side, drained):
    for number in range(3):
        tell(number, email=f"person-{number}@example.com")
    Message.objects.update(kind=MessageKind.HISTORY)
    Key.objects.update(is_history=True)

    async def slowly(body: dict[str, Any]) -> Any:
        await asyncio.sleep(0.6)
        return far_side.right(BASIC, body)

    far_side.answers = [slowly]

    def meanwhile() -> None:
        while not far_side.calls:
            time.sleep(0.01)
        tell("live", email=JAN)

    drained(meanwhile=meanwhile)

    told = [path for path, _ in far_side.calls]
    assert told == [BASIC, BASIC, UPSERT, BATCH]
    assert set(Message.objects.values_list("state", flat=True)) == {State.DELIVERED}


@pytest.mark.parametrize(("others_wait", "left"), [(True, 2), (False, 0)])
def test_where_another_store_waits_for_room_history_stops_after_a_call(
    tell, drained, monkeypatch, others_wait, left
):
    for number in range(4):
        tell(number, email=f"person-{number}@example.com")
    Message.objects.update(kind=MessageKind.HISTORY)
    Key.objects.update(is_history=True)
    monkeypatch.setattr(draining, "HISTORY", replace(HISTORY, limit=2))

    drained(others_wait=lambda: others_wait)

    assert Message.objects.filter(state=State.WAITING).count() == left


def test_a_stop_lets_the_call_in_flight_end_and_begins_no_other(tell, far_side, drained, state_of):
    first, second = tell(1), tell(2, type="newsletter.subscribed")

    async def slowly(body):
        await asyncio.sleep(2)
        return web.json_response({**OK, "contacts": []})

    far_side.answers = [slowly]
    drained(stop_after=1)

    assert [path for path, _ in far_side.calls] == [BASIC]
    assert [state_of(message)["state"] for message in (first, second)] == ["waiting", "waiting"]
    assert (state_of(first)["attempts"], Lane.objects.get().lease_until) == (0, None)


def test_the_lane_is_given_back_only_when_no_call_of_ours_is_on_its_way(tell, far_side, drained, monkeypatch):
    """Even if writing down a result fails: whoever comes next must not overtake the calls in flight."""
    for number in range(3):
        tell(number, email=f"person-{number}@example.com")
    ended, released = [], []
    original_release = leasing.release

    async def slowly(body):
        await asyncio.sleep(0.3)
        ended.append(timezone.now())
        return web.json_response({**OK, "contacts": []})

    def fail(*args, **kwargs):
        raise RuntimeError("disk full")

    def watched_release(lease):
        released.append(timezone.now())
        original_release(lease)

    far_side.answers = [answering(500), slowly, slowly]
    monkeypatch.setattr(draining, "_settle", fail)
    monkeypatch.setattr(draining, "release", watched_release)

    with pytest.raises(RuntimeError, match="disk full"):
        drained()

    assert len(ended) == 2
    assert released[0] > max(ended)


def test_what_ended_is_written_down_though_the_next_claim_fails(
    tell, far_side, drained, monkeypatch, state_of
):
    message, original = tell(1), claim
    claims: list[Any] = []

    def failing_later(*args, **how):
        claims.append(how)
        if len(claims) > 1:
            raise RuntimeError("claiming broke")
        return original(*args, **how)

    monkeypatch.setattr(draining, "claim", failing_later)

    with pytest.raises(RuntimeError, match="claiming broke"):
        drained()

    assert state_of(message) == {"state": "delivered", "reason": None, "attempts": 1, "in_doubt": False}
    assert known(Contact.objects.get().pk, remote=Account.objects.get().remote) is not None
    assert Lane.objects.get().lease_until is None


def test_a_changed_secret_makes_a_new_connection_and_nothing_else_does(store):
    session: Any = SimpleNamespace(trust_env=False)
    connected = Connections(session)
    account = Account.objects.get(pk=store.pk)
    first = connected.to(account)

    account.country = "CZ"
    after_the_country = connected.to(account)
    account.api_secret = "another"
    after_the_secret = connected.to(account)

    assert after_the_country is first
    assert after_the_secret is not first


def test_a_message_whose_lease_is_nearly_over_is_not_sent(tell, far_side, drained, monkeypatch, state_of):
    message = tell(1)
    covers = iter([False])
    monkeypatch.setattr(leasing.Lease, "covers", lambda self, seconds: next(covers, True))

    drained()

    assert state_of(message) == {"state": "delivered", "reason": None, "attempts": 1, "in_doubt": False}
    assert Attempt.objects.count() == 1


def test_a_lane_that_was_lost_is_left_as_it_is(store, tell, far_side, drained, state_of):
    message = tell(1)

    def taken_over():
        try:
            Lane.objects.update(epoch=99, owner="other", lease_until=timezone.now() + timedelta(minutes=1))
        finally:
            connections.close_all()

    async def meanwhile_lost(body):
        await asyncio.get_running_loop().run_in_executor(None, taken_over)
        return web.json_response({**OK, "contacts": []})

    far_side.answers = [meanwhile_lost]
    drained()

    assert state_of(message)["state"] == "in_flight"
    assert list(Lane.objects.values_list("epoch", "owner")) == [(99, "other")]
    assert Acquaintance.objects.count() == 0


def test_a_removed_store_ends_the_drain(store, tell, far_side, drained, remove):
    tell(1)

    def remove_it():
        try:
            remove(store)
        finally:
            connections.close_all()

    async def meanwhile_removed(body):
        await asyncio.get_running_loop().run_in_executor(None, remove_it)
        return web.json_response({**OK, "contacts": []})

    far_side.answers = [meanwhile_removed]

    drained()

    assert (Message.objects.count(), Lane.objects.count()) == (0, 0)


def test_another_far_side_starts_from_nothing(store, tell, far_side, drained, with_settings):
    tell(1)
    drained()
    with_settings(client_id="another-client")
    tell(2)

    drained()

    assert [path for path, _ in far_side.calls] == [BASIC, UPSERT, BASIC, UPSERT]
    assert Acquaintance.objects.count() == 2


def test_switching_off_withholds_what_waits_and_lets_what_is_in_flight_end(
    store, tell, far_side, drained, state_of
):
    first, second = tell(1), tell(2, type="newsletter.subscribed")

    def switch_off():
        from dataclasses import replace

        try:
            account = Account.objects.get(pk=store.pk)
            save(account, replace(current(account), active=False, endpoint="http://127.0.0.1:1"))
        finally:
            connections.close_all()

    async def meanwhile_off(body):
        await asyncio.get_running_loop().run_in_executor(None, switch_off)
        return far_side.right(BASIC, body)

    far_side.answers = [meanwhile_off]
    drained()

    assert [state_of(message)["state"] for message in (first, second)] == ["delivered", "withheld"]
    assert Message.objects.get(pk=second.pk).payload is None
    assert len(far_side.upserts) == 1
