"""What makes several machines one installation: the secret they share, the tables, and words where one is missing."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from cryptography.fernet import Fernet

from ebexo.cli.commands import ebexo

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"

HASH = """
from ebexo.cli import use_tables; use_tables()
from ebexo.secrets import keyed_hash; print(keyed_hash('x', 'y'))
raise SystemExit
"""
SEALED = "SELECT sealed FROM ebexo_stores_installation"


def test_two_machines_that_migrate_at_once_make_the_tables_and_the_secret_once(new_cluster):
    cluster = new_cluster(tables=False)

    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(lambda _: cluster.run("migrate"), range(2)))

    assert [one.returncode for one in ended] == [0, 0], [one.stderr for one in ended]
    assert sorted("The tables are up to date." in one.stdout for one in ended) == [False, True]
    assert len(cluster.query(SEALED)) == 1


def test_machines_that_need_the_secret_first_at_the_same_moment_agree_on_one(new_cluster):
    cluster = new_cluster()
    cluster.query("DELETE FROM ebexo_stores_installation")

    with ThreadPoolExecutor(3) as pool:
        hashes = {one.stdout for one in pool.map(lambda _: cluster.run("x", first=HASH), range(3))}

    assert [len(found) for found in hashes] == [65]
    assert len(cluster.query(SEALED)) == 1


def test_the_secret_outlives_the_keys_that_close_it(new_cluster):
    cluster = new_cluster()
    before, sealed, old = cluster.run("x", first=HASH).stdout, cluster.query(SEALED), cluster.secret_keys
    new = Fernet.generate_key().decode()

    cluster.secret_keys = f"{new},{old}"
    rotated = cluster.run("keys", "rotate")
    cluster.secret_keys = new

    assert rotated.stdout == (
        "Re-encrypted 0 stored secrets and the installation secret with the newest key of EBEXO_SECRET_KEYS.\n"
    )
    assert cluster.query(SEALED) != sealed
    assert cluster.run("x", first=HASH).stdout == before


def test_a_machine_with_other_keys_says_that_one_is_missing(new_cluster):
    cluster = new_cluster()
    cluster.run("x", first=HASH)

    ended = cluster.run("store", "list", EBEXO_SECRET_KEYS=Fernet.generate_key().decode())

    assert (ended.returncode, ended.stderr) == (
        1,
        "ebexo: A stored secret can't be opened: the key that closed it is missing from EBEXO_SECRET_KEYS.\n",
    )


@pytest.mark.parametrize("command", ["migrate", "web", "worker"])
def test_keys_are_required(shared, command):
    ended = shared.run(command, EBEXO_SECRET_KEYS="")

    assert (ended.returncode, ended.stderr) == (
        1,
        "ebexo: EBEXO_SECRET_KEYS is required together with EBEXO_DATABASE_URL. Make a key with: ebexo keys generate\n",
    )


@pytest.mark.parametrize("command", [("web",), ("worker",), ("store", "list")])
def test_without_tables_one_line_says_what_to_run(new_cluster, command):
    ended = new_cluster(tables=False).run(*command)

    assert (ended.returncode, ended.stderr) == (
        1,
        "ebexo: The tables are not up to date. Run ebexo migrate first.\n",
    )


@pytest.mark.parametrize("command", ["migrate", "web", "worker"])
def test_a_database_that_does_not_answer_is_told_in_one_line(shared, command):
    ended = shared.run(command, EBEXO_DATABASE_URL="postgresql://nobody@/nowhere?host=/nowhere")

    assert ended.returncode == 1
    assert ended.stderr.startswith("ebexo: The database can't be used: ")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["web", "worker"])
def test_without_postgresql_there_is_serve(shared, tmp_path, command):
    ended = shared.run(command, EBEXO_DATABASE_URL="", EBEXO_DATA_DIR=str(tmp_path / "data"))

    assert (ended.returncode, ended.stderr) == (
        1,
        f"ebexo: ebexo {command} needs a PostgreSQL: set EBEXO_DATABASE_URL."
        " Without one, ebexo serve does everything.\n",
    )
    assert not (tmp_path / "data").exists()


def test_serve_points_at_web_and_worker(shared):
    ended = shared.run("serve")

    assert (ended.returncode, ended.stderr) == (
        1,
        "ebexo: With EBEXO_DATABASE_URL there are ebexo web and ebexo worker; ebexo serve is for SQLite.\n",
    )


@pytest.mark.parametrize(
    ("command", "missing", "words"),
    [
        ("web", "granian", "ebexo web needs granian"),
        ("web", "procrastinate", "EBEXO_DATABASE_URL needs Procrastinate"),
        ("worker", "psycopg", "EBEXO_DATABASE_URL needs PostgreSQL's driver"),
    ],
)
def test_a_missing_extra_is_named(shared, command, missing, words):
    ended = shared.run(command, first=f"import sys; sys.modules[{missing!r}] = None")

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"ebexo: {words}: install ebexo-salesmanago[scale].")


def test_an_address_that_is_taken_is_told_in_one_line(new_cluster, until):
    cluster = new_cluster()
    cluster.start_web()

    ended = cluster.run("web", "--bind", cluster.web)

    assert (ended.returncode, ended.stderr) == (
        1,
        f"ebexo: The address {cluster.web} can't be used: Address already in use.\n",
    )


def test_only_our_tables_and_those_of_the_bell_are_made(shared):
    with psycopg.connect(shared.uri) as connection:
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()

    others = [name for (name,) in found if not name.startswith(("ebexo_", "procrastinate_"))]
    assert others == ["django_migrations"]


def test_what_is_to_be_monitored_can_be_asked(new_cluster):
    cluster = new_cluster()
    cluster.open_store()
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "watch-it.md").read_text()
    some, others = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)

    lists = [cluster.query(sql) for sql in some.split(";") if sql.strip()]
    numbers = [cluster.query(sql)[0][0] for sql in others.split(";") if sql.strip()]

    assert [[row[1:] for row in rows] for rows in lists] == [[("Olcha", "network")], []]
    assert numbers == [0, 0, 0]


@pytest.mark.parametrize("unit", sorted(UNITS.glob("*.service")), ids=lambda unit: unit.name)
def test_a_unit_starts_a_command_that_there_is_and_waits_for_its_end(unit):
    words = unit.read_text()
    (command,) = re.findall(r"^ExecStart=/opt/ebexo/bin/ebexo (\w+)", words, re.MULTILINE)

    assert f"ebexo-{command}.service" == unit.name
    assert command in ebexo.commands
    assert "\nTimeoutStopSec=30\n" in words
    assert "\nDynamicUser=yes\n" in words
