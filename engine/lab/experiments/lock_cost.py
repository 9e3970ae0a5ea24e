"""Experiment: what taking and giving back a lock costs, alone and when others want it too."""

from __future__ import annotations

import multiprocessing
import threading
import time
from contextlib import AbstractContextManager
from typing import Any

from engine.lab.model import Effort, Experiment, Finding, Result, Say
from engine.lab.reading.intervals import UNCLEAR, against
from engine.lab.reading.words import seconds, times
from engine.text import listed

COST = "time per use"
THREAD, PROCESS = "threading.Lock", "multiprocessing.Lock"
_USES = 40_000
_CONTENDED = {THREAD: 20_000, PROCESS: 4_000}
WORKERS = (1, 2, 4)
DEARER, SAME, CHEAPER = "It costs more for each use", "It costs the same for each use", "It costs less for each use"


def measure(say: Say, effort: Effort) -> None:
    """Uses of one lock by 1, 2 and 4 threads, and by as many processes; x is how many want it."""
    for _ in range(effort.repeats):
        for count in WORKERS:
            say.reading(THREAD, COST, threads_s(count), "s", count)
            say.reading(PROCESS, COST, processes_s(count), "s", count)


def use(lock: AbstractContextManager[Any], uses: int) -> None:
    """Take and give back a lock so many times."""
    for _ in range(uses):
        with lock:
            pass


def threads_s(count: int) -> float:
    """Seconds for each use of a lock that so many threads share."""
    lock = threading.Lock()
    uses = _USES if count == 1 else _CONTENDED[THREAD]
    barrier = threading.Barrier(count + 1)

    def work() -> None:
        barrier.wait()
        use(lock, uses)

    workers = [threading.Thread(target=work) for _ in range(count)]
    for worker in workers:
        worker.start()
    barrier.wait()
    began = time.perf_counter()
    for worker in workers:
        worker.join()
    return (time.perf_counter() - began) / (uses * count)


def processes_s(count: int) -> float:
    """Seconds for each use of a lock that so many processes share, by their own clocks."""
    uses = _USES if count == 1 else _CONTENDED[PROCESS]
    lock, barrier = multiprocessing.Lock(), multiprocessing.Barrier(count)
    answers: Any = multiprocessing.SimpleQueue()
    workers = [multiprocessing.Process(target=process, args=(lock, barrier, answers, uses)) for _ in range(count)]
    for worker in workers:
        worker.start()
    spans: list[tuple[float, float]] = [answers.get() for _ in workers]
    for worker in workers:
        worker.join()
    return (max(end for _, end in spans) - min(begin for begin, _ in spans)) / (uses * count)


def process(lock: Any, barrier: Any, answers: Any, uses: int) -> None:
    """One process's part: when it began and ended."""
    barrier.wait()
    began = time.perf_counter()
    use(lock, uses)
    answers.put((began, time.perf_counter()))


def read(result: Result) -> Finding:
    """Each lock alone, and wanted by two."""
    alone, two = result.find(THREAD, COST, 1), result.find(THREAD, COST, 2)
    if alone is None or two is None:
        return Finding(None, "Locks were not measured here alone and shared, so nothing can be said.")
    told = listed(
        f"{name} {seconds(first.median)} alone and {seconds(second.median)} wanted by two"
        for name in (THREAD, PROCESS)
        if (first := result.find(name, COST, 1)) and (second := result.find(name, COST, 2))
    )
    ratio = times(two.median / alone.median)
    answer, words = {
        "more": (DEARER, f"A lock that two threads want costs {ratio} as much for each use as one that is free"),
        "same": (SAME, "A lock that two threads want costs about as much for each use here as one that is free"),
        "less": (CHEAPER, "A lock that two threads want costs less for each use here than one that is free"),
        None: (None, UNCLEAR),
    }[against(two, alone)]
    return Finding(answer, f"{words}: {told}.")


LOCK_COST = Experiment(
    name="lock_cost",
    lab="sharing",
    title="What a lock costs",
    claim_ids=("A4",),
    claim="Synchronisation has a price: taking a lock costs time, and more when others wait for it.",
    done="A lock is taken and given back many times by 1, 2 and 4 threads, and by as many processes.",
    measured="Time for each use, over all workers together.",
    refuted_by="A lock that costs nothing, or no more when it is wanted by several.",
    question="Two threads want the same lock all the time. What does that do to the cost of each use?",
    answers=(DEARER, SAME, CHEAPER),
    measure=measure,
    read=read,
    repeats=4,
    x_name="workers that want it",
)
