"""Before the clock: what workers are told, and an executor that is open only when every worker is ready."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from engine.errors import OverlapError, TrialBroken
from engine.executors import EXECUTORS
from engine.executors.base import Factory, Start
from engine.executors.sequential import InlineExecutor
from engine.model import Configuration
from engine.protocol.specification import Specification
from engine.trial.opening import for_elsewhere, handover_s, opened, setup_of
from engine.trial.worker.setup import Setup
from engine.workloads import workload_class
from tests.engine.trial.made import attempts
from tests.engine.trial.worker.made import Told, made_board, setup

pytestmark = pytest.mark.heart


def told(executor: str, workers: int = 2, **values: Any) -> Setup:
    """What workers of an executor are told."""
    how = Configuration(executor, workers, held=values.pop("held", False))
    spec = Specification(
        parent=1, workload="resize", configuration=how, folder="/run", outputs="/out", board="/board",
        tasks="/tasks.jsonl", umask=0, stores=values.pop("stores", True), **values,
    )  # fmt: skip
    return setup_of(spec, EXECUTORS[executor](how), workload_class("resize"))


def test_workers_are_told_what_the_specification_says() -> None:
    found = told("threads", options={"a": 1}, settings={"b": 2}, secrets=("C",), time_limit_s=3.0, stores=False)
    assert (found.workload, found.folder, found.outputs, found.board) == ("resize", "/run", "/out", "/board")
    assert (found.options, found.settings, found.secrets) == ({"a": 1}, {"b": 2}, ("C",))
    assert (found.limit_s, found.stores, found.workers) == (3.0, False, 2)


@pytest.mark.parametrize(
    ("executor", "own_process", "pickles", "coroutines"),
    [("threads", False, False, False), ("processes", True, True, False), ("asyncio", False, False, True)],
)
def test_and_what_their_executor_is_like(executor: str, own_process: bool, pickles: bool, coroutines: bool) -> None:
    found = told(executor)
    assert (found.own_process, found.pickles, found.coroutines) == (own_process, pickles, coroutines)


def test_a_server_of_forks_imports_what_every_worker_needs_once_for_all() -> None:
    preload = told("processes").preload
    assert "engine.trial.worker.run" in preload
    assert "engine.workloads.images.making.resizing" in preload


def test_the_list_of_tasks_is_named_only_where_workers_load_it() -> None:
    assert told("processes").tasks is None
    assert told("processes", held=True).tasks == "/tasks.jsonl"


def test_workers_on_other_machines_are_told_which_files_tasks_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def files(options: Any, folder: Path, outputs: Path, arguments: Any) -> tuple[list[str], list[str]]:
        seen.extend(arguments)
        return ["/in/a.jpg"], ["/out"]

    monkeypatch.setattr(Told, "files", files, raising=False)
    found = for_elsewhere(setup(tmp_path, options={"search_path": ["/home/me"]}), Told, attempts(100))
    assert (found.reads, found.writes, found.search_path) == (("/in/a.jpg",), ("/out",), ("/home/me",))
    assert 1 < len(seen) < 12, "a few, spread over all"


class Made(Factory):
    """Opens an executor of the test's own."""

    name = "made"

    def __init__(self, executor: Executor, workers: int = 2) -> None:
        super().__init__(Configuration("made", workers))
        self.executor, self.opened = executor, list[str]()

    def open(self, start: Start, arguments: tuple[Any, ...]) -> Executor:
        """As asked."""
        self.opened.append("open")
        for slot in range(self.workers):
            start(slot, *arguments)
        return self.executor

    def replace(self, start: Start, arguments: tuple[Any, ...]) -> Executor:
        """As asked."""
        self.opened.append("replace")
        return self.open(start, arguments)


class Answers(InlineExecutor):
    """Answers every call with the same."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.calls = answer, 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """A finished future."""
        self.calls += 1
        future: Future[Any] = Future()
        if isinstance(self.answer, BaseException):
            future.set_exception(self.answer)
        else:
            future.set_result(self.answer)
        return future


def test_an_executor_is_open_when_each_of_its_workers_is_ready(tmp_path: Path) -> None:
    board = made_board(tmp_path, 2)
    kind = Made(InlineExecutor())
    assert opened(kind, setup(tmp_path, workers=2)) is kind.executor
    assert board.workers_ready() == 2


def test_after_a_break_it_is_replaced(tmp_path: Path) -> None:
    made_board(tmp_path, 2)
    kind = Made(InlineExecutor())
    opened(kind, setup(tmp_path, workers=2), again=True)
    assert kind.opened == ["replace", "open"]


def test_workers_that_cannot_start_break_the_trial(tmp_path: Path) -> None:
    made_board(tmp_path, 2)
    with pytest.raises(TrialBroken, match="The workers could not start: no memory"):
        opened(Made(Answers(OSError("no memory"))), setup(tmp_path, workers=2))


def test_what_keeps_a_workload_from_starting_is_said_in_its_own_words(tmp_path: Path) -> None:
    made_board(tmp_path, 2)
    with pytest.raises(OverlapError, match="PIL is missing") as caught:
        opened(Made(Answers("PIL is missing.")), setup(tmp_path, workers=2))
    assert not isinstance(caught.value, TrialBroken), "another try would end the same way"


def test_handing_over_is_timed_by_the_quickest_of_some_calls_that_do_nothing() -> None:
    executor = Answers(0.0)
    assert 0.0 <= handover_s(executor) < 1.0
    assert executor.calls == 5
