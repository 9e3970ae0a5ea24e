"""Experiment: work that only waits, as for a network, on every executor."""

from __future__ import annotations

from engine.lab.model import Effort, Experiment, Finding, Result, Say
from engine.lab.running.chores import rest
from engine.lab.running.speed import SPEED, best, gains, measure_speed, told
from engine.text import listed

EXECUTORS = ("threads", "processes", "asyncio", "subinterpreters")
ALL, SOME, NONE = "All of them get faster", "Only some get faster", "None gets faster"


def measure(say: Say, effort: Effort) -> None:
    """Waits of some milliseconds, at one, usable and twice usable workers: waiting needs no CPU."""
    counts = effort.worker_counts
    milliseconds = max(5, round(1000 * 0.1 / (2 * max(counts))))
    measure_speed(say, effort, rest, EXECUTORS, counts, amount=milliseconds)


def read(result: Result) -> Finding:
    """Which executors overlap their waits."""
    found = {name: best(result, name) for name in result.series(SPEED)}
    verdicts = {name: gains(point) for name, point in found.items() if point}
    if not verdicts:
        return Finding(None, "No executor was measured here, so nothing can be said.")
    figures = "; ".join(f"{name} {told(point)}" for name, point in found.items() if point)
    better = [name for name, gain in verdicts.items() if gain]
    if len(better) == len(verdicts):
        return Finding(ALL, f"Waits overlap here on {listed(better)}, also with more workers than CPUs: {figures}.")
    if None in verdicts.values():
        return Finding(None, f"The intervals are too wide to tell: {figures}.")
    if better:
        worse = [name for name in verdicts if name not in better]
        return Finding(SOME, f"Waits overlap here on {listed(better)}, but not on {listed(worse)}: {figures}.")
    return Finding(NONE, f"Waits overlap on no executor here: {figures}.")


WAITING = Experiment(
    name="waiting",
    lab="machine",
    title="Waiting",
    claim_ids=("A3", "A12"),
    claim="Threads suit I/O-bound work: while one waits for the network, another goes on.",
    done="Waits of some milliseconds each, in a plain loop and on 1, all usable and twice as many workers.",
    measured="Speed: the plain loop's time divided by this time, both taken one after the other.",
    refuted_by="An executor whose waits do not overlap.",
    question="Tasks that only wait, as for a web page: on which executors do they get faster?",
    answers=(ALL, SOME, NONE),
    measure=measure,
    read=read,
    x_name="workers",
)
