"""Experiment: what it costs to hand one task to a worker, by how many go together."""

from __future__ import annotations

import time

from engine.errors import NotAvailable
from engine.lab.model import Effort, Experiment, Finding, Result, Say
from engine.lab.reading.intervals import UNCLEAR, against
from engine.lab.reading.words import seconds, times
from engine.lab.running.chores import nothing
from engine.lab.running.pools import Runner, opened

EXECUTORS = ("threads", "processes", "asyncio", "subinterpreters")
CHUNKS = {1: 200, 8: 100, 64: 50, 512: 20}
"""How many chunks of each size are handed over for one reading."""
COST = "cost per task"
DEARER, SAME, CHEAPER = "Several times dearer", "About the same", "Cheaper"


def measure(say: Say, effort: Effort) -> None:
    """Chunks of tasks that do nothing, to one worker for each usable CPU."""
    for name in EXECUTORS:
        try:
            runner = opened(name, effort.cpus, nothing, [0])
        except NotAvailable as error:
            say.missing(name, str(error))
            continue
        for _ in range(effort.repeats):
            for chunk, count in CHUNKS.items():
                say.reading(name, COST, cost_s(runner, chunk, count), "s", chunk)
        runner.close()


def cost_s(runner: Runner, chunk: int, count: int) -> float:
    """Seconds per task of handing over `count` chunks."""
    items = [list(range(chunk)) for _ in range(count)]
    began = time.perf_counter()
    runner.run(nothing, items)
    return (time.perf_counter() - began) / (chunk * count)


def read(result: Result) -> Finding:
    """Processes against threads for single tasks, and what chunks do about it."""
    thread, process = result.find("threads", COST, 1), result.find("processes", COST, 1)
    if thread is None or process is None:
        return Finding(None, "Threads and processes were not both measured here, so nothing can be said.")
    chunked = min(result.line("processes", COST), key=lambda point: point.median)
    figures = (
        f"handing over one task that does nothing takes {seconds(thread.median)} with threads "
        f"and {seconds(process.median)} with processes"
    )
    remedy = (
        f"; in chunks of {chunked.x:g} it is {seconds(chunked.median)} a task with processes"
        if chunked.x and chunked.x > 1
        else "; chunks do not make it cheaper with processes"
    )
    ratio = times(process.median / thread.median)
    answer, words = {
        "more": (DEARER, f"A task for a process costs {ratio} as much as one for a thread"),
        "less": (CHEAPER, "A task for a process costs less than one for a thread here"),
        "same": (SAME, "A task for a process costs about as much as one for a thread here"),
        None: (None, UNCLEAR),
    }[against(process, thread)]
    return Finding(answer, f"{words}: {figures}{remedy}.")


HANDOVER = Experiment(
    name="handover",
    lab="machine",
    title="Handing over a task",
    claim_ids=("A6", "A10"),
    claim="Passing work to a process costs more than passing it to a thread.",
    done="Tasks that do nothing, handed over one at a time and in chunks of 8, 64 and 512, to a warm pool.",
    measured="Time for each task, from the first submission to the last result.",
    refuted_by="A task for a process that costs no more than one for a thread.",
    question="A task that does nothing: how does handing it to a process compare with handing it to a thread?",
    answers=(DEARER, SAME, CHEAPER),
    measure=measure,
    read=read,
    x_name="tasks in a chunk",
    log_x=True,
    repeats=5,
)
