"""The figures in the README are those of the newest run that is kept."""

import json
import os
from datetime import UTC, datetime

import pytest

import bench.__main__ as whole_run
from bench import machine
from bench.parts import PARTS
from bench.rows import GOALS, Figures, not_measured, row
from scripts.figures import (
    NO_RUN,
    README,
    RESULTS,
    WHAT,
    between_marks,
    newest,
    text_of,
    with_figures,
)

NOW = datetime(2026, 11, 24, 6, 5, 4, tzinfo=UTC)
MACHINE = {
    "cpu": "AMD EPYC",
    "cores": 2,
    "memory_gb": 23.5,
    "kernel": "Linux 6.18",
    "python": "3.11.7",
    "sqlite": "3.53.4",
    "postgresql": "18.6",
    "commit": "2e4c26212345",
    "fsync_ms": 0.15,
    "load_at_begin": [0.1, 0.2, 0.3],
    "started_at": "2026-11-24T06:05:04+00:00",
    "load_at_end": [2.0, 1.8, 1.5],
    "seconds": 760,
}
FIGURES = Figures(
    [
        row(
            "ingest_single",
            712.0,
            "events/s",
            against="a view that only answers: 1,600 requests/s",
            ratio=0.445,
        ),
        row("contact_id_p99_ms", 612.0, "ms"),
        not_measured("two_workers"),
    ],
    {"ingest_single": "7 rounds", "two_workers": "ended with 1: no room"},
)


def kept(folder):
    return whole_run.keep(
        {"machine": MACHINE, **FIGURES.as_json()}, FIGURES, folder=folder / "results", now=NOW
    )


def test_readme_tells_the_newest_run_that_is_kept():
    expected = text_of(newest(RESULTS))

    assert between_marks(README.read_text()) == expected, "Write it anew: .venv/bin/python scripts/figures.py"


def test_every_figure_has_words_for_the_readme():
    assert list(WHAT) == list(GOALS)


def test_a_kept_run_has_the_machine_the_rows_and_the_notes_and_a_picture_beside_it(tmp_path):
    file = kept(tmp_path)

    assert sorted(path.name for path in file.parent.iterdir()) == [
        "20261124T060504.json",
        "20261124T060504.svg",
    ]
    assert json.loads(file.read_text()) == {
        "machine": MACHINE,
        "rows": [
            {
                "name": "ingest_single",
                "value": 712.0,
                "unit": "events/s",
                "against": "a view that only answers: 1,600 requests/s",
                "ratio": 0.445,
                "goal": ">= 0.4",
                "goal_met": True,
            },
            {
                "name": "contact_id_p99_ms",
                "value": 612.0,
                "unit": "ms",
                "against": None,
                "ratio": None,
                "goal": "< 500 ms",
                "goal_met": False,
            },
            {
                "name": "two_workers",
                "value": None,
                "unit": "",
                "against": None,
                "ratio": None,
                "goal": ">= 1.8",
                "goal_met": False,
            },
        ],
        "notes": {"ingest_single": "7 rounds", "two_workers": "ended with 1: no room"},
    }


def test_the_newest_run_is_told_with_its_machine_as_a_table(tmp_path):
    file = kept(tmp_path)
    file.with_name("20250101T000000.json").write_text("{}")

    told = text_of(newest(file.parent))

    assert told.splitlines() == [
        "AMD EPYC, 2 cores, 24 GB; 4 KiB are on disk after 0.15 ms; Linux 6.18, Python 3.11.7, SQLite 3.53.4, "
        "PostgreSQL 18.6; 2026-11-24, commit 2e4c26212345.",
        "",
        "| Figure | What | Measured | Against | Ratio | Goal |",
        "|---|---|---|---|---|---|",
        "| `ingest_single` | events accepted one by one, on disk | 712 events/s | "
        "a view that only answers: 1,600 requests/s | 0.45 | ≥ 0.4 |",
        "| `contact_id_p99_ms` | the same, 99 of 100 within | 612 ms |  |  | < 500 ms, missed |",
        "| `two_workers` | two workers on PostgreSQL, SALESmanago answering after 50 ms | not measured |  |  | "
        "≥ 1.8, missed |",
        "",
        "![Each figure, in times of its goal](bench/results/20261124T060504.svg)",
    ]


def test_without_a_run_the_readme_says_so(tmp_path):
    assert newest(tmp_path) is None
    assert text_of(None) == NO_RUN


def test_only_what_stands_between_the_marks_is_written():
    readme = "# Title\n<!-- figures -->\nold\n<!-- /figures -->\nend\n"

    assert with_figures(readme, "new\n") == "# Title\n<!-- figures -->\nnew\n<!-- /figures -->\nend\n"
    with pytest.raises(ValueError, match="no marks"):
        with_figures("# Title\n", "new\n")


def test_the_machine_is_described_without_its_name_and_without_a_path():
    described = machine.as_json(machine.described(now=NOW), seconds=759.6)

    assert list(described) == list(MACHINE)
    assert (described["started_at"], described["seconds"]) == (MACHINE["started_at"], 760)
    assert described["fsync_ms"] >= 0
    assert os.uname().nodename not in described.values()
    assert str(machine.ROOT) not in json.dumps(described)


@pytest.fixture
def measured(monkeypatch):
    """The modules that were run, each in no time; `two_workers` fails."""
    run = []

    def at_once(part, *, quick):
        run.append((part.module, quick))
        rows = [
            not_measured(name) if name == "two_workers" else row(name, 100.0, "ms", ratio=100.0)
            for name in part.names
        ]
        return Figures(rows, dict.fromkeys(part.names, "ended with 1: no room"))

    monkeypatch.setattr(whole_run, "measured", at_once)
    return run


def test_a_part_that_fails_stops_no_other_and_makes_the_status_1(measured, tmp_path, capsys):
    status = whole_run.main(["--quick", "--results", str(tmp_path)])

    assert status == 1
    assert measured == [(part.module, True) for part in PARTS]
    (file,) = tmp_path.glob("*.json")
    content = json.loads(file.read_text())
    assert [one["name"] for one in content["rows"]] == list(GOALS)
    assert [one["name"] for one in content["rows"] if one["value"] is None] == ["two_workers"]
    assert content["notes"]["two_workers"] == "ended with 1: no room"
    assert "ended with 1: no room" in capsys.readouterr().out


def test_of_a_few_figures_nothing_else_is_run_or_kept(measured, monkeypatch, tmp_path):
    monkeypatch.setattr(whole_run, "RESULTS", tmp_path)

    status = whole_run.main(["--only", "ingest_lists", "claim_million"])

    assert status == 0
    assert measured == [("bench.ingest", False), ("bench.million", False)]
    assert list(tmp_path.iterdir()) == []


def test_a_whole_run_is_kept(measured, monkeypatch, tmp_path):
    monkeypatch.setattr(whole_run, "RESULTS", tmp_path)

    whole_run.main([])

    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".svg"]
