"""`ebexo support-bundle`: what is in it, and that what is not listed stays out."""

import json
import re
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.utils import timezone

from ebexo import cli, environment
from ebexo.operations.support.bundle import write_bundle
from ebexo.operations.support.installation import AS_THEY_ARE, ONLY_WHETHER_SET, settings
from ebexo.operations.support.stores import about, attempts_of, messages_of, word
from ebexo.outbox.models import Attempt, Lane, Message
from ebexo.stores.models import Account, Alert

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def ebexo(monkeypatch, capsys):
    """Run a command line; exit status, standard output, standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["ebexo", *map(str, arguments)])
        try:
            cli.main()
            status: Any = 0
        except SystemExit as end:
            status = end.code
        return (status, *capsys.readouterr())

    return run


def test_bundle_of_a_store_holds_these_files_and_only_its_owner_may_read_it(store, ebexo, tmp_path):
    output, log = tmp_path / "help.zip", tmp_path / "ebexo.log"
    log.write_text('{"level": "info", "event": "serving"}\n')

    done = ebexo("support-bundle", store.handle, "--output", output, "--log", log)

    assert done == (0, f"Written: {output}. Its README.txt says what is in it.\n", "")
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    with ZipFile(output) as bundle:
        files = {name: bundle.read(name).decode() for name in bundle.namelist()}
    listed = re.findall(r"^(\S+[.]jsonl?) ", files["README.txt"], re.MULTILINE)
    assert list(files) == ["README.txt", *listed]
    assert json.loads(files["doctor.json"])[0]["steps"][0] == {
        "step": "endpoint",
        "outcome": "failed",
        "problem": "network",
    }
    assert files["log.jsonl"] == '{"level": "info", "event": "serving"}\n{"lines_left_out": 0}\n'


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "Name one store, or say --all."),
        (["{store}", "--all"], "Name one store, or say --all."),
        (["store-nowhere"], "STORE store-nowhere: there is no such store. Run ebexo store list."),
    ],
)
def test_what_cannot_be_meant_is_refused(store, ebexo, tmp_path, arguments, complaint):
    output = tmp_path / "help.zip"
    named = [argument.format(store=store.handle) for argument in arguments]

    assert ebexo("support-bundle", *named, "--output", output) == (2, "", f"ebexo: {complaint}\n")
    assert not output.exists()


def test_file_that_is_there_is_left_alone(store, ebexo, tmp_path):
    output = tmp_path / "help.zip"
    output.write_text("mine")

    refused = ebexo("support-bundle", store.handle, "--output", output)

    assert refused == (2, "", f"ebexo: --output: {output} is there already.\n")
    assert output.read_text() == "mine"


def test_bundle_that_could_not_be_finished_leaves_nothing_behind(store, tmp_path, monkeypatch):
    monkeypatch.setattr("ebexo.operations.support.bundle.settings", lambda _: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        write_bundle(tmp_path / "help.zip", [store], log=None, now=NOW)

    assert list(tmp_path.iterdir()) == []


def test_all_stores_are_in_one_bundle(store, other_store, ebexo, tmp_path):
    assert ebexo("support-bundle", "--all", "--output", tmp_path / "help.zip")[0] == 0

    with ZipFile(tmp_path / "help.zip") as bundle:
        named = [one["store"] for one in json.loads(bundle.read("stores.json"))]
    assert named == [store.handle, other_store.handle]


def test_every_variable_is_told_as_it_is_or_only_whether_it_is_set():
    read = set(re.findall(r'"(EBEXO_[A-Z_]+)"', Path(environment.__file__).read_text()))

    assert {*AS_THEY_ARE, *ONLY_WHETHER_SET} >= read


def test_value_of_a_variable_is_told_only_where_it_is_harmless():
    given = {
        "EBEXO_LOG_LEVEL": "DEBUG",
        "EBEXO_CALL_SECONDS": "a secret of mine",
        "EBEXO_EMAIL_URL": "smtp://panel:letterbox@localhost",
        "EBEXO_UNKNOWN": "letterbox",
        "PASSWORD": "letterbox",
    }

    told = settings(given)

    assert {name: value for name, value in told.items() if value != "not set"} == {
        "EBEXO_LOG_LEVEL": "DEBUG",
        "EBEXO_CALL_SECONDS": "set",
        "EBEXO_EMAIL_URL": "set",
    }


def test_store_is_told_in_switches_and_numbers(store):
    Lane.objects.create(store=store, failures=3, paused_reason="secret", backoff_until=NOW)
    Alert.objects.create(store=store, kind="refused", opened_at=NOW)
    Account.objects.filter(store=store).update(check_problem="secret", mode="automatic", saved_at=NOW)
    store.account.refresh_from_db()

    told = about(store, now=NOW + timedelta(days=1))

    assert told["lane"] == {
        "epoch": 0,
        "is_held_until": None,
        "backoff_until": "2026-11-23T12:00:00+00:00",
        "failures": 3,
        "paused_reason": "secret",
        "stopped_at": None,
        "last_served_at": None,
    }
    assert told["account"]["filled_in"] == {
        "email": True,
        "client_id": True,
        "api_secret": True,
        "endpoint": True,
        "consent": False,
        "location": False,
        "shop_domain": False,
        "double_opt_in_email": False,
    }
    assert (told["api_keys"], told["account"]["endpoint_is_salesmanagos_own"]) == (1, False)
    assert told["alerts"] == [
        {"kind": "refused", "opened_at": "2026-11-23T12:00:00+00:00", "mailed_at": None}
    ]
    assert "Olcha" not in repr(told)
    assert "owner@shop.example" not in repr(told)


def test_messages_are_counted_by_day_kind_state_and_reason(store, tell):
    for number in range(3):
        tell(number)
    told = Message.objects.order_by("pk")
    Message.objects.filter(pk__in=[message.pk for message in told[:2]]).update(
        state="failed", reason="refused", done_at=NOW
    )

    assert messages_of(store, now=NOW) == {
        "store": store.handle,
        "ended": [
            {
                "day": "2026-11-23",
                "type": "customer.updated",
                "state": "failed",
                "reason": "refused",
                "count": 2,
            }
        ],
        "live": [{"state": "waiting", "type": "customer.updated", "count": 1}],
    }
    assert messages_of(store, now=NOW + timedelta(days=15))["ended"] == []


def test_attempts_are_told_without_what_was_answered(store):
    Attempt.objects.create(
        store=store,
        epoch=1,
        endpoint="contact/upsert",
        started_at=NOW,
        finished_at=NOW + timedelta(seconds=2.5),
        outcome="refused",
        http_status=200,
        error="SALESmanago refuses the request: jan.kowalski@example.com",
        excerpt="jan.kowalski@example.com",
    )

    assert attempts_of(store) == {
        "store": store.handle,
        "attempts": [
            {
                "started_at": "2026-11-23T12:00:00+00:00",
                "seconds": 2.5,
                "outcome": "refused",
                "http_status": 200,
                "retry_after": None,
                "messages": 0,
            }
        ],
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [("credentials_secret", "credentials_secret"), (None, None), ("", ""), ("jan@example.com", "other")],
)
def test_only_words_of_ours_are_told(text, said):
    assert word(text) == said


def test_moments_come_with_their_zone(store):
    assert about(store, now=timezone.now())["created_at"].endswith("+00:00")
