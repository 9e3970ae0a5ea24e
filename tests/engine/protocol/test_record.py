"""A record's way from a worker's line to a row and back: every field arrives under its own name."""

from __future__ import annotations

import json

import pytest

from engine.model import Record
from engine.protocol.record import (
    FAILED,
    FIELDS,
    LINE,
    OPEN,
    ROW,
    TASK,
    closed,
    failed_ending,
    good_ending,
    is_open,
    line,
    row,
    row_of,
    succeeded,
)

pytestmark = pytest.mark.heart
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


def ended(ending: str) -> dict[str, object]:
    """The last five fields of a line with this ending, by name."""
    found = json.loads(line(1, 3, 10.5, 11.0, None, None, 1, 0.0, ending))
    return dict(zip(LINE[-5:], found[-5:], strict=True))


def test_a_line_without_its_last_five_fields_is_what_an_ending_completes() -> None:
    assert LINE[-5:] == ("status", "reason", "error", "output", "fingerprint")


def test_a_good_ending_holds_the_result_as_json_text_and_its_fingerprint() -> None:
    assert ended(good_ending('{"a":"é\\n"}', "f00d")) == {
        "status": "ok", "reason": None, "error": None, "output": '{"a":"é\\n"}', "fingerprint": "f00d",
    }  # fmt: skip


def test_a_good_ending_without_a_result_keeps_the_fingerprint() -> None:
    found = ended(good_ending(None, "f00d"))
    assert (found["status"], found["output"], found["fingerprint"]) == ("ok", None, "f00d")


def test_a_failed_ending_holds_reason_and_sentence_whatever_characters_they_have() -> None:
    found = ended(failed_ending("not_found", 'It said: "404",\n[null] \u2028 🙂'))
    assert found == {
        "status": "failed", "reason": "not_found", "error": 'It said: "404",\n[null] \u2028 🙂', "output": None,
        "fingerprint": None,
    }  # fmt: skip


def test_only_a_failed_ending_begins_like_one() -> None:
    assert failed_ending("a", "b").startswith(FAILED)
    assert not good_ending('"failed"', FAILED).startswith(FAILED)
    assert not OPEN.startswith(FAILED)


def open_line() -> bytes:
    return line(1, 3, 10.5, 11.0, None, None, 1, 0.0, OPEN).encode().rstrip()


def test_an_open_line_is_known_and_closed_with_its_fingerprint() -> None:
    assert is_open(open_line())
    assert json.loads(closed(open_line(), good_ending(None, "f00d")))[-1] == "f00d"


def test_an_open_line_can_be_closed_with_a_failure() -> None:
    found = closed(open_line(), failed_ending("unsendable_result", "No."))
    assert json.loads(found)[-5:] == ["failed", "unsendable_result", "No.", None, None]
    assert json.loads(found)[:8] == [1, 3, 10.5, 11.0, None, None, 1, 0.0], "nothing else has changed"


@pytest.mark.parametrize("ending", [good_ending(None, "f"), good_ending("1", "f"), failed_ending("a", OPEN + "]")])
def test_a_whole_line_is_not_open(ending: str) -> None:
    assert not is_open(line(1, 3, 10.5, 11.0, None, None, 1, 0.0, ending).encode().rstrip())


def test_a_parsed_line_has_its_task_where_it_is_looked_for() -> None:
    assert parsed()[TASK] == 1


def test_a_line_ends_with_one_line_break_and_holds_no_other() -> None:
    made = line(1, 3, 10.5, 11.0, 0.1, 0.1, 1, 0.0, failed_ending("a", "two\nlines"))
    assert made.endswith("]\n") and made.count("\n") == 1


def test_a_tenth_of_a_microsecond_arrives() -> None:
    found = json.loads(line(0, 0, 1.00000012, 2.0, 3e-7, 1e-7, 1, 0.0, ENDING))
    assert found[2] == pytest.approx(1.0000001) and found[4:6] == [3e-7, 1e-7]
