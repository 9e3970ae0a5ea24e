"""The bar in the terminal: how far, how fast and how long still, and silence where nobody looks."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from engine.cli.terminal.progress import Planning, Progress
from engine.model import Configuration, Run

RUN = Run(
    id=7, token="r", kind="job", workload="wait", title="naps", state="running", created_at="", started_at=None,
    ended_at=None, tasks=200, ok=0, failed=0, options={}, configurations=(Configuration("threads", 2),), terms={},
    time_limit_s=None, environment={}, verdict=None, waiting_for=None, message=None,
)  # fmt: skip


class Screen(io.StringIO):
    """A terminal, or a file that only looks like one line after another."""

    def __init__(self, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal

    def lines(self) -> list[str]:
        return [line.strip() for line in re.split(r"[\r\n]+", self.getvalue()) if line.strip()]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The time that passes, in seconds: a list whose one number the test sets."""
    now = [1000.0]
    monkeypatch.setattr("tqdm.std.time", lambda: now[0])
    monkeypatch.setattr("time.perf_counter", lambda: now[0])
    yield now


def shown(monkeypatch: pytest.MonkeyPatch, is_terminal: bool = True) -> Screen:
    screen = Screen(is_terminal)
    monkeypatch.setattr(sys, "stderr", screen)
    return screen


def seen(screen: Screen, clock: list[float], run: Run, *done: int, **more: Any) -> str:
    """The last line, after a second for each of these counts of tasks that went well."""
    bar = Progress()
    bar.show(run)
    for count in done:
        clock[0] += 1.0
        bar.show(replace(run, ok=count, **more))
    return screen.lines()[-1]


def test_it_tells_share_count_rate_and_time_left(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    line = seen(shown(monkeypatch), clock, RUN, 10, 20, 30, 40, 50)
    assert line.startswith("25%|")
    assert "50 of 200 tasks, 10.00 tasks/s, 00:15 left" in line


def test_failures_are_counted_and_told(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    line = seen(shown(monkeypatch), clock, RUN, 10, 18, failed=2)
    assert "20 of 200 tasks" in line
    assert line.endswith("left, 2 failed")


def test_what_was_done_before_says_nothing_about_the_speed(
    monkeypatch: pytest.MonkeyPatch, clock: list[float]
) -> None:
    """A run that is resumed with 100 of 200 tasks done does ten a second, not a hundred."""
    line = seen(shown(monkeypatch), clock, replace(RUN, ok=100), 110, 120)
    assert "120 of 200 tasks, 10.00 tasks/s, 00:08 left" in line


def test_a_comparison_counts_all_of_its_trials_and_the_warm_up() -> None:
    two = replace(RUN, kind="comparison", tasks=20, configurations=RUN.configurations * 2)
    assert replace(two, terms={"repeats": 5}).planned == 20 * (3 * 5 + 1)
    assert replace(two, terms={"precision": 0.05, "budget_s": 30.0}).planned is None
    assert RUN.planned == 200


def test_where_a_stopping_rule_decides_the_most_that_it_can_take_is_told(
    monkeypatch: pytest.MonkeyPatch, clock: list[float]
) -> None:
    run = replace(RUN, kind="comparison", terms={"precision": 0.05, "budget_s": 30.0})
    line = seen(shown(monkeypatch), clock, run, 10, 20)
    assert "20 tasks, 10.00 tasks/s" in line
    assert line.endswith("at most 28 s more")


def test_nothing_of_it_remains(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    screen = shown(monkeypatch)
    bar = Progress()
    bar.show(replace(RUN, ok=3))
    bar.clear()
    bar.clear()
    assert screen.getvalue().endswith("\r")
    assert screen.getvalue().split("\r")[-2].strip() == ""


def test_no_bar_where_nobody_looks_and_never_a_colour(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    screen = shown(monkeypatch, is_terminal=False)
    seen(screen, clock, replace(RUN, waiting_for="waits for run 6"), 10, 20)
    assert screen.getvalue() == "Run 7 waits for run 6.\n"
    terminal = shown(monkeypatch)
    seen(terminal, clock, RUN, 10, 20)
    assert "\x1b[3" not in terminal.getvalue()


def test_what_a_run_waits_for_is_said_once(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    screen = shown(monkeypatch)
    bar = Progress()
    for _ in range(3):
        bar.show(replace(RUN, waiting_for="waits for run 6"))
    assert screen.getvalue().count("waits for run 6") == 1
    bar.show(replace(RUN, waiting_for="waits for run 5, naps\x1b[2J"))
    assert "run 5, naps\ufffd[2J" in screen.getvalue(), "another's title is no command for this terminal"


def planning(monkeypatch: pytest.MonkeyPatch, is_terminal: bool = True) -> tuple[Screen, Planning, list[float]]:
    """A planning that is told of, on a clock of the test's own."""
    now = [0.0]
    return shown(monkeypatch, is_terminal), Planning(lambda: now[0]), now


def test_planning_says_how_far_it_is_once_it_takes_longer_than_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, told, now = planning(monkeypatch)
    told("pictures found", 1_000, None)
    assert screen.getvalue() == ""
    now[0] = 1.0
    told("pictures found", 20_000, None)
    assert "Planning, 20,000 pictures found" in screen.getvalue()
    told("names of results", 1_000, 90_000)  # too soon after the other
    now[0] = 2.0
    told("names of results", 2_000, 90_000)
    told.clear()
    assert "2,000 of 90,000 names of results" in screen.getvalue() and "1,000 of 90,000" not in screen.getvalue()


def test_planning_says_nothing_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, told, now = planning(monkeypatch, is_terminal=False)
    now[0] = 9.0
    told("pictures found", 20_000, None)
    assert screen.getvalue() == ""
