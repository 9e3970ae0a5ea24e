"""Comparisons, really run: blocks in random order, a warm-up that counts for nothing, and what is left out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from engine.analysis.schedule import block, whole_blocks
from engine.errors import InputRefused, OverlapError
from engine.model import Configuration, Plan, Run, Task, configuration_from, plain
from engine.orchestrator.comparison.runner import WARM_UP
from engine.orchestrator.comparison.terms import terms_of
from engine.report.documents.document import run_document
from engine.runs import jobs, plans
from engine.runs.plans import SEQUENTIAL, on_pythons, simple_plan
from engine.store import Store
from tests.engine.support import TESTS, open_store, run_to_end, until

THREADS, PROCESSES = Configuration("threads", 2), Configuration("processes", 2)


# What is not about them runs without the rows of other people's code.
comparison = partial(plans.comparison, references=False)


def compute(store: Store) -> Plan:
    """Eight small tasks."""
    return simple_plan("compute", 8, {"amount": 2_000}, SEQUENTIAL, store.settings)


def function(name: str, arguments: Sequence[Any], **options: Any) -> Plan:
    """A job of a function of `compared`."""
    tasks = tuple(Task(index, f"{name} {index}", argument) for index, argument in enumerate(arguments))
    named = {"function": f"compared:{name}", "search_path": [TESTS], **options}
    return Plan("job", "function", name, tasks, (SEQUENTIAL,), named, 30.0)


@dataclass(frozen=True, slots=True)
class Ran:
    """A finished comparison and its store."""

    store: Store
    run: Run


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    """A comparison of two configurations with two repeats, run once for the tests that only look at it."""
    folder = tmp_path_factory.mktemp("compared")
    (folder / "tmp").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder / "tmp"))
        patch.setattr("tempfile.tempdir", None)
        kept = open_store(folder / "home")
        yield Ran(kept, run_to_end(kept, comparison(compute(kept), [THREADS], repeats=2)))
        kept.close()


def labels(found: Sequence[Any]) -> list[str]:
    return [one["label"] for one in found]


def test_each_block_holds_every_configuration_once_and_the_baseline_twice_in_the_order_that_the_seed_decides(
    ran: Ran,
) -> None:
    run = ran.run
    assert run.state == "finished", run.message
    trials = [trial for trial in ran.store.trials(run) if trial.repeat != WARM_UP]
    for number in (0, 1):
        held = Counter(trial.configuration for trial in trials if trial.repeat == number)
        assert held == {SEQUENTIAL: 2, THREADS: 1}
    planned = [slot for number in (0, 1) for slot in block(run.configurations, SEQUENTIAL, number, terms_of(run).seed)]
    assert [trial.configuration for trial in trials] == [slot.configuration for slot in planned]


def test_the_order_of_the_trials_and_the_seed_are_in_the_json(ran: Ran) -> None:
    document = run_document(ran.store, ran.run)
    assert [trial["order"] for trial in document["trials"]] == list(range(7))
    assert document["terms"]["seed"] == terms_of(ran.run).seed
    assert document["verdict"]["sentences"]


def test_the_warm_up_runs_first_and_is_in_no_figure_of_the_verdict(ran: Ran) -> None:
    first = ran.store.trials(ran.run)[0]
    assert (first.repeat, first.configuration, first.state) == (WARM_UP, SEQUENTIAL, "finished")
    assert ran.run.verdict is not None
    counts = {one["configuration"]["label"]: one["trials"] for one in ran.run.verdict["figures"]}
    assert counts == {"sequential": 4, "threads × 2": 2}


def test_a_configuration_that_gives_other_outputs_is_marked_and_left_out(store: Store) -> None:
    run = run_to_end(store, comparison(function("thread_name", range(4)), [THREADS, PROCESSES], repeats=1))
    assert run.verdict is not None
    assert labels(run.verdict["left_out"]) == ["threads × 2"]
    differing = {one["configuration"]["label"]: one["differing"] for one in run.verdict["agreements"]["of_each"]}
    assert differing == {"threads × 2": [0, 1, 2, 3], "processes × 2": []}
    (warning,) = [one for one in run.verdict["warnings"] if one["code"] == "outputs_differ"]
    assert warning["configuration"]["label"] == "threads × 2" and warning["advice"]
    assert labels([row["configuration"] for row in run.verdict["rows"]]) == ["processes × 2"]


def test_outputs_that_differ_on_the_baseline_itself_are_not_held_against_anybody(store: Store) -> None:
    run = run_to_end(store, comparison(function("process_number", range(3)), [THREADS], repeats=1))
    assert run.verdict is not None
    assert run.verdict["agreements"]["varying"] == [0, 1, 2]
    assert run.verdict["left_out"] == []


def test_a_configuration_whose_tasks_fail_is_left_out(store: Store) -> None:
    run = run_to_end(store, comparison(function("only_at_home", range(4)), [THREADS, PROCESSES], repeats=1))
    assert run.state == "finished" and run.verdict is not None
    assert labels(run.verdict["left_out"]) == ["processes × 2"]
    assert run.verdict["recommended"]["executor"] != "processes"


def test_a_trial_whose_process_dies_is_failed_and_the_comparison_goes_on(store: Store) -> None:
    run = run_to_end(store, comparison(function("dies_in_a_pool", range(4)), [THREADS], repeats=1))
    assert run.state == "finished"
    by_state = Counter((trial.configuration.label, trial.state) for trial in store.trials(run))
    assert by_state == {("sequential", "finished"): 3, ("threads × 2", "failed"): 1}
    assert run.verdict is not None and "Nothing can be compared yet" in run.verdict["sentences"][0]


def test_a_cancel_in_the_middle_keeps_the_finished_trials_and_says_what_they_allow(store: Store) -> None:
    plan = comparison(simple_plan("wait", 8, {"seconds": 0.02}, SEQUENTIAL, store.settings), [THREADS], repeats=30)
    run = jobs.start(store, plan)
    until(lambda: max((trial.repeat for trial in store.trials(run)), default=0) >= 2, 30)
    began_s = time.perf_counter()
    jobs.cancel(store, run)
    run = jobs.wait(store, run, poll_s=0.05)
    assert time.perf_counter() - began_s < 3
    assert run.state == "cancelled" and run.verdict is not None
    finished = [trial for trial in store.trials(run) if trial.repeat != WARM_UP and trial.state == "finished"]
    assert sum(one["trials"] for one in run.verdict["figures"]) == len(finished) >= 6
    assert "threads × 2" in run.verdict["sentences"][0]


def test_a_comparison_that_was_broken_off_is_resumed_with_new_blocks_for_those_it_lacks(store: Store) -> None:
    plan = comparison(simple_plan("wait", 4, {"seconds": 0.02}, SEQUENTIAL, store.settings), [THREADS], repeats=4)
    run = jobs.start(store, plan)
    until(lambda: any(trial.repeat == 1 for trial in store.trials(run)), 30)
    jobs.cancel(store, run)
    run = jobs.wait(store, run, poll_s=0.05)
    before = store.trials(run)
    assert run.state == "cancelled" and whole_blocks(before, run.configurations, SEQUENTIAL) == {0}

    run = jobs.wait(store, jobs.resume(store, run), poll_s=0.05)
    assert (run.state, run.message) == ("finished", None) and run.verdict is not None
    after = store.trials(run)
    assert [plain(trial) for trial in after[: len(before)]] == [plain(trial) for trial in before], "nothing is lost"
    assert whole_blocks(after, run.configurations, SEQUENTIAL) == {0, 2, 3, 4}, "none is completed later"
    measured = [trial for trial in after if trial.repeat != WARM_UP and trial.state == "finished"]
    assert sum(one["trials"] for one in run.verdict["figures"]) == len(measured)
    assert "cancelled" not in [one["code"] for one in run.verdict["warnings"]]
    with pytest.raises(OverlapError, match="nothing to resume"):
        jobs.resume(store, run)


def test_a_precision_ends_it_when_every_interval_is_narrow_and_says_so(store: Store) -> None:
    plan = simple_plan("wait", 4, {"seconds": 0.02}, SEQUENTIAL, store.settings)
    run = run_to_end(store, comparison(plan, [THREADS], precision=0.9, budget_s=60))
    assert run.verdict is not None
    assert any("every interval is within ±90%" in sentence for sentence in run.verdict["sentences"])
    assert max(trial.repeat for trial in store.trials(run)) >= 4, "five blocks are the least; a busy machine needs more"


def test_a_budget_ends_it_when_no_other_block_fits_and_says_so(store: Store) -> None:
    run = run_to_end(store, comparison(compute(store), [THREADS], precision=0.001, budget_s=2.5))
    assert run.verdict is not None
    assert any("another would take longer than the 2.5 s allowed" in sentence for sentence in run.verdict["sentences"])
    blocks = {trial.repeat for trial in store.trials(run)} - {WARM_UP}
    timed = [trial.measurement for trial in store.trials(run) if trial.repeat >= 0]
    assert blocks, "the first block runs whatever it costs"
    assert sum(one.wall_s or 0.0 for one in timed) < 2.5, "and what was measured fits the budget"


def test_another_baseline_can_be_named_and_stands_twice(store: Store) -> None:
    run = run_to_end(store, comparison(compute(store), [THREADS], baseline=THREADS, repeats=1))
    assert run.verdict is not None and configuration_from(run.verdict["baseline"]) == THREADS
    held = Counter(trial.configuration for trial in store.trials(run) if trial.repeat == 0)
    assert held == {THREADS: 2, SEQUENTIAL: 1}
    assert labels([row["configuration"] for row in run.verdict["rows"]]) == ["sequential"]


def test_the_estimate_for_all_tasks_is_said_to_be_one(store: Store) -> None:
    run = run_to_end(store, comparison(compute(store), [THREADS], repeats=1, all_tasks=4_000))
    assert run.verdict is not None and run.verdict["estimate"]["tasks"] == 4_000
    assert any("All 4,000 tasks" in sentence and "estimate" in sentence for sentence in run.verdict["sentences"])


def test_two_pythons_that_would_have_the_same_name_are_refused(store: Store) -> None:
    twins = on_pythons([SEQUENTIAL], ["/opt/shop/.venv/bin/python", "/srv/shop/.venv/bin/python"])
    with pytest.raises(InputRefused, match=r"would both be called 'sequential \(shop/.venv\)'"):
        comparison(compute(store), twins)
