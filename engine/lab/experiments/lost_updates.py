"""Experiment: updates that are lost when threads or processes share a value, with and without a lock."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from engine.lab.model import Effort, Experiment, Finding, Result, Say
from engine.lab.reading.words import times
from engine.lab.shown import process_races, races
from engine.text import listed

LOST, TIME = "lost updates", "time per update"
BARE, LOCKED = "without a lock", "with a lock"
SOME, NONE, BOTH = "Some without a lock, none with one", "None, with or without a lock", "Some, even with a lock"


class Race(NamedTuple):
    """One shared value: what loses updates of it, and how many each of two workers makes."""

    lost: Callable[[int, bool], int]
    updates: int


RACES = {
    "a counter, threads": Race(races.lost_counts, 300_000),
    "a dict of lists, threads": Race(races.lost_items, 5_000),
    "a shared Value, processes": Race(process_races.lost_counts, 50_000),
}


def measure(say: Say, effort: Effort) -> None:
    """Each race with and without its lock, in turn."""
    for _ in range(effort.repeats):
        for name, race in RACES.items():
            for locked in (False, True):
                began = time.perf_counter()
                lost = race.lost(race.updates, locked)
                took = time.perf_counter() - began
                series = series_of(name, locked)
                say.reading(series, LOST, lost / (2 * race.updates), "of all updates")
                say.reading(series, TIME, took / (2 * race.updates), "s")


def series_of(race: str, locked: bool) -> str:
    """The series of one race."""
    return f"{race}, {LOCKED if locked else BARE}"


def read(result: Result) -> Finding:
    """Who loses without a lock, and whether the lock ends it."""
    bare = {name: point for name in RACES if (point := result.find(series_of(name, False), LOST))}
    locked = {name: point for name in RACES if (point := result.find(series_of(name, True), LOST))}
    if not bare or not locked:
        return Finding(None, "No race was run here, so nothing can be said.")
    told = listed(f"{point.median:.1%} for {name} (at most {max(point.values):.1%})" for name, point in bare.items())
    losing = [name for name, point in bare.items() if max(point.values) > 0]
    if leaks := [name for name, point in locked.items() if max(point.values) > 0]:
        return Finding(BOTH, f"Updates are lost here even with a lock, for {listed(leaks)}; without one: {told}.")
    if losing:
        words = f"Without a lock, updates are lost here: {told}. With a lock, none is lost{_price(result, losing)}"
        return Finding(SOME, words + ".")
    return Finding(NONE, f"No update was lost here, with or without a lock: {told}. That is luck, not a promise.")


def _price(result: Result, names: list[str]) -> str:
    told = []
    for name in names:
        bare, locked = (result.find(series_of(name, one), TIME) for one in (False, True))
        if bare and locked:
            told.append(f"{times(locked.median / bare.median)} the time for {name}")
    return f", at {listed(told)}" if told else ""


LOST_UPDATES = Experiment(
    name="lost_updates",
    lab="sharing",
    title="Lost updates",
    claim_ids=("A4", "A7"),
    claim="Shared memory needs a lock against race conditions: without one, updates are lost.",
    done="Two threads, then two processes, update one shared value at once, without a lock and with one. An update "
    "reads the value, calls a function to make the new one, and writes it: at the call, the interpreter may let the "
    "other thread go on, also on a build with a GIL, and what that thread wrote is then overwritten.",
    measured="Updates that are missing in the end, as a part of all, and the time for each.",
    refuted_by="No update missing without a lock, or one missing with it.",
    question="Two workers add to one shared counter, without a lock and with one: which updates are lost?",
    answers=(SOME, NONE, BOTH),
    measure=measure,
    read=read,
    repeats=3,
)
