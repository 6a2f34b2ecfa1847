"""Processes that die at the worst moment: nothing accepted is lost, and nothing arrives twice or in disorder."""

import time

import pytest


@pytest.mark.both(postgresql="long")
def test_what_waits_at_a_kill_arrives_after_the_restart(installation, until):
    """The far side is away, seven events wait, the server is killed; both come back."""
    sandbox = installation.sandbox()
    installation.open_store()
    sandbox.kill()
    serve = installation.serve()
    for number in range(7):
        assert installation.tell(number, first_name=f"Number {number}").status == 202
    until(lambda: any(installation.outcomes(number) for number in range(7)))

    serve.kill()
    installation.serve()
    installation.sandbox()

    until(lambda: installation.states(*range(7)) == ["delivered"] * 7, seconds=40)
    assert {email: contact["name"] for email, contact in installation.contacts().items()} == {
        f"person-{number}@example.com": f"Number {number}" for number in range(7)
    }
    assert len(installation.requests()) == 7


@pytest.mark.both(postgresql="long")
def test_a_call_in_flight_at_a_kill_is_in_doubt_and_told_again(installation, until):
    """Also where no other event ever comes to wake the store up."""
    installation.sandbox()
    installation.open_store()
    serve = installation.serve()
    installation.fault("/api/contact/upsert", "hang", times=1, seconds=30)
    installation.tell(1, first_name="Jan")
    until(lambda: installation.requests())
    assert installation.states(1) == ["in_flight"]

    serve.kill()
    installation.serve()

    until(lambda: installation.states(1) == ["delivered"])
    fate = installation.fate(1)
    assert [attempt["outcome"] for attempt in fate["attempts"]] == ["interrupted", "delivered"]
    assert fate["attempts"][0]["text"] == (
        "The sending process ended during the call; it is not known whether it arrived."
    )
    assert [contact["name"] for contact in installation.contacts().values()] == ["Jan"]
    assert [(one["body"]["forceOptIn"], one["applied"]) for one in installation.requests()] == [
        (True, True),
        (False, True),
    ]


@pytest.mark.both(postgresql="long")
def test_the_order_of_one_contact_survives_kill_after_kill(installation, until):
    installation.sandbox()
    installation.open_store("--set", "rate=1000")
    serve = installation.serve()
    installation.fault("/api/contact/", "latency", seconds=0.05)
    for number in range(30):
        data = {"email": f"person-{number % 2}@example.com", "company": f"{number:02}"}
        installation.tell(number, kind="newsletter.subscribed", **data)  # none that could be united

    for _ in range(3):
        time.sleep(0.4)
        serve.kill()
        serve = installation.serve()

    until(lambda: set(installation.states(*range(30))) == {"delivered"}, seconds=40)
    for person in (0, 1):
        told = [
            int(request["body"]["contact"]["company"])
            for request in installation.requests()
            if request["body"]["contact"]["email"] == f"person-{person}@example.com"
        ]
        assert told == sorted(told)
        assert sorted(set(told)) == list(range(person, 30, 2))
        assert len(told) <= 15 + 3  # again only what was on its way at a kill


def test_sigterm_closes_the_door_and_lets_the_call_in_flight_end(installation, until):
    installation.sandbox()
    installation.open_store()
    serve = installation.serve()
    installation.fault("/api/contact/upsert", "latency", times=1, seconds=2)
    installation.tell(1)
    until(lambda: installation.requests("/api/contact/basic"))
    installation.tell(2, email="person-1@example.com")
    until(lambda: installation.requests())

    seconds = serve.terminate()

    assert serve.popen.returncode == 0
    assert 1 < seconds < 10
    assert "calls_left_in_flight" not in serve.log.read_text()
    installation.serve()
    until(lambda: installation.states(1, 2) == ["delivered", "delivered"])
    assert (installation.outcomes(1), installation.outcomes(2)) == (["delivered"], ["delivered"])


def test_sigterm_ends_within_25_seconds_whatever_hangs(installation, until):
    """The look-up hangs: it has its 20 seconds, and the upsert behind it is not begun."""
    installation.sandbox()
    installation.open_store()
    serve = installation.serve()
    installation.fault("/api/contact/basic", "hang", times=1, seconds=60)
    installation.tell(1)
    until(lambda: installation.requests("/api/contact/basic"))

    seconds = serve.terminate()

    assert serve.popen.returncode == 0
    assert seconds < 25
    installation.serve()
    until(lambda: installation.states(1) == ["delivered"])
    assert len(installation.requests()) == 1
    assert list(installation.contacts()) == ["person-1@example.com"]


def test_a_stopped_server_takes_no_more_connections(installation, until):
    installation.sandbox()
    installation.open_store()
    serve = installation.serve()
    installation.fault("/api/contact/upsert", "latency", times=1, seconds=3)
    installation.tell(1)
    until(lambda: installation.requests())

    serve.popen.terminate()
    time.sleep(1)

    assert serve.popen.poll() is None
    try:
        installation.tell(2)
        refused = False
    except OSError:
        refused = True
    assert refused
    assert serve.popen.wait(20) == 0


def test_an_idle_server_ends_at_once(installation):
    installation.sandbox()
    installation.open_store()

    assert installation.serve().terminate() < 3
