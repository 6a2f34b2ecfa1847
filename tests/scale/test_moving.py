"""`ebexo move`: an installation on SQLite goes to PostgreSQL whole, or not at all."""

import fcntl
import getpass
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

DJANGO = "from ebexo.cli import use_django; use_django()\n"

SEED = (
    DJANGO
    + """
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from django.db import transaction
from ebexo.moving.tables import tables
from ebexo.secrets import derived_key, encrypt

AWKWARD = ["a\\\\b\\tc\\nd\\r\\\\N", "Zażółć gęślą jaźń 'x' \\"y\\" %s {}", "\\x01\\x1f 😀"]
JSON = [{"b": [1, 2.50, None, True], "a": "Zażółć \\\\ \\n", "big": 12345678901234567890, "e": 1e20}, [], {"": {}}]

def value(field, number):
    if field.is_relation:
        return number
    if field.null and number == 3:
        return None
    kind = field.get_internal_type()
    if kind in ("CharField", "TextField"):
        if field.name.endswith("_encrypted"):
            return encrypt(f"secret {number}") if number < 3 else ""
        text = f"{number}" if field.unique or "digest" in field.name else f"{number}{AWKWARD[number - 1]}"
        return text[: field.max_length]
    return {
        "BooleanField": number == 2,
        "DateTimeField": datetime(2026, 11, 1, 10, tzinfo=UTC) + timedelta(days=number, microseconds=number - 1),
        "DateField": date(2026, 11, number),
        "JSONField": JSON[number - 1],
        "DecimalField": Decimal("298.90") + number,
        "BinaryField": bytes([0, 92, 10, 255, number]),
        "FloatField": number / 3,
    }.get(kind, number)

def seed():
    derived_key("django")
    with transaction.atomic():
        for model in tables():
            model._base_manager.bulk_create(
                model(**{field.attname: value(field, number) for field in model._meta.concrete_fields})
                for number in (1, 2, 3)
            )
        from ebexo.contacts.models import StatusChange
        StatusChange.objects.filter(pk=3).delete()

seed()
raise SystemExit
"""
)

CONTENT = (
    DJANGO
    + """
import json
from ebexo.moving.tables import tables
from ebexo.secrets import decrypt, keyed_hash

def plain(name, one):
    # The same for what means the same: PostgreSQL keeps JSON in its own order, and numbers in its own way.
    if one and name.endswith("_encrypted"):
        return decrypt(one)
    if isinstance(one, (dict, list)):
        return json.dumps(json.loads(json.dumps(one), parse_int=float), sort_keys=True)
    return bytes(one) if isinstance(one, memoryview) else one

print(keyed_hash("email", "jan@example.com"))
for model in tables():
    names = [field.attname for field in model._meta.concrete_fields]
    rows = model._base_manager.values_list(*names)
    if model._meta.label_lower == "ebexo_audit.entry":
        rows = rows.exclude(action="installation_moved")  # made by the move itself
    print(model._meta.db_table, sorted(
        repr([plain(name, one) for name, one in zip(names, row)]) for row in rows
    ))
raise SystemExit
"""
)

KILLED = (
    DJANGO
    + """
import os, signal
from ebexo.moving import copying, journal, move

copying.BATCH_ROWS = 2

def killing(work, turn):
    turns = iter(range(1, turn + 1))
    def done(*arguments, **more):
        if next(turns) == turn:
            os.kill(os.getpid(), signal.SIGKILL)
        return work(*arguments, **more)
    return done
"""
)
AT_BATCH = "journal.keep = killing(journal.keep, {})"
BEFORE_THE_MARK = "move.mark_as_moved_away = killing(move.mark_as_moved_away, 1)"
BEFORE_THE_COMMIT = (
    "mark = move.mark_as_moved_away\n"
    "move.mark_as_moved_away = lambda *a, **k: (mark(*a, **k), os.kill(os.getpid(), signal.SIGKILL))"
)
AFTER_THE_COMMIT = "move.mark_as_moved_away = killing(move.mark_as_moved_away, 2)"

MOVED = "The installation is in PostgreSQL, the same on both sides. Start ebexo web and ebexo worker."
HALF = "ebexo: A move to this PostgreSQL is not finished. Run ebexo move to its end first.\n"
AWAY = (
    "ebexo: This installation was moved to PostgreSQL: set EBEXO_DATABASE_URL and EBEXO_SECRET_KEYS, and start "
    "ebexo web and ebexo worker.\n"
)
HELD = (
    "The PostgreSQL of EBEXO_DATABASE_URL holds an installation already; a move needs one without any data."
)
NOT_EMPTY = f"ebexo: {HELD}\n"
ON_SQLITE = {"EBEXO_DATABASE_URL": "", "EBEXO_SECRET_KEYS": ""}


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Two data directories: with tables alone, and with three awkward rows in each; and what is in the second."""
    empty, filled = (tmp_path_factory.mktemp("moving") / name for name in ("empty", "filled"))
    others = {name: value for name, value in os.environ.items() if not name.startswith(("EBEXO_", "DJANGO_"))}

    def run(folder, *arguments):
        done = subprocess.run(
            [sys.executable, "-c", *arguments],
            env=others | {"EBEXO_DATA_DIR": str(folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    run(empty, "from ebexo.cli import main; main()", "migrate")
    shutil.copytree(empty, filled)
    run(filled, SEED)
    return SimpleNamespace(empty=empty, filled=filled, content=run(filled, CONTENT))


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def cluster(new_cluster, data, made):
    """PostgreSQL with tables, and a data directory with SQLite beside it."""
    shutil.copytree(made.empty, data)
    return new_cluster(EBEXO_DATA_DIR=str(data))


@pytest.fixture
def full(new_cluster, data, made):
    """The same, with rows in every table of SQLite."""
    shutil.copytree(made.filled, data)
    return new_cluster(EBEXO_DATA_DIR=str(data))


@pytest.fixture
def change(data):
    """Change what is in SQLite."""

    def run(sql):
        with closing(sqlite3.connect(data / "ebexo.sqlite3")) as connection, connection:
            connection.execute(sql)

    return run


def content(cluster):
    found = cluster.run("x", first=CONTENT)
    assert found.returncode == 0, found.stderr
    return found.stdout.splitlines()


def said(ended):
    return (ended.returncode, ended.stdout, ended.stderr)


def test_every_row_of_every_table_is_the_same_in_postgresql(full, data, made):
    before = made.content
    assert all(line.count("[") >= 3 for line in before[1:])  # no table is empty

    moved = full.run("move")

    assert moved.returncode == 0, moved.stderr
    assert moved.stdout.splitlines()[-1] == MOVED
    rows = dict(re.findall(r"^(ebexo_\w+) +(\d+) rows, checksum [0-9a-f]{16}$", moved.stdout, re.MULTILINE))
    assert (len(rows), rows.pop("ebexo_contacts_statuschange"), set(rows.values())) == (
        len(before) - 1,
        "2",
        {"3"},
    )
    assert without_leases(content(full)) == without_leases(before)
    assert (data / "moved-to-postgresql").exists()


def without_leases(lines):
    return [line for line in lines if not line.startswith("ebexo_outbox_lane ")]


def test_numbers_go_on_behind_the_last_one_ever_given(full):
    """The third change of a status is gone, and a shop may have read it: a smaller number would never be read."""
    full.run("move")

    numbers = full.query(
        "INSERT INTO ebexo_contacts_statuschange (store_id, contact_id, remote, at, status, source) "
        "VALUES (1, 1, '', now(), '', '') RETURNING id"
    )

    assert numbers == [(4,)]


@pytest.mark.long
def test_audit_log_says_who_moved_the_installation(full):
    full.run("move")
    full.run("move")  # again it changes nothing

    (entry,) = full.query(
        "SELECT store_id, actor_kind, actor, subject FROM ebexo_audit_entry WHERE action = 'installation_moved'"
    )

    assert entry == (None, "command_line", getpass.getuser(), "")


@pytest.mark.long
def test_what_guards_decisions_and_the_audit_log_stands_after_a_move(full):
    full.run("move")

    for table in ("ebexo_consents_decision", "ebexo_audit_entry"):
        with pytest.raises(Exception, match="only ever added"):
            full.query(f"UPDATE {table} SET id = 9 WHERE id = 1")


@pytest.mark.long
def test_afterwards_sqlite_is_left_alone_until_somebody_takes_it_back(full, data):
    full.run("move")

    assert said(full.run("serve", "--bind", "127.0.0.1:0", **ON_SQLITE)) == (1, "", AWAY)
    assert said(full.run("store", "list", **ON_SQLITE)) == (1, "", AWAY)
    assert said(full.run("move")) == (
        0,
        "The installation was moved before. Start ebexo web and ebexo worker.\n",
        "",
    )
    (data / "moved-to-postgresql").unlink()
    assert full.run("store", "list", **ON_SQLITE).returncode == 0


@pytest.mark.long
def test_killed_again_and_again_it_goes_on_where_it_was(full, made):
    for number in (1, 20, 20):
        killed = full.run("move", first=KILLED + AT_BATCH.format(number))
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert [said(full.run(*command)) for command in (("store", "list"), ("worker",))] == [
            (1, "", HALF)
        ] * 2
    moved = full.run("move")

    assert moved.returncode == 0, moved.stderr
    assert without_leases(content(full)) == without_leases(made.content)


@pytest.mark.long
@pytest.mark.parametrize(
    ("place", "exit_here", "exit_there", "last"),
    [
        (BEFORE_THE_MARK, 0, 1, MOVED),
        (BEFORE_THE_COMMIT, 1, 1, MOVED),
        (AFTER_THE_COMMIT, 1, 0, "The installation was moved before. Start ebexo web and ebexo worker."),
    ],
    ids=["before the mark", "before the commit", "after the commit"],
)
def test_at_no_moment_are_both_in_use(full, place, exit_here, exit_there, last):
    assert full.run("move", first=KILLED + place).returncode == -signal.SIGKILL

    here, there = full.run("store", "list", **ON_SQLITE), full.run("store", "list")
    assert (here.returncode, there.returncode) == (exit_here, exit_there)
    moved = full.run("move")
    assert (moved.returncode, moved.stdout.splitlines()[-1]) == (0, last)
    assert full.run("store", "list").returncode == 0


@pytest.mark.long
def test_what_changed_in_sqlite_in_between_is_noticed(full, change):
    full.run("move", first=KILLED + AT_BATCH.format(30))
    change("UPDATE ebexo_stores_store SET name = 'Brzoza' WHERE id = 1")

    moved = full.run("move")

    assert (moved.returncode, moved.stdout) == (1, "")
    assert re.fullmatch(
        r"ebexo: ebexo_stores_store differs: 3 rows with the checksum \w{16} in SQLite, 3 with \w{16} in PostgreSQL\. "
        r"One of them was changed since the move began; begin it again with: ebexo move --anew\n",
        moved.stderr,
    )
    assert full.run("store", "list", **ON_SQLITE).returncode == 0
    anew = full.run("move", "--anew")
    assert anew.returncode == 0, anew.stderr
    assert full.query("SELECT name FROM ebexo_stores_store WHERE id = 1") == [("Brzoza",)]


def test_what_was_added_to_postgresql_in_between_is_noticed(full):
    full.run("move", first=KILLED + BEFORE_THE_MARK)
    full.query("INSERT INTO ebexo_panel_loginattempt (id, key, attempted_at) VALUES (77, 'x', now())")

    moved = full.run("move")

    assert moved.returncode == 1
    assert moved.stderr.startswith("ebexo: ebexo_panel_loginattempt differs: 3 rows with the checksum ")


@pytest.mark.long
def test_a_row_that_postgresql_does_not_take_is_told_without_what_is_in_it(full, change):
    change("UPDATE ebexo_outbox_message SET topic = 'jan' || char(0) WHERE id = 2")

    moved = full.run("move")

    assert said(moved) == (
        1,
        "",
        "ebexo: PostgreSQL does not take a row of ebexo_outbox_message: PostgreSQL text fields cannot contain NUL "
        "(0x00) bytes. If the installation was used since the move began, begin it again with: ebexo move --anew\n",
    )


def test_it_needs_a_postgresql(cluster):
    assert said(cluster.run("move", **ON_SQLITE)) == (
        1,
        "",
        "ebexo: ebexo move needs the PostgreSQL to move to: set EBEXO_DATABASE_URL.\n",
    )


def test_it_needs_an_installation_on_sqlite(new_cluster, tmp_path):
    assert said(new_cluster(EBEXO_DATA_DIR=str(tmp_path)).run("move")) == (
        1,
        "",
        f"ebexo: There is no SQLite installation in {tmp_path}: EBEXO_DATA_DIR says where it is.\n",
    )


def test_it_waits_for_serve_to_be_stopped(cluster, data):
    with (data / "dispatcher.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        refused = said(cluster.run("move"))

    assert refused == (
        1,
        "",
        f"ebexo: ebexo serve, or another ebexo move, is running on {data}: stop it first.\n",
    )


@pytest.mark.long
def test_it_needs_tables_in_postgresql(new_cluster, data):
    cluster = new_cluster(tables=False, EBEXO_DATA_DIR=str(data))
    cluster.run("migrate", **ON_SQLITE)

    assert said(cluster.run("move")) == (
        1,
        "",
        "ebexo: The tables in PostgreSQL are not up to date. Run ebexo migrate first.\n",
    )


def test_it_needs_the_same_tables_in_sqlite(cluster, change):
    change("DELETE FROM django_migrations WHERE app = 'ebexo_panel'")

    assert said(cluster.run("move")) == (
        1,
        "",
        "ebexo: The tables in SQLite are not up to date. Run ebexo migrate first, without EBEXO_DATABASE_URL.\n",
    )


def test_tables_that_only_another_program_knows_are_not_left_behind(cluster, change):
    change("CREATE TABLE ebexo_oscar_toldcustomer AS SELECT 1 AS id")

    assert said(cluster.run("move")) == (
        1,
        "",
        "ebexo: SQLite has tables of ours that this program does not know: ebexo_oscar_toldcustomer.\n",
    )


def test_it_needs_a_postgresql_without_data(full):
    full.run("user", "add", "anna@shop.example", "--role", "operator")

    assert said(full.run("move")) == (1, "", NOT_EMPTY)


@pytest.mark.long
def test_a_postgresql_with_another_installation_is_left_alone(full, data):
    full.run("move", first=KILLED + AT_BATCH.format(20))
    for name in ("installation-secret", "secret-keys"):
        (data / name).unlink()
    full.run("keys", "rotate", **ON_SQLITE)

    for arguments in ((), ("--anew",)):
        assert said(full.run("move", *arguments)) == (1, "", NOT_EMPTY)


def test_a_finished_move_is_not_thrown_away(full):
    full.run("move")

    assert said(full.run("move", "--anew")) == (1, "", NOT_EMPTY)


def test_a_secret_whose_key_is_gone_is_told(full, data):
    (data / "secret-keys").unlink()

    assert said(full.run("move")) == (
        1,
        "",
        "ebexo: A secret of the SQLite installation can't be opened: the key that closed it is neither in "
        f"{data / 'secret-keys'} nor in EBEXO_SECRET_KEYS.\n",
    )


@pytest.mark.long
def test_what_waited_and_what_was_in_flight_is_delivered_from_postgresql(cluster, until):
    cluster.start_sandbox()
    key = cluster.run(
        "store", "create", "Olcha", "--email", "owner@shop.example", "--client-id", "sandbox-client",
        "--api-secret-stdin", "--active", "--endpoint", f"http://{cluster.far}", "--json",
        stdin="sandbox-secret", **ON_SQLITE,
    )  # fmt: skip
    cluster.keys.append(json.loads(key.stdout)["api_key"])
    cluster.fault("/api/contact/upsert", "hang", seconds=60)
    serve = cluster.start("serve", "--bind", cluster.web, EBEXO_DATABASE_URL="", EBEXO_SECRET_KEYS="")
    until(lambda: serve.times("serving"))
    cluster.tell("in-flight")
    until(lambda: cluster.fate("in-flight").get("state") == "in_flight")
    cluster.tell("waiting")
    serve.kill()
    cluster.clear_faults()

    moved = cluster.run("move")
    cluster.start_web()
    cluster.start_worker()

    assert moved.returncode == 0, moved.stderr
    until(lambda: cluster.undelivered() == 0, seconds=30)
    assert [one["outcome"] for one in cluster.fate("in-flight")["attempts"]] == ["interrupted", "delivered"]
    assert cluster.contacts() == {"person-in-flight@example.com", "person-waiting@example.com"}
    assert cluster.tell("waiting").body == {"accepted": 0, "duplicates": 1, "rejected": []}


@pytest.mark.long
def test_memory_stays_flat_however_many_messages_there_are():
    ended = subprocess.run(
        [sys.executable, "-m", "bench.moving", "--messages", "200000"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )

    [megabytes] = re.findall(r"(\d+) MB at most", ended.stdout)
    assert int(megabytes) < 250
