"""A far side in trouble, settings in motion, and many callers at once."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest


@pytest.mark.long
def test_the_same_events_from_many_threads_are_stored_once_while_they_are_sent(installation, until):
    """8 clients and the dispatcher at work; then 200 events told by 20 threads each."""
    installation.sandbox()
    installation.open_store("--set", "rate=1000")
    serve = installation.serve()

    def tell_all(thread):
        return [
            installation.tell(number, email=f"person-{number % 40}@example.com").status
            for number in range(200)
        ]

    with ThreadPoolExecutor(20) as pool:
        statuses = [status for told in pool.map(tell_all, range(20)) for status in told]

    assert (len(statuses), set(statuses)) == (4000, {202})
    until(lambda: len(installation.requests()) == 200, seconds=60)
    until(lambda: installation.states(199) == ["delivered"])
    assert len(installation.contacts()) == 40
    assert "level='error'" not in serve.log.read_text()


def test_a_wrong_secret_put_right_by_another_process_is_seen_within_two_seconds(installation, until):
    installation.sandbox()
    installation.open_store(secret="wrong")
    installation.serve()
    installation.tell(1)
    until(lambda: installation.outcomes(1) == ["credentials"])
    fate = installation.fate(1)
    assert (fate["state"], fate["reason"]["code"]) == ("waiting", "credentials_secret")

    updated = installation.run(
        "store", "update", installation.store, "--api-secret-stdin", "--json", stdin="sandbox-secret"
    )

    assert json.loads(updated.stdout)["check"]["ok"] is True
    until(lambda: installation.states(1) == ["delivered"], seconds=2)
    assert installation.outcomes(1) == ["credentials", "delivered"]


def test_switching_off_beside_a_running_server_withholds_what_waits(installation, until):
    installation.sandbox()
    installation.open_store(secret="wrong")
    installation.serve()
    installation.tell(1)
    until(lambda: installation.outcomes(1) == ["credentials"])

    installation.run("store", "update", installation.store, "--inactive")
    installation.tell(2)

    assert [installation.fate(number)["reason"]["code"] for number in (1, 2)] == ["integration_off"] * 2
    assert installation.requests() == []


@pytest.mark.both(postgresql="long")
def test_too_many_calls_are_answered_by_waiting_as_long_as_asked(installation, until):
    installation.sandbox()
    installation.open_store()
    installation.serve()
    installation.fault("/api/contact/upsert", "retry_after", times=1, seconds=2)

    installation.tell(1)

    until(lambda: installation.states(1) == ["delivered"])
    fate = installation.fate(1)
    assert [attempt["outcome"] for attempt in fate["attempts"]] == ["throttled", "delivered"]
    first, second = (datetime.fromisoformat(request["at"]) for request in installation.requests())
    assert timedelta(seconds=2) <= second - first < timedelta(seconds=6)


@pytest.mark.both(postgresql="long")
def test_an_error_page_is_not_an_answer_and_the_same_is_sent_again(installation, until):
    installation.sandbox()
    installation.open_store()
    installation.serve()
    installation.fault("/api/contact/upsert", "html", times=1, status=500)

    installation.tell(1)

    until(lambda: installation.states(1) == ["delivered"])
    assert [(one["outcome"], one["http_status"]) for one in installation.fate(1)["attempts"]] == [
        ("unavailable", 500),
        ("delivered", 200),
    ]
    assert [one["body"]["forceOptIn"] for one in installation.requests()] == [True, True]


def test_an_empty_success_is_in_doubt_and_ends_as_one_contact(installation, until):
    installation.sandbox()
    installation.open_store()
    installation.serve()
    installation.fault("/api/contact/upsert", "empty", times=1)

    installation.tell(1, first_name="Jan")

    until(lambda: installation.states(1) == ["delivered"])
    assert installation.outcomes(1) == ["unknown", "delivered"]
    contacts = installation.contacts()
    assert [(email, contact["name"], contact["email_status"]) for email, contact in contacts.items()] == [
        ("person-1@example.com", "Jan", "opt_in")
    ]


def test_a_confirmation_in_doubt_goes_out_once(installation, until):
    installation.sandbox()
    installation.open_store()
    installation.run("consent", "add", installation.store, "marketing", "--name", "M", "--text", "Yes.")
    installation.run(
        "store", "update", installation.store, "--mode", "double-opt-in", "--consent", "marketing"
    )
    installation.serve()
    installation.fault("/api/contact/upsert", "reset_after", times=1)
    grant = {"code": "marketing", "granted": True, "at": "2026-11-01T10:00:00Z"}
    original = installation.event
    installation.event = lambda number, **fields: original(number, **fields) | {"consents": [grant]}

    installation.tell(1)

    until(lambda: installation.states(1) == ["delivered"])
    contact = installation.contacts()["person-1@example.com"]
    assert (contact["email_status"], len(contact["confirmations"])) == ("pending_doi", 1)
    assert installation.fate(1)["notes"] == ["confirmation_may_be_missing"]


@pytest.mark.both(postgresql="long")
def test_one_contact_in_trouble_keeps_no_other_waiting(installation, until):
    installation.sandbox()
    installation.open_store()
    installation.serve()
    installation.fault("/api/contact/upsert", "refuse_email", email="person-1@example.com")

    for number in (1, 2):
        installation.tell(number)
    installation.tell(3, email="person-1@example.com", kind="newsletter.subscribed")

    until(lambda: installation.states(1, 2, 3) == ["failed", "delivered", "failed"])
    assert list(installation.contacts()) == ["person-2@example.com"]


def test_one_store_whose_far_side_hangs_slows_no_other(installation, until):
    installation.sandbox()
    installation.open_store(secret="sandbox-secret")
    good = (installation.store, installation.key)
    other = ("--email", "owner@shop.example", "--client-id", "sandbox-client")
    made = installation.run(
        "store",
        "create",
        "Hanging",
        *other,
        "--endpoint",
        f"http://{installation.far}",
        "--api-secret-stdin",
        "--active",
        "--json",
        stdin="sandbox-secret",
    )
    installation.serve()
    installation.fault("/api/contact/basic", "hang", times=4, seconds=15)
    installation.key = json.loads(made.stdout)["api_key"]
    for number in range(4):
        installation.tell(f"hanging-{number}")
    until(lambda: len(installation.requests("/api/contact/basic")) == 4)

    installation.store, installation.key = good
    installation.tell(1)

    until(lambda: installation.states(1) == ["delivered"], seconds=3)


def test_neither_secrets_nor_people_are_in_what_the_server_writes(installation, until):
    installation.sandbox()
    installation.open_store()
    serve = installation.serve()
    installation.fault("/api/contact/upsert", "html", times=1, status=500)

    installation.tell(
        "canary", email="kanarek@ptaszarnia.example", first_name="Kanaryjka", phone="+48600999111"
    )
    installation.tell("bad", email="kanarek", first_name=5)
    until(lambda: installation.states("canary") == ["delivered"])
    serve.terminate()

    words = serve.log.read_text().lower()
    canaries = ("kanar", "ptaszarnia", "600999111", "sandbox-secret", installation.key.lower())
    assert [canary for canary in canaries if canary in words] == []
    assert '"event": "serving"' in words
