"""A comparison's trials without a process: which run, in which order, until when, and what is made of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.errors import NotAvailable, OverlapError
from engine.executors.references import PLAIN_LOOP
from engine.model import Configuration, plain
from engine.orchestrator.comparison import runner as comparison_runner
from engine.orchestrator.comparison.runner import WARM_UP, WHOLE_LIMIT, ComparisonRunner
from engine.orchestrator.runners import runner_of
from engine.protocol.record import failed_ending, good_ending, line
from engine.protocol.specification import Specification
from tests.engine.orchestrator.memory_store import Scripted, plan_of
from tests.engine.orchestrator.scripted import Step, ending, said

pytestmark = pytest.mark.heart
SEQUENTIAL, THREADS = Configuration("sequential", 1), Configuration("threads", 2)
PROCESSES, SLOW = Configuration("processes", 2), Configuration("threads", 4)


@pytest.fixture(autouse=True)
def _no_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    """What imports cost is asked of a real interpreter; not here."""
    monkeypatch.setattr(comparison_runner, "measure_imports", lambda *_: None)


class Compared(Scripted):
    """A comparison of four tasks. A trial takes as long as `walls` says of its configuration, in seconds."""

    def __init__(
        self, folder: Path, *others: Configuration, baseline: Configuration = SEQUENTIAL, tasks: int = 4, **terms: Any
    ) -> None:
        given = {"baseline": plain(baseline), "repeats": 2, "seed": 1, "references": False, **terms}
        plan = plan_of(tasks, "comparison", (baseline, *others), terms=given)
        super().__init__(folder, plan, self.next)
        self.walls = {SEQUENTIAL: 4.0, THREADS: 2.0, PROCESSES: 2.5}
        self.special: dict[Configuration, Callable[[Specification], Sequence[Step]]] = {}
        self.fails: dict[Configuration, set[int]] = {}
        self.uneven, self.resumed = 0.0, False
        """By what share every other trial of two workers takes longer; whether this is the second start."""

    def next(self, spec: Specification) -> Sequence[Step]:
        self.code = -9
        if spec.configuration in self.special:
            return self.special[spec.configuration](spec)
        return self.trial(spec.configuration)

    def trial(self, how: Configuration) -> Sequence[Step]:
        wall_s, total = self.walls.get(how, 3.0), self.store.now.tasks
        wall_s *= 1 + self.uneven * (len(self.given) % 2) * (how.workers == 2)
        opened = self.clock.now_s + 0.5
        lines = [self.line(how, task, opened, wall_s / total) for task in range(total)] if not how.reference else []
        counted = {"ok": total, "failed": 0} if how.reference else {}
        end = {"cpu_s": 1.0, "run_delay_s": 0.0, "loop_s": 0.001, "chunk": 1, "cancelled": False, **counted}
        return [
            said("ready", at=opened - 0.3), said("open", at=opened), *lines, wall_s,
            said("end", at=opened + wall_s, **end), said("closing", at=opened + wall_s + 0.01),
        ]  # fmt: skip

    def line(self, how: Configuration, task: int, opened: float, task_s: float) -> bytes:
        failed = task in self.fails.get(how, set())
        tail = failed_ending("exception", f"Task {task} failed.") if failed else good_ending(None, f"print{task}")
        began = opened + task * task_s
        return line(task, 0, began, began + task_s, task_s / 2, 0.0, 1, 0.0, tail).encode()

    def run(self) -> str:
        self.runner = ComparisonRunner(self.request())
        return self.runner.to_the_end()

    @property
    def verdict(self) -> dict[str, Any]:
        assert self.store.now.verdict is not None
        return dict(self.store.now.verdict)

    def ran(self, repeat: int | None = None) -> list[Configuration]:
        """The configurations in the order in which they ran."""
        return [trial.configuration for trial in self.store.kept if repeat is None or trial.repeat == repeat]


def codes(verdict: dict[str, Any]) -> set[str]:
    return {warning["code"] for warning in verdict["warnings"]}


def test_a_warm_up_comes_first_and_then_blocks_that_hold_the_baseline_twice(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS, PROCESSES)
    assert compared.run() == "finished"
    assert (compared.store.kept[0].repeat, compared.store.kept[0].configuration) == (WARM_UP, SEQUENTIAL)
    for block in (0, 1):
        assert Counter(compared.ran(block)) == {SEQUENTIAL: 2, THREADS: 1, PROCESSES: 1}


def test_the_same_seed_gives_the_same_order_and_another_one_another(tmp_path: Path) -> None:
    orders = []
    for number, seed in enumerate((1, 1, 2, 3, 4)):
        compared = Compared(tmp_path / str(number), THREADS, PROCESSES, seed=seed)
        compared.run()
        orders.append(compared.ran())
    assert orders[0] == orders[1]
    assert any(order != orders[0] for order in orders[2:])


def test_the_quicker_one_is_recommended(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS, repeats=3)
    compared.run()
    verdict = compared.verdict
    assert verdict["recommended"]["executor"] == "threads"
    assert verdict["sentences"][0].startswith("Threads × 2 are faster here: 2.00×")
    assert [row["configuration"]["label"] for row in verdict["rows"]] == ["threads × 2"]


def test_trials_of_a_comparison_drop_their_outputs_and_have_a_folder_of_their_own(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS, repeats=1)
    compared.run()
    assert not any(given.stores for given in compared.given)
    folders = {given.outputs for given in compared.given}
    assert len(folders) == len(compared.given)
    assert not any(Path(folder).exists() for folder in folders)


def test_the_warm_up_is_in_no_figure(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS, repeats=2)
    compared.run()
    counts = {one["configuration"]["label"]: one["trials"] for one in compared.verdict["figures"]}
    assert counts == {"sequential": 4, "threads × 2": 2}


def test_a_verdict_is_stored_after_every_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = Compared(tmp_path, THREADS, repeats=3)
    seen: list[int] = []
    update = compared.store.update_run

    def watched(run: Any, **values: Any) -> None:
        if "verdict" in values:
            seen.append(max(one["trials"] for one in values["verdict"]["figures"]))
        update(run, **values)

    monkeypatch.setattr(compared.store, "update_run", watched)
    compared.run()
    assert seen == [2, 4, 6, 6]


def test_a_configuration_that_cannot_start_is_left_out_of_later_blocks(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS, PROCESSES, repeats=3)
    refusal = said("broken", message="No such start method.", final=True, suspects=None)
    compared.special[PROCESSES] = lambda spec: [refusal]
    assert compared.run() == "finished"
    assert compared.ran().count(PROCESSES) == 1
    (tried,) = [trial for trial in compared.store.kept if trial.configuration == PROCESSES]
    assert (tried.state, tried.message) == ("failed", "No such start method.")


def test_a_baseline_that_cannot_start_ends_the_comparison(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS)
    compared.special[SEQUENTIAL] = lambda spec: [said("broken", message="Nothing works.", final=True, suspects=None)]
    with pytest.raises(NotAvailable, match="Nothing works"):
        compared.run()


def test_a_trial_that_dies_is_failed_and_the_others_go_on(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS, PROCESSES)
    compared.special[THREADS] = lambda spec: [said("ready"), said("open")]
    assert compared.run() == "finished"
    states = Counter((trial.configuration.label, trial.state) for trial in compared.store.kept)
    assert states == {("sequential", "finished"): 5, ("threads × 2", "failed"): 2, ("processes × 2", "finished"): 2}
    assert compared.verdict["recommended"]["executor"] == "processes"


def test_a_comparison_of_which_no_trial_ended_says_the_last_reason(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS, repeats=1)
    dies = [said("ready"), said("open")]
    compared.special = {SEQUENTIAL: lambda spec: dies, THREADS: lambda spec: dies}
    with pytest.raises(OverlapError, match=r"No trial could be finished.*ended by SIGKILL"):
        compared.run()


def test_a_trial_with_fewer_records_than_tasks_does_not_count(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS, repeats=1)
    compared.special[THREADS] = lambda spec: [
        step for step in compared.trial(THREADS) if not (isinstance(step, bytes) and step.startswith(b"[3,"))
    ]
    assert compared.run() == "finished"
    (short,) = [trial for trial in compared.store.kept if trial.configuration == THREADS]
    assert (short.state, short.message) == (
        "failed", "The trial ended, but 1 result is not stored: it does not count.",
    )  # fmt: skip


def test_when_every_task_fails_no_winner_is_named_and_nothing_more_is_run(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS)
    compared.fails[SEQUENTIAL] = set(range(4))
    assert compared.run() == "finished"
    assert compared.ran() == [SEQUENTIAL]
    assert compared.verdict["outcome"] == "failed"
    assert compared.verdict["text"].startswith("Every task failed, so nothing was compared: exception (Task ")


def test_a_configuration_on_which_tasks_fail_is_left_out_with_an_example(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS, PROCESSES)
    compared.fails[THREADS] = {1, 2}
    compared.run()
    assert [one["label"] for one in compared.verdict["left_out"]] == ["threads × 2"]
    assert compared.runner.kept.why_failed[THREADS] == "Task 1 failed."


def test_outputs_that_differ_from_the_baselines_leave_a_configuration_out(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS, PROCESSES)
    whole = compared.trial
    compared.special[THREADS] = lambda spec: [
        step.replace(b"print2", b"other2") if isinstance(step, bytes) else step for step in whole(THREADS)
    ]
    compared.run()
    assert [one["label"] for one in compared.verdict["left_out"]] == ["threads × 2"]
    assert "outputs_differ" in codes(compared.verdict)


def test_a_cancel_between_trials_keeps_what_was_measured(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS, repeats=9)

    def cancels(spec: Specification) -> Sequence[Step]:
        compared.cancel = len(compared.given) > 6
        return compared.trial(THREADS)

    compared.special[THREADS] = cancels
    assert compared.run() == "cancelled"
    finished = [trial for trial in compared.store.kept if trial.state == "finished" and trial.repeat >= 0]
    assert sum(one["trials"] for one in compared.verdict["figures"]) == len(finished) >= 3
    said_ = compared.runner.cancelled_after(compared.store.now)
    assert said_ == f"Cancelled after {len(finished)} finished trials; the verdict speaks of those."


def test_a_cancel_during_the_warm_up_leaves_no_verdict(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS)

    def cancels(spec: Specification) -> Sequence[Step]:
        compared.cancel = True
        return compared.trial(SEQUENTIAL)

    compared.special[SEQUENTIAL] = cancels
    assert compared.run() == "cancelled"
    assert compared.store.now.verdict is None


def test_a_comparison_that_was_broken_off_runs_new_blocks_for_those_it_lacks(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS, repeats=3)

    def cancels(spec: Specification) -> Sequence[Step]:
        compared.cancel = len(compared.given) > 4
        return compared.trial(THREADS)

    compared.special[THREADS] = cancels
    compared.run()
    before = len(compared.store.kept)
    assert {trial.repeat for trial in compared.store.kept} == {WARM_UP, 0, 1}

    compared.cancel, compared.special = False, {}
    assert compared.run() == "finished"
    repeats = Counter(trial.repeat for trial in compared.store.kept[before:])
    assert repeats[WARM_UP] == 1, "the page cache may be cold again"
    broken = max(trial.repeat for trial in compared.store.kept[:before])
    assert all(number > broken for number in repeats if number != WARM_UP), "no block is completed later"


def test_precision_ends_it_once_every_interval_is_narrow(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS, repeats=None, precision=0.5, budget_s=1e6)
    assert compared.run() == "finished"
    assert max(trial.repeat for trial in compared.store.kept) == 4, "five blocks are the least"
    assert any("within ±50%" in sentence for sentence in compared.verdict["sentences"])


def test_a_budget_ends_it_when_no_other_block_fits(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS, repeats=None, precision=1e-9, budget_s=40.0)
    assert compared.run() == "finished"
    blocks = {trial.repeat for trial in compared.store.kept} - {WARM_UP}
    assert 1 <= len(blocks) <= 3


def test_what_an_earlier_start_has_spent_counts_against_the_budget(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS, repeats=None, precision=1e-9, budget_s=40.0)
    compared.run()
    before = len(compared.store.kept)
    compared.run()
    assert len(compared.store.kept) == before + 1, "only the warm-up"


def test_references_that_were_asked_for_run_beside_their_executors_with_a_limit_of_their_own(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS, baseline=PLAIN_LOOP, repeats=1, references=True)
    assert compared.run() == "finished"
    references = {one.reference for one in compared.ran(0) if one.reference}
    assert {"plain loop", "ThreadPoolExecutor.map"} <= references
    limits = {work.whole_limit_s for work in compared.works if work.configuration.reference}
    warm_up_s = compared.store.kept[0].measurement.wall_s
    assert warm_up_s is not None and limits == {60.0 + WHOLE_LIMIT * warm_up_s}
    assert {work.whole_limit_s for work in compared.works if not work.configuration.reference} == {None}


def test_the_warm_up_of_a_plain_loop_runs_the_engines_own_loop_to_learn_how_long_a_task_takes(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS, baseline=PLAIN_LOOP, repeats=1, references=None)
    compared.run()
    assert compared.ran(WARM_UP) == [SEQUENTIAL]
    assert not compared.runner.short, "tasks of a second"


def test_short_tasks_bring_the_references_in_by_themselves(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS, baseline=PLAIN_LOOP, repeats=1, references=None)
    compared.walls = {SEQUENTIAL: 0.002, THREADS: 0.002, PLAIN_LOOP: 0.001}
    compared.run()
    assert compared.runner.short
    assert "ThreadPoolExecutor.map" in {one.reference for one in compared.store.now.configurations}


def test_long_tasks_do_not(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS, baseline=PLAIN_LOOP, repeats=1, references=None)
    compared.run()
    assert {one.reference for one in compared.ran()} == {None, "plain loop"}


def test_a_reference_whose_tasks_fail_keeps_one_example(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS, baseline=PLAIN_LOOP, repeats=1)
    compared.special[PLAIN_LOOP] = lambda spec: [
        said("ready"), said("open"), ending(ok=3, failed=1, example="ValueError: 2"),
    ]  # fmt: skip
    compared.run()
    kept = [trial for trial in compared.store.kept if trial.configuration == PLAIN_LOOP]
    assert {trial.message for trial in kept} == {"1 of 4 tasks failed: ValueError: 2"}


def test_abandoning_ends_the_trial_that_is_under_way(tmp_path: Path) -> None:
    compared = Compared(tmp_path, THREADS)
    killed: list[bool] = []

    def abandons(spec: Specification) -> Sequence[Step]:
        def abandon() -> None:
            compared.cancel = True
            compared.runner.abandon()
            supervisor = compared.runner.trials.supervisor
            assert supervisor is not None and supervisor.process is not None
            killed.append(bool(getattr(supervisor.process, "killed", False)))

        return [said("open"), abandon, 0.2]

    compared.special[SEQUENTIAL] = abandons
    assert compared.run() == "cancelled"
    assert killed == [True]


def test_a_comparison_is_run_by_the_runner_of_comparisons(tmp_path: Path) -> None:
    assert type(runner_of(Compared(tmp_path, THREADS).request())) is ComparisonRunner


# A race.


def raced(folder: Path, *, race: bool = True, others: Sequence[Configuration] = (THREADS, PROCESSES, SLOW)) -> Compared:
    """Threads and processes take as long as each other, beside one that is slower."""
    compared = Compared(folder, *others, repeats=6, race=race)
    compared.walls = {SEQUENTIAL: 4.0, THREADS: 2.0, PROCESSES: 2.0, SLOW: 3.0}
    compared.uneven = 0.05
    return compared


def test_a_race_runs_the_slower_one_three_times_and_the_others_as_often_as_was_asked(tmp_path: Path) -> None:
    compared = raced(tmp_path)
    assert compared.run() == "finished"
    counted = Counter(compared.ran()[1:])
    assert counted == {SEQUENTIAL: 12, THREADS: 6, PROCESSES: 6, SLOW: 3}
    assert "Left out after 3 of 6 repeats, being slower: threads × 4." in compared.verdict["sentences"]


def test_a_race_that_is_decided_ends_and_says_so(tmp_path: Path) -> None:
    compared = raced(tmp_path, others=(THREADS, SLOW))
    assert compared.run() == "finished"
    assert Counter(compared.ran()[1:]) == {SEQUENTIAL: 6, THREADS: 3, SLOW: 3}
    assert compared.verdict["outcome"] == "faster" and "Decided after 3 of 6 repeats." in compared.verdict["sentences"]


def test_without_a_race_nothing_is_left_out(tmp_path: Path) -> None:
    compared = raced(tmp_path, race=False)
    compared.run()
    assert Counter(compared.ran()[1:])[SLOW] == 6 and compared.verdict["race"] is None


@pytest.mark.parametrize("broken_off", [13, 17, 19, 23])
def test_a_race_that_was_broken_off_goes_on_without_what_it_had_left_out(tmp_path: Path, broken_off: int) -> None:
    compared = raced(tmp_path)
    usual = compared.next

    def script(spec: Specification) -> Sequence[Step]:
        compared.cancel = compared.cancel or (len(compared.given) >= broken_off and not compared.resumed)
        return usual(spec)

    compared.script = script
    assert compared.run() == "cancelled"
    compared.cancel, compared.resumed = False, True
    assert compared.run() == "finished"
    (left,) = compared.verdict["race"]["left"]
    assert left["after"] == 3 and Counter(compared.ran())[SLOW] <= 4, "at most one block was broken off with it"
    whole = Counter(trial.repeat for trial in compared.store.kept if trial.repeat >= 0 and trial.state == "finished")
    assert sum(count >= 4 for count in whole.values()) == 6


def test_a_kill_between_a_look_and_the_verdict_is_made_up_for(tmp_path: Path) -> None:
    compared = raced(tmp_path)
    compared.run()
    blocks = [trial for trial in compared.store.kept if trial.repeat < 3]
    compared.store.kept = blocks
    before = {key: value for key, value in compared.verdict.items() if key != "race"}
    compared.store.update_run(compared.store.now, verdict=before)
    compared.run()
    assert Counter(trial.configuration for trial in compared.store.kept if trial.repeat >= 0)[SLOW] == 3


def test_what_a_race_saves_goes_to_those_that_are_left(tmp_path: Path) -> None:
    ended = {}
    for race in (False, True):
        compared = Compared(tmp_path / str(race), THREADS, PROCESSES, SLOW, repeats=None, budget_s=100.0, race=race)
        compared.walls, compared.uneven = {SEQUENTIAL: 1.0, THREADS: 0.5, PROCESSES: 0.5, SLOW: 9.0}, 0.05
        compared.run()
        ended[race] = Counter(compared.ran()[1:])
    assert ended[True][SLOW] == 3 and ended[False][SLOW] == ended[False][THREADS]
    assert ended[True][THREADS] > 2 * ended[False][THREADS]
