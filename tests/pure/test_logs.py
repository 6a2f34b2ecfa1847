"""A line of the log: one JSON object, in a known order, and nothing in it that is nobody's business."""

import io
import json
import logging
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from ebexo import metrics
from ebexo.logs import configure, formatter, only_trouble

EMAIL = "kanarek.zolty@ptaszarnia.example"


def record(message: str, *values: Any, level: int = logging.INFO, raised: Any = None) -> logging.LogRecord:
    return logging.LogRecord("some.library", level, __file__, 1, message, values, raised)


def line_of(message: str, *values: Any, raised: Any = None) -> dict[str, Any]:
    """What stands in the log, as a program reads it. The moment is checked and taken out."""
    text = formatter(for_people=False).format(record(message, *values, raised=raised))
    assert "\n" not in text
    line: dict[str, Any] = json.loads(text)
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line.pop("time"))
    return line


def ours(**values: Any) -> dict[str, Any]:
    """The same of a line of our own, with these values."""
    made = record("")
    made.msg, made._from_structlog, made._logger, made._name = (  # structlog's marks
        {"event": "something", "level": "info", "logger": "ebexo", "time": "now"} | values,
        True,
        None,
        "info",
    )
    made.args = ()
    line: dict[str, Any] = json.loads(formatter(for_people=False).format(made))
    return {name: line[name] for name in values if name in line} | {
        name: line[name] for name in ("exception", "where", "reason") if name in line
    }


def test_line_begins_with_time_level_and_event() -> None:
    text = formatter(for_people=False).format(record("%s of %s", 3, 7))

    assert list(json.loads(text)) == ["time", "level", "event", "logger"]
    assert line_of("%s of %s", 3, 7) == {"level": "info", "event": "3 of 7", "logger": "some.library"}


@pytest.mark.parametrize(
    ("told", "written"),
    [
        (f"no mailbox {EMAIL}!", "no mailbox …"),
        ("asked /api/v1/contacts?email=jan%40x.example", "asked /api/v1/contacts?…"),
        ("GET https://a.example/x?key=1&email=2 failed", "GET https://a.example/x?… failed"),
        ("no ebexo key ek_abcdefghijkl here", "no ebexo key … here"),
        ("ok_abcdefghijkl, whsec_abcdefgh12", "…, …"),
        ("sent Authorization: Bearer abc.def", "sent Authorization: …"),
        ("postgresql://ebexo:geheim@10.0.0.20/ebexo", "postgresql://ebexo:…/ebexo"),
        ("is it? yes", "is it? yes"),
        ("Kraków — żółć", "Kraków — żółć"),
    ],
)
def test_what_looks_like_a_person_or_a_secret_is_left_out(told: str, written: str) -> None:
    assert line_of(told)["event"] == written


def test_values_under_telling_names_are_left_out_at_any_depth() -> None:
    written = ours(
        email="x", api_secret="y", store=7, api_keys=2, told={"customer": {"id": 1}, "rows": [1, EMAIL]}
    )

    assert written == {
        "email": "…",
        "api_secret": "…",
        "store": 7,
        "api_keys": 2,
        "told": {"customer": "…", "rows": [1, "…"]},
    }


def test_an_error_is_told_by_its_kinds_and_its_place_and_not_in_its_words() -> None:
    try:
        try:
            raise ValueError(f"bad value {EMAIL}")
        except ValueError as cause:
            raise KeyError("Kanaryjka") from cause
    except KeyError:
        raised = sys.exc_info()

    line = line_of("it broke", raised=raised)

    assert (line["exception"], line["event"]) == ("KeyError < ValueError", "it broke")
    assert re.fullmatch(r"pure/test_logs\.py:\d+ test_an_error_is_told_by_\w+", line["where"])
    assert "reason" not in line
    assert "Kanaryjka" not in json.dumps(line)


def test_what_the_system_says_of_an_error_is_told() -> None:
    line = ours(exc_info=OSError(28, "No space left on device", "/home/kanarek"))

    assert line == {"exception": "OSError", "where": "", "reason": "No space left on device"}


def test_on_a_terminal_a_line_is_text_and_hides_the_same() -> None:
    text = formatter(for_people=True).format(record(f"told {EMAIL}"))

    assert "told …" in text
    assert EMAIL not in text
    assert not text.startswith("{")


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The logger of all, which is as it was afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)


def test_lines_go_to_what_stderr_is_just_then(root: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", gone := io.StringIO())
    configure({"level": "INFO"})
    gone.close()

    monkeypatch.setattr(sys, "stderr", now := io.StringIO())
    logging.getLogger("some.library").info("said")

    assert json.loads(now.getvalue())["event"] == "said"


def test_a_command_tells_of_trouble_alone(root: Any, capsys: Any) -> None:
    configure({"level": "INFO"})

    only_trouble()
    for name in ("info", "warning"):
        getattr(logging.getLogger("some.library"), name)(name)

    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["warning"]


def test_warnings_and_errors_are_counted(root: Any, capsys: Any) -> None:
    before = counted()

    configure({"level": "WARNING"})
    for name in ("info", "warning", "error", "critical"):
        getattr(logging.getLogger("some.library"), name)("said")
    logging.getLogger("django.security.DisallowedHost").error("a stranger's doing")
    logging.getLogger("django.request").warning("a caller's mistake")

    after = counted()
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 2]
    assert len(capsys.readouterr().err.splitlines()) == 4


def counted() -> list[float]:
    return [
        metrics.REGISTRY.get_sample_value("ebexo_log_lines_total", {"level": level}) or 0.0
        for level in ("warning", "error")
    ]
