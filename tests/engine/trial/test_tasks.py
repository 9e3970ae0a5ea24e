"""Which tasks a trial reads from the run's list, in which order, and what becomes of arguments that it cannot read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.errors import NotAvailable
from engine.model import Configuration, Pickled
from engine.protocol.pickling import dump, fields_of
from engine.protocol.specification import Specification
from engine.trial.tasks import argument_of, read_attempts
from engine.trial.worker.chunks import Attempt, Held

pytestmark = pytest.mark.heart


def spec(folder: Path, *arguments: Any, held: bool = False, **values: Any) -> Specification:
    """A specification of tasks with these arguments."""
    lines = [json.dumps([f"task {number}", *fields_of(one)]) for number, one in enumerate(arguments)]
    (folder / "tasks.jsonl").write_text("".join(f"{one}\n" for one in lines), encoding="utf-8")
    return Specification(
        parent=1, workload="compute", configuration=Configuration("threads", 1, held=held), folder=str(folder),
        outputs="", board="", tasks=str(folder / "tasks.jsonl"), umask=0, stores=True, **values,
    )  # fmt: skip


def test_all_tasks_are_read_in_their_order(tmp_path: Path) -> None:
    attempts, alone = read_attempts(spec(tmp_path, "a", {"b": 1}, None))
    assert attempts == [Attempt(0, "a"), Attempt(1, {"b": 1}), Attempt(2, None)]
    assert alone == []


def test_only_the_tasks_that_are_named_are_read_and_their_attempts_go_on(tmp_path: Path) -> None:
    attempts, _ = read_attempts(spec(tmp_path, "a", "b", "c", only={2: 0, 0: 2}))
    assert attempts == [Attempt(0, "a", 3), Attempt(2, "c", 1)]


def test_suspects_are_read_apart(tmp_path: Path) -> None:
    attempts, alone = read_attempts(spec(tmp_path, "a", "b", "c", only={0: 0}, suspects={2: 1}))
    assert (attempts, alone) == ([Attempt(0, "a", 1)], [Attempt(2, "c", 2)])


def test_a_suspect_of_all_tasks_is_not_run_twice(tmp_path: Path) -> None:
    attempts, alone = read_attempts(spec(tmp_path, "a", "b", suspects={1: 1}))
    assert ([one.task for one in attempts], [one.task for one in alone]) == ([0], [1])


def test_no_task_is_named(tmp_path: Path) -> None:
    assert read_attempts(spec(tmp_path, "a", "b", only={})) == ([], [])


def test_where_workers_hold_the_arguments_they_do_not_travel(tmp_path: Path) -> None:
    attempts, alone = read_attempts(spec(tmp_path, "a", "b", held=True, suspects={1: 1}))
    assert [type(one.argument) for one in (*attempts, *alone)] == [Held, Held]
    assert [one.task for one in (*attempts, *alone)] == [0, 1]


def test_an_argument_that_was_pickled_is_its_value_again(tmp_path: Path) -> None:
    ((attempt,), _) = read_attempts(spec(tmp_path, dump((1, {2}))))
    assert attempt.argument == (1, {2})


def test_what_came_by_value_is_left_to_the_worker() -> None:
    by_value = Pickled(dump((1,)).data, by_value=True)
    assert argument_of(["label", *fields_of(by_value)]) == by_value


def test_an_argument_whose_reading_fails_is_left_to_its_own_task() -> None:
    broken = Pickled(b"no pickle")
    assert argument_of(["label", *fields_of(broken)]) == broken


@pytest.mark.parametrize("data", [b"cno_such_module\nThing\n.", b"cos\nno_such_name\n."])
def test_what_this_python_lacks_is_said_with_the_task(data: bytes) -> None:
    with pytest.raises(NotAvailable, match="The argument of task 'my label' cannot be read here"):
        argument_of(["my label", *fields_of(Pickled(data))])


def test_a_list_of_tasks_may_hold_any_character(tmp_path: Path) -> None:
    ((attempt,), _) = read_attempts(spec(tmp_path, "é\u2028\n\t🙂\x00"))
    assert attempt.argument == "é\u2028\n\t🙂\x00"


def test_a_specification_of_another_run_reads_that_runs_list(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = spec(tmp_path / "other", "x")
    own = spec(tmp_path, "a")
    assert read_attempts(replace(own, tasks=other.tasks))[0] == [Attempt(0, "x")]
