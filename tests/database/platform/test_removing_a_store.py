"""A store that is removed leaves not one row behind, and nobody else notices."""

import itertools
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import ForeignKey, Model
from django.utils import timezone

from ebexo.audit.actions import Action
from ebexo.audit.models import Entry
from ebexo.consents.models import Decision
from ebexo.contacts.models import Contact
from ebexo.delivery import drain as draining
from ebexo.outbox.lease import LeaseLost, take
from ebexo.outbox.models import Lane, Message
from ebexo.panel.models import Member, Role, User
from ebexo.panel.users import platform_user
from ebexo.platform import removing
from ebexo.platform.removing import Contents, remove_store
from ebexo.stores.keys import store_of_key
from ebexo.stores.models import Account, Store

pytestmark = pytest.mark.django_db
NUMBERS = itertools.count(1)


def our_models() -> list[type[Model]]:
    models = apps.get_models(include_auto_created=True)
    return [model for model in models if model._meta.app_label.startswith("ebexo_")]


def foreign_keys(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]


class Filler:
    """Makes a row in every table that leads to a store, whatever columns it has."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.rows: dict[type[Model], Model] = {Store: store, Account: store.account}

    def fill(self) -> dict[type[Model], Model]:
        found = True
        while found:
            models = [model for model in our_models() if model not in self.rows and self._leads_here(model)]
            for model in models:
                self.rows[model] = self._row(model)
            found = bool(models)
        return self.rows

    def _leads_here(self, model: type[Model]) -> bool:
        keys = foreign_keys(model)
        needed = [key for key in keys if not key.null and key.related_model in our_models()]
        return any(key.related_model in self.rows for key in keys) and all(
            key.related_model in self.rows for key in needed
        )

    def _row(self, model: type[Model]) -> Model:
        existing = Lane.objects.filter(store=self.store).first() if model is Lane else None
        if existing:
            return existing
        values = {
            field.name: self._value(field) for field in model._meta.concrete_fields if self._needs(field)
        }
        row: Model = model._base_manager.create(**values)
        return row

    def _needs(self, field: Any) -> bool:
        if isinstance(field, ForeignKey):
            return field.related_model in self.rows
        is_ours = field.primary_key and field.get_internal_type().endswith("AutoField")
        return not (is_ours or field.null or field.has_default() or getattr(field, "auto_now_add", False))

    def _value(self, field: Any) -> Any:
        if isinstance(field, ForeignKey):
            return self.rows[field.related_model]
        if field.choices:
            return field.choices[0][0]
        kind = field.get_internal_type()
        if kind in ("CharField", "TextField", "SlugField", "EmailField"):
            return str(next(NUMBERS))
        values = {
            "BooleanField": False,
            "DateTimeField": timezone.now(),
            "DateField": timezone.now().date(),
            "JSONField": {},
            "UUIDField": f"00000000-0000-4000-8000-{next(NUMBERS):012}",
        }
        return values.get(kind, 1)


@pytest.fixture
def rows_of_all_tables() -> Callable[[], dict[str, set[str]]]:
    """Every row of every table of ours, as text."""

    def dumped() -> dict[str, set[str]]:
        found = {}
        with connection.cursor() as cursor:
            for model in our_models():
                cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
                found[model._meta.db_table] = {repr(row) for row in cursor.fetchall()}
        return found

    return dumped


def test_not_one_row_of_the_store_is_left_and_no_other_row_is_touched(other_store, rows_of_all_tables):
    from ebexo.stores.opening import open_store

    Filler(other_store).fill()
    before = rows_of_all_tables()
    store, _key = open_store("Olcha")
    filled = Filler(store).fill()
    during = rows_of_all_tables()

    remove_store(store, now=timezone.now())

    led_to = {model._meta.db_table for model in filled}
    assert {table for table, rows in during.items() if rows - before[table]} == led_to
    assert {model for model in our_models() if foreign_keys(model)} <= set(filled)
    after = rows_of_all_tables()
    assert {table for table, rows in after.items() if rows != before[table]} == {Entry._meta.db_table}
    (entry,) = after[Entry._meta.db_table] - before[Entry._meta.db_table]  # that it was removed
    assert store.handle in entry
    assert Entry.objects.latest("pk").action == Action.STORE_REMOVED


@pytest.fixture
def full_store(store, tell, with_settings):
    """A store with two people, one decision, three messages, a login of its own and one shared with another store."""
    with_settings(consent_code="marketing")
    consents = [{"code": "marketing", "granted": True, "at": "2026-11-01T09:00:00Z"}]
    tell(1, consents=consents)
    tell(2)
    tell(3, email="anna@example.com")
    for email in ("ala@shop.example", "bob@shop.example"):
        Member.objects.create(user=User.objects.create_user(email), store=store, role=Role.OWNER)
    platform_user(store)
    return store


CONTENTS = {"contacts": 2, "decisions": 1, "consents": 1, "messages": 3, "api_keys": 1, "logins": 2}
IN_WORDS = "contacts: 2, decisions: 1, consents: 1, messages: 3, api keys: 1, logins: 2"


def test_platform_removes_a_store_and_is_told_that_it_is_gone(call, a_problem, full_store):
    answer = call("DELETE", f"/{full_store.handle}")
    again = call("DELETE", f"/{full_store.handle}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert (again.status_code, again.json()) == (404, a_problem(404, "Not Found", "There is no such store."))
    assert Store.objects.count() == 0


def test_people_who_see_another_store_keep_their_login(full_store, other_store):
    bob = User.objects.get(email="bob@shop.example")
    Member.objects.create(user=bob, store=other_store, role=Role.VIEWER)
    olga = User.objects.create_superuser("olga@ebexo.example", None)
    Member.objects.create(user=olga, store=full_store, role=Role.OWNER)

    contents = remove_store(full_store, now=timezone.now())

    assert contents == Contents(**{**CONTENTS, "logins": 1})
    assert set(User.objects.all()) == {bob, olga}
    assert [member.store for member in Member.objects.all()] == [other_store]


def test_command_removes_a_store_without_asking_if_told_so(ebexo, full_store):
    answer = ebexo("store", "remove", full_store.handle, "--yes")

    assert answer == (0, f"Removed {full_store.handle} “Olcha”: {IN_WORDS}.\n", "")
    assert Store.objects.count() == 0


def test_command_says_for_a_script_what_it_removed(ebexo, full_store):
    status, out, err = ebexo("store", "remove", full_store.handle, "--yes", "--json")

    assert (status, err) == (0, "")
    assert json.loads(out) == {"store": full_store.handle, "removed": CONTENTS}


@pytest.mark.parametrize(("said", "status", "left"), [("y\n", 0, 0), ("n\n", 1, 1), ("\n", 1, 1)])
def test_command_asks_first(ebexo, full_store, said, status, left):
    ended, _out, err = ebexo("store", "remove", full_store.handle, stdin=said)

    assert ended == status
    assert err.startswith(f"{full_store.handle} “Olcha” holds {IN_WORDS}.\nRemove it for good? [y/N]: ")
    assert ("Nothing was removed." in err) is bool(left)
    assert Store.objects.count() == left


def test_nobody_there_to_answer_removes_nothing(ebexo, full_store):
    status, _out, _err = ebexo("store", "remove", full_store.handle, stdin="")

    assert status != 0
    assert Message.objects.count() == 3


def test_command_refuses_a_store_that_is_not_there(ebexo, db):
    assert ebexo("store", "remove", "store-1", "--yes") == (
        2,
        "",
        "ebexo: STORE store-1: there is no such store. Run ebexo store list.\n",
    )


def test_removal_that_was_interrupted_leaves_a_store_that_is_shut_and_can_be_removed_again(
    ebexo, full_store, monkeypatch
):
    key, secret = full_store.api_key, full_store.signing_secret
    monkeypatch.setattr(removing, "AT_ONCE", 1)

    def interrupted(rows):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(removing, "_delete_all", interrupted)
        with pytest.raises(KeyboardInterrupt):
            remove_store(full_store, now=timezone.now())

    assert store_of_key(key, now=timezone.now()) is None
    left = Store.objects.get()
    assert left.signing_secret != secret
    assert (left.account.active, left.account.api_secret) == (False, "")
    assert "inactive" in ebexo("store", "list")[1]
    assert ebexo("store", "remove", left.handle, "--yes")[0] == 0
    assert Store.objects.count() == 0


def test_worker_that_holds_the_lane_lets_go(full_store, worker, monkeypatch):
    never: Any = SimpleNamespace(is_set=lambda: False)
    assert worker.claim()
    while worker.send():
        pass

    remove_store(full_store, now=timezone.now())

    with pytest.raises(LeaseLost), transaction.atomic():
        worker.settle()
    with pytest.raises(LeaseLost):
        draining._claim(worker.holding, limit=4, stopping=never)
    assert take(full_store.pk, owner="worker", now=timezone.now()) is None
    assert (Message.objects.count(), Contact.objects.count(), Decision.objects.count()) == (0, 0, 0)
