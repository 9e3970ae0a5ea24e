"""What a resize gave, whoever wrote it: sizes that are not known count on neither side."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.protocol.results import resized_picture, total_sizes


@pytest.mark.parametrize(
    ("output", "sizes"),
    [
        ({"source_bytes": 1000, "bytes": 100, "also": [{"bytes": 50}]}, (1000, 150)),
        ({"source_bytes": 1000, "bytes": 100, "also": [{"path": "b.jpg"}]}, None),
        ({"source_bytes": 1000}, None),
        ({"source_bytes": 0, "bytes": 100}, None),
        ({"source_bytes": "1000", "bytes": 100}, None),
        ({"bytes": 3}, None),
    ],
    ids=["two sizes", "one size unknown", "nothing written", "an empty source", "a text for a number", "no source"],
)
def test_sizes_are_those_of_the_source_and_of_all_that_was_written(output: Any, sizes: tuple[int, int] | None) -> None:
    picture = resized_picture(json.dumps(output))
    assert picture is not None
    assert picture.sizes == sizes


def test_what_is_no_object_is_no_picture() -> None:
    assert resized_picture([1]) is None and resized_picture("not JSON") is None


def test_pictures_whose_sizes_are_not_known_count_on_neither_side() -> None:
    outputs = [{"source_bytes": 10, "bytes": 4}, {"source_bytes": 90}, None, {"source_bytes": 5, "bytes": 6}]
    assert total_sizes(resized_picture(output) for output in outputs) == (15, 10)
