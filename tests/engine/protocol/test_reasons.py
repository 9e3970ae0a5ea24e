"""Why a task failed through its worker: the same words from a trial and from the orchestrator that saw it die."""

from __future__ import annotations

import pytest

from engine.errors import TaskFailed
from engine.protocol.reasons import crashed, time_limit

pytestmark = pytest.mark.heart


@pytest.mark.parametrize(("limit_s", "said"), [(5.0, "5 s"), (0.25, "0.25 s"), (90, "90 s"), (1e-3, "0.001 s")])
def test_a_limit_is_told_without_needless_digits(limit_s: float, said: str) -> None:
    error = time_limit(limit_s)
    assert error.message == f"The task was still running after its limit of {said} and was ended."
    assert error.reason == "time_limit"


def test_a_crash_tells_how_often_it_happened() -> None:
    error = crashed(2)
    assert error.reason == "crashed" and "2 times, the last time with no other task beside it" in error.message


def test_both_are_failures_of_a_task() -> None:
    assert isinstance(crashed(1), TaskFailed) and isinstance(time_limit(1), TaskFailed)
