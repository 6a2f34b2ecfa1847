"""A short run of `make chaos`: kills, pauses and a far side full of faults, under load."""

from bench.chaos.checker import Findings
from bench.chaos.run import Plan, run


def test_half_a_minute_of_kills_pauses_and_faults_loses_and_repeats_nothing(tmp_path):
    report = run(Plan(seconds=30, seed=7, stores=4, persons=16), folder=tmp_path)

    assert report.findings == Findings()
    assert (report.refused, report.left) == ([], "")
    assert min(report.kills, report.pauses) >= 1
    assert report.events >= 50
