"""Twelve cases in which people ask "why is it slower": what must be found of each, on two or more CPUs.

`directions` say of configurations, by the beginnings of their labels, how they stand against the plain loop: "faster",
"slower", or "not faster" (it must not be called faster). `winners` are the beginnings of the labels of which one may be
named the fastest; naming nobody is not wrong where the best are equal. `cause` is what slows the ones that are not
faster, by the names of `engine.analysis.causes.causes`; None where nothing does, or what does is told by a warning,
whose code is `warning`. `python benchmarks/truths.py --cases` runs them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from benchmarks.cases.work import payload
from engine.model import Configuration

Direction = Literal["faster", "slower", "not faster"]
THREADS, PROCESSES = Configuration("threads", 2), Configuration("processes", 2)


@dataclass(frozen=True, slots=True)
class Case:
    """One case: a function of `work`, its arguments, what is tried, and what must be found."""

    function: str
    arguments: Sequence[Any]
    winners: tuple[str, ...]
    directions: Mapping[str, Direction]
    cause: str | None
    configurations: tuple[Configuration, ...] = (THREADS, PROCESSES)
    setup: str | None = None
    warning: str | None = None
    known: str = field(default="", repr=False)
    """Why that is so, in one sentence."""


LOOP = ("plain loop",)
CASES: dict[str, Case] = {
    "sqrt": Case(
        "root_of_square", range(20_000), LOOP,
        {"ThreadPoolExecutor.map": "slower", "ProcessPoolExecutor.map × 2 (chunks of 1)": "slower"},
        "small_tasks", known="Handing a task over costs ten to a thousand times what it does.",
    ),
    "large results": Case(
        "large_result", range(32), (*LOOP, "threads"), {"processes": "slower"},
        "pickling", known="Pickling and reading a list takes longer than making it.",
    ),
    "large arguments": Case(
        "large_argument", [payload(number) for number in range(16)], (*LOOP, "threads"), {"processes": "slower"},
        "pickling", known="Sending eight megabytes takes several times as long as reading them.",
    ),
    "pure Python": Case(
        "pure_python", range(24), ("processes",), {"threads": "not faster", "processes": "faster"},
        "gil", known="One interpreter runs one thread's Python at a time.",
    ),
    "regex": Case(
        "regex", range(24), ("processes",), {"threads": "not faster", "processes": "faster"},
        "gil", known="re never lets go of the GIL.",
    ),
    "hashing and zlib": Case(
        "hash_and_pack", range(24), ("threads", "processes"), {"threads": "faster", "processes": "faster"},
        None, known="hashlib and zlib work outside the GIL.",
    ),
    "BLAS": Case(
        "matrix_product", range(24), (*LOOP, "threads", "processes"),
        {"threads": "not faster", "processes": "not faster"},
        "native_threads", known="The plain loop keeps every CPU busy already.",
    ),
    "lock around a sleep": Case(
        "locked_sleep", range(24), ("processes",), {"threads": "not faster", "processes": "faster"},
        "lock", known="Threads share the lock; each process has its own.",
    ),
    "sqlite writes": Case(
        "write_row", range(16), LOOP, {"threads": "not faster", "processes": "not faster"},
        "disk", setup="prepare_database", known="A database file has one writer at a time.",
    ),
    "spawn imports": Case(
        "short_after_import", range(8), ("processes",), {"processes": "faster"},
        "imports", (Configuration("processes", 2, "spawn"),), "import_much",
        known="Each worker imports everything before its first task.",
    ),
    "subprocesses": Case(
        "run_program", range(24), ("threads", "processes"), {"threads": "faster", "processes": "faster"},
        None, known="The work is done by other programs; threads that wait for them hold nothing.",
    ),
    "sleep": Case(
        "nap", range(64), ("threads",), {"threads": "faster"},
        None, (Configuration("threads", 16), PROCESSES), known="Waiting needs no CPU.",
    ),
}  # fmt: skip
