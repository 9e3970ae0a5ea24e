"""A job: its trial is continued by others when its process dies, until every task has its end or nothing gets done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.analysis.tally import tally_from
from engine.errors import NotAvailable, OverlapError, TaskFailed
from engine.model import Run
from engine.orchestrator.blame import Pending
from engine.orchestrator.job import JobRunner
from engine.orchestrator.runners import runner_of
from engine.protocol.specification import Specification
from engine.workloads.compute import Compute
from tests.engine.orchestrator.memory_store import Scripted, plan_of
from tests.engine.orchestrator.scripted import Step, board_at, record, said, whole
from tests.engine.support import until

pytestmark = pytest.mark.heart


def tasks_of(spec: Specification, total: int = 4) -> list[int]:
    """What the trial is to run: suspects first."""
    rest = range(total) if spec.only is None else spec.only
    return [*spec.suspects, *(task for task in rest if task not in spec.suspects)]


class Job(Scripted):
    """A job of four tasks; `scripts` are those of its trials, the last one for all that follow."""

    def __init__(self, folder: Path, *scripts: Any, tasks: int = 4, **plan: Any) -> None:
        super().__init__(folder, plan_of(tasks, **plan), self.next)
        self.scripts = list(scripts)

    def next(self, spec: Specification) -> Sequence[Step]:
        chosen = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        self.code = 0 if chosen is runs_all else -9
        return chosen(self, spec)  # type: ignore[no-any-return]

    def run(self, pending: Pending | None = None, **request: Any) -> str:
        self.job = JobRunner(self.request(**request))
        return self.job.to_the_end() if pending is None else self.job.run_tasks(pending)


def runs_all(job: Job, spec: Specification) -> Sequence[Step]:
    """A trial that does all it is given."""
    return whole(*tasks_of(spec, job.store.now.tasks))


def dies_idle(job: Job, spec: Specification) -> Sequence[Step]:
    """A trial that dies before it has done anything."""
    return [said("open")]


def dies_at(*at_work: int, done: Sequence[int] = (), for_s: float = 1.0) -> Any:
    """A trial that dies while it is at these tasks, having done others."""

    def script(job: Job, spec: Specification) -> Sequence[Step]:
        board_at(Path(spec.board), job.clock, *((task, for_s) for task in at_work), beat_s=0.0)
        return [said("open"), *(record(task) for task in done)]

    return script


def test_a_job_whose_trial_runs_to_its_end_is_finished(tmp_path: Path) -> None:
    job = Job(tmp_path, runs_all)
    assert job.run() == "finished"
    assert job.statuses() == dict.fromkeys(range(4), "ok")
    assert [trial.state for trial in job.store.kept] == ["finished"]


def test_the_trial_is_told_what_the_run_asks_for(tmp_path: Path) -> None:
    job = Job(tmp_path, runs_all, options={"amount": 3}, time_limit_s=9.0)
    job.run(options=lambda: {"demo_base": "http://127.0.0.1:1"})
    (given,) = job.given
    assert given.options == {"amount": 3, "demo_base": "http://127.0.0.1:1"}
    assert (given.workload, given.time_limit_s, given.stores) == ("compute", 9.0, True)
    assert given.configuration == job.store.now.configurations[0]
    assert Path(given.tasks).read_text(encoding="utf-8").count("\n") == 4


def test_where_a_clusters_workers_sit_is_stored_while_they_work(tmp_path: Path) -> None:
    names = ("north tcp://a:1", "south tcp://b:2")

    def seated(job: Job, spec: Specification) -> Sequence[Step]:
        def is_stored() -> None:
            until(lambda: job.store.trials(job.store.now)[0].measurement.worker_names == names, 5)

        job.code = 0
        return [said("open"), said("seated", names=names), record(0), is_stored, *whole(1, 2, 3)[2:]]

    assert Job(tmp_path, seated).run() == "finished"


def test_after_a_death_the_next_trial_runs_what_was_not_done(tmp_path: Path) -> None:
    job = Job(tmp_path, dies_at(done=[0, 2]), runs_all)
    assert job.run() == "finished"
    assert job.given[1].only == {1: 0, 3: 0}
    assert [(trial.state, trial.continues) for trial in job.store.kept] == [("failed", None), ("finished", 0)]


def test_tasks_at_work_when_the_trial_died_run_first_and_alone(tmp_path: Path) -> None:
    job = Job(tmp_path, dies_at(1, 3, done=[0]), runs_all)
    assert job.run() == "finished"
    assert (job.given[1].only, job.given[1].suspects) == ({2: 0}, {1: 1, 3: 1})


def test_a_task_that_dies_alone_again_is_named_and_the_others_are_done(tmp_path: Path) -> None:
    job = Job(tmp_path, dies_at(1), dies_at(1), runs_all)
    assert job.run() == "finished"
    row = job.store.records.latest()[1]
    assert (row["status"], row["reason"], row["attempts"], row["worker"]) == ("failed", "crashed", 2, 0)
    assert "2 times" in row["error"] and row["label"] == "task 1"
    assert {task for task, status in job.statuses().items() if status == "ok"} == {0, 2, 3}


def test_a_task_that_blocks_its_trial_beyond_its_limit_is_named_at_once(tmp_path: Path) -> None:
    def blocks(job: Job, spec: Specification) -> Sequence[Step]:
        board = board_at(Path(spec.board), job.clock, (2, 30.0), beat_s=0.0)
        return [said("open"), 0.2, board.beat, 0.2]

    job = Job(tmp_path, blocks, runs_all, time_limit_s=5.0)
    assert job.run() == "finished"
    row = job.store.records.latest()[2]
    assert (row["reason"], row["attempts"]) == ("time_limit", 1)
    assert "its limit of 5 s" in row["error"]


def test_what_a_trial_can_still_say_of_its_suspects_is_believed(tmp_path: Path) -> None:
    def breaks(job: Job, spec: Specification) -> Sequence[Step]:
        return [said("open"), record(0), said("broken", message="No pool.", final=False, suspects=[[3, 1]])]

    job = Job(tmp_path, breaks, runs_all)
    assert job.run() == "finished"
    assert (job.given[1].only, job.given[1].suspects) == ({1: 0, 2: 0}, {3: 1})


def test_deaths_without_any_progress_end_the_job_with_the_reason(tmp_path: Path) -> None:
    job = Job(tmp_path, dies_idle)
    with pytest.raises(OverlapError, match=r"ended by SIGKILL\. That happened 3 times without any task done\."):
        job.run()
    assert len(job.given) == 3
    assert {trial.state for trial in job.store.kept} == {"failed"}


def test_progress_starts_the_count_of_deaths_anew(tmp_path: Path) -> None:
    job = Job(tmp_path, dies_idle, dies_idle, dies_at(done=[0]), dies_idle, dies_idle, runs_all)
    assert job.run() == "finished"


def test_naming_a_culprit_is_progress(tmp_path: Path) -> None:
    job = Job(tmp_path, dies_at(0), dies_at(0), dies_idle, dies_idle, runs_all)
    assert job.run() == "finished"
    assert job.statuses()[0] == "failed"


def test_a_trial_that_cannot_start_anywhere_ends_the_job_at_once(tmp_path: Path) -> None:
    def refuses(job: Job, spec: Specification) -> Sequence[Step]:
        return [said("broken", message="PIL is missing.", final=True, suspects=None)]

    job = Job(tmp_path, refuses)
    with pytest.raises(NotAvailable, match="PIL is missing"):
        job.run()
    assert len(job.given) == 1


def test_a_cancel_gives_every_task_that_was_not_done_a_record_that_says_so(tmp_path: Path) -> None:
    def cancelled(job: Job, spec: Specification) -> Sequence[Step]:
        def cancel() -> None:
            job.cancel = True

        return [said("open"), record(0), cancel, 0.2, 0.2, said("end", cancelled=True), said("closing")]

    job = Job(tmp_path, cancelled)
    assert job.run() == "cancelled"
    assert job.statuses() == {0: "ok", 1: "cancelled", 2: "cancelled", 3: "cancelled"}
    row = job.store.records.latest()[3]
    assert (row["reason"], row["attempts"], row["worker"]) == ("cancelled", 0, None)
    assert job.job.cancelled_after(job.store.run("rmade")) == "Cancelled, 1 of 4 done."


def test_a_job_that_is_abandoned_leaves_its_tasks_without_an_end_so_that_it_can_be_resumed(tmp_path: Path) -> None:
    def abandoned(job: Job, spec: Specification) -> Sequence[Step]:
        def abandon() -> None:
            job.cancel = True
            job.job.abandon()

        return [said("open"), record(0), abandon, 0.2]

    job = Job(tmp_path, abandoned)
    assert job.run() == "cancelled"
    assert job.statuses() == {0: "ok"}


def test_a_trial_that_ended_without_a_tasks_record_fails_the_run_instead_of_hiding_it(tmp_path: Path) -> None:
    job = Job(tmp_path, runs_all)
    job.store.records.lost = {1, 2}
    with pytest.raises(OverlapError, match="2 results are not stored: resume the run"):
        job.run()
    assert job.store.kept[0].state == "failed"


def test_a_row_that_the_database_refuses_costs_only_itself(tmp_path: Path) -> None:
    job = Job(tmp_path, runs_all)
    job.store.records.refused = {2}
    assert job.run() == "finished"
    assert len(job.statuses()) == 4


def test_trials_of_very_many_tasks_are_tallied_with_those_that_took_them_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.orchestrator.trials.FROM_TASKS", 3)
    job = Job(tmp_path, dies_at(1), dies_at(1, done=[0]), runs_all)
    assert job.run() == "finished"
    tallies = [tally_from(found) if found else None for found in job.store.tallies.values()]
    assert [one and one.tasks for one in tallies] == [0, 2, None], "the last trial has two tasks only"
    assert tallies[1] is not None and [one.task for one in tallies[1].failures["crashed"][1]] == [1]


def test_an_unfinished_part_is_what_has_no_end_yet(tmp_path: Path) -> None:
    job = Job(tmp_path, dies_at(done=[0, 1]), dies_idle)
    with pytest.raises(OverlapError):
        job.run()
    job.scripts = [runs_all]
    assert job.run(part="unfinished") == "finished"
    assert job.given[-1].only == {2: 0, 3: 0}
    assert job.store.kept[-1].continues == job.store.kept[-2].order


def with_failures(folder: Path, *failed: int) -> Job:
    """A job in which some tasks have failed."""
    job = Job(folder, lambda job, spec: whole(*tasks_of(spec), failed=failed))
    assert job.run() == "finished"
    job.scripts = [runs_all]
    return job


def test_a_retry_runs_the_failed_tasks_and_no_longer_counts_them_as_failed(tmp_path: Path) -> None:
    job = with_failures(tmp_path, 1, 3)
    assert job.run(part="failed") == "finished"
    assert job.given[-1].only == {1: 0, 3: 0}
    run = job.store.run("rmade")
    assert (run.ok, run.failed) == (4, 0)


def test_a_retry_of_chosen_tasks_leaves_the_others_failed(tmp_path: Path) -> None:
    job = with_failures(tmp_path, 1, 3)
    assert job.run(part="failed", chosen=[3, 0]) == "finished"
    assert job.given[-1].only == {3: 0}, "task 0 had not failed"
    run = job.store.run("rmade")
    assert (run.ok, run.failed) == (3, 1)


def test_a_retry_with_nothing_to_do_starts_no_trial(tmp_path: Path) -> None:
    job = with_failures(tmp_path, 1)
    assert job.run(part="failed", chosen=[0]) == "finished"
    assert len(job.given) == 1


def test_a_part_of_an_interrupted_run_does_not_make_it_finished(tmp_path: Path) -> None:
    job = Job(tmp_path, runs_all)
    assert job.run(Pending({0: 0})) == "interrupted"


def test_the_workload_makes_what_was_asked_for_from_the_results_and_its_remark_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def conclude(run: Run, outputs: Path, results: Any) -> str:
        seen.extend(results)
        return "The page is missing."

    monkeypatch.setattr(Compute, "conclude", conclude)
    job = Job(tmp_path, lambda job, spec: whole(0, 1, failed=[1]), tasks=2)
    assert job.run() == "finished"
    assert seen == [("task 0", 0)]
    assert job.job.remark == "The page is missing."


def test_after_each_trial_the_workload_removes_what_killed_workers_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(
        Compute, "clean_up", lambda options, outputs, tasks: seen.append([task.label for task in tasks])
    )
    job = Job(tmp_path, dies_at(done=[0]), runs_all)
    job.run()
    assert seen == [["task 0", "task 1", "task 2", "task 3"]] * 2


def test_a_service_that_does_not_come_up_ends_the_run_before_there_is_a_trial(tmp_path: Path) -> None:
    def options() -> Any:
        raise NotAvailable("The demo shops did not start.")

    job = Job(tmp_path, runs_all)
    with pytest.raises(NotAvailable, match="did not start"):
        job.run(options=options)
    assert job.store.kept == []


def test_a_list_of_tasks_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    job = Job(tmp_path, runs_all)
    job.store.run_folder.tasks_file.write_text('["task 0",0]\n["ta', encoding="utf-8")
    with pytest.raises(OverlapError, match="is gone or cut off: start the run anew"):
        job.run()


def test_a_job_is_run_by_the_runner_of_jobs(tmp_path: Path) -> None:
    assert type(runner_of(Job(tmp_path, runs_all).request())) is JobRunner


def test_a_task_failed_error_is_not_needed_to_name_a_culprit() -> None:
    """The reason's words are one function's, so a trial and the orchestrator say the same."""
    from engine.protocol.reasons import crashed, time_limit

    assert [type(one) for one in (crashed(2), time_limit(3.0))] == [TaskFailed, TaskFailed]
    assert (crashed(2).reason, time_limit(0.5).reason) == ("crashed", "time_limit")
    assert "0.5 s" in time_limit(0.5).message
