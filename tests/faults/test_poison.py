"""A few rows that are refused, or that kill the worker, among many: they alone fail, and everybody else arrives."""

import math
import time

import pytest

from bench.chaos.checker import Accepted, Findings, check

BATCH = 100
SHORT = {"EBEXO_CALL_SECONDS": "5", "EBEXO_LEASE_SECONDS": "10", "EBEXO_LOOK_AFTER_SECONDS": "0.2"}
REFUSED = {3, 111, 222, 333, 444}
DEADLY = {7, 201, 430}

KILLER = """
import os, signal
os.environ["DJANGO_SETTINGS_MODULE"] = "ebexo.settings"
import django
django.setup()
from datetime import timedelta
from ebexo.outbox import lease
from salesmanago import Client
DEADLY = {emails!r}
lease.rest = lambda reclaims: timedelta(seconds=0.3 if reclaims > 2 else 0)
one, many = Client.upsert_contact, Client.upsert_contacts
def die_for(contacts):
    if any(contact.email in DEADLY for contact in contacts):
        os.kill(os.getpid(), signal.SIGKILL)
def upsert_contact(self, contact):
    die_for([contact])
    return one(self, contact)
def upsert_contacts(self, contacts, **more):
    die_for(contacts)
    return many(self, contacts, **more)
Client.upsert_contact, Client.upsert_contacts = upsert_contact, upsert_contacts
"""


def email(name, number):
    return f"{name}-{number}@example.com"


@pytest.fixture
def tell_all(installation):
    """So many people's events, which are all due at once."""

    def told(name, count):
        installation.run("store", "pause", installation.store)
        url = f"http://{installation.web}/api/v1/events"
        for start in range(0, count, 500):
            events = [
                installation.event(f"{name}-{number}", email=email(name, number), properties={"seq_1": "1"})
                for number in range(start, min(start + 500, count))
            ]
            answer = installation.post(url, {"events": events})
            assert answer.body == {"accepted": len(events), "duplicates": 0, "rejected": []}
        installation.run("store", "resume", installation.store)

    return told


def ends(installation):
    """How messages ended that were not delivered, by event."""
    rows = installation.query(
        "SELECT event_id, state, reason FROM ebexo_outbox_message WHERE state != 'delivered'"
    )
    return {event: (state, reason) for event, state, reason in rows}


def findings(installation, name, numbers):
    journal = installation.backstage("GET", "requests").body["requests"]
    return check([Accepted(email(name, number), 1) for number in numbers], journal)


@pytest.mark.long
@pytest.mark.both
@pytest.mark.parametrize("count", [500, 5000])
def test_refused_rows_and_rows_that_kill_the_worker_fail_alone(installation, tell_all, until, count):
    installation.sandbox()
    installation.open_store("--set", "rate=1000")
    for number in REFUSED:
        installation.fault("upsert", "refuse_email", email=email("refused", number))
    serve = installation.serve(**SHORT)
    refused = {f"event-refused-{number}": ("failed", "refused") for number in REFUSED}

    tell_all("refused", count)
    until(lambda: ends(installation) == refused, seconds=30 + count / 50)

    calls = len(installation.requests()) + len(installation.requests("/api/contact/batchupsert"))
    needed = math.ceil(count / BATCH)
    assert calls <= needed + len(REFUSED) * (2 * math.log2(BATCH) + 1)

    serve.terminate()
    deadly = {email("deadly", number) for number in DEADLY}
    serve = installation.serve(first=KILLER.replace("{emails!r}", repr(deadly)), **SHORT)
    tell_all("deadly", count)
    poison = {f"event-deadly-{number}": ("failed", "poison") for number in DEADLY}
    kills, until_then = 0, time.monotonic() + 300 + count / 20
    while ends(installation) != refused | poison and time.monotonic() < until_then:
        if serve.popen.poll() is not None:
            kills += 1
            serve = installation.start_again(serve, first=KILLER.replace("{emails!r}", repr(deadly)), **SHORT)
        time.sleep(0.1)

    assert ends(installation) == refused | poison
    assert 5 <= kills <= 5 * len(DEADLY)
    assert findings(installation, "refused", set(range(count)) - REFUSED) == Findings()
    assert findings(installation, "deadly", set(range(count)) - DEADLY) == Findings()
