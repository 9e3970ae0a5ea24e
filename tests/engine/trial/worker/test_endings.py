"""How tasks end, as the last fields of their records: whatever a task gives or raises, its record says it in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InputRefused, TaskFailed
from engine.model import Pickled
from engine.protocol.pickling import unpacked
from engine.protocol.record import OPEN
from engine.trial.worker.endings import ChunkOutputs, failure, failure_of, stored, tries_of, unsendable
from engine.workloads import Tried
from tests.engine.trial.worker.made import told

pytestmark = pytest.mark.heart


def fields(ending: str) -> dict[str, Any]:
    return dict(zip(("status", "reason", "error", "output", "fingerprint"), json.loads(f"[{ending}]"), strict=True))


class WithAttempts(Exception):
    """An exception that says how often something was tried."""

    def __init__(self, attempts: Any) -> None:
        super().__init__("tried")
        self.attempts = attempts


class Speechless(Exception):
    """An exception whose text cannot be read."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


class Touchy(Exception):
    """An exception that lets nobody look at it."""

    @property
    def attempts(self) -> int:
        """Raises."""
        raise RuntimeError("not yours")


@pytest.mark.parametrize(
    ("error", "reason", "sentence"),
    [
        (ValueError("no such thing"), "exception", "ValueError: no such thing"),
        (ValueError(), "exception", "ValueError was raised."),
        (ValueError("two\n  lines"), "exception", "ValueError: two lines"),
        (SystemExit(3), "exception", "SystemExit: 3"),
        (KeyboardInterrupt(), "exception", "KeyboardInterrupt was raised."),
        (TaskFailed("not_found", "The page is gone."), "not_found", "The page is gone."),
        (InputRefused("There is no address."), "exception", "There is no address."),
        (Speechless(), "exception", "The task raised an exception whose own text cannot be read."),
        (KeyError("key"), "exception", "KeyError: 'key'"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_an_error_is_told_by_a_reason_and_a_sentence(error: BaseException, reason: str, sentence: str) -> None:
    assert failure_of(error) == (reason, sentence)
    assert fields(failure(error)) == {
        "status": "failed", "reason": reason, "error": sentence, "output": None, "fingerprint": None,
    }  # fmt: skip


def test_a_sentence_without_end_is_cut() -> None:
    assert len(failure_of(ValueError("x" * 100_000))[1]) < 600
    assert len(failure_of(TaskFailed("a", "x" * 100_000))[1]) == 2000


@pytest.mark.parametrize("reason", ["", None, 7, b"bytes"])
def test_a_reason_that_is_none_is_an_exception(reason: Any) -> None:
    assert failure_of(TaskFailed(reason, "Something."))[0] == "exception"


def test_a_reason_is_no_longer_than_its_column() -> None:
    assert len(failure_of(TaskFailed("r" * 500, "Something."))[0]) == 64


def test_a_lone_surrogate_does_not_keep_a_record_from_being_stored() -> None:
    assert failure_of(ValueError("bad \ud800 name"))[1] == "ValueError: bad \ufffd name"


@pytest.mark.parametrize(
    ("attempts", "tries"), [(3, 3), (1, 1), (0, 1), (-5, 1), (10**9, 1), ("3", 1), (2.0, 1), (True, 1), (None, 1)]
)
def test_the_tries_that_an_error_tells_count_where_they_are_a_number(attempts: Any, tries: int) -> None:
    assert tries_of(WithAttempts(attempts)) == tries


def test_an_error_that_tells_nothing_or_lets_nobody_look_was_one_try() -> None:
    assert tries_of(ValueError("x")) == tries_of(Touchy()) == 1


# A job's results are stored.


@pytest.mark.parametrize("output", [None, 0, -1.5, "text", [1, [2]], {"a": {"b": None}}, True, "é🙂\u2028"])
def test_a_jobs_result_is_json_text_that_reads_as_the_result(tmp_path: Path, output: Any) -> None:
    found = fields(stored(told(tmp_path), output))
    assert json.loads(found["output"]) == output
    assert found["status"] == "ok" and len(found["fingerprint"]) == 16


def test_equal_results_have_equal_fingerprints_and_others_do_not(tmp_path: Path) -> None:
    prints = [fields(stored(told(tmp_path), output))["fingerprint"] for output in ({"a": 1}, {"a": 1}, {"a": 2})]
    assert prints[0] == prints[1] != prints[2]


def test_a_workload_may_have_a_fingerprint_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workload = told(tmp_path)
    monkeypatch.setattr(type(workload), "fingerprint", classmethod(lambda cls, output: "its own"))
    assert fields(stored(workload, 1))["fingerprint"] == "its own"


@pytest.mark.parametrize("output", [{1, 2}, object(), float("nan"), 1j], ids=["set", "object", "nan", "complex"])
def test_a_result_that_json_does_not_hold_fails_its_task_with_advice(tmp_path: Path, output: Any) -> None:
    found = fields(stored(told(tmp_path), output))
    assert (found["status"], found["reason"]) == ("failed", "unsendable_result")
    assert "return plain values, such as numbers, texts and lists" in found["error"]


def test_a_result_that_contains_itself_fails_its_task(tmp_path: Path) -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert fields(stored(told(tmp_path), endless))["reason"] == "unsendable_result"


def test_why_a_result_cannot_be_sent_is_said_once_with_its_advice() -> None:
    error = unsendable(TypeError("Object of type set is not JSON"), "return a list")
    assert error.message == "The task's result cannot be sent (Object of type set is not JSON): return a list."


def test_a_strange_error_of_a_result_is_told_by_its_type() -> None:
    assert "ZeroDivisionError: x" in unsendable(ZeroDivisionError("x")).message


# A comparison's results are carried.


def outputs(folder: Path, pickles: bool) -> ChunkOutputs:
    return ChunkOutputs(told(folder), stores=False, pickles=pickles)


def test_a_carried_result_leaves_its_record_open(tmp_path: Path) -> None:
    carried = outputs(tmp_path, pickles=False)
    assert carried.ending([1, 2], None) == (OPEN, 1)
    assert carried.carried == [[1, 2]]


def test_where_nothing_travels_nothing_is_pickled(tmp_path: Path) -> None:
    carried = outputs(tmp_path, pickles=False)
    value = object()
    carried.ending(value, None)
    assert carried.carried[0] is value and carried.pickling_s == 0.0


def test_where_results_travel_they_are_pickled_but_for_plain_atoms(tmp_path: Path) -> None:
    carried = outputs(tmp_path, pickles=True)
    for value in (7, "text", (1, 2)):
        carried.ending(value, None)
    assert carried.carried[:2] == [7, "text"]
    assert type(carried.carried[2]) is Pickled and unpacked(carried.carried[2]) == (1, 2)


def test_a_carried_result_that_cannot_be_pickled_fails_its_task_with_its_place(tmp_path: Path) -> None:
    ending, tries = outputs(tmp_path, pickles=True).ending({"lock": __import__("threading").Lock()}, None)
    assert tries == 1
    assert fields(ending)["reason"] == "unsendable_result"
    assert "result['lock'], a lock" in fields(ending)["error"]


def test_a_failed_task_carries_nothing(tmp_path: Path) -> None:
    carried = outputs(tmp_path, pickles=True)
    ending, tries = carried.ending(None, WithAttempts(4))
    assert (fields(ending)["status"], tries, carried.carried) == ("failed", 4, [])


def test_a_result_that_took_several_tries_counts_them(tmp_path: Path) -> None:
    carried = ChunkOutputs(told(tmp_path), stores=True, pickles=False)
    ending, tries = carried.ending(Tried("done", 5), None)
    assert (json.loads(fields(ending)["output"]), tries) == ("done", 5)


def test_a_result_whose_own_code_raises_costs_its_task_only(tmp_path: Path) -> None:
    class Trap(dict[str, int]):
        def items(self) -> Any:
            raise RuntimeError("caught")

    ending, _ = ChunkOutputs(told(tmp_path), stores=True, pickles=False).ending(Trap(a=1), None)
    assert fields(ending)["status"] == "failed"
