"""Experiment: how much of the cost of a pipe is pickling, by kind of object and by size."""

from __future__ import annotations

import multiprocessing
import pickle
import time
from collections.abc import Callable
from typing import Any

from engine.lab.model import Effort, Experiment, Finding, Result, Say
from engine.lab.reading.words import size
from engine.text import listed

SIZES = (64 * 1024, 1024 * 1024, 4 * 1024 * 1024)
SHARE, TIME = "pickling's share", "time"
BYTES, NUMBERS, ROWS = "bytes", "list of numbers", "list of records"
MOST, SOME, LITTLE = "More than half", "A tenth to a half", "Less than a tenth"


def numbers(bytes_: int) -> list[float]:
    """Floats that pickle to about so many bytes (9 each)."""
    return [index * 0.1 for index in range(bytes_ // 9)]


def rows(bytes_: int) -> list[dict[str, Any]]:
    """Records that pickle to about so many bytes (57 each)."""
    return [{"name": f"product {index:07d}", "price": index * 0.01, "stock": index} for index in range(bytes_ // 57)]


KINDS: dict[str, Callable[[int], Any]] = {BYTES: bytes, NUMBERS: numbers, ROWS: rows}


def measure(say: Say, effort: Effort) -> None:
    """A round trip by Pipe of each kind and size, and the time that dumps and loads alone take."""
    ours, theirs = multiprocessing.Pipe()
    worker = multiprocessing.Process(target=answer, args=(theirs,))
    worker.start()
    theirs.close()
    for kind, make in KINDS.items():
        for bytes_ in SIZES:
            thing = make(bytes_)
            for _ in range(effort.repeats):
                whole, pickling = trip_s(ours, thing), pickling_s(thing)
                say.reading(kind, SHARE, min(1.0, pickling / whole), "of the time", bytes_)
                say.reading(kind, TIME, whole, "s", bytes_)
    ours.send(None)
    worker.join()


def answer(end: Any) -> None:
    """Answer every message with a word, until there is none."""
    while end.recv() is not None:
        end.send(True)


def trip_s(end: Any, thing: Any) -> float:
    """Seconds from sending until the other process, which has unpickled it, has answered."""
    began = time.perf_counter()
    end.send(thing)
    end.recv()
    return time.perf_counter() - began


def pickling_s(thing: Any) -> float:
    """Seconds for pickling and unpickling alone, as `send` and `recv` do them."""
    began = time.perf_counter()
    pickle.loads(pickle.dumps(thing))
    return time.perf_counter() - began


def read(result: Result) -> Finding:
    """The share at the largest size, for records, and for bytes beside them."""
    last = {kind: line[-1] for kind in KINDS if (line := result.line(kind, SHARE))}
    if ROWS not in last:
        return Finding(None, "Records were not measured here, so nothing can be said.")
    share = last[ROWS].median
    told = listed(f"{point.median:.0%} for {kind}" for kind, point in last.items())
    words = f"Of the time that a pipe takes for {size(last[ROWS].x or 0)}, pickling and unpickling is {told}"
    if share > 0.5:
        return Finding(MOST, f"{words}: for records it is most of the cost, so send fewer objects, or plain bytes.")
    if share >= 0.1:
        return Finding(SOME, f"{words}: it is a part of the cost, not most of it.")
    return Finding(LITTLE, f"{words}: it hardly matters here; moving the bytes does.")


PICKLING = Experiment(
    name="pickling",
    lab="sharing",
    title="Pickling's share",
    claim_ids=("A6", "A11"),
    claim="Passing objects between processes costs because each is pickled on one side and unpickled on the other.",
    done="Bytes, a list of numbers and a list of records go through a pipe, and are pickled and unpickled in place.",
    measured="The time of pickling and unpickling alone, divided by the whole round trip's.",
    refuted_by="A share near nothing, for lists of records too.",
    question="A list of records goes through a pipe to another process: how much of the time is pickling?",
    answers=(MOST, SOME, LITTLE),
    measure=measure,
    read=read,
    repeats=4,
    x_name="bytes",
    log_x=True,
)
