"""Speeds of the same work on several executors, with executors that a test counts, and what is said of them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pytest

from engine.errors import NotAvailable
from engine.lab.model import Effort, Point, Result, Say
from engine.lab.running import chores, pools, speed
from engine.lab.running.pools import Chore, Inline, Loop, Pool, Runner, no_subinterpreters, opened
from engine.lab.running.speed import (
    CLEAR,
    TOO_BUSY,
    amount_for,
    best,
    crowded,
    gains,
    measure_speed,
    open_all,
    timed,
    told,
)
from tests.engine.lab.made import point, result, speeds

EFFORT = Effort(repeats=3, cpus=2, scratch="", prefix="")


class Heard(Say):
    """Readings in the order in which they were said."""

    def __init__(self) -> None:
        self.readings: list[tuple[str, str, float, str, float | None]] = []
        self.lacking: dict[str, str] = {}

    def reading(self, series: str, quantity: str, value: float, unit: str, x: float | None = None) -> None:
        self.readings.append((series, quantity, value, unit, x))

    def missing(self, series: str, why: str) -> None:
        self.lacking[series] = why


class Counted(Runner):
    """Workers whose work takes as long as a clock says; they note what they were given."""

    def __init__(self, clock: Clock, takes_s: float) -> None:
        self.clock, self.takes_s = clock, takes_s
        self.ran: list[list[Any]] = []
        self.closed = False

    def run(self, chore: Chore, items: Sequence[Any]) -> None:
        self.ran.append(list(items))
        self.clock.now_s += self.takes_s

    def close(self) -> None:
        self.closed = True


class Clock:
    """Time that passes only where work is done."""

    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("engine.lab.running.speed.time.perf_counter", made)
    return made


def chore_of(clock: Clock, each_s: float) -> Chore:
    """Work of which each amount takes so long."""

    def work(amount: int) -> None:
        clock.now_s += each_s * amount

    return work


# How much work.


@pytest.mark.parametrize(("each_s", "amount"), [(1e-6, 80_000), (1e-3, 80), (0.02, 4), (10.0, 1)])
def test_so_much_of_a_chore_as_takes_the_time_that_a_point_has(each_s: float, amount: int, clock: Clock) -> None:
    assert amount_for(chore_of(clock, each_s), 0.08) == amount


def test_a_first_call_that_is_slow_does_not_make_the_amount_too_small(clock: Clock) -> None:
    calls = itertools.count()

    def work(amount: int) -> None:
        clock.now_s += 1e-3 * amount + (5.0 if next(calls) == 0 else 0.0)

    assert amount_for(work, 0.08) == pytest.approx(80, rel=0.05)


def test_a_runner_is_timed_from_its_first_item_to_its_last(clock: Clock) -> None:
    assert timed(Counted(clock, 2.5), print, [1, 2]) == 2.5


# Speeds.


def test_a_speed_is_a_plain_loops_time_over_this_one(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    runners = {("threads", 1): Counted(clock, 8.0), ("threads", 2): Counted(clock, 2.0)}
    monkeypatch.setattr(speed, "open_all", lambda *_: runners)
    heard = Heard()
    measure_speed(heard, EFFORT, chore_of(clock, 1.0), ["threads"], [1, 2], "hashing, ", amount=1)
    assert heard.readings == [
        ("hashing, threads", "speed", 4.0 / 8.0, "×", 1), ("hashing, threads", "time", 8.0, "s", 1),
        ("hashing, threads", "speed", 4.0 / 2.0, "×", 2), ("hashing, threads", "time", 2.0, "s", 2),
    ] * 3  # fmt: skip
    assert {len(items) for runner in runners.values() for items in runner.ran} == {4}, "twice the most workers"
    assert all(runner.closed for runner in runners.values())


def test_each_executor_is_held_against_a_loop_of_its_own_moment(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that slows down slows the loop as well."""
    slower = itertools.count(1)

    def work(amount: int) -> None:
        clock.now_s += amount * (1 + next(slower) // 4)

    runners = {("threads", 1): Counted(clock, 4.0), ("processes", 1): Counted(clock, 8.0)}
    monkeypatch.setattr(speed, "open_all", lambda *_: runners)
    heard = Heard()
    measure_speed(heard, Effort(1, 2, "", ""), work, ["threads", "processes"], [1], amount=1)
    alone = {series: value for series, quantity, value, _, _ in heard.readings if quantity == "speed"}
    assert set(alone) == {"threads", "processes"} and alone["threads"] != alone["processes"] * 2


def test_what_cannot_be_had_is_told_and_left_out_whole(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Counted] = []

    def one(name: str, workers: int, chore: Chore, item: Any) -> Runner:
        if (name == "processes" and workers == 4) or name == "subinterpreters":
            raise NotAvailable(f"not available here: {name} × {workers}")
        made.append(Counted(clock, 1.0))
        return made[-1]

    monkeypatch.setattr(speed, "opened", one)
    heard = Heard()
    found = open_all(heard, print, 1, ["threads", "processes", "subinterpreters"], [1, 2, 4], "p, ")
    assert list(found) == [("threads", 1), ("threads", 2), ("threads", 4)]
    assert heard.lacking == {
        "p, processes": "not available here: processes × 4",
        "p, subinterpreters": "not available here: subinterpreters × 1",
    }
    assert [runner.closed for runner in made] == [False] * 3 + [True] * 2, "workers that are not used are ended"


# What is said of a speed.


def test_the_best_point_is_the_fastest_beyond_one_worker() -> None:
    found = result("pure_python", point("threads", "speed", 9.0, 1), point("threads", "speed", 1.5, 2),
                   point("threads", "speed", 1.9, 4), point("threads", "time", 99.0, 4))  # fmt: skip
    best_of = best(found, "threads")
    assert best_of is not None and (best_of.x, best_of.median) == (4, 1.9)
    assert best(found, "processes") is None
    assert best(result("pure_python", point("threads", "speed", 9.0, 1)), "threads") is None


@pytest.mark.parametrize(
    ("median", "low", "gain"),
    [(1.9, 1.8, True), (1.9, 1.0, None), (1.9, 1.01, True), (CLEAR, 1.1, False), (CLEAR + 0.01, 1.1, True),
     (0.5, 0.4, False)],
)  # fmt: skip
def test_a_gain_is_clear_and_its_whole_interval_is_one(median: float, low: float, gain: bool | None) -> None:
    assert gains(Point("threads", "speed", 2, "×", median, low, 2.0, 0.97, 6, ())) is gain


def test_nothing_measured_is_no_gain_and_no_loss() -> None:
    assert gains(None) is None


def test_a_point_is_told_with_its_interval_and_workers() -> None:
    assert told(point("threads", "speed", 1.9, 2, spread=0.1)) == "1.90 times (1.71–2.09) with 2 workers"


@pytest.mark.parametrize(("busy", "said"), [(0.0, False), (TOO_BUSY, False), (TOO_BUSY + 0.01, True), (1.0, True)])
def test_on_a_machine_that_others_use_nothing_is_said(busy: float, said: bool) -> None:
    finding = crowded(Result("x", busy=busy), "1.9 times")
    assert (finding is not None) is said
    if finding:
        assert finding.answer is None and finding.sentence.endswith("so nothing can be said: 1.9 times.")


def test_speeds_of_a_made_machine_are_read_as_they_were_made() -> None:
    assert gains(best(speeds("pure_python", threads=1.0, processes=1.9), "processes")) is True


# The ways to run chores.


def test_a_plain_loop_does_one_item_after_the_other() -> None:
    done: list[int] = []
    Inline().run(done.append, [3, 1, 2])
    Inline().close()
    assert done == [3, 1, 2]


def test_an_event_loops_slots_take_items_until_none_is_left() -> None:
    loop, done = Loop(3), list[int]()
    loop.run(done.append, range(7))
    loop.run(done.append, [7])
    loop.close()
    assert sorted(done) == list(range(8)) and loop.loop.is_closed()


def test_waiting_has_a_form_for_an_event_loop() -> None:
    loop = Loop(4)
    loop.run(chores.rest, [1, 1])
    loop.close()
    assert set(chores.ASYNC) == {chores.rest}


def test_workers_have_each_done_some_before_they_are_timed() -> None:
    runner = opened("threads", 2, chores.spin, 10)
    assert isinstance(runner, Pool)
    runner.run(chores.spin, [1, 2])
    runner.close()
    with pytest.raises(RuntimeError):
        runner.executor.submit(chores.spin, 1)


def test_a_way_whose_workers_cannot_do_the_chore_is_closed_and_its_first_cause_told(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Counted] = []

    class Fails(Counted):
        def run(self, chore: Chore, items: Sequence[Any]) -> None:
            self.ran.append(list(items))
            try:
                raise ImportError("module PIL does not support loading in subinterpreters\nsecond line")
            except ImportError as error:
                raise RuntimeError("the worker failed") from error

    def way(workers: int) -> Runner:
        made.append(Fails(clock, 1.0))
        return made[-1]

    monkeypatch.setitem(pools.RUNNERS, "threads", way)
    with pytest.raises(NotAvailable) as refused:
        opened("threads", 3, print, 7)
    assert str(refused.value) == "not available here: module PIL does not support loading in subinterpreters"
    assert made[0].closed and made[0].ran == [[7] * 6]


@pytest.mark.parametrize(("error", "reason"), [(ValueError(), "ValueError"), (ValueError("x" * 500), "x" * 200)])
def test_a_reason_is_short_and_never_empty(error: Exception, reason: str) -> None:
    assert pools._reason(error) == reason


def test_subinterpreters_are_found_by_trying() -> None:
    reason = no_subinterpreters()
    if reason is None:
        return
    assert reason.endswith("they came with Python 3.14")
    with pytest.raises(NotAvailable, match="has no subinterpreters to use"):
        opened("subinterpreters", 1, chores.spin, 1)


# The chores themselves.


def test_every_chore_gives_back_what_it_was_given_or_its_sum() -> None:
    assert chores.nothing([1, 2]) == [1, 2]
    assert chores.spin(8) == sum(number & 3 for number in range(8))
    assert (chores.digest(2), chores.shrink(1), chores.rest(1)) == (2, 1, 1)
