"""The audit log guards itself, on either database."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from ebexo.audit.acting import Actor, ActorKind, acting
from ebexo.audit.actions import Action
from ebexo.audit.models import Entry
from ebexo.audit.recording import record
from ebexo.platform.removing import remove_store
from ebexo.stores.models import Store

pytestmark = pytest.mark.django_db


def _refused(act):
    with pytest.raises(DatabaseError, match="audit entries are only ever added"), transaction.atomic():
        act()


def test_entry_is_neither_changed_nor_deleted(store):
    record(Action.SENDING_PAUSED, store_id=store.pk)
    record(Action.OPERATOR_KEY_ADDED, subject="ok_abcd…")
    before = list(Entry.objects.order_by("pk").values())

    _refused(lambda: Entry.objects.update(actor="somebody else"))
    _refused(lambda: Entry.objects.filter(store=store).delete())
    _refused(lambda: Entry.objects.filter(store=None).delete())
    _refused(lambda: Entry.objects.order_by("pk")[0].delete())

    assert list(Entry.objects.order_by("pk").values()) == before


def test_entries_of_a_store_go_with_it_and_the_removal_stays(store, other_store):
    record(Action.SENDING_PAUSED, store_id=store.pk)
    record(Action.SENDING_PAUSED, store_id=other_store.pk)
    others = list(Entry.objects.filter(store=other_store).values())

    with acting(Actor(ActorKind.OPERATOR_KEY, "ok_abcd…", "192.0.2.7")):
        remove_store(Store.objects.get(pk=store.pk), now=timezone.now())

    assert list(Entry.objects.filter(store=other_store).values()) == others
    (left,) = Entry.objects.filter(store=None)
    assert (left.action, left.subject) == (Action.STORE_REMOVED, store.handle)
    assert (left.actor_kind, left.actor, left.address) == ("operator_key", "ok_abcd…", "192.0.2.7")
    assert left.before["name"] == "Olcha"


def test_what_fails_leaves_no_entry(store):
    before = Entry.objects.count()

    def fail():
        with transaction.atomic():
            record(Action.SENDING_PAUSED, store_id=store.pk)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert Entry.objects.count() == before


def test_only_what_differs_is_kept(store):
    record(
        Action.SETTINGS_SAVED,
        store_id=store.pk,
        before={"rate": 10, "mode": "automatic"},
        after={"rate": 20, "mode": "automatic"},
    )

    entry = Entry.objects.latest("pk")
    assert (entry.before, entry.after) == ({"rate": 10}, {"rate": 20})


def test_whoever_acts_at_the_moment_is_named_and_nobody_after(store):
    with acting(Actor(ActorKind.COMMAND_LINE, "root")):
        record(Action.SENDING_PAUSED, store_id=store.pk)
    record(Action.SENDING_RESUMED, store_id=store.pk)

    rows = Entry.objects.filter(action__startswith="sending").order_by("pk")
    assert list(rows.values_list("actor_kind", "actor")) == [("command_line", "root"), ("system", "")]
