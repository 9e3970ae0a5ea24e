"""When a trial is ended for a time limit, and when it is certain whose fault that was."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.orchestrator.supervision.limits import BACKUP_S, SILENT_S, Overdue, overdue
from engine.protocol.board import LONGEST_SLEEP_S, BusySlot
from tests.engine.orchestrator.scripted import assignment

pytestmark = pytest.mark.heart
NOW_S, LIMIT_S = 100.0, 5.0
FOLDER = Path("/nowhere")


def at(task: int, for_s: float) -> BusySlot:
    """A worker that is at this task since so many seconds."""
    return BusySlot(task, 100 + task, task, NOW_S - for_s)


def found(*busy: BusySlot, silent_s: float = 0.0, can_kill: bool = False, has_async: bool = False) -> Overdue | None:
    work = assignment(FOLDER, LIMIT_S, can_kill=can_kill, has_async=has_async)
    return overdue(work, busy, silent_s, NOW_S)


def test_without_a_limit_a_task_may_take_for_ever() -> None:
    assert overdue(assignment(FOLDER, None), [at(1, 1e6)], 0.0, NOW_S) is None


def test_nobody_at_work_is_nobody_overdue() -> None:
    assert found() is None


def test_a_task_exactly_at_its_limit_is_within_it() -> None:
    assert found(at(1, LIMIT_S)) is None


def test_only_tasks_past_their_limit_are_overdue() -> None:
    assert found(at(1, 5.1), at(2, 4.9), at(3, 60)) == Overdue(frozenset({1, 3}), certain=True)


@pytest.mark.parametrize("ends_tasks", ["can_kill", "has_async"])
def test_a_trial_that_ends_tasks_itself_is_given_time_to_do_so(ends_tasks: str) -> None:
    given = {ends_tasks: True}
    assert found(at(1, LIMIT_S + BACKUP_S - 0.1), **given) is None
    assert found(at(1, LIMIT_S + BACKUP_S + 0.1), **given) is not None


def test_an_event_loop_that_is_held_up_cannot_end_its_tasks_and_gets_no_more_time() -> None:
    assert found(at(1, LIMIT_S + 0.1), has_async=True, silent_s=SILENT_S) == Overdue(frozenset({1}), certain=True)


def test_a_pool_of_processes_whose_loop_is_silent_still_gets_its_time() -> None:
    assert found(at(1, LIMIT_S + 0.1), can_kill=True, silent_s=9.0) is None


def test_a_task_that_holds_the_gil_makes_others_late_so_it_is_not_certain_who_it_is() -> None:
    assert found(at(1, 6), at(2, 6), silent_s=SILENT_S) == Overdue(frozenset({1, 2}), certain=False)


def test_the_only_task_at_work_is_certain_even_if_the_loop_is_silent() -> None:
    assert found(at(1, 6), silent_s=SILENT_S) == Overdue(frozenset({1}), certain=True)


def test_a_loop_that_runs_proves_that_nobody_holds_the_gil() -> None:
    assert found(at(1, 6), at(2, 1), silent_s=SILENT_S - 0.01) == Overdue(frozenset({1}), certain=True)


def test_a_task_in_a_process_of_its_own_is_certain() -> None:
    assert found(at(1, 9), at(2, 1), can_kill=True, silent_s=9.0) == Overdue(frozenset({1}), certain=True)


def test_silence_is_ten_times_the_longest_sleep_of_a_loop() -> None:
    assert pytest.approx(10 * LONGEST_SLEEP_S) == SILENT_S
