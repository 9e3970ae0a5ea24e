"""kill -9 of the app, the orchestrator, a trial and a worker, at random moments.

Nothing is left after two seconds, nothing that was stored is lost, and a resumed run has each task once.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine.model import ENDED, Configuration, Run
from engine.runs import jobs
from engine.store import Store
from tests.engine.support import alive_with, faulty_plan, once_each, open_store, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL.")

TASKS: list[dict[str, Any]] = [{"do": "wait", "seconds": 0.02}] * 150
HOLDING: list[dict[str, Any]] = [*TASKS[:10], *[{"do": "hold_gil"}] * 4]
APP = """
import sys, time
from engine.runs import jobs
from engine.config import load
from engine.store import Store
from tests.engine.support import faulty_plan
from engine.model import Configuration
tasks = {tasks!r}
store = Store.open(load())
workers = 1 if {executor!r} == "sequential" else 2
jobs.get_ready(store)
jobs.start(store, faulty_plan(tasks, Configuration({executor!r}, workers), None), {token!r})
print("started", flush=True)
time.sleep(600)
"""
HOWS = [Configuration("threads", 2), Configuration("processes", 2)]


def start_app(
    store: Store, executor: str, tasks: list[dict[str, Any]], token: str = "rtoken"
) -> subprocess.Popen[str]:
    """A process that starts a run, as the app does, and then only lives; one on threads is begun by a standby."""
    root = str(Path(__file__).parents[2])
    own = {"OVERLAP_HOME": str(store.settings.home), "OVERLAP_DATABASE_URL": store.settings.database_url}
    environment = {**os.environ, **own, "PYTHONPATH": root, "OVERLAP_STANDBY": str(int(executor == "threads"))}
    code = APP.format(tasks=tasks, executor=executor, token=token)
    app = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True)
    assert app.stdout is not None
    assert app.stdout.readline() == "started\n"
    return app


def kill_app(
    store: Store, executor: str, tasks: list[dict[str, Any]], delay_s: float, token: str = "rtoken",
    left: tuple[str, ...] = ("interrupted",),
) -> Run:
    """Start a run from an app, kill the app after a while, and check what is left: a run in one of these states."""
    app = start_app(store, executor, tasks, token)
    try:
        until(lambda: store.run(token).ok > 0)
        time.sleep(delay_s)
        acknowledged = store.records.settled(store.run(token))
    finally:
        app.kill()
        app.wait()
        if app.stdout:
            app.stdout.close()
    until(lambda: not alive_with(store.settings.home), 2)
    until(lambda: store.run(token).state in left, 2)  # a dying process may hold its lock a moment longer
    run = store.run(token)
    assert acknowledged.items() <= store.records.settled(run).items(), "what was stored stays stored"
    return run


def processes_of(store: Store, role: str) -> list[psutil.Process]:
    """The orchestrator (work), the trial or the workers of the only run that is under way."""
    alive = alive_with(store.settings.home)
    named = {process.pid: " ".join(process.cmdline()) for process in alive}
    if role == "worker":
        return [process for process in alive if "forkserver" in named[process.pid] and not process.children()]
    return [process for process in alive if f"-m engine {role}" in named[process.pid]]


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_when_the_app_is_killed_nothing_is_left_and_the_run_can_be_resumed(executor: str, store: Store) -> None:
    run = kill_app(store, executor, TASKS, delay_s=0.1)
    assert run.state == "interrupted"
    assert [trial.state for trial in store.trials(run)] == ["interrupted"], "no other is started, and none is to blame"
    run = jobs.wait(store, jobs.resume(store, run))
    assert (run.state, run.ok) == ("finished", len(TASKS))
    once_each(store, run)


@pytest.mark.parametrize("executor", ["sequential", "threads", "processes"])
def test_when_the_app_is_killed_while_tasks_hold_the_gil_nothing_is_left(executor: str, store: Store) -> None:
    assert kill_app(store, executor, HOLDING, delay_s=0.5).state == "interrupted"


@pytest.mark.parametrize("how", HOWS, ids=lambda how: how.label)
@pytest.mark.parametrize("tasks", [TASKS, HOLDING], ids=["waiting", "holding the GIL"])
def test_when_the_orchestrator_is_killed_nothing_is_left(
    how: Configuration, tasks: list[dict[str, Any]], store: Store
) -> None:
    run = jobs.start(store, faulty_plan(tasks, how, None))
    until(lambda: store.run(run.token).ok > 0)
    time.sleep(0.3)
    stored = store.run(run.token).ok
    (orchestrator,) = processes_of(store, "work")
    orchestrator.kill()
    until(lambda: not alive_with(store.settings.home), 2)
    until(lambda: store.run(run.token).state == "interrupted", 2)
    assert store.run(run.token).ok >= stored


@pytest.mark.parametrize("how", HOWS, ids=lambda how: how.label)
@pytest.mark.parametrize("role", ["trial", "worker"])
def test_when_a_trial_or_worker_is_killed_the_run_goes_on(role: str, how: Configuration, store: Store) -> None:
    if role == "worker" and how.executor == "threads":
        role = "trial"
    run = jobs.start(store, faulty_plan(TASKS, how, None))
    until(lambda: store.run(run.token).ok > 0)
    victim = random.choice(processes_of(store, role))
    victim.send_signal(signal.SIGKILL)
    run = jobs.wait(store, run)
    records = once_each(store, run)
    assert (run.state, run.ok, run.failed) == ("finished", len(TASKS), 0)
    assert max(record.attempts for record in records.values()) <= 2
    assert len(store.trials(run)) == (2 if role == "trial" else 1)
    until(lambda: not alive_with(store.settings.home), 2)


def test_an_orchestrator_killed_before_it_began_is_seen_at_once(store: Store) -> None:
    run = jobs.start(store, faulty_plan(TASKS, HOWS[0], None))
    (work,) = processes_of(store, "work")
    work.kill()
    until(lambda: store.run(run.token).state == "interrupted", 2)
    jobs.resume(store, store.run(run.token))
    run = jobs.wait(store, run)
    assert (run.state, run.ok) == ("finished", len(TASKS))


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux shows semaphores as files.")
@pytest.mark.parametrize("killed", [False, True], ids=["ended", "killed"])
def test_no_semaphore_of_a_trial_is_left(killed: bool, store: Store) -> None:
    run = jobs.start(store, faulty_plan(TASKS, HOWS[1], None))
    until(lambda: store.run(run.token).ok > 0)
    (trial,) = processes_of(store, "trial")
    shelf = Path("/dev/shm")
    name = f"sem.overlap-{trial.pid}*"
    assert list(shelf.glob(name)), "the pool has semaphores"
    if killed:
        trial.kill()
    assert jobs.wait(store, run).state == "finished"
    until(lambda: not list(shelf.glob(name)), 2)


@pytest.mark.parametrize("killed", [False, True], ids=["ended", "killed"])
def test_a_long_temporary_folder_is_no_obstacle_and_holds_nothing_afterwards(
    killed: bool, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / ("long" * 20)
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    monkeypatch.setattr("tempfile.tempdir", None)
    run = jobs.start(store, faulty_plan(TASKS, HOWS[1], None))
    until(lambda: store.run(run.token).ok > 0)
    (trial,) = processes_of(store, "trial")
    if killed:
        trial.kill()
    assert jobs.wait(store, run).state == "finished"
    bases = (place, Path("/tmp"))
    left = [path.name for base in bases for path in base.glob(f"overlap-user-*/*-{trial.pid}-*")]
    assert left == [], "the sockets went with the trial"
    assert [path.name for path in place.iterdir() if path.name.startswith("pymp")] == []


ROLES = ("app", "work", "trial", "worker")
KILLS = 200
"""In all, over the four roles; only what was alive when it was killed counts."""


@pytest.fixture
def kept(database_url: str, store: Store) -> Iterator[Store]:
    """A store on each kind of database, whose runs take turns by themselves."""
    made = open_store(store.settings.home, database_url=database_url)
    yield made
    made.close()


@pytest.mark.stress
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("role", ROLES)
def test_kills_at_random_moments_lose_nothing(role: str, kept: Store) -> None:
    kills = turns = 0
    while kills < KILLS // (2 * len(ROLES)):
        turns += 1
        assert turns <= KILLS, f"only {kills} of {turns} came in time"
        token = f"r{role}{turns}"
        how = HOWS[1] if role == "worker" else random.choice(HOWS)
        kills += kill_one(role, kept, how, token)
        run = kept.run(token)
        if role in ("app", "work"):
            until(lambda: not alive_with(kept.settings.home), 2)
            until(lambda token=token: kept.run(token).state in ENDED, 2)  # type: ignore[misc]
            run = kept.run(token)
            whole(kept, run)
            if run.state == "interrupted":
                jobs.resume(kept, run)
        run = jobs.wait(kept, run)
        assert (run.state, run.ok, run.failed) == ("finished", len(TASKS), 0), (turns, run.message)
        once_each(kept, run)
        whole(kept, run)
        until(lambda: not alive_with(kept.settings.home))  # nobody was killed: it leaves in its own time
        kept.delete(run)


def whole(store: Store, run: Run) -> None:
    """The database is in order, and the run's count of tasks is that of its records."""
    if not store.settings.database_url:
        with closing(sqlite3.connect(store.settings.home / "overlap.db")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    counts = store.records.count(run)
    assert (counts.ok, counts.failed) == (run.ok, run.failed)


def kill_one(role: str, store: Store, how: Configuration, token: str) -> bool:
    """Start a run and kill the app that started it or one of its processes; whether that was still alive.

    What was stored before stays stored.
    """
    if role == "app":
        # The run may have ended before the app is killed: then that was no kill that could lose anything.
        run = kill_app(store, how.executor, TASKS, random.uniform(0, 0.6), token, ("interrupted", "finished"))
        return run.state == "interrupted"
    run = jobs.start(store, faulty_plan(TASKS, how, None), token)
    until(lambda: len(processes_of(store, role)) > 0 or store.run(token).state in ENDED)
    time.sleep(random.uniform(0, 0.6))
    victims, acknowledged = processes_of(store, role)[:1], store.records.settled(run)
    for victim in victims:
        with suppress(psutil.NoSuchProcess):
            victim.kill()
            assert acknowledged.items() <= store.records.settled(run).items()
            return True
    return False
