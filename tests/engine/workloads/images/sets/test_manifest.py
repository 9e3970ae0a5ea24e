"""The list of what became of every image, as CSV and JSON."""

from __future__ import annotations

import csv
import json

import pytest

from engine.workloads.images.sets.manifest import Row, csv_lines, json_lines

ROWS = [
    Row("a.jpg", "out/a.jpg", "ok", None, None, 4000, 3000, 5_000_000, 400, 300, 20_000, 0.05),
    Row("b.jpg", None, "failed", "damaged", "The picture's data are damaged."),
]


def test_csv_has_a_row_for_each() -> None:
    read = list(csv.DictReader("".join(csv_lines(ROWS)).splitlines()))
    assert [row["input"] for row in read] == ["a.jpg", "b.jpg"]
    assert read[0]["output_bytes"] == "20000"
    assert read[1]["reason"] == "damaged"
    assert read[1]["output"] == ""


def test_json_has_an_object_for_each() -> None:
    read = json.loads("".join(json_lines(ROWS)))
    assert [row["status"] for row in read] == ["ok", "failed"]
    assert json.loads("".join(json_lines([]))) == []


@pytest.mark.parametrize("name", ["=1+1.jpg", "+a.jpg", "-a.jpg", "@a.jpg", "\ta.jpg", "\ra.jpg"])
def test_no_cell_is_a_formula(name: str) -> None:
    line = list(csv_lines([Row(name, None, "ok")]))[1]
    assert next(csv.reader([line], strict=False))[0].startswith("'")
