"""The page, the dashboard and the alerts speak of metrics that exist."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ebexo import metrics
from ebexo.operations.observing.metrics import registry_with
from ebexo.operations.observing.standing import Standing
from scripts.metrics_reference import PAGE, page

ROOT = Path(__file__).parents[2]
ALERTS = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())
DASHBOARD = json.loads((ROOT / "deploy/grafana/ebexo.json").read_text())
SEVERITIES = {"critical", "warning", "info"}
NAME = re.compile(r"\b((?:ebexo|process|python)_[a-z0-9_]+)(?:\{([^}]*)\})?")
GROUPED = re.compile(r"\bby \(([a-z_, ]+)\)")
OF_PROMETHEUS = {"job", "instance", "le"}


def registered() -> dict[str, dict[str, set[str]]]:
    """Every series with its labels and their values, as an idle installation tells them."""
    found: dict[str, dict[str, set[str]]] = {}
    registry = registry_with(lambda: Standing(workers=0, free_bytes=0, floor_bytes=0))
    for family in registry.collect():
        for sample in family.samples:
            labels = found.setdefault(sample.name, {})
            for label, value in sample.labels.items():
                labels.setdefault(label, set()).add(value)
    return found


def rules() -> list[dict[str, Any]]:
    return [rule for group in ALERTS["groups"] for rule in group["rules"]]


def panels() -> Iterator[dict[str, Any]]:
    return (panel for panel in DASHBOARD["panels"] if panel["type"] != "row")


def expressions() -> list[str]:
    told = [rule["expr"] for rule in rules()]
    return told + [target["expr"] for panel in panels() for target in panel["targets"]]


def test_page_is_what_the_registry_says_now() -> None:
    assert PAGE.read_text() == page(), "Write it anew: .venv/bin/python scripts/metrics_reference.py"


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_expression_speaks_of_series_labels_and_values_that_exist(expression: str) -> None:
    series = registered()
    used = NAME.findall(expression)

    assert used or expression == 'up{job="ebexo"} == 0'
    for name, selected in used:
        assert name in series, name
        for label, operator, values in re.findall(r'(\w+)(=~|!=|=)"([^"]*)"', selected):
            assert label in {*series[name], *OF_PROMETHEUS}, (name, label)
            if label not in OF_PROMETHEUS:
                assert set(values.split("|") if operator == "=~" else [values]) <= series[name][label]
    grouped = {label.strip() for group in GROUPED.findall(expression) for label in group.split(",")}
    known = {label for name, _ in used for label in series[name]}
    assert grouped <= known | OF_PROMETHEUS


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_counters_are_added_up_and_what_the_database_says_is_not(expression: str) -> None:
    counted = {sample.name for family in metrics.REGISTRY.collect() for sample in family.samples}

    for name, _selected in NAME.findall(expression):
        if name in counted:
            assert re.search(rf"(rate|increase)\({name}", expression), name
            assert re.search(r"\bsum\b", expression), name
        elif name.startswith("ebexo_"):
            assert re.search(r"\b(max|min|count)\b", expression), name
            assert not re.search(rf"sum[^(]*\({name}", expression), name


def test_every_metric_of_ours_is_on_the_dashboard_or_in_an_alert() -> None:
    used = {name for expression in expressions() for name, _ in NAME.findall(expression)}
    ours = {name for name in registered() if name.startswith("ebexo_")}

    families = {re.sub(r"_(bucket|count|sum)$", "", name) for name in ours}
    used_families = {re.sub(r"_(bucket|count|sum)$", "", name) for name in used}

    assert families - used_families == {"ebexo_stores"} - used_families


def test_every_alert_has_a_severity_a_summary_and_a_section_that_says_what_to_do() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in SEVERITIES
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"].endswith(".")
        path, _, anchor = rule["annotations"]["runbook"].partition("#")
        headings = re.findall(r"^### (\w+)$", (ROOT / path).read_text(), re.MULTILINE)
        assert anchor == rule["alert"].lower()
        assert rule["alert"] in headings


def test_how_to_has_a_section_for_every_alert_and_for_nothing_else() -> None:
    text = (ROOT / "docs/how-to/watch-it.md").read_text()

    sections = re.findall(r"^### (Ebexo\w+)$", text, re.MULTILINE)

    assert sections == [rule["alert"] for rule in rules()]


def test_panels_of_the_dashboard_do_not_overlap_and_are_named_once() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells
    for key in ("id", "title"):
        told = [panel[key] for panel in DASHBOARD["panels"]]
        assert len(told) == len(set(told))


def test_scraping_is_shown_for_every_kind_of_process() -> None:
    text = (ROOT / "deploy/prometheus/scrape.yml").read_text()
    (job,) = yaml.safe_load(text)["scrape_configs"]

    assert (job["job_name"], job["metrics_path"]) == ("ebexo", "/metrics")
    assert all(f"ebexo {command}" in text for command in ("serve", "web", "worker --bind"))


def test_every_line_that_the_page_on_logs_names_is_written_somewhere() -> None:
    table = (ROOT / "docs/reference/logs.md").read_text().split("## Lines worth knowing")[1]
    named = {
        name
        for row in re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
        for name in re.findall("`([a-z_]+)`", row)
    }
    code = "".join(path.read_text() for path in (ROOT / "src/ebexo").rglob("*.py"))

    assert [name for name in sorted(named) if f'"{name}"' not in code] == []
