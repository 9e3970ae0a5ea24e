"""Starting, watching, cancelling, resuming and retrying runs, by real orchestrators where that is the point."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from engine.errors import OverlapError, RunNotFound
from engine.model import Configuration, Run, new_token
from engine.runs import jobs
from engine.store import Store
from tests.engine import faulty
from tests.engine.support import alive_with, faulty_plan, once_each, started, until

ROOT = Path(__file__).parents[3]
INSIDE = pytest.mark.usefixtures("inside")
THREADS = Configuration("threads", 2)
SLOW: list[dict[str, Any]] = [{"do": "wait", "seconds": 0.1}] * 100


def flaky(folder: Path, count: int) -> list[dict[str, Any]]:
    """Tasks that raise; `mend` makes them succeed."""
    return [{"do": "raise", "mark": str(folder / f"mark{number}")} for number in range(count)]


def test_two_starts_with_one_token_start_one_run(store: Store, tmp_path: Path) -> None:
    mark = tmp_path / "tries"
    plan = faulty_plan([{"do": "fine", "mark": str(mark)}], THREADS)
    found: list[Run] = []
    clicks = [threading.Thread(target=lambda: found.append(jobs.start(store, plan, "rdouble"))) for _ in range(4)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    run = jobs.wait(store, found[0], poll_s=0.05)
    until(lambda: not alive_with(store.settings.home), 10)
    assert {one.token for one in found} == {"rdouble"}
    assert (run.state, len(store.runs()), len(store.trials(run)), faulty.tries(mark)) == ("finished", 1, 1, 1)


def test_tokens_are_unguessable_and_never_look_like_numbers() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(len(token) >= 20 and not token.isdecimal() for token in tokens)


@INSIDE
def test_a_run_is_waiting_then_running_then_finished(store: Store) -> None:
    run = jobs.start(store, faulty_plan(SLOW[:20], THREADS))
    seen: list[str] = []
    jobs.wait(store, run, lambda now: seen.append(now.state), poll_s=0.01)
    order = list(dict.fromkeys([run.state, *seen]))
    assert order in (["waiting", "running", "finished"], ["running", "finished"])


@INSIDE
def test_a_finished_run_knows_when_and_where_it_ran(store: Store) -> None:
    run = started(store, faulty_plan([{"do": "fine"}], THREADS))
    assert run.started_at is not None
    assert run.ended_at is not None
    assert run.created_at <= run.started_at <= run.ended_at
    assert run.environment["cpus_usable"] >= 1
    assert run.environment["python"].count(".") == 2


@INSIDE
def test_a_cancelled_run_resumes_with_the_tasks_that_are_left(store: Store) -> None:
    run = jobs.start(store, faulty_plan(SLOW[:40], THREADS))
    until(lambda: store.run(run.token).ok >= 4)
    jobs.cancel(store, store.run(run.token))
    run = jobs.wait(store, run, poll_s=0.05)
    done = run.ok
    assert (run.state, run.message) == ("cancelled", f"Cancelled, {done} of 40 done.")
    run = jobs.wait(store, jobs.resume(store, run), poll_s=0.05)
    assert (run.state, run.ok, run.failed) == ("finished", 40, 0)
    first, second = store.trials(run)
    assert (second.continues, second.tasks) == (first.order, 40 - done)
    assert all(record.status == "ok" for record in once_each(store, run).values())


@INSIDE
def test_a_run_with_nothing_left_is_not_resumed(store: Store) -> None:
    run = started(store, faulty_plan([{"do": "fine"}], THREADS))
    with pytest.raises(OverlapError, match="no unfinished task"):
        jobs.resume(store, run)


@INSIDE
def test_a_run_that_is_under_way_is_neither_resumed_nor_retried(store: Store) -> None:
    run = jobs.start(store, faulty_plan(SLOW * 6, THREADS))
    until(lambda: store.run(run.token).state == "running")
    for again in (jobs.resume, jobs.retry):
        with pytest.raises(OverlapError, match="wait for its end, or cancel it first"):
            again(store, store.run(run.token))
    jobs.cancel(store, run)
    jobs.wait(store, run, poll_s=0.05)


@INSIDE
def test_retry_runs_the_failed_tasks_again_and_only_those(store: Store, tmp_path: Path) -> None:
    tasks = [{"do": "fine", "mark": str(tmp_path / "good")}, *flaky(tmp_path, 3)]
    run = started(store, faulty_plan(tasks, THREADS))
    assert (run.ok, run.failed) == (1, 3)
    run = jobs.wait(store, jobs.retry(store, run), poll_s=0.05)
    assert (run.state, run.ok, run.failed) == ("finished", 1, 3), "they fail again, and are counted once"
    assert [faulty.tries(tmp_path / f"mark{number}") for number in range(3)] == [2, 2, 2]
    assert faulty.tries(tmp_path / "good") == 1
    once_each(store, run)


@INSIDE
def test_a_retry_while_the_former_orchestrator_is_just_leaving_runs_once_that_is_gone(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An end is stored before the run's lock is given back; on a busy machine that may be seconds later."""
    monkeypatch.setattr("engine.orchestrator.main._LOCK_S", 0.02)
    run = started(store, faulty_plan(flaky(tmp_path, 1), THREADS))
    asked: list[str] = []
    read = store.run

    def seen(reference: str | int) -> Run:
        found = read(reference)
        asked.append(found.state)
        return found

    with store.hold(run, 5.0, lambda: None):
        monkeypatch.setattr(Store, "run", lambda self, reference: seen(reference))
        jobs.retry(store, run)
        until(lambda: asked.count("waiting") >= 4)  # its orchestrator has found the run held, and looks again
    assert jobs.wait(store, run, poll_s=0.05).state == "finished"
    assert len(store.trials(run)) == 2


@pytest.mark.stress
@INSIDE
def test_retry_of_some_tasks_leaves_the_others_failed(store: Store, tmp_path: Path) -> None:
    run = started(store, faulty_plan(flaky(tmp_path, 4), THREADS))
    run = jobs.wait(store, jobs.retry(store, run, [1, 3]), poll_s=0.05)
    assert [faulty.tries(tmp_path / f"mark{number}") for number in range(4)] == [1, 2, 1, 2]
    assert (run.state, run.failed) == ("finished", 4)
    assert store.trials(run)[-1].tasks == 2


@INSIDE
def test_a_retried_task_that_succeeds_no_longer_counts_as_failed(store: Store, tmp_path: Path) -> None:
    missing = tmp_path / "not there yet"
    tasks = [{"do": "raise", "mark": str(missing / "mark")}, {"do": "fine"}]
    tasks[0]["do"] = "fine"
    run = started(store, faulty_plan(tasks, THREADS))
    assert (run.ok, run.failed) == (1, 1)
    missing.mkdir()
    run = jobs.wait(store, jobs.retry(store, run), poll_s=0.05)
    assert (run.state, run.ok, run.failed) == ("finished", 2, 0)
    assert [record.status for record in store.records.latest(run)] == ["ok", "ok"]


@INSIDE
def test_a_retry_without_a_failed_task_is_refused(store: Store, tmp_path: Path) -> None:
    run = started(store, faulty_plan([{"do": "fine"}, *flaky(tmp_path, 1)], THREADS))
    with pytest.raises(OverlapError, match="nothing to retry"):
        jobs.retry(store, run, [0])


@pytest.mark.stress
@INSIDE
def test_an_interrupted_retry_leaves_true_counts_behind(store: Store, tmp_path: Path) -> None:
    """What a killed retry took off the count of failures comes back when the run goes on."""
    run = started(store, faulty_plan([{"do": "fine"}, *flaky(tmp_path, 2)], THREADS))
    store.update_run(run, state="running", failed=0)  # as a kill -9 leaves it
    run = store.run(run.token)
    assert run.state == "interrupted"
    run = jobs.wait(store, jobs.retry(store, run, [1]), poll_s=0.05)
    assert (run.state, run.ok, run.failed) == ("finished", 1, 2)


def test_resuming_twice_at_once_runs_every_task_once(store: Store) -> None:
    run = jobs.start(store, faulty_plan(SLOW[:30], THREADS))
    until(lambda: store.run(run.token).ok >= 2)
    jobs.cancel(store, store.run(run.token))
    ended = jobs.wait(store, run, poll_s=0.05)
    clicks = [threading.Thread(target=jobs.resume, args=(store, ended)) for _ in range(2)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    until(lambda: not alive_with(store.settings.home), 40)
    run = store.run(run.token)
    assert (run.state, run.ok, run.message) == ("finished", 30, None)
    once_each(store, run)


def test_a_run_that_waits_for_its_turn_can_be_cancelled(store: Store) -> None:
    measuring = jobs.start(store, faulty_plan(SLOW * 6, THREADS))
    other = jobs.start(store, faulty_plan(SLOW * 6, THREADS))
    until(lambda: {store.run(one.token).state for one in (measuring, other)} == {"running"})
    third = jobs.start(store, faulty_plan([{"do": "fine"}], THREADS))
    until(lambda: store.run(third.token).waiting_for is not None)
    waits = str(store.run(third.token).waiting_for).partition(";")[0]
    assert waits in {f"waits for run {run.id}, faulty tasks" for run in (measuring, other)}
    jobs.cancel(store, store.run(third.token))
    third = jobs.wait(store, third, poll_s=0.05)
    assert (third.state, third.waiting_for, third.ok) == ("cancelled", None, 0)
    for run in (measuring, other):
        jobs.cancel(store, store.run(run.token))
        assert jobs.wait(store, run, poll_s=0.05).state == "cancelled"
    until(lambda: not alive_with(store.settings.home))


def test_any_other_process_can_cancel(store: Store) -> None:
    run = jobs.start(store, faulty_plan(SLOW * 6, THREADS))
    until(lambda: store.run(run.token).ok > 0)
    environment = {**os.environ, "OVERLAP_HOME": str(store.settings.home)}
    command = [sys.executable, "-m", "engine", "cancel", str(run.id)]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    began = time.perf_counter()
    assert done.returncode == 0, done.stderr
    assert jobs.wait(store, run, poll_s=0.02).state == "cancelled"
    assert time.perf_counter() - began < 4, "its tasks alone would take longer"


@INSIDE
def test_cancelling_what_has_ended_changes_nothing(store: Store) -> None:
    run = started(store, faulty_plan([{"do": "fine"}], THREADS))
    jobs.cancel(store, run)
    assert store.run(run.token).state == "finished"


@INSIDE
def test_a_workload_that_cannot_start_fails_the_run_with_its_reason(store: Store) -> None:
    plan = faulty_plan([{"do": "fine"}], THREADS)
    options = {**plan.options, "function": "faulty:no_such_function"}
    run = started(store, type(plan)("job", "function", "x", plan.tasks, plan.configurations, options, None))
    assert run.state == "failed"
    assert "faulty has no no_such_function: check its spelling" in str(run.message)
    assert [trial.state for trial in store.trials(run)] == ["failed"]


def test_a_run_whose_folder_is_gone_fails_in_words(store: Store) -> None:
    run = store.create(faulty_plan([{"do": "fine"}], THREADS), "rgone", {})
    shutil.rmtree(store.folder(run).path)
    environment = {**os.environ, "OVERLAP_HOME": str(store.settings.home)}
    command = [sys.executable, "-m", "engine", "work", run.token]
    ours, theirs = socket.socketpair()  # a stdin that stays open: a closed one means that the caller died
    with ours, theirs:
        done = subprocess.run(command, env=environment, cwd=ROOT, stdin=theirs.fileno(), capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    run = store.run(run.token)
    assert run.state == "failed"
    assert re.search(r"tasks\.jsonl, is gone .* start the run anew", str(run.message))


def test_a_missing_run_is_named(store: Store) -> None:
    for reference in ("nosuch", 17):
        with pytest.raises(RunNotFound, match=str(reference)):
            store.run(reference)


@INSIDE
def test_a_deleted_run_leaves_neither_rows_nor_files(store: Store) -> None:
    run = started(store, faulty_plan([{"do": "fine"}], THREADS))
    trials = store.trials(run)
    store.delete(run)
    assert store.runs() == []
    assert store.records.columns(trials, "task") == []
    assert not store.folder(run).path.exists()


def test_an_orchestrator_that_cannot_be_started_fails_its_run_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("engine.runs.jobs._orchestrator", refused)
    run = jobs.start(store, faulty_plan([{"do": "fine"}], Configuration("threads", 1)))
    until(lambda: store.run(run.token).state == "failed")
    assert "could not be started (Resource temporarily unavailable)" in str(store.run(run.token).message)
