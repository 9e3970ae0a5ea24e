"""Sizes before and after."""

from __future__ import annotations

import json

from engine.report.figures import bytes_saved
from engine.report.figures.jobs.pictures import before_and_after, size
from tests.engine.report.figures.made import named, numbers


def test_each_picture_is_a_mark_and_all_its_sizes_count() -> None:
    outputs = {"source_bytes": 1000, "bytes": 100, "also": [{"bytes": 50}]}
    drawn = bytes_saved([("a.jpg", json.dumps(outputs)), ("b.jpg", {"source_bytes": 4000, "bytes": 600}), ("c", None)])
    marks = named(drawn, "one picture")
    assert numbers(marks.x) == [1.0, 4.0]
    assert numbers(marks.y) == [0.15, 0.6]
    assert drawn.layout.title.text == "Size before and after: 4.25 kB saved, 85%"


def test_results_that_are_larger_are_said_to_be() -> None:
    drawn = bytes_saved([("a.png", {"source_bytes": 1000, "bytes": 3000})])
    assert drawn.layout.title.text == "Size before and after: 2 kB more"


def test_an_output_that_does_not_say_has_no_sizes() -> None:
    assert before_and_after({"bytes": 3}) is None
    assert before_and_after([1]) is None


def test_sizes_are_in_units_of_a_thousand() -> None:
    assert [size(999), size(1000), size(1_234_567), size(2.5e9), size(7e13)] == [
        "999 bytes", "1 kB", "1.23 MB", "2.5 GB", "7e+04 GB",
    ]  # fmt: skip
