"""A record's way from a worker's line to a row and back: every field arrives under its own name."""

from __future__ import annotations

import json

import pytest

from engine.model import Record
from engine.protocol.record import FIELDS, LINE, ROW, line, row, row_of, succeeded

ENDING = '"ok",null,null,"[1]","f00d"'
LABELS = ["a", "b"]


def parsed(cpu_s: float | None = 0.25, delay_s: float | None = 0.125) -> list[object]:
    found: list[object] = json.loads(line(1, 3, 10.5, 11.0, cpu_s, delay_s, 2, 0.5, ENDING))
    return found


def test_a_line_holds_each_field_at_its_name() -> None:
    assert dict(zip(LINE, parsed(), strict=True)) == {
        "task": 1, "worker": 3, "started_s": 10.5, "finished_s": 11.0, "cpu_s": 0.25, "run_delay_s": 0.125,
        "attempts": 2, "waited_s": 0.5, "status": "ok", "reason": None, "error": None, "output": "[1]",
        "fingerprint": "f00d",
    }  # fmt: skip


def test_a_row_is_the_line_with_its_trial_its_label_and_times_from_the_first_submission() -> None:
    found = dict(zip(ROW, row(7, LABELS, parsed(), 10.0), strict=True))
    assert (found["trial_id"], found["label"]) == (7, "b")
    assert (found["started_s"], found["finished_s"]) == (0.5, 1.0)
    assert Record(**{name: found[name] for name in FIELDS}).run_delay_s == 0.125


def test_what_was_not_measured_is_none_and_not_nothing() -> None:
    found = dict(zip(LINE, parsed(None, None), strict=True))
    assert found["cpu_s"] is found["run_delay_s"] is None


def test_a_row_from_named_values_leaves_the_rest_unknown() -> None:
    made = row_of(7, "b", task=1, status="cancelled")
    assert dict(zip(ROW, made, strict=True)) == {
        **dict.fromkeys(ROW), "trial_id": 7, "label": "b", "task": 1, "status": "cancelled", "attempts": 0,
        "waited_s": 0.0,
    }  # fmt: skip
    with pytest.raises(TypeError, match="colour"):
        row_of(7, "b", colour="red")


def test_a_good_end_is_told_from_a_bad_one() -> None:
    assert succeeded(parsed())
    assert not succeeded(json.loads(line(1, 3, 0, 1, None, None, 1, 0, '"failed","exception","x",null,null')))
