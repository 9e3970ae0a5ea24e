"""Whose turn it is, without another process: kernel locks hold between two turns of one process, too."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from engine.model import Run, RunKind
from engine.orchestrator.line import Expected
from engine.orchestrator.turns import LOOK_S, holder, judge_anew, turn
from tests.engine.orchestrator.memory_store import MemoryStore, plan_of

pytestmark = pytest.mark.heart

UNKNOWN = "; when it begins cannot be estimated"


@pytest.fixture(autouse=True)
def _own_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks in a folder of this test's own."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr("tempfile.tempdir", None)


@dataclass
class Turn:
    """One run that wants its turn, and what it was told while it waited."""

    run: Run
    jobs_at_once: int = 2
    told: list[str | None] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    held: ExitStack = field(default_factory=ExitStack)
    after_looks: int = 4
    then: Callable[[], None] = lambda: None
    cancelled: bool = False
    expected: Expected | None = None

    def sleep(self, seconds: float) -> None:
        """After some looks something happens; in the end the run is cancelled, so that no test waits for ever."""
        self.slept.append(seconds)
        if len(self.slept) == self.after_looks:
            self.then()
        self.cancelled = self.cancelled or len(self.slept) > 20

    def take(self) -> bool:
        """Whether it got its turn, which it then holds until `leave`."""
        waits = turn(self.run, self.jobs_at_once, self.told.append, lambda: self.cancelled, self.sleep, self.expected)
        return self.held.enter_context(waits)

    def leave(self) -> None:
        """Give the turn back."""
        self.held.close()


@pytest.fixture
def wants(tmp_path: Path) -> Callable[..., Turn]:
    """A run of some kind that wants its turn."""
    numbers = iter(range(1, 99))

    def make(kind: RunKind = "job", **given: object) -> Turn:
        number = next(numbers)
        run = MemoryStore(tmp_path / f"run-{number}", plan_of(kind=kind)).now
        return Turn(replace(run, id=number, title=f"a {kind}"), **given)  # type: ignore[arg-type]

    return make


def test_a_job_that_is_alone_has_its_turn_at_once(wants: Callable[..., Turn]) -> None:
    job = wants()
    assert job.take()
    assert (job.slept, job.told) == ([], [None])
    job.leave()


def test_as_many_jobs_run_beside_each_other_as_may(wants: Callable[..., Turn]) -> None:
    jobs = [wants(), wants(), wants()]
    assert [job.take() for job in jobs] == [True, True, False]
    assert jobs[2].told == [f"waits for run 1, a job{UNKNOWN}", None]
    for job in jobs:
        job.leave()


def test_a_job_has_its_turn_when_another_one_leaves(wants: Callable[..., Turn]) -> None:
    first, second = wants(jobs_at_once=1), wants(jobs_at_once=1)
    assert first.take()
    second.then = first.leave
    assert second.take()
    assert len(second.slept) == second.after_looks
    second.leave()


def test_a_measurement_waits_for_the_jobs_that_run(wants: Callable[..., Turn]) -> None:
    job, comparison = wants(), wants("comparison")
    job.take()
    comparison.then = job.leave
    assert comparison.take()
    assert comparison.told == [f"waits for run 1, a job{UNKNOWN}", None]
    comparison.leave()


@pytest.mark.parametrize("kind", ["comparison", "experiment"])
def test_no_job_starts_beside_a_measurement(wants: Callable[..., Turn], kind: RunKind) -> None:
    measurement, job = wants(kind), wants()
    assert measurement.take()
    assert not job.take()
    assert job.told == [f"waits for run 1, a {kind}{UNKNOWN}", None]
    measurement.leave()


def test_no_job_overtakes_a_measurement_that_waits(wants: Callable[..., Turn]) -> None:
    running, comparison, late = wants(), wants("comparison"), wants()
    running.take()
    seen: list[bool] = []

    def then() -> None:
        seen.append(late.take())
        running.leave()

    comparison.then = then
    assert comparison.take()
    assert seen == [False], "although a slot was free"
    comparison.leave()


def test_two_measurements_never_run_at_once(wants: Callable[..., Turn]) -> None:
    first, second = wants("comparison"), wants("experiment")
    assert first.take()
    assert not second.take()
    first.leave()


def test_a_measurement_also_waits_for_jobs_of_a_server_that_allows_more(wants: Callable[..., Turn]) -> None:
    jobs = [wants(jobs_at_once=5) for _ in range(5)]
    assert all(job.take() for job in jobs)
    comparison = wants("comparison", jobs_at_once=1)
    assert not comparison.take()
    for job in jobs:
        job.leave()


def test_a_run_that_is_cancelled_while_it_waits_gets_no_turn_and_holds_nothing(wants: Callable[..., Turn]) -> None:
    first, second, third = wants("comparison"), wants("comparison"), wants("comparison")
    first.take()
    second.then = lambda: setattr(second, "cancelled", True)
    assert not second.take()
    second.leave()
    first.leave()
    assert third.take() and third.slept == []
    third.leave()


def test_a_run_that_was_cancelled_before_does_not_even_look(wants: Callable[..., Turn]) -> None:
    job = wants(cancelled=True)
    assert not job.take() and job.slept == []


def test_who_waits_looks_several_times_a_second_and_is_told_once(wants: Callable[..., Turn]) -> None:
    first, second = wants("comparison"), wants("comparison", after_looks=9)
    first.take()
    second.then = first.leave
    assert second.take()
    assert set(second.slept) == {LOOK_S}
    assert [text for text in second.told if text] == [f"waits for run 1, a comparison{UNKNOWN}"]
    second.leave()


def test_a_measurement_is_not_told_to_wait_for_a_job_that_only_passes_the_door(wants: Callable[..., Turn]) -> None:
    first, second = wants("comparison"), wants("comparison", after_looks=1)
    first.take()
    second.then = first.leave
    assert second.take()
    assert second.told == [None], "it had looked once"
    second.leave()


def test_at_least_one_job_may_run(wants: Callable[..., Turn]) -> None:
    job = wants(jobs_at_once=0)
    assert job.take()
    job.leave()


@pytest.mark.parametrize("text", [None, ""])
def test_a_holder_that_has_not_signed_is_another_run(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "x.txt").write_text(text)
    assert holder(tmp_path / "x.lock") == "another run"


def test_runs_that_wait_begin_in_the_order_in_which_they_came(wants: Callable[..., Turn]) -> None:
    running, second, third = wants("comparison"), wants("experiment", after_looks=6), wants("comparison", after_looks=4)
    running.take()
    seen: list[str | None] = []

    def come_later() -> None:
        third.then = running.leave  # the turn is free, and the second stands before it
        assert not third.take(), "it does not overtake"
        seen.extend(third.told)

    second.then = come_later
    assert second.take()
    assert seen[0] == f"waits for run 1, a comparison; one other is before it{UNKNOWN}"
    second.leave()


def test_when_a_comparison_with_a_time_to_spend_is_over_is_told(wants: Callable[..., Turn]) -> None:
    first, second = wants("comparison"), wants("comparison", after_looks=9)
    first.expected = Expected(300.0)
    first.take()
    second.then = first.leave
    assert second.take()
    assert second.told[0] == "waits for run 1, a comparison; it begins within about 5 min"
    second.leave()


def test_the_title_of_somebodys_run_is_told_to_nobody(wants: Callable[..., Turn]) -> None:
    first, second = wants("comparison"), wants("comparison", after_looks=9)
    first.run = replace(first.run, person="me@example.org", title="My secret list")
    first.take()
    second.then = first.leave
    assert second.take()
    assert second.told[0] == f"waits for run 1{UNKNOWN}"
    second.leave()


def test_a_run_that_goes_on_judges_its_end_anew_for_those_that_wait(wants: Callable[..., Turn]) -> None:
    first, other, second = wants("job", jobs_at_once=1), wants("job"), wants("job", jobs_at_once=1, after_looks=9)
    first.take()
    judge_anew(other.run, Expected(9_000.0, judged=True))
    judge_anew(first.run, Expected(240.0, judged=True))
    second.then = first.leave
    assert second.take()
    judged = "; it begins in about 4 min, judged by earlier runs and the pace so far"
    assert second.told[0] == f"waits for run 1, a job{judged}"
    second.leave()
