"""How far one orchestrator goes: no-op tasks, more and more of them, and what would break first beyond.

    python benchmarks/scaling.py [--most 1000000] [--executor processes]

Prints for 10,000 tasks and ten times as many, up to --most, what a stopwatch around the run sees, the microseconds that
a task takes, the most memory that the orchestrator had, and what a task takes in the database. Each size is run once,
in a home of its own, from storing the plan on. The marks: a million in 30 s, the orchestrator below 400 MB.

Then a model of 1,000 workers and ten million tasks. It takes the costs of one more task (between the two largest sizes,
so what is there but once does not count) and multiplies; nothing in it was measured at that size. It names what is
reached first.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import psutil  # noqa: E402

from engine.config import Settings, usable_cpus  # noqa: E402
from engine.executors import EXECUTORS  # noqa: E402
from engine.model import Configuration, Plan, Task  # noqa: E402
from engine.runs import jobs  # noqa: E402
from engine.store import Store  # noqa: E402
from engine.store.database import database_bytes  # noqa: E402

FIRST, MOST_S, MOST_MB = 10_000, 30.0, 400.0
WORKERS, TASKS = 1_000, 10_000_000
TASK_S = 0.1
"""What a task of the model takes: with 1,000 workers ten million of them are 17 minutes."""


@dataclass(frozen=True, slots=True)
class Size:
    """What one run cost: seconds in all, of them storing the plan; megabytes (10^6 bytes); bytes of the database."""

    tasks: int
    wall_s: float
    plan_s: float
    memory_mb: float
    database: int


def main() -> int:
    """Run the sizes, print the curve and the model, and say whether the marks were met."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--most", type=int, default=1_000_000)
    asked.add_argument("--executor", choices=list(EXECUTORS), default="processes")
    chosen = asked.parse_args()
    print(f"{chosen.executor} × {usable_cpus()}\n{'tasks':>12}{'wall s':>10}{'plan s':>10}{'µs a task':>12}"
          f"{'orchestrator MB':>18}{'bytes a record':>16}")  # fmt: skip
    found: list[Size] = []
    tasks = FIRST
    while tasks <= chosen.most:
        found.append(one := run(tasks, chosen.executor))
        print(f"{one.tasks:>12,}{one.wall_s:>10.1f}{one.plan_s:>10.1f}{1e6 * one.wall_s / one.tasks:>12.1f}"
              f"{one.memory_mb:>18,.0f}{one.database / one.tasks:>16.0f}", flush=True)  # fmt: skip
        tasks *= 10
    if len(found) > 1:
        print(model(found[-2], found[-1]))
    largest = found[-1]
    print(f"Marks, for a million: {MOST_S:g} s and {MOST_MB:g} MB.")
    return int(largest.tasks == 1_000_000 and (largest.wall_s > MOST_S or largest.memory_mb > MOST_MB))


def run(tasks: int, executor: str) -> Size:
    """One run of that many tasks that do nothing."""
    home = Path(tempfile.mkdtemp(prefix="overlap-scaling-"))
    store = Store.open(Settings(home=home / "home", max_tasks=tasks))
    try:
        empty = database_bytes(store.engine)
        named = tuple(Task(number, f"task {number}", number) for number in range(tasks))
        plan = Plan("job", "compute", "nothing", named, (Configuration(executor, usable_cpus()),), {"amount": 0})
        began_s = time.perf_counter()
        started = jobs.start(store, plan)
        plan_s = time.perf_counter() - began_s
        del plan, named
        with Watched(started.token) as watched:
            ended = jobs.wait(store, started, poll_s=0.1)
        wall_s = time.perf_counter() - began_s
        if (ended.state, ended.ok) != ("finished", tasks):
            raise SystemExit(f"The run of {tasks:,} tasks is {ended.state} with {ended.ok:,} done: {ended.message}")
        return Size(tasks, wall_s, plan_s, watched.most_mb, database_bytes(store.engine) - empty)
    finally:
        store.close()
        shutil.rmtree(home, ignore_errors=True)


class Watched:
    """The most memory that a run's orchestrator has, looked at ten times a second."""

    def __init__(self, token: str) -> None:
        self.token, self.most_mb = token, 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watched:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        process = None
        while not self._over.wait(0.1):
            try:
                process = process or next(one for one in psutil.Process().children() if self.token in one.cmdline())
                self.most_mb = max(self.most_mb, process.memory_info().rss / 1e6)
            except (StopIteration, psutil.Error):
                continue


def model(smaller: Size, larger: Size) -> str:
    """What ten million tasks on 1,000 workers would take of each, from what one more task costs here."""
    more = larger.tasks - smaller.tasks
    task_s = (larger.wall_s - smaller.wall_s) / more
    task_mb = max(0.0, larger.memory_mb - smaller.memory_mb) / more
    plan_s, row = (larger.plan_s - smaller.plan_s) / more, larger.database / larger.tasks
    per_s = 1 / task_s
    free = shutil.disk_usage(tempfile.gettempdir()).free
    wanted_per_s = WORKERS / TASK_S
    limits = [
        (wanted_per_s / per_s, f"records a second: {wanted_per_s:,.0f} come, one orchestrator takes {per_s:,.0f}"),
        (TASKS * task_mb / (0.5 * psutil.virtual_memory().total / 1e6),
         f"memory of the orchestrator: {TASKS * task_mb / 1000:,.1f} GB, half of this machine's is "
         f"{0.5 * psutil.virtual_memory().total / 1e9:,.1f} GB"),
        (TASKS * plan_s / 600, f"storing the plan: {TASKS * plan_s / 60:,.1f} min of ten that a user would wait"),
        (TASKS * row / free, f"the database: {TASKS * row / 1e9:,.1f} GB of {free / 1e9:,.0f} free"),
    ]  # fmt: skip
    lines = [f"  {share:8.2f}  {words}" for share, words in sorted(limits, reverse=True)]
    first = max(limits)
    broken = "breaks first" if first[0] > 1 else "comes nearest to its limit; nothing breaks"
    return "\n".join([
        f"Model: {TASKS:,} tasks of {TASK_S:g} s on {WORKERS:,} workers, by what one more task costs here "
        "(share of each limit; above 1 it is broken)",
        *lines,
        f"What {broken}: {first[1]}.",
        f"{WORKERS:,} workers are kept busy by one orchestrator from {WORKERS * task_s:.2g} s a task on.",
    ])  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
