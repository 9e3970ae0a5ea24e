"""What this means for you: sentences drawn from the figures of both labs, none from a fixed text. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.lab.experiments.handover import COST
from engine.lab.experiments.releasing import HASHING, PILLOW
from engine.lab.experiments.startup import FURTHER, process_name
from engine.lab.experiments.transfer import PIPE, THERE, crossover
from engine.lab.model import Result, result_from
from engine.lab.reading.words import seconds, size
from engine.lab.running.speed import best, gains


def advice(machine: Mapping[str, Any] | None, sharing: Mapping[str, Any] | None) -> list[str]:
    """A sentence for each choice that the figures decide; empty where nothing was measured."""
    results = {part["name"]: result_from(part) for document in (machine, sharing) if document
               for part in document["experiments"]}  # fmt: skip
    told = [
        _choice(results, "waiting", "", "tasks that mostly wait"),
        _choice(results, "pure_python", "", "tasks in pure Python"),
        _choice(results, "releasing", HASHING, "hashing"),
        _choice(results, "releasing", PILLOW, "resizing images"),
        _worthwhile(results),
        _large(results),
    ]
    return [sentence for sentence in told if sentence]


def _choice(results: Mapping[str, Result], name: str, prefix: str, what: str) -> str | None:
    """Threads where they come within a tenth of processes, because they are lighter; else processes."""
    if name not in results:
        return None
    threads, processes = (best(results[name], prefix + executor) for executor in ("threads", "processes"))
    if threads is None or processes is None:
        return None
    figures = f"{threads.median:.1f} times with threads, {processes.median:.1f} with processes"
    if gains(threads) and threads.median > 0.9 * processes.median:
        return f"For {what}, threads are enough here: {figures}."
    if gains(processes):
        return f"For {what}, take processes here: {figures}."
    if gains(threads) is None or gains(processes) is None:
        return f"For {what}, the figures do not tell yet: {figures}."
    return f"For {what}, neither gains here, so a plain loop is as good: {figures}."


def _worthwhile(results: Mapping[str, Result]) -> str | None:
    """How long a task, or a batch, must be for a process to pay."""
    if "handover" not in results or "startup" not in results:
        return None
    cost = results["handover"].find("processes", COST, 1)
    methods = ("forkserver", "spawn", "fork")
    starts = [point for method in methods if (point := results["startup"].find(process_name(method), FURTHER))]
    if cost is None or not starts:
        return None
    return (
        f"A process pays here for tasks much longer than {seconds(cost.median)}, which handing one over costs, "
        f"and for batches much longer than {seconds(starts[0].median)}, which starting a worker takes."
    )


def _large(results: Mapping[str, Result]) -> str | None:
    if "transfer" not in results or not results["transfer"].line(PIPE, "round trip"):
        return None
    at = crossover(results["transfer"], THERE, PIPE)
    if at is None:
        return "Shared memory gains nothing over a pipe here, so send data the simple way."
    return f"Data for other processes is better kept in shared memory here from about {size(at)} on; below, send it."
