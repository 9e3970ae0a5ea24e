"""What a trial is given: its own folders, the run's options, passwords by their names only, and the right rights."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from engine.config import Settings
from engine.model import Configuration, Plan
from engine.orchestrator.assignment import assignment_of, search_path_of, specification_of
from engine.orchestrator.blame import ALL, Pending
from engine.orchestrator.supervision.outcome import Assignment
from engine.protocol.specification import Specification, decode
from engine.store import Store
from tests.engine.orchestrator.memory_store import THREADS, MemoryStore, plan_of

pytestmark = pytest.mark.heart


def given(
    folder: Path, plan: Plan, pending: Pending = ALL, late: dict[str, Any] | None = None, **settings: Any
) -> tuple[Assignment, Specification]:
    """What the first trial of a run of this plan is given."""
    memory = MemoryStore(folder, plan)
    memory.settings = Settings(home=folder, **settings)
    trial = memory.add_trial(memory.now, 0, {"executor": THREADS.executor, "workers": THREADS.workers}, 4, None)
    trial = replace(trial, configuration=plan.configurations[0])
    work = assignment_of(cast(Store, memory), memory.now, trial, pending, late or {}, None)
    return work, decode(work.specification.read_text(encoding="utf-8"))


def test_the_specification_is_written_where_the_trial_is_told_to_read_it(tmp_path: Path) -> None:
    work, spec = given(tmp_path, plan_of(options={"amount": 1}, time_limit_s=3.0))
    assert (spec.workload, spec.configuration, spec.options) == ("compute", THREADS, {"amount": 1})
    assert (spec.parent, spec.time_limit_s) == (os.getpid(), 3.0)
    assert Path(spec.board) == work.board


def test_pending_tasks_and_suspects_are_named(tmp_path: Path) -> None:
    _, spec = given(tmp_path, plan_of(), Pending({2: 0, 3: 1}, {1: 1}))
    assert (spec.only, spec.suspects) == ({2: 0, 3: 1}, {1: 1})


def test_all_tasks_are_not_spelled_out(tmp_path: Path) -> None:
    assert given(tmp_path, plan_of())[1].only is None


def test_what_is_known_only_now_joins_the_runs_options(tmp_path: Path) -> None:
    _, spec = given(tmp_path, plan_of(options={"a": 1, "demo_base": "old"}), late={"demo_base": "http://127.0.0.1:1"})
    assert spec.options == {"a": 1, "demo_base": "http://127.0.0.1:1"}


def test_a_job_writes_into_the_folder_that_was_asked_for_and_with_its_rights(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    target.chmod(0o775)
    _, spec = given(tmp_path, plan_of(workload="resize", options={"target": str(target)}))
    assert spec.options["target"] == str(target)
    if sys.platform != "win32":
        assert 0o666 & ~spec.umask == 0o664


def test_results_without_a_folder_of_their_own_are_their_owners_alone(tmp_path: Path) -> None:
    work, spec = given(tmp_path, plan_of())
    assert spec.umask == 0o077
    assert Path(spec.outputs).is_dir()
    if sys.platform != "win32":
        assert stat.S_IMODE(work.specification.stat().st_mode) == 0o600


def test_a_comparisons_trial_writes_neither_there_nor_beside_its_neighbours(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    _, spec = given(tmp_path, plan_of(kind="comparison", workload="resize", options={"target": str(target)}))
    assert spec.options["target"] == spec.outputs != str(target)
    assert (spec.stores, spec.umask) == (False, 0o077)


def test_a_jobs_trials_share_one_folder_for_results(tmp_path: Path) -> None:
    assert given(tmp_path, plan_of())[1].outputs == str(tmp_path / "run" / "outputs")


def test_no_password_is_written_down(tmp_path: Path) -> None:
    url = "postgresql+psycopg://me:Gu3ssM3@127.0.0.1/x"
    work, spec = given(tmp_path, plan_of(), database_url=url)
    assert "Gu3ssM3" not in work.specification.read_text(encoding="utf-8")
    assert "Gu3ssM3" not in repr(work)
    assert set(spec.secrets) == set(work.secrets)


@pytest.mark.parametrize(
    ("executor", "can_kill", "has_async"),
    [("sequential", False, False), ("threads", False, False), ("processes", True, False), ("asyncio", False, True)],
)
def test_a_supervisor_is_told_what_the_executor_can_do(
    tmp_path: Path, executor: str, can_kill: bool, has_async: bool
) -> None:
    work, _ = given(tmp_path, plan_of(configurations=(Configuration(executor, 1),)))
    assert (work.can_kill, work.has_async) == (can_kill, has_async)


def test_a_trial_imports_this_engine_first_and_then_what_the_caller_had(tmp_path: Path) -> None:
    run = MemoryStore(tmp_path, plan_of(options={"search_path": ["/home/a", "/home/b"]})).now
    own, *others = search_path_of(run, None).split(os.pathsep)
    assert (Path(own) / "engine" / "model.py").is_file()
    assert others == ["/home/a", "/home/b"]


def test_the_same_trial_has_the_same_specification(tmp_path: Path) -> None:
    memory = MemoryStore(tmp_path, plan_of())
    trial = memory.add_trial(memory.now, 0, {"executor": "threads", "workers": 2}, 4, None)
    made = [specification_of(cast(Store, memory), memory.now, trial, ALL, {}) for _ in range(2)]
    assert made[0] == made[1]
