"""One run taken to its end, whatever happens on the way: its state, and what it tells, are stored."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from engine.errors import NotAvailable, OverlapError, StoreBusy
from engine.model import ABANDONED, Configuration, Run, State
from engine.orchestrator import main as orchestrator_main
from engine.orchestrator.main import Orchestrator, collect_rarely, work
from engine.orchestrator.runners import RUNNERS, Request, Runner, runner_of
from engine.orchestrator.services import Services
from engine.store import Store
from engine.store.liveness import Held
from tests.engine.orchestrator.memory_store import MemoryStore, plan_of

pytestmark = pytest.mark.heart


class Runs(Runner):
    """A runner that does what the test says."""

    does: Callable[[Runner], State] = lambda self: "finished"
    abandoned = 0

    def to_the_end(self) -> State:
        """As told."""
        return type(self).does(self)

    def cancelled_after(self, run: Run) -> str:
        """A sentence of its own."""
        return f"Cancelled in the state {run.state}."

    def abandon(self) -> None:
        """Count it."""
        type(self).abandoned += 1


class Kept(MemoryStore):
    """A store in memory that also holds runs, and hears of a cancel."""

    asked_to_cancel = False
    busy = False
    holder: str | None = None
    states: list[tuple[str, str | None]]

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, plan_of())
        self.states, self.interrupted = [], 0
        self.set_state(self.now, "waiting")

    def set_state(self, run: Run, state: Any, message: str | None = None) -> None:
        """Keep the way, too."""
        super().set_state(run, state, message)
        self.states.append((state, message))

    def interrupt_trials(self, run: Run) -> None:
        """Count it."""
        self.interrupted += 1

    def cancel_requested(self, run: Run) -> bool:
        """As a test says."""
        if self.busy:
            type(self).busy = False
            raise StoreBusy("locked")
        return self.asked_to_cancel

    @contextmanager
    def hold(self, run: Run, patience_s: float, lost: Callable[[], None]) -> Iterator[None]:
        """Hold the run, unless somebody else does."""
        if self.holder:
            raise Held
        yield


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    """A store, an orchestrator that installs no signal handler and reads no stdin, and a turn that is free at once."""

    @contextmanager
    def turn(run: Run, jobs_at_once: int, waiting: Any, cancelled: Callable[[], bool], expected: Any) -> Iterator[bool]:
        waiting(None)
        yield not cancelled()

    monkeypatch.setattr(orchestrator_main, "turn", turn)
    monkeypatch.setattr(Orchestrator, "_watch_for_the_end", lambda self: None)
    monkeypatch.setattr(orchestrator_main, "runner_of", Runs)
    monkeypatch.setattr(orchestrator_main, "_CANCEL_POLL_S", 0.001)
    monkeypatch.setattr(Runs, "abandoned", 0)
    return Kept(tmp_path)


def orchestrator(store: Kept) -> Orchestrator:
    return Orchestrator(cast(Store, store), store.now, Services([], store.settings))


def does(monkeypatch: pytest.MonkeyPatch, what: Callable[[Runner], State]) -> None:
    monkeypatch.setattr(Runs, "does", what)


def raises(error: Exception) -> Callable[[Runner], State]:
    def what(runner: Runner) -> State:
        raise error

    return what


def test_a_run_is_running_and_then_finished(store: Kept) -> None:
    assert orchestrator(store).run_part("all", None) == "finished"
    assert store.states[1:] == [("running", None), ("finished", None)]


def test_what_the_machine_is_like_is_stored_when_the_run_starts(store: Kept) -> None:
    orchestrator(store).run_part("all", None)
    assert store.now.environment["python"]


def test_trials_that_a_dead_orchestrator_left_are_no_longer_running(store: Kept) -> None:
    orchestrator(store).run_part("all", None)
    assert store.interrupted == 1


def test_the_reserve_on_the_disk_is_given_back(store: Kept) -> None:
    orchestrator(store).run_part("all", None)
    assert not (store.run_folder.path / "reserve").exists()


def test_a_remark_is_told_beside_a_finished_run(store: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def what(runner: Runner) -> State:
        runner.remark = "The gallery page is missing."
        return "finished"

    does(monkeypatch, what)
    orchestrator(store).run_part("all", None)
    assert store.states[-1] == ("finished", "The gallery page is missing.")


def test_the_part_that_was_asked_for_reaches_the_runner(store: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Request] = []

    def what(runner: Runner) -> State:
        seen.append(runner.request)
        return "finished"

    does(monkeypatch, what)
    orchestrator(store).run_part("failed", [1, 2])
    assert (seen[0].part, seen[0].chosen, dict(seen[0].options())) == ("failed", [1, 2], {})


@pytest.mark.parametrize("error", [OverlapError("It broke."), NotAvailable("It broke.")])
def test_a_run_that_cannot_go_on_has_failed_with_the_reason(
    store: Kept, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    does(monkeypatch, raises(error))
    assert orchestrator(store).run_part("all", None) == "failed"
    assert store.states[-1] == ("failed", "It broke.")
    assert not (store.run_folder.path / "reserve").exists(), "the disk may be full"


def test_a_full_disk_fails_the_run_in_words(store: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    does(monkeypatch, raises(OSError(28, "No space left on device")))
    assert orchestrator(store).run_part("all", None) == "failed"
    assert str(store.states[-1][1]).startswith("The run cannot go on: ")


def test_a_cancel_before_the_turn_runs_nothing(store: Kept) -> None:
    one = orchestrator(store)
    one._cancel.set()
    assert one.run_part("all", None) == "cancelled"
    assert store.states[1:] == [("cancelled", "Cancelled in the state waiting.")]


def cancelled_while_it_runs(store: Kept) -> Callable[[Runner], State]:
    """A run for which somebody asks the store for the end once it runs."""

    def what(runner: Runner) -> State:
        store.asked_to_cancel = True
        while not runner.request.cancelled():
            time.sleep(0.001)
        return "cancelled"

    return what


def test_a_cancel_that_somebody_asked_the_store_for_reaches_the_runner(
    store: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    does(monkeypatch, cancelled_while_it_runs(store))
    assert orchestrator(store).run_part("all", None) == "cancelled"
    assert store.states[-1] == ("cancelled", "Cancelled in the state running.")


def test_a_locked_database_only_delays_the_cancel(store: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    does(monkeypatch, cancelled_while_it_runs(store))
    monkeypatch.setattr(Kept, "busy", True)
    assert orchestrator(store).run_part("all", None) == "cancelled"


def test_a_run_whose_starter_died_is_interrupted_and_not_cancelled(
    store: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = orchestrator(store)

    def what(runner: Runner) -> State:
        one.abandoned.set()
        return "cancelled"

    does(monkeypatch, what)
    assert one.run_part("all", None) == "interrupted"
    assert store.states[-1] == ("interrupted", None)


def test_who_has_lost_the_run_ends_its_trial_and_stores_nothing_more(
    store: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[int] = []
    monkeypatch.setattr("os._exit", left.append)
    one = orchestrator(store)
    one.replaced()
    one.run_part("all", None)
    before = list(store.states)
    one.replaced()
    assert left == [ABANDONED, ABANDONED]
    assert (Runs.abandoned, store.states) == (1, before)


# Which run is taken at all.


def worked(store: Kept, monkeypatch: pytest.MonkeyPatch) -> State:
    monkeypatch.setattr(Store, "open", lambda *_: store)
    return work(store.settings, "rmade", Services([], store.settings))


def test_a_waiting_run_is_taken(store: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    assert worked(store, monkeypatch) == "finished"


@pytest.mark.parametrize("state", ["finished", "cancelled", "failed"])
def test_a_run_that_another_one_has_taken_to_its_end_is_left_alone(
    store: Kept, monkeypatch: pytest.MonkeyPatch, state: State
) -> None:
    store.set_state(store.now, state)
    before = list(store.states)
    assert worked(store, monkeypatch) == state
    assert store.states == before


def test_a_run_that_another_one_holds_is_left_alone(store: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    store.holder = "another"
    assert worked(store, monkeypatch) == "waiting"


def test_who_comes_while_the_one_before_is_leaving_waits_for_that(store: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """An end is stored before the lock is given back: a run that goes on at once must not be left to nobody."""
    free, held = store.hold, iter([True, True, False])

    @contextmanager
    def hold(run: Run, patience_s: float, lost: Callable[[], None]) -> Iterator[None]:
        if next(held):
            raise Held
        with free(run, patience_s, lost):
            yield

    monkeypatch.setattr(store, "hold", hold)
    assert worked(store, monkeypatch) == "finished"


def test_a_run_that_its_holder_takes_to_its_end_meanwhile_is_not_waited_for(
    store: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def hold(run: Run, patience_s: float, lost: Callable[[], None]) -> Iterator[None]:
        store.set_state(store.now, "running")
        raise Held
        yield

    monkeypatch.setattr(store, "hold", hold)
    assert worked(store, monkeypatch) == "running"
    assert [state for state, _ in store.states] == ["waiting", "running"]


def test_garbage_is_looked_for_rarely() -> None:
    before = gc.get_threshold()
    try:
        collect_rarely()
        assert gc.get_threshold()[0] == 70_000
    finally:
        gc.set_threshold(*before)


@pytest.mark.parametrize("kind", RUNNERS)
def test_every_kind_of_run_has_its_runner(tmp_path: Path, kind: str) -> None:
    baseline = {"executor": "threads", "workers": 2}
    memory = MemoryStore(tmp_path, plan_of(kind=kind, terms={"baseline": baseline, "mode": "quick"}))
    found = runner_of(Request(cast(Store, memory), memory.now, lambda: False))
    assert isinstance(found, Runner)
    assert f"{type(found).__module__}:{type(found).__name__}" == RUNNERS[memory.now.kind]
    assert found.cancelled_after(memory.now).startswith("Cancelled")


def test_a_run_on_another_python_keeps_what_that_python_said(store: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    named = Configuration("threads", 2, python="/opt/python")
    store.update_run(store.now, configurations=[{"executor": "threads", "workers": 2, "python": "/opt/python"}])
    assert store.now.configurations == (named,)
    monkeypatch.setattr(orchestrator_main, "described", lambda paths, *_: {path: {"version": "3.99"} for path in paths})
    orchestrator(store).run_part("all", None)
    assert store.now.environment["pythons"] == {"/opt/python": {"version": "3.99"}}
