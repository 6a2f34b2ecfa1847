"""Rows of the benchmarks: how they are judged, told and written down."""

import argparse
import json
import re
from pathlib import Path

import pytest

from bench.parts import PARTS, parts_for
from bench.rows import GOALS, Figures, Goal, Row, not_measured, row, spread, tell, told

NAMES = [
    "request_added_ratio",
    "request_added_ms",
    "ingest_single",
    "ingest_lists",
    "delivery_single",
    "delivery_single_cpu",
    "import_vs_clients",
    "import_vs_raw",
    "contact_id_p50_ms",
    "contact_id_p99_ms",
    "claim_million",
    "memory_million_mb",
    "noisy_neighbours",
    "two_workers",
]


def test_every_figure_is_measured_by_exactly_one_part():
    assert list(GOALS) == NAMES
    assert sorted(name for part in PARTS for name in part.names) == sorted(NAMES)


def test_the_benchmarks_own_page_names_every_figure_once():
    page = (Path(__file__).parents[2] / "bench" / "README.md").read_text()
    table = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]

    assert sorted(re.findall(r"`(\w+)`", "".join(table))) == sorted(NAMES)


def test_a_whole_run_should_take_less_than_a_quarter_of_an_hour():
    assert sum(part.seconds for part in PARTS) < 15 * 60


def test_parts_are_chosen_by_the_figures_that_are_asked_for():
    chosen = parts_for(["ingest_lists", "two_workers", "ingest_single"])

    assert [part.module for part in chosen] == ["bench.ingest", "bench.scale"]
    assert parts_for([]) == list(PARTS)


def test_a_row_holds_its_numbers_to_four_digits_and_is_judged_by_the_goal_of_its_name():
    against = "a view that only answers: 1,600 requests/s"

    measured = row("ingest_single", 712.3456, "events/s", against=against, ratio=0.445216)

    assert measured == Row("ingest_single", 712.3, "events/s", against, 0.4452, ">= 0.4", goal_met=True)


@pytest.mark.parametrize(
    ("name", "value", "ratio", "is_met"),
    [
        ("ingest_single", 1.0, 0.4, True),
        ("ingest_single", 1.0, 0.39999, False),
        ("ingest_lists", 5000.0, None, True),
        ("ingest_lists", 4999.0, None, False),
        ("request_added_ms", 3.0, None, False),
        ("request_added_ms", -0.1, None, True),
        ("claim_million", 9.0, 1.5, True),
        ("claim_million", 9.0, 1.50001, False),
        ("memory_million_mb", 399.0, 4.0, True),
        ("memory_million_mb", 400.0, 1.0, False),
    ],
)
def test_a_goal_is_met_exactly_from_its_number_on(name, value, ratio, is_met):
    assert row(name, value, "", ratio=ratio).goal_met is is_met


def test_a_goal_for_a_ratio_refuses_a_row_without_one():
    with pytest.raises(ValueError, match="there is none"):
        row("two_workers", 60.0, "contacts/s")


def test_goals_read_as_people_write_them():
    assert [str(GOALS[name]) for name in NAMES] == [
        ">= 50",
        "< 3 ms",
        ">= 0.4",
        ">= 5000 events/s",
        ">= 0.9",
        ">= 0.35",
        ">= 20",
        ">= 0.7",
        "< 100 ms",
        "< 500 ms",
        "<= 1.5",
        "< 400 MB",
        "<= 1.5",
        ">= 1.8",
    ]


def test_times_of_a_goal_say_how_far_beyond_it_a_figure_is():
    assert Goal(">=", 0.4).times(value=700.0, ratio=0.8) == 2.0
    assert Goal("<", 400, "MB").times(value=100.0, ratio=1.1) == 4.0
    assert Goal("<=", 1.5).times(value=9.0, ratio=3.0) == 0.5
    assert Goal("<", 3, "ms").times(value=-0.1, ratio=None) == float("inf")


def test_what_is_judged_is_the_ratio_or_the_value_with_its_unit():
    assert row("ingest_single", 700.0, "events/s", ratio=0.443).judged == "0.44"
    assert row("memory_million_mb", 93.81, "MB", ratio=1.02).judged == "93.8 MB"
    assert not_measured("two_workers").judged == "not measured"


def test_numbers_are_told_with_as_many_digits_as_mean_something():
    assert [told(number) for number in (12345.6, 345.6, 34.56, 3.456, 0.3456)] == [
        "12,346",
        "346",
        "34.6",
        "3.46",
        "0.35",
    ]
    assert spread([0.5, 0.4, 0.6]) == "0.50 (0.40 to 0.60)"
    assert spread([710.0, 640.0], "events/s") == "675 events/s (640 to 710)"


def test_what_could_not_be_measured_has_missed_its_goal():
    assert not_measured("ingest_single") == Row(
        "ingest_single", None, "", None, None, ">= 0.4", goal_met=False
    )


def test_figures_survive_being_written_as_json():
    figures = Figures(
        [row("two_workers", 61.2, "contacts/s", against="one worker: 31 contacts/s", ratio=1.97)],
        {"two_workers": "3 rounds"},
    )

    written = json.loads(json.dumps(figures.as_json()))

    assert written == {
        "rows": [
            {
                "name": "two_workers",
                "value": 61.2,
                "unit": "contacts/s",
                "against": "one worker: 31 contacts/s",
                "ratio": 1.97,
                "goal": ">= 1.8",
                "goal_met": True,
            }
        ],
        "notes": {"two_workers": "3 rounds"},
    }
    assert Figures.from_json(written) == figures


def test_figures_are_printed_with_their_notes_and_written_where_it_is_asked_for(tmp_path, capsys):
    lists = row("ingest_lists", 4000.0, "events/s")
    figures = Figures(
        [
            row("ingest_single", 700.0, "events/s", against="a view", ratio=0.44),
            lists,
            not_measured("two_workers"),
        ],
        {"ingest_single": "7 rounds"},
    )

    tell(figures, argparse.Namespace(into=tmp_path / "figures.json"))

    assert capsys.readouterr().out.splitlines() == [
        "ingest_single: 700 events/s, against a view, ratio 0.44 (goal >= 0.4: met)",
        "    7 rounds",
        "ingest_lists: 4,000 events/s (goal >= 5000 events/s: missed)",
        "two_workers: not measured (goal >= 1.8: missed)",
    ]
    assert Figures.from_json(json.loads((tmp_path / "figures.json").read_text())) == figures
