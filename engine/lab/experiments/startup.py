"""Experiment: how long until a new worker says its first word, by kind of worker."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from engine.lab.model import Effort, Experiment, Finding, Point, Result, Say
from engine.lab.reading.intervals import UNCLEAR, against
from engine.lab.reading.words import seconds, times
from engine.lab.running.pools import no_subinterpreters
from engine.text import listed

METHODS = ("fork", "forkserver", "spawn")
FIRST, FURTHER = "first worker", "each further worker"
_BATCH = 20
ORDINARY = ("forkserver", "spawn")
"""Start methods whose workers import the program's main module again."""
PROCESSES, SAME, THREADS = "A process takes much longer", "About the same", "A thread takes longer"


def measure(say: Say, effort: Effort) -> None:
    """Start workers one after the other and wait for each one's first word; processes while there is one thread."""
    here = multiprocessing.get_all_start_methods()
    for method in METHODS:
        name = process_name(method)
        if method in here:
            _series(say, name, lambda method=method: process_s(method), effort.repeats)  # type: ignore[misc]
        else:
            say.missing(name, f"not available here: this system cannot start processes by {method}")
    for method in ORDINARY:
        if method in here:
            first, *further = ordinary_s(method, 1 + effort.repeats)
            say.reading(ordinary_name(method), FIRST, first, "s")
            for took in further:
                say.reading(ordinary_name(method), FURTHER, took, "s")
    _series(say, "thread", thread_s, effort.repeats)
    _series(say, "asyncio task", task_s, effort.repeats)
    if reason := no_subinterpreters():
        say.missing("subinterpreter", reason)
    else:
        _series(say, "subinterpreter", interpreter_s, effort.repeats)


def _series(say: Say, name: str, start_s: Callable[[], float], repeats: int) -> None:
    say.reading(name, FIRST, start_s(), "s")
    for _ in range(repeats):
        say.reading(name, FURTHER, start_s(), "s")


def process_name(method: str) -> str:
    """The series of a start method."""
    return f"process ({method})"


def ordinary_name(method: str) -> str:
    """The series of a start method in a program as people write them."""
    return f"process ({method}), an ordinary program"


def ordinary_s(method: str, workers: int) -> list[float]:
    """Seconds until each worker's first word in a program whose main module imports what programs import."""
    script = Path(__file__).parents[1] / "running" / "ordinary_main.py"
    done = subprocess.run(
        [sys.executable, str(script), method, str(workers)], capture_output=True, check=True, stdin=subprocess.DEVNULL
    )
    found: list[float] = json.loads(done.stdout)
    return found


def process_s(method: str) -> float:
    """Seconds until a new process has sent a message; it runs the connection's own method, so it imports nothing."""
    context = multiprocessing.get_context(method)
    ours, theirs = context.Pipe()
    process = context.Process(target=theirs.send, args=(b"",))  # type: ignore[attr-defined]
    began = time.perf_counter()
    process.start()
    ours.recv()
    took = time.perf_counter() - began
    process.join()
    return took


def thread_s() -> float:
    """Seconds until a new thread has set an event; the mean of some, because one is very short."""
    began = time.perf_counter()
    for _ in range(_BATCH):
        spoken = threading.Event()
        thread = threading.Thread(target=spoken.set)
        thread.start()
        spoken.wait()
        thread.join()
    return (time.perf_counter() - began) / _BATCH


def task_s() -> float:
    """Seconds until a new task of a running event loop has run; the mean of some."""

    async def word() -> None:
        pass

    async def all_of_them() -> float:
        began = time.perf_counter()
        for _ in range(_BATCH):
            await asyncio.create_task(word())
        return (time.perf_counter() - began) / _BATCH

    return asyncio.run(all_of_them())


def interpreter_s() -> float:
    """Seconds until a new subinterpreter has run a statement."""
    from concurrent import interpreters  # type: ignore[attr-defined, unused-ignore]

    began = time.perf_counter()
    interpreter = interpreters.create()
    interpreter.exec("pass")
    took = time.perf_counter() - began
    interpreter.close()
    return took


def read(result: Result) -> Finding:
    """The thread against the quickest process, and the start methods in their order."""
    thread = result.find("thread", FURTHER)
    found = {method: result.find(process_name(method), FURTHER) for method in METHODS}
    known: dict[str, Point] = {method: point for method, point in found.items() if point}
    if thread is None or not known:
        return Finding(None, "Threads and processes were not both measured here, so nothing can be said.")
    ordered = sorted(known, key=lambda method: known[method].median)
    quickest = known[ordered[0]]
    ratio = quickest.median / thread.median
    figures = f"a thread is at work after {seconds(thread.median)}, a process after " + listed(
        f"{seconds(known[method].median)} ({method})" for method in ordered
    )
    answer, words = {
        "more": (PROCESSES, f"Even the quickest process takes {times(ratio)} as long to start as a thread"),
        "less": (THREADS, "A thread takes longer to start than a process here"),
        "same": (SAME, "A thread and a process take about as long to start here"),
        None: (None, UNCLEAR),
    }[against(quickest, thread)]
    return Finding(answer, f"{words}: {figures}{_ordinary(result)}.")


def _ordinary(result: Result) -> str:
    """What the same start methods take where the program's own imports come with each worker."""
    found = [(method, result.find(ordinary_name(method), FURTHER)) for method in ORDINARY]
    told = [f"{seconds(point.median)} ({method})" for method, point in found if point]
    return f"; these are the smallest there are, a worker of an ordinary program takes {listed(told)}" if told else ""


STARTUP = Experiment(
    name="startup",
    lab="machine",
    title="Starting a worker",
    claim_ids=("A6",),
    claim="Processes cost more to start than threads.",
    done="Workers are started one after the other: a process by each start method, with nothing to import and in a "
    "program that imports what programs usually do; a thread, an asyncio task, a subinterpreter.",
    measured="Time from asking for the worker until its first word has arrived; the first one, and each further one.",
    refuted_by="A process that starts as quickly as a thread.",
    question="How long does a new process take to be at work, compared with a new thread?",
    answers=(PROCESSES, SAME, THREADS),
    measure=measure,
    read=read,
    rounds=6,
    repeats=3,
    forks=True,
)
