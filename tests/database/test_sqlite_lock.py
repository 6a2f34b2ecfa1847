"""The writer lock of SQLite: one writer at a time, in whichever thread or process, and free after any trouble."""

import os
import sqlite3
import subprocess
import sys
import threading
import time

import pytest
from django.db import OperationalError, ProgrammingError, connection, connections, transaction

from ebexo.sqlite.lock import WriterLock, writer_lock
from ebexo.stores.models import Store

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("os.environ.get('EBEXO_TEST_DATABASE') == 'postgresql'", reason="SQLite's own"),
]


def lock_is_free() -> bool:
    """Asked through a second descriptor, as another process would."""
    other = WriterLock(writer_lock(str(connection.settings_dict["NAME"]))._path)
    if other.take(timeout=0):
        other.give()
        return True
    return False


def a_store(name: str) -> Store:
    return Store.objects.create(name=name)


def test_the_database_is_a_file_with_the_settings_of_production():
    with connection.cursor() as cursor:
        found = {}
        for name in ("journal_mode", "synchronous", "foreign_keys"):
            cursor.execute(f"PRAGMA {name}")
            found[name] = cursor.fetchone()[0]

    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    assert sqlite3.sqlite_version_info >= (3, 51, 3)


def test_a_transaction_holds_the_lock_from_beginning_to_end():
    with transaction.atomic():
        during = lock_is_free()
        with transaction.atomic():
            a_store("inner")
        after_a_savepoint = lock_is_free()

    assert (during, after_a_savepoint, lock_is_free()) == (False, False, True)


def test_a_single_write_holds_the_lock_for_its_own_time():
    store = a_store("one")

    Store.objects.filter(pk=store.pk).update(name="two")

    assert lock_is_free()


def test_the_lock_is_free_after_an_exception():
    def fail():
        with transaction.atomic():
            a_store("gone")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert (lock_is_free(), Store.objects.count()) == (True, 0)


def test_the_lock_is_free_after_a_connection_was_closed_in_the_middle():
    def close():
        with transaction.atomic():
            a_store("gone")
            connection.close()
            a_store("never")

    with pytest.raises(ProgrammingError, match="closed"):
        close()

    assert (lock_is_free(), Store.objects.count()) == (True, 0)


def test_the_lock_is_free_after_a_statement_that_fails():
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("UPDATE nowhere SET nothing = 1")

    assert lock_is_free()


def test_reading_needs_no_lock():
    a_store("one")
    found = []

    def read():
        found.append(Store.objects.count())
        connections.close_all()

    with transaction.atomic():
        reader = threading.Thread(target=read)
        reader.start()
        reader.join(5)

    assert found == [1]


def test_threads_write_one_after_the_other(in_threads):
    inside, at_once = [], []

    def write(number):
        with transaction.atomic():
            inside.append(number)
            at_once.append(len(inside))
            a_store(str(number))
            time.sleep(0.005)
            inside.remove(number)

    errors = [error for error in in_threads(8, write) if error]

    assert (errors, set(at_once), Store.objects.count()) == ([], {1}, 8)


def test_a_writer_who_waits_too_long_is_told_so(monkeypatch):
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.05)
    other = WriterLock(writer_lock(str(connection.settings_dict["NAME"]))._path)
    assert other.take(timeout=1)

    with pytest.raises(OperationalError, match="the writer lock was not free in time"):
        a_store("never")
    other.give()

    assert a_store("afterwards").pk


WRITER = """
import sys, time
from pathlib import Path
from ebexo.sqlite.lock import WriterLock
lock = WriterLock(Path(sys.argv[1]))
assert lock.take(timeout=5)
print("taken", flush=True)
time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def another_process(tmp_path):
    """Takes a lock in a process of its own, keeps it for some seconds, and ends without giving it back."""
    started = []

    def take(path, *, seconds):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(seconds)], stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout
        assert process.stdout.readline() == "taken\n"
        return process

    yield take
    for process in started:
        process.kill()
        process.communicate()


def test_processes_keep_each_other_out_until_one_ends(tmp_path, another_process):
    another_process(tmp_path / "write.lock", seconds=0.5)
    lock = WriterLock(tmp_path / "write.lock")

    assert lock.take(timeout=0.1) is False
    assert lock.take(timeout=5) is True


def test_a_killed_process_leaves_the_lock_free(tmp_path, another_process):
    process = another_process(tmp_path / "write.lock", seconds=60)
    lock = WriterLock(tmp_path / "write.lock")
    assert lock.take(timeout=0.05) is False

    process.kill()

    assert lock.take(timeout=5) is True


FORKED = """
import os, sys
from ebexo.sqlite.lock import writer_lock
lock = writer_lock(sys.argv[1])
assert lock.take(timeout=1)
child = os.fork()
if child == 0:
    os._exit(0 if not writer_lock(sys.argv[1]).take(timeout=0.05) else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_forked_process_is_another_one(tmp_path):
    """A shop's server forks its workers, maybe after it has written something."""
    ended = subprocess.run(
        [sys.executable, "-c", FORKED, str(tmp_path / "db.sqlite3")],
        timeout=20,
        env=dict(os.environ),
        check=False,
    )

    assert ended.returncode == 0
