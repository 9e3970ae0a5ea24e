"""What may be done with a run, without a process: who may go on, what its orchestrator is told, how its end is told."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.config import Settings, load
from engine.errors import InputRefused, OverlapError, StoreBusy, StoreUnusable
from engine.model import Configuration, Plan, Run, Status, Task
from engine.protocol.record import row_of
from engine.runs import jobs, pilots
from engine.runs.logs import JsonLines
from engine.runs.plans import SEQUENTIAL, simple_plan
from engine.store import Store

THREADS = Configuration("threads", 2)
Launched = list[tuple[str, list[str], str, "list[int] | None"]]


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> Launched:
    """What was started instead of an orchestrator: token, services, part and chosen tasks."""
    found: Launched = []

    def launch(
        store: Store, run: Run, launch: str | None, services: list[str], part: str, tasks: Iterable[int] | None = None
    ) -> None:
        found.append((run.token, services, part, None if tasks is None else list(tasks)))

    monkeypatch.setattr(jobs, "_launch", launch)
    return found


def ended(
    store: Store, *statuses: Status, plan: Plan | None = None, state: Any = "finished", token: str = "r1", **values: Any
) -> Run:
    """A run with these ends of its tasks; further tasks of its plan have none."""
    plan = plan or simple_plan("wait", max(1, len(statuses)), {"seconds": 0}, THREADS, store.settings)
    run = store.create(plan, token, {}, None)
    trial = store.add_trial(run, 0, {"executor": "threads", "workers": 2}, run.tasks, None)
    rows = [row_of(trial.id, f"wait {task}", task=task, status=status) for task, status in enumerate(statuses)]
    store.records.add(trial, run, rows, statuses.count("ok"), statuses.count("failed"))
    store.set_state(run, state)
    if values:
        store.update_run(run, **values)
    return store.run(run.token)


# Starting.


def test_a_token_that_is_known_starts_nothing_a_second_time(store: Store, launched: Launched) -> None:
    plan = simple_plan("wait", 2, {"seconds": 0}, THREADS, store.settings)
    first, second = jobs.start(store, plan, "rdouble"), jobs.start(store, plan, "rdouble")
    assert first.id == second.id and launched == [("rdouble", [], "all", None)]


def test_each_start_without_a_token_is_a_run_of_its_own(store: Store, launched: Launched) -> None:
    plan = simple_plan("wait", 1, {}, THREADS, store.settings)
    assert len({jobs.start(store, plan, person="me").token for _ in range(2)}) == 2
    assert {run.person for run in store.runs()} == {"me"}


def test_on_a_full_disk_nothing_is_stored(store: Store, launched: Launched, tmp_path: Path) -> None:
    full = Store(store.engine, replace(store.settings, free_min_mb=1e12))
    with pytest.raises(InputRefused, match="have to be free"):
        jobs.start(full, simple_plan("wait", 1, {}, THREADS, store.settings))
    assert store.runs() == [] and launched == []


def test_the_disk_of_the_results_is_looked_at_too(
    store: Store, launched: Launched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path | None] = []
    monkeypatch.setattr(jobs, "must_have_room", lambda settings, target: asked.append(target))
    for target in (str(tmp_path / "out"), "", None, 7):
        jobs.start(store, replace(simple_plan("wait", 1, {}, THREADS, store.settings), options={"target": target}))
    assert asked == [tmp_path / "out", None, None, None]


def test_the_services_that_tasks_need_are_named_at_the_start(store: Store, launched: Launched) -> None:
    pages = (Task(0, "demo/a/1", {"url": "demo/a/1", "selector": None}),)
    jobs.start(store, Plan("job", "scrape", "t", pages, (THREADS,)), "r1")
    jobs.start(store, Plan("job", "compute", "t", (Task(0, "c", 1),), (THREADS,)), "r2")
    assert [services for _, services, _, _ in launched][1] == []


# Going on.


@pytest.mark.parametrize("state", ["waiting", "running"])
@pytest.mark.parametrize("again", [jobs.resume, jobs.retry])
def test_a_run_that_has_not_ended_is_left_alone(again: Any, state: Any, store: Store, launched: Launched) -> None:
    run = replace(ended(store, "failed"), state=state)
    with pytest.raises(OverlapError, match=rf"Run {run.id} is {state}: wait for its end, or cancel it first\."):
        again(store, run)
    assert launched == []


def test_what_has_no_end_yet_is_resumed(store: Store, launched: Launched) -> None:
    plan = simple_plan("wait", 3, {}, THREADS, store.settings)
    run = ended(store, "ok", "cancelled", plan=plan, state="cancelled")
    jobs.resume(store, run)
    assert launched == [("r1", [], "unfinished", None)]


def test_a_job_whose_tasks_have_all_ended_has_nothing_to_resume(store: Store, launched: Launched) -> None:
    with pytest.raises(OverlapError, match="has no unfinished task: there is nothing to resume"):
        jobs.resume(store, ended(store, "ok", "failed"))
    assert launched == []


def test_a_comparison_goes_on_with_the_blocks_that_it_lacks(store: Store, launched: Launched) -> None:
    plan = replace(simple_plan("wait", 1, {}, THREADS, store.settings), kind="comparison")
    with pytest.raises(OverlapError, match="has run all of its blocks: there is nothing to resume"):
        jobs.resume(store, ended(store, "ok", plan=plan, token="r1"))
    jobs.resume(store, ended(store, "ok", plan=plan, state="interrupted", token="r2"))
    assert launched == [("r2", [], "unfinished", None)]


def test_only_failed_tasks_are_tried_again_all_of_them_or_those_named(store: Store, launched: Launched) -> None:
    jobs.retry(store, ended(store, "ok", "failed", "failed", token="r1"))
    jobs.retry(store, ended(store, "ok", "failed", "failed", token="r2"), [0, 2])
    assert launched == [("r1", [], "failed", None), ("r2", [], "failed", [0, 2])]


@pytest.mark.parametrize(("statuses", "tasks"), [(["ok", "ok"], None), (["ok", "failed"], [0]), (["ok", "failed"], []),
                                                 (["cancelled"], None), (["failed"], [7])])  # fmt: skip
def test_where_no_such_task_has_failed_there_is_nothing_to_retry(
    statuses: list[Status], tasks: list[int] | None, store: Store, launched: Launched
) -> None:
    with pytest.raises(OverlapError, match="has no such failed task: there is nothing to retry"):
        jobs.retry(store, ended(store, *statuses), tasks)
    assert launched == []


def test_a_comparisons_trials_are_not_retried(store: Store, launched: Launched) -> None:
    plan = replace(simple_plan("wait", 1, {}, THREADS, store.settings), kind="comparison")
    with pytest.raises(OverlapError, match="The trials of run 1, a comparison, cannot be continued: run it again"):
        jobs.retry(store, ended(store, "failed", plan=plan))


def test_a_run_out_of_a_file_has_no_inputs_to_go_on_with(store: Store, launched: Launched) -> None:
    plan = replace(simple_plan("wait", 1, {}, THREADS, store.settings), options={"imported": True})
    with pytest.raises(OverlapError, match="came from a file, without its inputs"):
        jobs.retry(store, ended(store, "failed", plan=plan))


def test_a_run_whose_list_of_tasks_is_gone_says_where_it_was(store: Store, launched: Launched) -> None:
    run = ended(store, "failed")
    store.folder(run).tasks_file.unlink()
    with pytest.raises(OverlapError, match=r"The list of tasks of run 1 is gone from .*: start it anew\."):
        jobs.retry(store, run)


@pytest.mark.parametrize(("machine", "named"), [("big", "on big in /elsewhere"), (None, "on another machine in /else")])
def test_a_run_whose_files_are_on_another_machine_says_where(
    machine: str | None, named: str, store: Store, launched: Launched
) -> None:
    run = ended(store, "failed")
    store.folder(run).tasks_file.unlink()
    with pytest.raises(OverlapError, match=f"The files of run 1 are not here, but {named}"):
        jobs.retry(store, replace(run, home="/elsewhere", machine=machine))


def test_of_two_clicks_at_once_one_goes_on(
    store: Store, launched: Launched, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = simple_plan("wait", 2, {}, THREADS, store.settings)
    run = ended(store, "failed", plan=plan, state="interrupted")
    monkeypatch.setattr(Store, "launch", lambda self, run: None)
    assert jobs.resume(store, run).id == run.id, "what was asked for goes on already"
    with pytest.raises(OverlapError, match="goes on again since a moment ago: wait for its end, then try again"):
        jobs.retry(store, run)
    assert launched == []


def test_cancelling_is_a_wish_and_what_has_ended_has_none(store: Store) -> None:
    run = ended(store, "ok")
    jobs.cancel(store, run)
    assert not store.cancel_requested(run)
    jobs.cancel(store, replace(run, state="running"))
    assert store.cancel_requested(run)


# Waiting.


class Shy:
    """A store that is locked for a while, as often as a test says."""

    def __init__(self, run: Run, *said: Any) -> None:
        self.result, self.said = run, list(said)

    def run(self, token: str) -> Run:
        now = self.said.pop(0)
        if isinstance(now, Exception):
            raise now
        return replace(self.result, state=now)


def test_a_locked_database_makes_waiting_longer(store: Store) -> None:
    shy = Shy(ended(store, "ok"), "waiting", StoreBusy("locked"), "running", StoreBusy("locked"), "finished")
    seen: list[str] = []
    found = jobs.wait(shy, shy.result, lambda run: seen.append(run.state), poll_s=0)  # type: ignore[arg-type]
    assert found.state == "finished" and shy.said == []
    assert list(dict.fromkeys(seen)) == ["waiting", "running", "finished"]


def test_a_database_that_stays_locked_is_told_after_a_minute(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [0.0]

    def clock() -> float:
        now_s[0] += 25.0
        return now_s[0]

    shy = Shy(ended(store, state="waiting"), *[StoreBusy("locked")] * 9)
    monkeypatch.setattr("engine.runs.jobs.time.perf_counter", clock)
    with pytest.raises(StoreBusy):
        jobs.wait(shy, shy.result, poll_s=0)  # type: ignore[arg-type]
    assert len(shy.said) == 6, "three times 25 s are more than a minute"


def test_a_database_that_cannot_be_read_is_told_at_once(store: Store) -> None:
    shy = Shy(ended(store, "ok"), StoreUnusable("gone"), "finished")
    with pytest.raises(StoreUnusable):
        jobs.wait(shy, shy.result, poll_s=0)  # type: ignore[arg-type]


# What an orchestrator is told.


def variables(settings: Settings) -> dict[str, str]:
    return dict(jobs._variables(SimpleNamespace(settings=settings)))  # type: ignore[arg-type]


def test_an_orchestrator_reads_the_settings_that_its_starter_has(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path / "home", allowed_hosts=("a:1", "b"), folders=(tmp_path / "x", tmp_path / "y, z"),
        allow_code=True, sign_in=False, pythons=("/p",), dask_address="tcp://s:1", proxy="http://me:word@p", database_url="sqlite:////x",
        contact="ops@shop", max_workers=3, host_gap_s=0.125, keep_gb=1.5, access_token="open",
    )  # fmt: skip
    told = variables(settings)
    assert load(told) == replace(settings, access_token=""), "it lets nobody in, so it needs no token for that"
    assert "OVERLAP_ACCESS_TOKEN" not in told


def test_the_defaults_arrive_as_defaults(tmp_path: Path) -> None:
    assert load(variables(Settings(home=tmp_path))) == Settings(home=tmp_path)


@pytest.mark.parametrize(
    ("text", "started_at", "message"),
    [
        ("a trace\noverlap: The disk is full.\n", None,
         "The run's process could not be started: The disk is full."),
        ("MemoryError\n\n", "2026-01-01T00:00:00+00:00", "The run's process could not go on: MemoryError"),
        ("", None, "The run's process could not be started: it gave no reason."),
        ("\xff \udcff", None, None),
    ],
)  # fmt: skip
def test_an_orchestrator_that_could_not_do_its_work_says_why_in_its_last_words(
    text: str, started_at: str | None, message: str | None, store: Store, tmp_path: Path
) -> None:
    run = ended(store, "ok", state="running", started_at=started_at)
    (tmp_path / "log.txt").write_bytes(text.encode("utf-8", "surrogateescape"))
    jobs._report(store, run.token, run.launched_at, tmp_path / "log.txt")
    found = store.run(run.token)
    assert found.state == "failed"
    assert found.message == message if message else "could not be started" in str(found.message)


@pytest.mark.parametrize("state", ["finished", "cancelled", "failed"])
def test_a_run_whose_end_is_known_keeps_it_whatever_its_process_says(state: Any, store: Store, tmp_path: Path) -> None:
    run = ended(store, "ok", state=state)
    jobs._report(store, run.token, run.launched_at, tmp_path / "no log")
    assert (store.run(run.token).state, store.run(run.token).message) == (state, None)


def test_an_orchestrator_that_ends_badly_after_its_run_was_started_anew_takes_nobodys_run_down(
    store: Store, tmp_path: Path
) -> None:
    run = ended(store, "failed")
    assert store.launch(run) is not None
    jobs._report(store, run.token, run.launched_at, tmp_path / "no log")
    assert store.run(run.token).state == "waiting"


# Logs.


def line(message: str = "run started", **extra: Any) -> dict[str, Any]:
    given = {"name": "overlap.runs", "levelno": logging.INFO, "levelname": "INFO", "msg": message, **extra}
    record = logging.makeLogRecord(given)
    record.created = 1767225600.25
    text = JsonLines().format(record)
    assert "\n" not in text
    found: dict[str, Any] = json.loads(text)
    return found


def test_what_happened_is_one_object_with_what_belongs_to_it() -> None:
    assert line(told={"run": 7, "person": None, "folder": Path("/x")}) == {
        "time": "2026-01-01T00:00:00.250+00:00", "level": "info", "logger": "overlap.runs", "event": "run started",
        "run": 7, "person": None, "folder": "/x",
    }  # fmt: skip
    assert set(line()) == {"time", "level", "logger", "event"}


def test_an_error_stands_on_the_same_line() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        found = line("failed", exc_info=(type(error), error, error.__traceback__))
    assert found["error"].endswith("ValueError: two\nlines") and "Traceback" in found["error"]


# Pilots.


def test_why_a_pilot_says_nothing_is_the_first_reason_that_is_known(store: Store) -> None:
    failed = replace(ended(store, "failed", "failed"), message="The disk is full.", state="failed")
    assert pilots._why_nothing(store, failed, "waits for run 3") == "The disk is full."
    finished = replace(failed, state="finished")
    assert pilots._why_nothing(store, finished, None).startswith("2 of 2 tasks tried failed, for example: ")
    none = ended(store, token="r2")
    waits = pilots._why_nothing(store, none, "waits for run 3")
    assert waits == "Another run has the machine: the pilot waits for run 3."
    assert pilots._why_nothing(store, none, None).startswith("This machine is too busy: the pilot did not start within")
    begun = replace(none, started_at="2026-01-01T00:00:00+00:00")
    assert pilots._why_nothing(store, begun, None) == "No task ended within 12 s."


@pytest.mark.parametrize(
    ("running", "first", "waited_for", "most_s"),
    [
        (None, None, None, 30),  # a busy machine: nothing of it runs yet
        (None, None, "waits for run 3", 7),
        (None, None, "", 30),
        (20.0, None, None, 20 + 12),
        (1.0, 9.0, None, 9 + 2),
        (6.0, None, "waits for run 3", 6 + 12),
        (6.0, 6.5, "waits for run 3", 6.5 + 2),
    ],
)
def test_how_long_a_pilot_takes_is_counted_from_what_has_come(
    running: float | None, first: float | None, waited_for: str | None, most_s: float
) -> None:
    assert pilots._ends_s(0.0, running, first, waited_for) == most_s


def alike(store: Store, run: Run, plan: Plan) -> bool:
    return pilots._alike(store, run, plan)


def test_a_job_of_the_history_serves_as_a_pilot_only_where_it_did_the_same_work_one_after_another(
    store: Store,
) -> None:
    plan = simple_plan("compute", 2, {"amount": 5}, SEQUENTIAL, store.settings)
    run = ended(store, "ok", "ok", plan=plan)
    assert alike(store, run, plan)
    assert not alike(store, run, replace(plan, options={"amount": 6}))
    assert not alike(store, run, replace(plan, tasks=()))
    assert not alike(store, run, replace(plan, tasks=(replace(plan.tasks[0], argument=99), *plan.tasks[1:])))
    assert not alike(store, replace(run, configurations=(THREADS,)), plan)
    assert not alike(store, replace(run, ok=0), plan)
    os.truncate(store.folder(run).tasks_file, 0)
    assert not alike(store, run, plan), "its tasks are gone"
