"""What a trial writes becomes rows and events, in batches that neither grow nor wait for long."""

from __future__ import annotations

from typing import Any

import pytest

from engine.orchestrator.supervision.intake import FLUSH_ROWS, FLUSH_S, Intake
from engine.protocol.events import Broken
from engine.protocol.record import ROW, Row
from tests.engine.orchestrator.scripted import record, said

pytestmark = pytest.mark.heart


class Saved:
    """An intake, and what it handed on, call by call."""

    def __init__(self) -> None:
        self.calls: list[tuple[list[Row], int, int]] = []
        self.intake = Intake(7, lambda rows, ok, failed: self.calls.append((rows, ok, failed)))
        self.intake.labels = [f"task {number}" for number in range(FLUSH_ROWS + 10)]

    def column(self, name: str) -> list[Any]:
        return [row[ROW.index(name)] for rows, _, _ in self.calls for row in rows]


def test_the_first_records_are_handed_on_at_once_because_somebody_waits_for_them() -> None:
    saved = Saved()
    saved.intake.take(record(0))
    saved.intake.flush_if_due(0.0)
    assert saved.column("task") == [0]


def test_later_records_wait_for_others_but_not_for_long() -> None:
    saved = Saved()
    saved.intake.flush(10.0)
    saved.intake.take(record(0))
    saved.intake.flush_if_due(10.0 + FLUSH_S - 0.01)
    assert saved.calls == []
    saved.intake.take(record(1))
    saved.intake.flush_if_due(10.0 + FLUSH_S)
    assert [len(rows) for rows, _, _ in saved.calls] == [2]


def test_many_records_do_not_wait_at_all() -> None:
    saved = Saved()
    saved.intake.flush(10.0)
    saved.intake.take(b"".join(record(task) for task in range(FLUSH_ROWS)))
    saved.intake.flush_if_due(10.0)
    assert [len(rows) for rows, _, _ in saved.calls] == [FLUSH_ROWS]


def test_without_records_nothing_is_saved() -> None:
    saved = Saved()
    saved.intake.take(said("ready"))
    saved.intake.flush(10.0)
    saved.intake.flush_if_due(99.0)
    assert saved.calls == []


def test_each_batch_counts_its_own_failures() -> None:
    saved = Saved()
    saved.intake.take(record(0) + record(1, failed=True))
    saved.intake.flush(1.0)
    saved.intake.take(record(2) + record(3))
    saved.intake.flush(2.0)
    assert [(ok, failed) for _, ok, failed in saved.calls] == [(1, 1), (2, 0)]


def test_rows_belong_to_the_trial_and_have_its_labels() -> None:
    saved = Saved()
    saved.intake.take(record(4))
    saved.intake.flush(1.0)
    assert (saved.column("trial_id"), saved.column("label")) == ([7], ["task 4"])


def test_a_task_counts_once_even_if_its_second_record_comes_in_another_batch() -> None:
    saved = Saved()
    saved.intake.take(record(0))
    saved.intake.flush(1.0)
    saved.intake.take(record(0, failed=True) + record(1))
    saved.intake.flush(2.0)
    assert saved.column("task") == [0, 1]
    assert set(saved.intake.done) == {0, 1}


def test_an_open_in_the_same_piece_holds_for_the_records_behind_it() -> None:
    saved = Saved()
    saved.intake.take(said("open", at=90.0) + record(0))
    saved.intake.flush(1.0)
    assert saved.column("started_s") == [10.0]


@pytest.mark.parametrize("cut", range(1, 12))
def test_wherever_a_line_is_cut_it_is_read_once_it_is_whole(cut: int) -> None:
    saved, text = Saved(), record(0) + record(1)
    saved.intake.take(text[:-cut])
    saved.intake.take(text[-cut:])
    saved.intake.flush(1.0)
    assert saved.column("task") == [0, 1]


def test_the_clock_runs_between_open_and_end() -> None:
    intake = Saved().intake
    seen = [intake.measuring]
    for event in ("ready", "open", "end", "closing"):
        intake.take(said(event))
        seen.append(intake.measuring)
    assert seen == [False, False, True, False, False]


def test_an_event_is_kept_with_its_values() -> None:
    intake = Saved().intake
    intake.take(said("broken", message="no", final=True))
    broken = intake.heard.get(Broken)
    assert broken is not None and broken.message == "no"


def test_what_only_pythons_own_json_reads_is_read_all_the_same() -> None:
    saved = Saved()
    odd = b'{"event": "Broken", "at": 1.0, "final": false, "message": "\\ud800", "suspects": [[NaN, 1]]}\n'
    saved.intake.take(record(0) + odd + record(1))
    saved.intake.flush(1.0)
    broken = saved.intake.heard.get(Broken)
    assert saved.column("task") == [0, 1] and broken is not None and broken.message == "\ud800"
