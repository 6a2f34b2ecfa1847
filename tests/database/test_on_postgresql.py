"""The same tests once more on PostgreSQL, in a process of their own: one process cannot change its database."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TWICE = (
    "test_history_lane.py",
    "test_receive.py",
    "test_identity.py",
    "test_outbox.py",
    "test_outbox_together.py",
    "test_at_once.py",
    "test_drain.py",
    "test_bell.py",
    "test_foresight.py",
    "test_http_door.py",
    "test_consent_rules.py",
    "test_retention.py",
    "test_retention_at_once.py",
    "test_carts.py",
    "test_orders.py",
    "test_in_doubt.py",
    "door/test_at_once.py",
    "door/test_lists.py",
    "panel/test_panel_start.py",
    "history/test_rehearsal_and_run.py",
    "history/test_import_states.py",
    "platform/test_platform_at_once.py",
    "platform/test_removing_a_store.py",
)
TWICE_WITH_TIME = (
    "test_account_settings.py",
    "test_canary.py",
    "door/test_pressure.py",
    "panel/test_panel_activity.py",
    "panel/test_panel_large.py",
    "history/test_rehearsal_equals_outcome.py",
    "platform/test_platform_stores.py",
)
"""Their statements are those of the others; with `--long` they run there, too."""


@pytest.mark.skipif("os.environ.get('EBEXO_TEST_DATABASE') == 'postgresql'", reason="this is that process")
@pytest.mark.parametrize(
    "names", [TWICE, pytest.param(TWICE_WITH_TIME, marks=pytest.mark.long)], ids=["short", "long"]
)
def test_everything_about_events_and_messages_holds_on_postgresql(names):
    files = [str(HERE / name) for name in names]
    # The settings must not be loaded before tests/conftest.py has started the database they name.
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-o",
        "DJANGO_SETTINGS_MODULE=",
        *files,
    ]

    ended = subprocess.run(
        command,
        cwd=HERE.parent.parent,
        env={name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        | {"EBEXO_TEST_DATABASE": "postgresql"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout


@pytest.mark.skipif("os.environ.get('EBEXO_TEST_DATABASE') != 'postgresql'", reason="SQLite is meant here")
def test_this_process_is_on_postgresql(on_postgresql):
    assert on_postgresql
