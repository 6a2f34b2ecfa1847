"""What of a log file gets into a support bundle."""

import json

from ebexo.operations.support.log_lines import LINES, told


def read(*lines):
    return [json.loads(line) for line in told(lines)]


def test_time_level_event_and_numbers_of_a_line_are_told_and_nothing_else():
    line = {
        "time": "2026-11-23T10:00:00.123456Z",
        "level": "info",
        "event": "alert_told",
        "logger": "ebexo.alerts",
        "store": 7,
        "letters": 2,
        "contact": 12,
        "kind": "refused",
        "email": "jan.kowalski@example.com",
    }

    assert read(json.dumps(line)) == [
        {
            "time": "2026-11-23T10:00:00.123456Z",
            "level": "info",
            "event": "alert_told",
            "logger": "ebexo.alerts",
            "store": 7,
            "letters": 2,
        },
        {"lines_left_out": 0},
    ]


def test_what_does_not_look_as_it_should_is_not_told():
    line = {
        "time": "jan.kowalski@example.com",
        "level": "Kowalski",
        "event": "Not Found: /panel/jan.kowalski@example.com",
        "logger": "ul. Lipowa 7",
        "error": "jan.kowalski@example.com",
        "exception": "KeyError < ValueError",
        "store": "Kowalski Meble",
        "http_status": 48600100200,
        "endpoint": "/contact/upsert?email=jan.kowalski@example.com",
        "outcome": "Kowalski",
        "port": True,
    }

    assert read(json.dumps(line)) == [
        {
            "time": "other",
            "level": "other",
            "event": "other",
            "logger": "other",
            "outcome": "other",
            "endpoint": "other",
            "error": "other",
            "exception": "KeyError < ValueError",
        },
        {"lines_left_out": 0},
    ]


def test_lines_of_another_kind_are_counted_only():
    assert read("Traceback (most recent call last):", "  jan.kowalski@example.com", "[1, 2]", "") == [
        {"lines_left_out": 4}
    ]


def test_only_the_last_lines_are_told():
    lines = [json.dumps({"level": "info", "store": number}) for number in range(LINES + 5)]

    found = read(*lines)

    assert (found[0], len(found)) == ({"level": "info", "store": 5}, LINES + 1)
