"""A user's `--setup` runs in every worker process before it is timed, on every executor."""

from __future__ import annotations

import errno
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from engine.executors import EXECUTORS
from engine.executors.processes import Processes
from engine.model import Configuration
from engine.store import Store
from tests.engine import faulty
from tests.engine.support import faulty_plan, run_to_end

HERE = [name for name, kind in EXECUTORS.items() if kind.unavailable() is None]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.stress] * (name in ("asyncio", "threads"))) for name in HERE]
)
def test_setup_runs_once_in_every_process_and_counts_as_start_up(name: str, store: Store) -> None:
    how = Configuration(name, 1 if name == "sequential" else 2)
    plan = faulty_plan([{"do": "fine"}] * 4, how)
    run = run_to_end(store, replace(plan, options={**plan.options, "setup": "faulty:prepare"}))
    assert (run.state, run.ok, run.message) == ("finished", 4, None)
    prepared = Path(os.environ["TMPDIR"]) / "prepared"
    apart = EXECUTORS[name].own_process or name == "subinterpreters"
    assert faulty.tries(prepared) == (2 if apart else 1)
    measured = store.trials(run)[0].measurement
    assert measured.startup_s is not None
    assert measured.wall_s is not None
    assert measured.startup_s >= 0.4, "it is part of the start-up"
    assert measured.wall_s < measured.startup_s, "and not of the work"


def test_where_no_semaphore_can_be_made_processes_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container whose /dev/shm is missing, full or read-only."""

    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr("_multiprocessing.SemLock", refuse)
    if sys.platform == "linux":
        assert "Read-only file system): have /dev/shm mounted" in str(Processes.unavailable())
