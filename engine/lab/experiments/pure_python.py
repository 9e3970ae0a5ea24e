"""Experiment: does pure-Python work get faster with more threads, processes, coroutines, subinterpreters?"""

from __future__ import annotations

from engine.lab.model import Effort, Experiment, Finding, Result, Say
from engine.lab.running.chores import spin
from engine.lab.running.speed import best, crowded, gains, measure_speed, told

EXECUTORS = ("threads", "processes", "asyncio", "subinterpreters")
ONLY_PROCESSES, BOTH, NEITHER, ONLY_THREADS = (
    "Processes get faster, threads do not",
    "Both get faster",
    "Neither gets faster",
    "Threads get faster, processes do not",
)


def measure(say: Say, effort: Effort) -> None:
    """The same additions on every executor, at one, usable and twice usable workers."""
    measure_speed(say, effort, spin, EXECUTORS, effort.worker_counts)


def read(result: Result) -> Finding:
    """Who is faster than a plain loop, by the intervals."""
    threads, processes = best(result, "threads"), best(result, "processes")
    if threads is None or processes is None:
        return Finding(None, "Threads and processes were not both measured here, so nothing can be said.")
    verdicts = gains(threads), gains(processes)
    figures = f"threads ran it {told(threads)}, processes {told(processes)}, as fast as a plain loop"
    if unseen := crowded(result, figures):
        return unseen
    if None in verdicts:
        return Finding(None, f"The intervals are too wide to tell: {figures}.")
    answer, words = _ANSWERS[verdicts]
    return Finding(answer, f"{words}: {figures}.")


_ANSWERS: dict[tuple[bool | None, bool | None], tuple[str, str]] = {
    (False, True): (
        ONLY_PROCESSES,
        "Here threads gain nothing for pure-Python work, because they take turns; processes do run side by side",
    ),
    (True, True): (BOTH, "Here threads gain for pure-Python work, and so do processes: nothing makes them take turns"),
    (False, False): (NEITHER, "Here neither threads nor processes gain anything for pure-Python work"),
    (True, False): (ONLY_THREADS, "Here threads gain for pure-Python work and processes do not"),
}

PURE_PYTHON = Experiment(
    name="pure_python",
    lab="machine",
    title="Pure-Python work",
    claim_ids=("A2", "A5", "A12"),
    claim="The GIL lets only one thread run Python code at a time, so CPU-bound Python code gains nothing from "
    "threads; processes run truly in parallel.",
    done="The same additions in a plain loop and on 1, all usable and twice as many workers of each executor.",
    measured="Speed: the plain loop's time divided by this time, both taken one after the other.",
    refuted_by="Threads that are clearly faster than the plain loop, or processes that are not.",
    question="A loop of additions, in pure Python, on as many workers as there are CPUs: what gets faster?",
    answers=(ONLY_PROCESSES, BOTH, NEITHER, ONLY_THREADS),
    measure=measure,
    read=read,
    x_name="workers",
)
