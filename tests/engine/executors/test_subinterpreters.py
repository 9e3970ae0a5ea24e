"""subinterpreters: a GIL for every worker, and no import that an interpreter of its own does not allow."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine.errors import NotAvailable, SettingRefused
from engine.executors import EXECUTORS
from engine.model import Configuration
from engine.runs import plans
from engine.store import Store
from tests.engine.support import faulty_plan, once_each, run_to_end

KIND = EXECUTORS["subinterpreters"]
HERE = pytest.mark.skipif(sys.version_info < (3, 14), reason="Subinterpreters need Python 3.14.")


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="Here they are available.")
def test_an_older_python_says_which_one_is_needed(store: Store) -> None:
    assert KIND.unavailable() == f"needs Python 3.14, and this is 3.{sys.version_info[1]}."
    assert plans.executors_for("compute")["subinterpreters"] == KIND.unavailable()
    with pytest.raises(SettingRefused, match=r"not available here: needs Python 3\.14"):
        plans.simple_plan("compute", 2, {}, Configuration("subinterpreters", 2), store.settings)


@HERE
def test_a_worker_that_holds_its_gil_holds_up_no_other(store: Store) -> None:
    tasks = [{"do": "hold_gil"}, *[{"do": "fine"}] * 20]
    run = run_to_end(store, faulty_plan(tasks, Configuration("subinterpreters", 2), time_limit_s=1.0))
    records = once_each(store, run)
    assert (run.ok, records[0].reason) == (20, "time_limit")
    assert store.trials(run)[0].ok == 20, "they were done by the other worker while the first held its GIL"


@HERE
def test_pure_python_work_has_the_same_outputs_and_each_worker_its_cpu_time(store: Store) -> None:
    def outputs(how: Configuration) -> list[str | None]:
        run = run_to_end(store, plans.simple_plan("compute", 12, {"amount": 100_000}, how, store.settings))
        records = once_each(store, run)
        assert {record.worker for record in records.values()} == set(range(how.workers))
        assert all(record.cpu_s is not None and record.cpu_s > 0 for record in records.values())
        return [record.fingerprint for record in records.values()]

    assert outputs(Configuration("subinterpreters", 2)) == outputs(plans.SEQUENTIAL)


@HERE
def test_what_cannot_be_imported_is_told_in_pythons_own_words(tmp_path: Path) -> None:
    assert KIND.cannot_import(["json", "engine.workloads.compute"]) is None
    assert "No module named 'absent_module'" in str(KIND.cannot_import(["absent_module"]))
    (tmp_path / "mine.py").write_text("raise RuntimeError('not in here')\n")
    assert "not in here" in str(KIND.cannot_import(["mine"], [str(tmp_path)]))


@HERE
def test_a_workload_whose_library_refuses_is_not_available_and_says_why(store: Store) -> None:
    pytest.importorskip("PIL")
    assert "does not support loading in subinterpreters" in str(plans.executors_for("resize")["subinterpreters"])
    plan = plans.simple_plan("compute", 2, {}, plans.SEQUENTIAL, store.settings)
    plan = type(plan)("job", "resize", "photos", plan.tasks, plan.configurations)
    with pytest.raises(NotAvailable, match="does not support loading in subinterpreters"):
        plans.comparison(plan, [Configuration("subinterpreters", 2)])
