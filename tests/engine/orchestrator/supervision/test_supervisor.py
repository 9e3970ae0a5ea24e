"""One trial seen from the orchestrator, without its process: what it says, when it must stop, when it is killed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from engine.errors import OverlapError, StoreUnusable
from engine.orchestrator.supervision.outcome import Assignment, Outcome
from engine.orchestrator.supervision.supervisor import CANCEL_S, Supervisor
from engine.protocol.record import ROW, Row
from tests.engine.clock import FakeClock
from tests.engine.orchestrator.scripted import (
    ScriptedTrial,
    Step,
    assignment,
    board_at,
    ending,
    record,
    said,
    whole,
)

pytestmark = pytest.mark.heart
LABELS = [f"task {number}" for number in range(20)]


@dataclass
class Watched:
    """A supervised trial that follows a script, and what was saved of it."""

    folder: Path
    script: Sequence[Step]
    cancelled: Callable[[], bool] = lambda: False
    code: int = 0
    labels: Callable[[], Sequence[str]] = lambda: LABELS
    clock: FakeClock = field(default_factory=FakeClock)
    rows: list[Row] = field(default_factory=list)
    counts: list[tuple[int, int]] = field(default_factory=list)

    seats: list[tuple[str, ...]] = field(default_factory=list)

    def save(self, rows: list[Row], ok: int, failed: int) -> None:
        self.rows += rows
        self.counts.append((ok, failed))

    def run(self, **given: Any) -> Outcome:
        self.trial = ScriptedTrial(self.script, self.clock, self.code)

        def start(work: Assignment) -> ScriptedTrial:
            self.clock.pass_s(0.25)
            return self.trial

        self.supervisor = Supervisor(
            assignment(self.folder, **given), self.save, self.cancelled, self.labels, start, self.clock,
            self.seats.append,
        )  # fmt: skip
        return self.supervisor.run()

    def column(self, name: str) -> list[Any]:
        return [row[ROW.index(name)] for row in self.rows]


def test_a_trial_that_says_so_has_ended_and_its_records_are_rows(tmp_path: Path) -> None:
    watched = Watched(tmp_path, whole(0, 1, 2, failed=[1]))
    outcome = watched.run()
    assert (outcome.ended, outcome.cancelled, outcome.message) == (True, False, None)
    assert watched.column("task") == [0, 1, 2]
    assert watched.column("label") == ["task 0", "task 1", "task 2"]
    assert watched.column("status") == ["ok", "failed", "ok"]
    assert sum(ok for ok, _ in watched.counts) == 2 and sum(failed for _, failed in watched.counts) == 1
    assert set(watched.supervisor.done) == {0, 1, 2}


def test_times_count_from_the_moment_when_the_trials_clock_started(tmp_path: Path) -> None:
    watched = Watched(tmp_path, [said("open", at=99.5), record(0, finished_s=101.0), ending()])
    assert watched.run().origin_s == 99.5
    assert (watched.column("started_s"), watched.column("finished_s")) == ([0.5], [1.5])


def test_the_second_record_of_a_task_is_dropped(tmp_path: Path) -> None:
    watched = Watched(tmp_path, [said("open"), record(3), record(3, failed=True), ending()])
    watched.run()
    assert (watched.column("task"), watched.column("status")) == ([3], ["ok"])


def test_lines_that_arrive_in_pieces_are_put_together(tmp_path: Path) -> None:
    text = said("open") + record(0) + record(1) + ending()
    watched = Watched(tmp_path, [text[at : at + 7] for at in range(0, len(text), 7)])
    assert watched.run().ended
    assert watched.column("task") == [0, 1]


def test_a_last_line_that_was_cut_off_is_no_record(tmp_path: Path) -> None:
    watched = Watched(tmp_path, [said("open"), record(0), record(1)[:-9]], code=-9)
    outcome = watched.run()
    assert watched.column("task") == [0]
    assert not outcome.ended


def test_a_process_that_was_killed_says_by_what(tmp_path: Path) -> None:
    outcome = Watched(tmp_path, [said("open"), record(0)], code=-9).run()
    assert outcome.message == "The trial's process was ended by SIGKILL."


def test_a_process_that_left_too_early_says_its_exit_code(tmp_path: Path) -> None:
    outcome = Watched(tmp_path, [said("ready")], code=3).run()
    assert outcome.message == "The trial's process ended with exit code 3 before its tasks did."


def test_an_end_without_its_closing_is_no_end(tmp_path: Path) -> None:
    outcome = Watched(tmp_path, [said("open"), said("end", cancelled=False)], code=1).run()
    assert not outcome.ended and outcome.message is not None


def test_a_broken_trial_tells_why_and_whom_it_suspects(tmp_path: Path) -> None:
    script = [said("open"), said("broken", message="No worker lives.", final=False, suspects=[[4, 1], [5, 2]])]
    outcome = Watched(tmp_path, script, code=1).run()
    assert (outcome.message, outcome.final, outcome.suspects) == ("No worker lives.", False, [(4, 1), (5, 2)])


def test_a_trial_that_cannot_start_anywhere_is_final_and_leaves_the_suspects_to_the_board(tmp_path: Path) -> None:
    script = [said("broken", message="PIL is missing.", final=True, suspects=None)]
    outcome = Watched(tmp_path, script, code=1).run()
    assert (outcome.final, outcome.suspects) == (True, None)


def test_what_the_board_showed_last_is_part_of_the_outcome(tmp_path: Path) -> None:
    clock = FakeClock()
    board_at(tmp_path / "board", clock, (6, 1.0))
    outcome = Watched(tmp_path, [said("open")], code=-11, clock=clock).run()
    assert [slot.task for slot in outcome.busy] == [6]


def test_a_trial_without_records_tells_its_counts_and_one_example(tmp_path: Path) -> None:
    script = [said("open"), ending(ok=8, failed=2, example="ValueError: no")]
    outcome = Watched(tmp_path, script).run()
    assert (outcome.counted, outcome.example) == ((8, 2), "ValueError: no")


def test_a_trial_in_which_nothing_failed_has_no_example(tmp_path: Path) -> None:
    outcome = Watched(tmp_path, [said("open"), ending(ok=8, example=None)]).run()
    assert (outcome.counted, outcome.example) == ((8, 0), None)


def test_a_cancel_is_passed_on_once_and_a_trial_that_leaves_is_not_killed_before(tmp_path: Path) -> None:
    killed: list[bool] = []
    script: list[Step] = [said("open"), record(0), 0.3, lambda: killed.append(watched.trial.killed)]
    watched = Watched(tmp_path, [*script, said("end", cancelled=True), said("closing")], cancelled=lambda: True)
    outcome = watched.run()
    assert watched.trial.asked and killed == [False]
    assert (outcome.cancelled, outcome.ended, outcome.message) == (True, False, None)


def test_a_cancelled_trial_that_does_not_leave_is_killed(tmp_path: Path) -> None:
    watched = Watched(tmp_path, [said("open"), 0.2, CANCEL_S + 0.1, record(0), record(1)], cancelled=lambda: True)
    outcome = watched.run()
    assert watched.trial.killed and outcome.cancelled
    assert watched.column("task") == [], "nothing is read after the kill"


def test_a_cancel_that_comes_when_all_is_done_changes_nothing(tmp_path: Path) -> None:
    outcome = Watched(tmp_path, [*whole(0), 0.2, 0.2], cancelled=lambda: True).run()
    assert (outcome.ended, outcome.cancelled) == (True, False)


def test_nobody_is_asked_to_stop_without_a_cancel(tmp_path: Path) -> None:
    watched = Watched(tmp_path, whole(0))
    watched.run()
    assert not watched.trial.asked


def test_the_process_is_killed_and_given_back_whatever_happens(tmp_path: Path) -> None:
    watched = Watched(tmp_path, whole(0))
    watched.run()
    assert watched.trial.killed, "a group may outlive its leader"
    assert watched.trial.closed


def test_a_list_of_tasks_that_cannot_be_read_ends_the_process_and_is_raised(tmp_path: Path) -> None:
    def labels() -> Sequence[str]:
        raise OverlapError("The list is gone.")

    watched = Watched(tmp_path, whole(0), labels=labels)
    with pytest.raises(OverlapError, match="gone"):
        watched.run()
    assert watched.trial.killed and watched.trial.closed


def test_records_that_cannot_be_stored_end_the_process_and_are_raised(tmp_path: Path) -> None:
    class Full(Watched):
        def save(self, rows: list[Row], ok: int, failed: int) -> None:
            raise StoreUnusable("The disk is full.")

    watched = Full(tmp_path, whole(0))
    with pytest.raises(StoreUnusable):
        watched.run()
    assert watched.trial.killed and watched.trial.closed


def test_a_trial_of_a_reference_is_ended_after_the_limit_of_all_its_tasks(tmp_path: Path) -> None:
    watched = Watched(tmp_path, [said("open"), 29.0, 0.2, 2.0, 0.2], code=-9)
    outcome = watched.run(whole_limit_s=30.0)
    assert outcome.message == "The trial was ended after its limit of 30 s."
    assert watched.trial.killed and outcome.overdue == set()


def test_the_limit_of_all_tasks_counts_only_while_the_clock_runs(tmp_path: Path) -> None:
    watched = Watched(tmp_path, [said("ready"), 99.0, 0.2, said("open", at=200.0), 1.0, ending(ok=1), 99.0, 0.2])
    assert watched.run(whole_limit_s=30.0).ended


def test_a_task_past_its_limit_ends_the_trial_and_is_known_as_overdue(tmp_path: Path) -> None:
    clock = FakeClock()
    board = board_at(tmp_path / "board", clock, (2, 0.0))
    script: list[Step] = [said("open"), 4.0, board.beat, 1.5, board.beat, 0.2, record(9)]
    watched = Watched(tmp_path, script, clock=clock, code=-9)
    outcome = watched.run(limit_s=5.0)
    assert outcome.overdue == {2}
    assert watched.trial.killed and watched.column("task") == []


def test_a_task_within_its_limit_is_left_alone(tmp_path: Path) -> None:
    clock = FakeClock()
    board_at(tmp_path / "board", clock, (2, 0.0), beat_s=0.0)
    watched = Watched(tmp_path, [said("open"), 4.0, 0.2, record(2), ending()], clock=clock)
    assert watched.run(limit_s=5.0).ended


def test_no_limit_is_looked_at_before_the_clock_runs_or_after_its_end(tmp_path: Path) -> None:
    clock = FakeClock()
    board_at(tmp_path / "board", clock, (2, 50.0), beat_s=0.0)
    script: list[Step] = [said("ready"), 9.0, 0.2, said("open") + record(2) + said("end", cancelled=False), 9.0, 0.2]
    assert Watched(tmp_path, [*script, said("closing")], clock=clock).run(limit_s=5.0).ended


def test_the_figures_are_the_trials_own_and_the_spans_between_its_events(tmp_path: Path) -> None:
    script = [
        said("ready", at=100.5), said("open", at=101.0), record(0),
        said("end", at=103.0, cancelled=False, cpu_s=1.5, chunk=4), said("closing", at=103.25),
    ]  # fmt: skip
    watched = Watched(tmp_path, script)
    measured = watched.run().measurement
    assert (measured.interpreter_s, measured.startup_s, measured.wall_s, measured.encoding_s) == (0.5, 0.5, 2.0, 0.25)
    assert (measured.cpu_s, measured.chunk, measured.run_delay_s) == (1.5, 4, None)
    assert measured.teardown_s == pytest.approx(watched.clock.now_s - 103.25)


def test_where_a_clusters_workers_sit_is_told_whenever_it_has_changed_and_kept_of_a_trial_that_died(
    tmp_path: Path,
) -> None:
    first, then = ("north tcp://a:1", ""), ("north tcp://a:1", "south tcp://b:2")
    script: list[Step] = [said("open"), said("seated", names=first), record(0), said("seated", names=then), record(1)]
    watched = Watched(tmp_path, script, code=-9)
    assert watched.run().measurement.worker_names == then
    assert watched.seats == [first, then]


def test_a_trial_that_never_opened_has_no_wall_time_and_one_that_died_has_one_to_its_exit(tmp_path: Path) -> None:
    assert Watched(tmp_path, [said("ready")], code=1).run().measurement.wall_s is None
    watched = Watched(tmp_path, [said("open", at=100.0), 5.0], code=-9)
    assert watched.run().measurement.wall_s == pytest.approx(watched.clock.now_s - 100.0)


def test_a_supervisor_that_has_not_started_has_nothing_to_kill(tmp_path: Path) -> None:
    Supervisor(assignment(tmp_path), Watched(tmp_path, []).save, lambda: False, lambda: LABELS).kill()


def test_where_one_task_may_have_made_the_others_late_the_trial_ends_and_nobody_is_named(tmp_path: Path) -> None:
    clock = FakeClock()
    board_at(tmp_path / "board", clock, (2, 9.0), (3, 9.0), beat_s=30.0)
    watched = Watched(tmp_path, [said("open"), 0.2, record(9)], clock=clock, code=-9)
    outcome = watched.run(limit_s=5.0)
    assert watched.trial.killed
    assert outcome.overdue == set()
    assert sorted(slot.task for slot in outcome.busy) == [2, 3], "both are suspects"
