"""The connection examined step by step: by the panel and by `ebexo doctor`."""

import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import override

from ebexo import cli
from ebexo.connection import doctor
from ebexo.connection.doctor import STEPS, Examination, examine
from ebexo.connection.reaching import Reached
from ebexo.connection.sentences.checking import CONNECTION, FINE
from ebexo.connection.sentences.checking import STEPS as LABELS
from ebexo.environment import environment
from ebexo.outbox.models import Lane
from ebexo.stores.models import Account, Store

pytestmark = pytest.mark.django_db
ALL_OK = dict.fromkeys(STEPS, "ok")


@pytest.fixture(scope="module")
def sandbox_address() -> Iterator[str]:
    """A sandbox in a process of its own."""
    command = [str(Path(sys.executable).with_name("ebexo")), "sandbox", "--bind", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        line = process.stdout.readline()
        yield line[line.index("http://") :].split()[0].rstrip("/.")
        process.terminate()


@pytest.fixture
def connected(sandbox_address: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Account]:
    """The store's account at the sandbox, with these settings changed."""

    def made(**fields: Any) -> Account:
        account = store.account
        for name, value in {"endpoint": sandbox_address, "api_secret": "sandbox-secret", **fields}.items():
            setattr(account, name, value)
        account.save()
        allowed = dataclasses.replace(environment(), extra_endpoints=(sandbox_address, account.endpoint))
        monkeypatch.setattr(doctor, "environment", lambda: allowed)
        return account

    return made


@pytest.fixture
def ebexo(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[Any, str]]:
    """Run a command line; exit status and standard output."""

    def run(*arguments: str) -> tuple[Any, str]:
        monkeypatch.setattr(sys, "argv", ["ebexo", *arguments])
        status: Any = 0
        try:
            cli.main()
        except SystemExit as end:
            status = end.code
        return status, capsys.readouterr().out

    return run


def _outcomes(examination: Examination) -> dict[str, str]:
    return {step.name: step.outcome for step in examination.steps}


def _after(name: str, **others: str) -> dict[str, str]:
    """Everything fine before this step, which failed, and nothing looked at behind it."""
    place = STEPS.index(name)
    return {
        **dict.fromkeys(STEPS[:place], "ok"),
        name: "failed",
        **dict.fromkeys(STEPS[place + 1 :], "skipped"),
        **others,
    }


def test_where_all_is_right_every_step_is_ticked(connected: Any) -> None:
    examination = examine(connected())

    assert _outcomes(examination) == ALL_OK
    assert (examination.works, examination.problem) == (True, None)


@pytest.mark.parametrize(
    ("fields", "expected", "problem"),
    [
        ({"owner_email": "nobody@shop.example"}, _after("owner"), "owner"),
        ({"api_secret": "wrong"}, _after("secret", client_id="skipped"), "secret"),
        ({"client_id": "nobody"}, _after("client_id"), "client_id"),
        ({"client_id": ""}, _after("endpoint"), "incomplete"),
        ({"endpoint": "https://no-such-host.invalid"}, _after("endpoint"), "dns"),
    ],
)
def test_what_is_wrong_has_its_own_remedy(connected: Any, fields: Any, expected: Any, problem: str) -> None:
    account = connected(**fields)

    examination = examine(account)

    failed = next(step for step in examination.steps if step.outcome == "failed")
    assert _outcomes(examination) == expected
    assert (failed.problem, str(failed.sentence)) == (problem, str(CONNECTION[problem]))
    assert Account.objects.get(pk=account.pk).check_problem == examination.problem == problem


def test_a_server_that_speaks_no_tls_is_found_out(connected: Any, sandbox_address: str) -> None:
    account = connected(endpoint=sandbox_address.replace("http:", "https:"))

    examination = examine(account)

    assert (_outcomes(examination), examination.problem) == (_after("tls"), "tls")


def test_an_address_that_the_operator_no_longer_allows_is_told(connected: Any, monkeypatch: Any) -> None:
    account = connected()
    monkeypatch.setattr(doctor, "environment", lambda: dataclasses.replace(environment(), extra_endpoints=()))

    examination = examine(account)

    assert (examination.steps[0].problem, examination.problem) == ("endpoint_foreign_host", "not_salesmanago")


@pytest.mark.parametrize(
    ("reached", "step", "problem"),
    [
        (Reached("tls"), "tls", "tls"),
        (Reached("network"), "endpoint", "network"),
        (Reached("dns"), "endpoint", "dns"),
    ],
)
def test_a_way_that_does_not_lead_there_is_told(
    connected: Any, monkeypatch: Any, reached: Reached, step: str, problem: str
) -> None:
    _reaching(monkeypatch, reached)

    examination = examine(connected())

    assert (_outcomes(examination), examination.problem) == (_after(step), problem)


def test_a_clock_that_is_off_is_told_and_everything_else_is_looked_at(
    connected: Any, monkeypatch: Any
) -> None:
    _reaching(monkeypatch, Reached(None, timezone.now() - timedelta(hours=1)))

    examination = examine(connected())

    assert _outcomes(examination) == ALL_OK | {"clock": "failed"}
    assert (examination.works, examination.problem) == (False, None)


def test_a_server_without_a_clock_is_no_fault(connected: Any, monkeypatch: Any) -> None:
    _reaching(monkeypatch, Reached(None))

    examination = examine(connected())

    assert (_outcomes(examination), str(examination.steps[2].sentence)) == (ALL_OK, str(FINE["no_clock"]))


def _reaching(monkeypatch: pytest.MonkeyPatch, reached: Reached) -> None:
    async def reach(*_arguments: Any, **_names: Any) -> Reached:
        return reached

    monkeypatch.setattr(doctor, "reach", reach)


def test_what_was_paused_goes_on_once_all_is_right(connected: Any, store: Store) -> None:
    Lane.objects.create(store=store, paused_reason="secret", failures=3)
    Account.objects.update(check_problem="secret")

    examine(connected())

    lane, account = Lane.objects.get(), Account.objects.get(pk=store.pk)
    assert (lane.paused_reason, lane.failures, account.check_problem) == (None, 0, None)


def test_settings_saved_meanwhile_are_not_judged_by_it(connected: Any) -> None:
    account = connected(api_secret="wrong")
    Account.objects.filter(pk=account.pk).update(saved_at=timezone.now() + timedelta(seconds=1))

    examine(account)

    assert Account.objects.get(pk=account.pk).check_problem is None


def test_every_step_and_every_sentence_is_there() -> None:
    assert tuple(LABELS) == STEPS
    assert set(FINE) == {*STEPS, "no_tls", "no_clock"}


@pytest.mark.parametrize(("secret", "status"), [("sandbox-secret", 0), ("wrong", 1)])
def test_the_command_prints_a_table_and_tells_by_its_exit_status(
    connected: Any, ebexo: Any, secret: str, status: int
) -> None:
    account = connected(api_secret=secret)

    ended, out = ebexo("doctor", "--store", account.store.handle)

    lines = out.splitlines()
    assert (ended, len(lines)) == (status, len(STEPS))
    assert lines[0] == "ok       Endpoint           SALESmanago answers at this address."
    assert lines[4].startswith("ok " if status == 0 else "failed ")


def test_the_command_prints_one_object_in_json(connected: Any, ebexo: Any) -> None:
    account = connected(owner_email="nobody@shop.example")

    status, out = ebexo("doctor", "--store", account.store.handle, "--json")

    printed = json.loads(out)
    with override("en"):
        sentence = str(CONNECTION["owner"])
    assert (status, printed["store"], printed["ok"]) == (1, account.store.handle, False)
    assert [step["step"] for step in printed["steps"]] == list(STEPS)
    assert printed["steps"][5] == {
        "step": "owner",
        "outcome": "failed",
        "problem": "owner",
        "sentence": sentence,
    }


def test_a_store_that_is_not_there_is_refused(ebexo: Any) -> None:
    assert ebexo("doctor", "--store", "store-none") == (cli.EXIT_REFUSED, "")
