"""Arguments as a worker gets them: one that cannot be read costs its own task only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.errors import TaskFailed
from engine.model import Pickled
from engine.protocol.pickling import dump, fields_of
from engine.trial.worker.arguments import held_arguments, opened
from tests.engine.trial.worker.made import unreadable

pytestmark = pytest.mark.heart


def tasks(folder: Path, *arguments: Any) -> str:
    lines = [json.dumps([f"task {number}", *fields_of(one)]) + "\n" for number, one in enumerate(arguments)]
    (folder / "tasks.jsonl").write_text("".join(lines), encoding="utf-8")
    return str(folder / "tasks.jsonl")


def test_a_pickle_that_can_be_read_is_its_value() -> None:
    assert opened(dump({1, 2})) == ({1, 2}, None)


def test_a_pickle_that_cannot_is_the_failure_of_its_task() -> None:
    value, problem = opened(unreadable())
    assert value is None
    assert isinstance(problem, TaskFailed) and problem.reason == "unreadable_argument"
    assert problem.message.startswith("The task's argument cannot be read in the worker (UnpicklingError")


def test_held_arguments_are_all_there_in_order(tmp_path: Path) -> None:
    assert held_arguments(tasks(tmp_path, 1, "two", {"three": 3}, None)) == (1, "two", {"three": 3}, None)


def test_held_pickles_are_read_before_the_clock(tmp_path: Path) -> None:
    assert held_arguments(tasks(tmp_path, dump((1, 2)))) == ((1, 2),)


def test_a_held_pickle_that_cannot_be_read_stays_one_for_its_task_to_fail_on(tmp_path: Path) -> None:
    found = held_arguments(tasks(tmp_path, "a", unreadable()))
    assert found[0] == "a" and type(found[1]) is Pickled


def test_no_tasks_are_no_arguments(tmp_path: Path) -> None:
    assert held_arguments(tasks(tmp_path)) == ()
