"""Experiment: the memory of one idle worker, by kind of worker and by how it is counted."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import psutil

from engine.lab.experiments.startup import METHODS, process_name
from engine.lab.model import Effort, Experiment, Finding, Result, Say
from engine.lab.reading.intervals import UNCLEAR, against
from engine.lab.reading.words import megabytes, times
from engine.lab.running.pools import no_subinterpreters

PSS, USS, RSS = "PSS", "USS", "sum of RSS"
_MB = 1e6
_COUNTS = {"thread": 40, "asyncio task": 2000, "subinterpreter": 3}
_PROCESSES = 3
_WORKER = "end.send(None); end.recv()"
MORE, SAME, LESS = "Many times as much", "About the same", "Less"

Idle = Callable[[int, ExitStack], None]
"""Starts so many workers that wait, until the stack closes."""


def measure(say: Say, effort: Effort) -> None:
    """Memory of this process's tree before and with some idle workers; processes first, while there is one thread."""
    here = multiprocessing.get_all_start_methods()
    for method in METHODS:
        if method in here:
            with one_worker(method):  # a forkserver's own memory is no worker's
                _repeat(say, effort, process_name(method), _PROCESSES, partial(_idle, method))
        else:
            say.missing(process_name(method), f"not available here: this system cannot start processes by {method}")
    reason = no_subinterpreters()
    if reason:
        say.missing("subinterpreter", reason)
    kinds: dict[str, Idle] = {"thread": threads, "asyncio task": tasks}
    if not reason:
        kinds["subinterpreter"] = interpreters
    with ExitStack() as kept:  # each repeat adds to those before: freed memory would be used again and count as nothing
        for name, start in kinds.items():
            for _ in range(effort.repeats):
                _reading(say, name, _COUNTS[name], start, kept)


def _repeat(say: Say, effort: Effort, name: str, count: int, start: Idle) -> None:
    for _ in range(effort.repeats):
        with ExitStack() as stack:
            _reading(say, name, count, start, stack)


def _reading(say: Say, name: str, count: int, start: Idle, stack: ExitStack) -> None:
    gc.collect()
    before = tree_mb()
    start(count, stack)
    for quantity, grown in growth_mb(before, tree_mb()).items():
        say.reading(name, quantity, grown / count, "MB")


Tree = dict[int, dict[str, float]]
"""MB by quantity for each process of a tree."""


def tree_mb() -> Tree:
    """This process and all below it, in MB: PSS where the system has it, USS and RSS."""
    me = psutil.Process()
    tree: Tree = {}
    for process in (me, *me.children(recursive=True)):
        full: Any = process.memory_full_info()
        kinds = ((PSS, "pss"), (USS, "uss"), (RSS, "rss"))
        tree[process.pid] = {quantity: getattr(full, name) / _MB for quantity, name in kinds if hasattr(full, name)}
    return tree


def growth_mb(before: Tree, after: Tree) -> dict[str, float]:
    """How much more memory a tree holds: PSS and RSS of all of it, USS of its new processes.

    Without a new process, USS is the growth of those that were there. (A fork makes pages of the parent shared,
    so the USS of a whole tree may even fall.)
    """
    new = after.keys() - before.keys()

    def total(tree: Tree, quantity: str, pids: Iterable[int]) -> float:
        return sum(tree[pid][quantity] for pid in pids if pid in tree)

    grown = {}
    for quantity in next(iter(after.values())):
        if quantity == USS and new:
            grown[quantity] = total(after, quantity, new)
        else:
            grown[quantity] = max(0.0, total(after, quantity, after) - total(before, quantity, before))
    return grown


@contextmanager
def one_worker(method: str) -> Iterator[None]:
    """One idle process by this start method."""
    with ExitStack() as stack:
        _idle(method, 1, stack)
        yield


def _idle(method: str, count: int, stack: ExitStack) -> None:
    """Processes that have said a word and wait on a pipe; they end when it closes."""
    context: Any = multiprocessing.get_context(method)
    for _ in range(count):
        ours, theirs = context.Pipe()
        # exec is a builtin: the worker imports nothing for it, so it is as small as a worker can be.
        process = context.Process(target=exec, args=(_WORKER, {"end": theirs}))
        process.start()
        theirs.close()
        ours.recv()
        stack.callback(process.join)
        stack.callback(ours.send, None)


def threads(count: int, stack: ExitStack) -> None:
    """Threads that wait for an event."""
    for _ in range(count):
        spoken, end = threading.Event(), threading.Event()
        thread = threading.Thread(target=_say_and_wait, args=(spoken, end))
        thread.start()
        spoken.wait()
        stack.callback(thread.join)
        stack.callback(end.set)


def _say_and_wait(spoken: threading.Event, end: threading.Event) -> None:
    spoken.set()
    end.wait()


def tasks(count: int, stack: ExitStack) -> None:
    """Tasks of one event loop, each waiting for an event."""
    loop = asyncio.new_event_loop()
    stack.callback(loop.close)

    async def idle() -> None:
        await asyncio.Event().wait()

    async def start() -> list[asyncio.Task[None]]:
        started = [loop.create_task(idle()) for _ in range(count)]
        await asyncio.sleep(0)
        return started

    waiting = loop.run_until_complete(start())

    async def end() -> None:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    stack.callback(lambda: loop.run_until_complete(end()))


def interpreters(count: int, stack: ExitStack) -> None:
    """Subinterpreters that have run a statement."""
    from concurrent import interpreters as library  # type: ignore[attr-defined, unused-ignore]

    for _ in range(count):
        interpreter = library.create()
        interpreter.exec("pass")
        stack.callback(interpreter.close)


def read(result: Result) -> Finding:
    """A process against a thread, and what adding up RSS would have claimed for forked processes."""
    quantity = PSS if result.series(PSS) else USS
    thread = result.find("thread", quantity)
    method = next((one for one in ("forkserver", "fork", "spawn") if result.find(process_name(one), quantity)), None)
    process = result.find(process_name(method), quantity) if method else None
    if thread is None or process is None:
        return Finding(None, "Threads and processes were not both measured here, so nothing can be said.")
    figures = (
        f"an idle process ({method}) takes {megabytes(process.median)}, "
        f"an idle thread {megabytes(thread.median)} ({quantity})"
    )
    ratio = f"{times(process.median / thread.median)} the" if thread.median else "endless times the"
    answer, words = {
        "more": (MORE, f"A process takes {ratio} memory of a thread"),
        "less": (LESS, "A process takes less memory than a thread here"),
        "same": (SAME, "A process and a thread take about the same memory here"),
        None: (None, UNCLEAR),
    }[against(process, thread)]
    return Finding(answer, f"{words}: {figures}.{_claimed(result, quantity)}")


def _claimed(result: Result, quantity: str) -> str:
    name = process_name("fork")
    real, claimed = result.find(name, quantity), result.find(name, RSS)
    if real is None or claimed is None:
        return ""
    if claimed.median > 1.1 * real.median:
        return (
            f" Adding up RSS would have claimed {megabytes(claimed.median)} for a forked process that "
            f"adds {megabytes(real.median)}, because shared pages are counted once for each process."
        )
    return (
        f" Adding up RSS gives no more here: {megabytes(claimed.median)} for a forked process, "
        f"{megabytes(real.median)} by {quantity}."
    )


MEMORY = Experiment(
    name="memory",
    lab="machine",
    title="Memory of an idle worker",
    claim_ids=("A2", "A6", "A7"),
    claim="Threads share their process's memory; each process has memory of its own and so needs more.",
    done="Idle workers are added: threads, processes by each start method, subinterpreters, asyncio tasks.",
    measured="Growth of the whole process tree for each worker: PSS (shared pages divided by who shares them), "
    "USS (pages of one process alone), and the sum of RSS, which counts shared pages once for each process.",
    refuted_by="A process that adds no more memory than a thread.",
    question="How much memory does an idle process take, compared with an idle thread?",
    answers=(MORE, SAME, LESS),
    measure=measure,
    read=read,
    rounds=2,
    repeats=3,
    forks=True,
)
