"""What engine tests share: a store of their own, a run to its end, and who is still alive."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
import pytest

from engine.config import Settings
from engine.executors import EXECUTORS
from engine.machine.environment import environment
from engine.model import Configuration, Plan, Record, Run, Task, new_token
from engine.orchestrator.main import Orchestrator
from engine.orchestrator.services import Services, needed
from engine.runs import jobs
from engine.store import Store, database

MEASURES = pytest.mark.flaky(reruns=2, reruns_delay=2)
"""Mark of tests that measure seconds or megabytes. No test runs beside them, but other programs may: three tries."""
SEMAPHORES = pytest.mark.skipif(EXECUTORS["processes"].unavailable() is not None, reason="no semaphores here")
"""Mark of tests of what only a machine with semaphores has: locks, queues and memory that processes share."""
TESTS = str(Path(__file__).parent)


def faulty_plan(
    tasks: Sequence[dict[str, Any]], configuration: Configuration, time_limit_s: float | None = 30.0
) -> Plan:
    """A job of `faulty.run` over these tasks."""
    named = tuple(Task(index, f"{task['do']} {index}", task) for index, task in enumerate(tasks))
    function = "run_async" if EXECUTORS[configuration.executor].has_async else "run"
    options = {"function": f"faulty:{function}", "search_path": [TESTS]}
    return Plan("job", "function", "faulty tasks", named, (configuration,), options, time_limit_s)


def open_store(home: Path, **settings: Any) -> Store:
    """A store in its own folder."""
    if not settings.get("database_url"):
        put_database(home)
    return first_start(home, **settings)


def first_start(home: Path, **settings: Any) -> Store:
    """The same, made as a first start makes it."""
    return Store.open(Settings(home=home, **settings))


def put_database(home: Path) -> None:
    """Put an empty database into a home that has none: to copy one takes a fifth of the time of making it."""
    file = home / "overlap.db"
    if not file.exists():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_bytes(_empty_database())
        file.chmod(0o600)


@cache
def _empty_database() -> bytes:
    with TemporaryDirectory() as folder:
        Store.open(Settings(home=Path(folder))).close()
        return Path(folder, "overlap.db").read_bytes()


@contextmanager
def commits_that_do_not_wait() -> Iterator[None]:
    """No commit of this process waits until the disk itself has it: no machine loses its power during a test."""
    prepare = database._PREPARE["sqlite"]

    def prepared(connection: Any, patience_s: float) -> None:
        prepare(connection, patience_s)
        connection.execute("PRAGMA synchronous = OFF")

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(database._PREPARE, "sqlite", prepared)
        yield


def started(store: Store, plan: Plan) -> Run:
    """Start a plan as pages and commands do, and wait for its end."""
    return jobs.wait(store, jobs.start(store, plan), poll_s=0.05)


def run_to_end(store: Store, plan: Plan) -> Run:
    """The same with the orchestrator in this process: to start one takes longer than most of the tests' runs."""
    run = store.create(plan, new_token(), environment())
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        for name, text in jobs._variables(store).items():
            patch.setenv(name, text)
        patch.setattr(Orchestrator, "_watch_for_the_end", lambda self: None)  # stdin is not ours to watch
        stack.callback(os.umask, os.umask(0o077))
        services = stack.enter_context(Services(needed(plan.workload, plan.tasks), store.settings))
        orchestrator = Orchestrator(store, run, services)
        stack.enter_context(store.hold(run, 5.0, orchestrator.replaced))
        orchestrator.run_part("all", None)
    return store.run(run.token)


def once_each(store: Store, run: Run) -> dict[int, Record]:
    """The run's last record by task, after checking that every task has exactly one and no trial has two."""
    for trial in store.trials(run):
        tasks = [row[0] for row in store.records.columns([trial], "task")]
        assert len(tasks) == len(set(tasks)), "a trial recorded a task twice"
    records = store.records.latest(run)
    assert sorted(record.task for record in records) == list(range(run.tasks))
    return {record.task: record for record in records}


def until(condition: Callable[[], bool], limit_s: float = 30.0, every_s: float = 0.02) -> None:
    """Wait for a condition; fails after `limit_s`."""
    deadline = time.perf_counter() + limit_s
    while not condition():
        assert time.perf_counter() < deadline, f"not so within {limit_s} s"
        time.sleep(every_s)


def alive_with(home: Path) -> list[psutil.Process]:
    """Every process but this one that was started with this OVERLAP_HOME."""
    own = psutil.Process().pid
    found = []
    for pid in _started_with(home) if sys.platform == "linux" else psutil.pids():
        try:
            process = psutil.Process(pid)
            ours = pid != own and process.environ().get("OVERLAP_HOME") == str(home)
            if ours and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def _started_with(home: Path) -> Iterator[int]:
    """The processes in whose environment this home stands; read directly: on a busy machine psutil takes a second."""
    wanted = f"OVERLAP_HOME={home}\0".encode()
    for name in os.listdir("/proc"):
        if name.isdigit():
            with suppress(OSError):
                if wanted in Path("/proc", name, "environ").read_bytes():
                    yield int(name)


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """A file system of this size (`8m`, `64k`); skips the test where none can be mounted."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "overlap-test", str(place)]
    if sys.platform != "linux" or os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("A small file system can be mounted by root on Linux only.")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
