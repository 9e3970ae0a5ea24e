"""Sizes before and after."""

from __future__ import annotations

import json

from engine.report.figures import bytes_saved
from tests.engine.report.figures.made import named, numbers


def test_each_picture_is_a_mark_and_all_its_sizes_count() -> None:
    outputs = {"source_bytes": 1000, "bytes": 100, "also": [{"bytes": 50}]}
    drawn = bytes_saved([("a.jpg", json.dumps(outputs)), ("b.jpg", {"source_bytes": 4000, "bytes": 600}), ("c", None)])
    marks = named(drawn, "one picture")
    assert numbers(marks.x) == [1.0, 4.0]
    assert numbers(marks.y) == [0.15, 0.6]
    assert drawn.layout.title.text == "Size before and after: 4.2 kB saved, 85%"


def test_results_that_are_larger_are_said_to_be() -> None:
    drawn = bytes_saved([("a.png", {"source_bytes": 1000, "bytes": 3000})])
    assert drawn.layout.title.text == "Size before and after: 2.0 kB more, 200%"
