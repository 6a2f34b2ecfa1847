"""Many events together are the same as one after the other: every table, row for row."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ebexo.consents import editing
from ebexo.contacts.knowledge import Known, Status
from ebexo.contacts.known import learn
from ebexo.contacts.resolve import find
from ebexo.events import EventType, InvalidEvent
from ebexo.ingest.lists import receive_list
from ebexo.ingest.receive import OtherBody, receive
from ebexo.outbox.models import Message

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
EMAILS = ["jan@example.com", "anna@example.com", "ola@example.com", "not an address"]
ADDING = ["customer.updated", "customer.logged_in", "customer.registered", "newsletter.subscribed"]
TYPES = [*(kind.value for kind in EventType), *ADDING * 4, *["customer.erased"] * 3]

MOMENTS = st.integers(0, 5).map(lambda hours: (NOW - timedelta(hours=hours)).isoformat())
NUMBERS = st.one_of(st.none(), st.sampled_from(["1", "2"]))
ANSWERS = st.builds(
    lambda code, granted, at: {"code": code, "granted": granted, "at": at},
    st.sampled_from(["marketing", "marketing", "unheard"]),
    st.booleans(),
    MOMENTS,
)
ITEMS = st.lists(
    st.builds(lambda product: {"product_id": product, "unit_price": "1"}, st.sampled_from("AB")), max_size=2
)


def mostly(value, other):
    return st.integers(0, 5).flatmap(lambda dice: other if dice == 0 else st.just(value))


@st.composite
def events(draw):
    kind = draw(st.sampled_from(TYPES))
    event: dict[str, Any] = {"id": f"e{draw(st.integers(0, 30))}", "type": kind, "occurred_at": draw(MOMENTS)}
    event["customer"] = {
        "email": draw(st.sampled_from(EMAILS[: draw(mostly(3, st.just(4)))])),
        "id": draw(NUMBERS),
        "first_name": draw(st.sampled_from(["Jan", "Anna"])),
        "previous_email": draw(mostly(None, st.sampled_from(EMAILS[:3]))),
    }
    if kind == "consent.changed" or draw(mostly(False, st.just(True))):
        event["consents"] = draw(st.lists(ANSWERS, min_size=1, max_size=2))
    cart_id = draw(st.sampled_from(["c1", "c2"]))
    if kind.startswith("cart."):
        event["cart"] = {"id": cart_id, "items": draw(ITEMS), "total": "2"}
        if draw(mostly(False, st.just(True))):
            del event["customer"]
            event.pop("consents", None)
            event["visitor"] = {"smclient": draw(st.sampled_from(["known-1", "stranger"]))}
    if kind.startswith("order."):
        event["order"] = {"number": draw(st.sampled_from(["o1", "o2"])), "total": "2", "items": draw(ITEMS)}
        event["order"] |= {"cart_id": draw(st.sampled_from([None, cart_id])), "return_number": "r"}
    return event


SETTINGS = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(["automatic", "automatic", "consent", "double-opt-in"]),
        "active": mostly(True, st.just(False)),
        "dry_run": mostly(False, st.just(True)),
        "ignored_domains": mostly([], st.just(["example.com"])),
        "purchase_counts": st.sampled_from(["placed", "paid"]),
    }
)


def one_by_one(store, told):
    outcomes: list[Any] = []
    for event in told:
        try:
            outcomes.append(receive(store, event).duplicate)
        except (InvalidEvent, OtherBody) as error:
            outcomes.append(type(error))
    return (
        outcomes.count(False),
        outcomes.count(True),
        {index: kind for index, kind in enumerate(outcomes) if isinstance(kind, type)},
    )


def as_a_list(store, told):
    receipt = receive_list(store, told)
    refused = {index: type(error) for index, error in receipt.refused.items()}
    return receipt.accepted, receipt.duplicates, refused


def everything():
    """Every row; its number, and each that points to it, are its place among the rows of its table."""
    ours = [model for model in apps.get_models() if model._meta.app_label.startswith("ebexo_")]
    models = [model for model in ours if model._meta.app_label != "ebexo_audit"]  # it goes by the real clock
    rows = {model: list(model._default_manager.order_by("pk").values()) for model in models}
    places = {
        model: {row[model._meta.pk.attname]: place for place, row in enumerate(found)}
        for model, found in rows.items()
    }
    contacts = places[apps.get_model("ebexo_contacts", "Contact")]
    messages = places[Message]

    def placed(model, name, value):
        if value is None:
            return None
        field = next(field for field in model._meta.concrete_fields if field.attname == name)
        if field.is_relation:
            return places[field.related_model].get(value, value)
        if field.primary_key:
            return places[model][value]
        if name in ("head_message", "superseded_by", "message"):
            return messages[value]
        if name == "key" and value.startswith("contact:"):
            return contacts[int(value.removeprefix("contact:"))]
        return value

    return {
        model._meta.label: [
            {name: placed(model, name, value) for name, value in row.items()} for row in found
        ]
        for model, found in rows.items()
    }


def what_comes_of(work):
    """What `work` gives and leaves behind; then all of it is undone."""
    with transaction.atomic():
        found = work(), everything()
        transaction.set_rollback(True)
    return found


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.lists(events(), max_size=3), told=st.lists(events(), min_size=2, max_size=25), chosen=SETTINGS
)
def test_a_list_leaves_behind_what_its_events_leave_behind_one_by_one(
    store, monkeypatch, first, told, chosen
):
    monkeypatch.setattr(timezone, "now", lambda: NOW)

    def after(tell):
        editing.add(store.pk, code="marketing", text="Yes.", traits=editing.Traits("Marketing"))
        account = type(store.account).objects.get(pk=store.pk)
        for name, value in {**chosen, "consent_code": "marketing"}.items():
            setattr(account, name, value)
        account.save()
        one_by_one(store, first)
        known = Known("known-1", EMAILS[0], Status.OPT_OUT, NOW, sent=True)
        contact = find(store.pk, kind="email", value=EMAILS[0])
        if contact:
            learn(contact.pk, remote=account.remote, known=known, now=NOW)
        return tell(store, told)

    assert what_comes_of(lambda: after(as_a_list)) == what_comes_of(lambda: after(one_by_one))


def statements(work):
    with CaptureQueriesContext(connection) as captured:
        work()
    sql = [query["sql"] for query in captured.captured_queries]
    return [one for one in sql if not one.startswith(("SAVEPOINT", "RELEASE"))]


def test_an_event_of_somebody_known_takes_six_statements(store, an_event):
    receive(store, an_event(1, customer={"id": "7"}))

    # known before? the settings, the person, what is known of them, a place in their key, the message
    assert len(statements(lambda: receive(store, an_event(2, customer={"id": "7"})))) == 6


@pytest.mark.parametrize("how_many", [2, 10, 50])
def test_however_many_are_in_a_list_the_statements_are_the_same(store, an_event, how_many, on_postgresql):
    people = [f"person-{number}@example.com" for number in range(how_many)]
    receive_list(store, [an_event(f"first-{email}", email=email) for email in people])
    again = [an_event(f"again-{email}", email=email) for email in people]

    taken = statements(lambda: receive_list(store, again))

    # known before? twice; the people twice, the settings, what is known of them, places in their keys, the messages
    assert len(taken) == 8 + on_postgresql  # where lists of a store wait for each other
