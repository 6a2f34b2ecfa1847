"""The picture of the benchmarks."""

from xml.etree import ElementTree

from bench.picture import LEFT, RIGHT, picture
from bench.rows import not_measured, row

SVG = "{http://www.w3.org/2000/svg}"
MIDDLE = (LEFT + RIGHT) / 2


def drawn(*rows, caption="two cores"):
    root = ElementTree.fromstring(picture(rows, caption=caption))
    return [text.text for text in root.iter(f"{SVG}text")], [
        (bar.get("class"), float(bar.get("x", "")), float(bar.get("width", "")))
        for bar in root.iter(f"{SVG}rect")
        if bar.get("class") != "paper"
    ]


def test_twice_as_good_is_as_far_to_the_right_as_half_as_good_is_to_the_left():
    twice = row("ingest_lists", 10_000.0, "events/s")
    half = row("noisy_neighbours", 900.0, "ms", ratio=3.0)

    words, bars = drawn(twice, half)

    quarter = (RIGHT - LEFT) / 4
    assert bars == [("met", MIDDLE, quarter), ("missed", MIDDLE - quarter, quarter)]
    assert words == [
        "Each figure, in times of its goal",
        "two cores",
        *("1/4", "1/2", "goal", "2×", "4×"),
        *("ingest_lists", "10,000 events/s", "met: ≥ 5000 events/s"),
        *("noisy_neighbours", "3.00", "missed: ≤ 1.5"),
    ]


def test_what_lies_exactly_on_its_goal_is_still_to_be_seen():
    _, bars = drawn(row("ingest_lists", 5000.0, "events/s"))

    assert bars == [("met", MIDDLE, 2.0)]


def test_the_scale_grows_with_what_is_far_beyond_its_goal():
    words, bars = drawn(row("import_vs_clients", 1200.0, "contacts/s", ratio=160.0))

    assert words[2:8] == ["1/4", "1/2", "goal", "2×", "4×", "8×"]
    ((_, x, width),) = bars
    assert round(x + width, 1) == RIGHT


def test_what_was_not_measured_has_words_and_no_bar():
    words, bars = drawn(not_measured("two_workers"))

    assert words[-3:] == ["two_workers", "not measured", "missed: ≥ 1.8"]
    assert bars == []


def test_what_costs_nothing_at_all_has_no_bar_without_an_end():
    _, bars = drawn(row("request_added_ms", 0.0, "ms"))

    assert bars == [("met", MIDDLE, (RIGHT - LEFT) / 2)]


def test_a_ratio_below_zero_which_is_nothing_but_noise_has_no_bar():
    _, bars = drawn(row("request_added_ratio", -700.0, "times less", ratio=-700.0))

    assert bars == []


def test_words_are_escaped():
    words, _ = drawn(caption="<AMD & others>")

    assert words[1] == "<AMD & others>"
