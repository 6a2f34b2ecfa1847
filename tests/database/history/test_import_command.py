"""`ebexo import`."""

import json
import sys
from typing import Any

import pytest

from ebexo import cli
from ebexo.history.models import Import, Part
from ebexo.history.packing import unpack_rows
from ebexo.outbox.models import Message

pytestmark = pytest.mark.django_db
FILE = """customer id;e-mail;first name
1;jan@example.com;Jan
2;nobody;Ewa
3;JAN@example.com;Jan
"""


@pytest.fixture
def ebexo(monkeypatch, capsys):
    """Run `ebexo import`; exit status, standard output, standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["ebexo", "import", *map(str, arguments)])
        try:
            cli.main()
            status: Any = 0
        except SystemExit as end:
            status = end.code
        out, err = capsys.readouterr()
        return status, out, err

    return run


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_rehearsal_prints_the_numbers_and_leaves_nothing_behind(ebexo, store, file):
    status, out, err = ebexo("customers", file, "--store", store.handle, "--rehearse")

    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "would be sent: 1",
        "already sent: 0",
        "duplicates: 1",
        "withheld: 0",
        "not readable: 1",
        "  1 email: This is not an e-mail address.",
    ]
    assert not Message.objects.exists()
    assert not Import.objects.exists()


def test_rehearsal_says_why_people_are_withheld(ebexo, store, file, with_settings):
    with_settings(active=False)

    _, out, _ = ebexo("customers", file, "--store", store.handle, "--rehearse")

    assert "  1 integration_off: The integration is switched off, so nothing is sent." in out.splitlines()


def test_without_a_server_it_is_sent_once_one_runs(ebexo, store, file, on_postgresql):
    if on_postgresql:
        pytest.skip("whether anybody works there shows by the progress only")
    status, out, err = ebexo("customers", file, "--store", store.handle)

    found = Import.objects.get()
    assert (status, err) == (0, "")
    assert out == f"Import {found.pk}: 3 rows. It is sent once ebexo serve runs.\n"
    assert (found.state, found.source, found.file_name, found.rows) == ("running", "file", "customers.csv", 3)
    assert [column["header"] for column in found.shape["columns"]] == ["customer id", "e-mail", "first name"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "There is nothing in this file. Export it once more."),
        (
            "first name;last name\nJan;Kowalski\n",
            "No column is known to hold the e-mail address. Call that column “email”, or choose which one it is.",
        ),
    ],
)
def test_file_that_can_not_be_read_is_refused_in_one_line(ebexo, store, tmp_path, content, sentence):
    path = tmp_path / "customers.csv"
    path.write_text(content, encoding="utf-8")

    assert ebexo("customers", path, "--store", store.handle) == (2, "", f"ebexo: FILE {path}: {sentence}\n")
    assert not Import.objects.exists()


def test_what_is_not_there_is_refused_in_one_line(ebexo, store, file, tmp_path):
    missing = tmp_path / "missing.csv"

    assert ebexo("customers", missing, "--store", store.handle) == (
        2,
        "",
        f"ebexo: FILE {missing}: No such file or directory.\n",
    )
    status, out, err = ebexo("customers", file, "--store", "store-nowhere")
    assert (status, out, err.count("\n")) == (2, "", 1)
    status, out, err = ebexo("carts", file, "--store", store.handle)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert not Import.objects.exists()


def test_file_that_breaks_off_while_it_is_read_leaves_nothing(ebexo, store, file, monkeypatch):
    def broken(*_args, **_options):
        raise OSError(5, "Input/output error")
        yield

    monkeypatch.setattr("ebexo.history.reading.rows", broken)

    status, out, err = ebexo("customers", file, "--store", store.handle)

    assert (status, out, err) == (1, "", f"ebexo: FILE {file}: Input/output error.\n")
    assert not Import.objects.exists()
    assert not Part.objects.exists()


def test_moments_without_an_offset_are_those_of_the_stores_time_zone(
    ebexo, store, tmp_path, with_settings, on_postgresql
):
    with_settings(time_zone="America/New_York")
    file = tmp_path / "orders.csv"
    file.write_text(
        "order number;e-mail;total;date\n7;jan@example.com;10;2025-01-02 23:30\n", encoding="utf-8"
    )

    if on_postgresql:
        pytest.skip("the command waits there for somebody who works imports off")
    ebexo("orders", file, "--store", store.handle)

    rows = unpack_rows(Part.objects.get().content)
    assert [json.loads(row.payload or "")["occurred_at"] for row in rows] == ["2025-01-03T04:30:00Z"]
