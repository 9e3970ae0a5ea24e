"""Experiment: CPU-bound work that gives the GIL back: hashing, and resizing with Pillow."""

from __future__ import annotations

from engine.lab.model import Effort, Experiment, Finding, Point, Result, Say
from engine.lab.running.chores import digest, shrink
from engine.lab.running.speed import best, crowded, gains, measure_speed, told

EXECUTORS = ("threads", "processes", "subinterpreters")
HASHING, PILLOW = "hashing, ", "Pillow, "
YES, NO, SOME = (
    "Yes, threads get faster at both",
    "No, threads gain nothing: it is CPU-bound",
    "Only at one of the two",
)


def measure(say: Say, effort: Effort) -> None:
    """SHA-256 and Pillow's resize on every executor, at one, usable and twice usable workers."""
    counts = effort.worker_counts
    measure_speed(say, effort, digest, EXECUTORS, counts, HASHING)
    try:
        shrink(1)
    except ImportError as error:
        say.missing(PILLOW + "threads", f"not available here: {error}")
        return
    measure_speed(say, effort, shrink, EXECUTORS, counts, PILLOW)


def read(result: Result) -> Finding:
    """Whether threads gain at hashing and at resizing, and how far processes go."""
    found = {kind: best(result, kind + "threads") for kind in (HASHING, PILLOW)}
    known: dict[str, Point] = {kind: point for kind, point in found.items() if point}
    if not known:
        return Finding(None, "Threads were not measured here, so nothing can be said.")
    verdicts = {kind: gains(point) for kind, point in known.items()}
    figures = "; ".join(f"{kind}threads {told(point)}{_beside(result, kind)}" for kind, point in known.items())
    if unseen := crowded(result, figures):
        return unseen
    if None in verdicts.values():
        return Finding(None, f"The intervals are too wide to tell: {figures}.")
    if all(verdicts.values()):
        words = "Threads do get faster here at CPU-bound work whose C code gives the GIL back, so it needs no processes"
        return Finding(YES, f"{words}: {figures}.")
    if not any(verdicts.values()):
        return Finding(NO, f"Threads gain nothing here at these kinds of CPU-bound work: {figures}.")
    return Finding(SOME, f"Threads gain at one of the two kinds of CPU-bound work only: {figures}.")


def _beside(result: Result, kind: str) -> str:
    processes = best(result, kind + "processes")
    return f", processes {told(processes)}" if processes else ""


RELEASING = Experiment(
    name="releasing",
    lab="machine",
    title="CPU-bound work that releases the GIL",
    claim_ids=("A12", "A9"),
    claim="Threads are for I/O-bound work and processes for CPU-bound work, such as hashing or resizing images.",
    done="SHA-256 over large buffers and Pillow's resize, in a plain loop and on 1, usable and twice usable workers.",
    measured="Speed: the plain loop's time divided by this time, both taken one after the other.",
    refuted_by="Threads that are clearly faster than the plain loop.",
    question="Hashing and resizing images keep the CPU busy. Do threads make them faster?",
    answers=(YES, NO, SOME),
    measure=measure,
    read=read,
    x_name="workers",
)
