"""What handing over one task costs: this engine beside bare pools, 100,000 tasks that do nothing, in one run.

    python benchmarks/overhead.py                 five rounds, about two minutes on 2 cores
    python benchmarks/overhead.py --rounds 1 --tasks 20000
    python benchmarks/overhead.py --json FILE     the figures, as JSON too
    python benchmarks/overhead.py --profile FILE  where the orchestrator's time goes, as cProfile statistics
    python benchmarks/overhead.py --split         what splitting a task's time costs, alone: ten seconds

Ours counts from starting the trial's process to the last commit, with every field of every record stored
(SQLAlchemy, SQLite on this disk) and the process tree watched. The others count from opening the pool to its end,
and keep nothing but a list of results. Each measurement is a process of its own; a round runs everything once in random
order, and medians over the rounds are shown. CPU time is shown beside: it hardly changes when other
programs keep the machine busy. Exit code 1 when ours costs more than 15 µs a task, or the orchestrator 200 MB.

`--split` runs chunks of tasks of some 100 µs in one worker, in turn with every reading of a task's split (CPU time,
run-queue delay, processes that it started) and with none of them: medians of the differences of neighbours. A task
under 50 µs, or one whose CPU time is as long as itself, is read less. Exit code 1 above 2 µs of CPU time a task.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import Pool
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

WORKERS = 2
MOST_US, MOST_MB = 15.0, 200.0


def nothing(seed: int) -> int:
    """The task: what the workload `compute` does with an amount of 0."""
    return (seed + 1) % (2**31 - 1) or 1


def ours(executor: str, tasks: int, profile: str | None = None) -> dict[str, float]:
    """One job by the engine's own trials; this process is the orchestrator."""
    from engine.config import Settings
    from engine.machine.environment import environment
    from engine.model import Configuration, Plan, Task
    from engine.orchestrator.job import JobRunner
    from engine.orchestrator.main import collect_rarely
    from engine.orchestrator.runners import Request
    from engine.store import Store

    collect_rarely()
    configuration = Configuration(executor, WORKERS)
    named = tuple(Task(index, f"compute {index + 1}", index) for index in range(tasks))
    plan = Plan("job", "compute", "nothing", named, (configuration,), {"amount": 0})
    with tempfile.TemporaryDirectory(prefix="overlap-overhead-") as home:
        store = Store.open(Settings(home=Path(home)))
        run = store.create(plan, "roverhead", environment())
        del plan, named
        job = JobRunner(Request(store, run, lambda: False))
        began, cpu_s = time.perf_counter(), own_cpu_s()
        if profile:
            import cProfile

            with cProfile.Profile() as watched:
                state = job.run_tasks()
            watched.dump_stats(profile)
        else:
            state = job.run_tasks()
        wall_s, orchestrator_s = time.perf_counter() - began, own_cpu_s() - cpu_s
        (trial,) = store.trials(run)
        stored = len(store.records.columns([trial], "task"))
        assert (state, stored) == ("finished", tasks), trial.message
        found = trial.measurement
        store.close()
    cpu_s = orchestrator_s + (found.cpu_s or 0.0)
    return {"wall_s": wall_s, "cpu_s": cpu_s, "own_cpu_s": orchestrator_s, "peak_mb": peak_mb(),
            "start_s": (found.interpreter_s or 0.0) + (found.startup_s or 0.0), "loop_s": found.wall_s or 0.0}


def own_cpu_s() -> float:
    """CPU seconds of this process, its children aside."""
    times = os.times()
    return times.user + times.system


def peak_mb() -> float:
    """The most memory that this process ever held, in MB of 10^6 bytes."""
    if sys.platform == "win32":
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / 1e6
    import resource

    unit = 1 if sys.platform == "darwin" else 1024  # getrusage(2): bytes on macOS, KiB on Linux
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def thread_map(tasks: int) -> int:
    """concurrent.futures, threads."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return len(list(pool.map(nothing, range(tasks))))


def process_map(chunk: int) -> Callable[[int], int]:
    """concurrent.futures, processes."""

    def run(tasks: int) -> int:
        with ProcessPoolExecutor(WORKERS) as pool:
            return len(list(pool.map(nothing, range(tasks), chunksize=chunk)))

    return run


def multiprocessing_map(tasks: int) -> int:
    """multiprocessing.Pool, which chooses its chunks by the number of tasks."""
    with Pool(WORKERS) as pool:
        return len(pool.map(nothing, range(tasks)))


def joblib_parallel(backend: str) -> Callable[[int], int]:
    """joblib with one of its backends."""

    def run(tasks: int) -> int:
        from joblib import Parallel, delayed

        return len(Parallel(WORKERS, backend=backend)(delayed(nothing)(seed) for seed in range(tasks)))

    return run


def mpire_map(tasks: int) -> int:
    """mpire, which chooses its chunks by the number of tasks."""
    from mpire.pool import WorkerPool

    with WorkerPool(WORKERS) as pool:
        return len(pool.map(nothing, range(tasks)))


OURS = {"Overlap, threads": "threads", "Overlap, processes": "processes"}
OTHERS: dict[str, Callable[[int], int]] = {
    "ThreadPoolExecutor.map": thread_map,
    "ProcessPoolExecutor.map, chunk 1": process_map(1),
    "ProcessPoolExecutor.map, chunk 32": process_map(32),
    "ProcessPoolExecutor.map, chunk 500": process_map(500),
    "multiprocessing.Pool.map": multiprocessing_map,
    "joblib, threading": joblib_parallel("threading"),
    "joblib, loky": joblib_parallel("loky"),
    "mpire": mpire_map,
}
NEEDS = {"joblib, threading": "joblib", "joblib, loky": "joblib", "mpire": "mpire"}


def one(name: str, tasks: int) -> dict[str, float]:
    """One measurement, in this process."""
    if name in OURS:
        return ours(OURS[name], tasks)
    import psutil

    began = time.perf_counter()
    assert OTHERS[name](tasks) == tasks
    wall_s = time.perf_counter() - began
    left = psutil.Process().children(recursive=True)  # loky keeps its workers: their CPU time counts once waited for
    for child in left:
        child.terminate()
    psutil.wait_procs(left, timeout=3)
    times = os.times()
    return {"wall_s": wall_s, "cpu_s": times.user + times.system + times.children_user + times.children_system,
            "peak_mb": peak_mb()}


def measured(name: str, tasks: int) -> dict[str, float]:
    """One measurement, in a process of its own."""
    command = [sys.executable, __file__, "--one", name, "--tasks", str(tasks)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


SPLIT_US = 2.0
TASKS_A_CHUNK, AMOUNT = 200, 1_500


def split_cost(pairs: int) -> dict[str, float]:
    """µs a task that reading a task's split costs in CPU time and in wall time, and how long a task takes."""
    from engine.machine.usage import SharedChildren
    from engine.protocol.board import Board
    from engine.trial.worker.run import run_chunk
    from engine.trial.worker.setup import Setup
    from engine.trial.worker.state import WorkerState, start

    with tempfile.TemporaryDirectory(prefix="overlap-split-") as folder:
        Board.create(Path(folder, "board"), 1)
        start(0, Setup("compute", {"amount": AMOUNT}, {}, folder, folder, str(Path(folder, "board")), 1, False))
        own = WorkerState.slot
        assert own is not None and own.queue is not None, "this system does not tell the run-queue delay"
        reads = (own.clock, own.queue, SharedChildren())
        chunk = [(task, task, 1, 0.0) for task in range(TASKS_A_CHUNK)]
        found: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
        for number in range(2 * pairs + 2):
            told = bool((number + number // 2) % 2)  # with, without, without, with: no order is favoured
            own.clock, own.queue, own.children = reads if told else (float, None, None)
            cpu_s, wall_s = time.process_time(), time.perf_counter()
            run_chunk(chunk, None)
            found[told].append((time.process_time() - cpu_s, time.perf_counter() - wall_s))
    neighbours = list(zip(found[True], found[False], strict=True))
    apart = [[one - other for one, other in zip(*both, strict=True)] for both in neighbours]
    cpu_us, wall_us = (statistics.median(column) / TASKS_A_CHUNK * 1e6 for column in zip(*apart[1:], strict=True))
    each_us = statistics.median(cpu for cpu, _ in found[False]) / TASKS_A_CHUNK * 1e6
    return {"cpu_us": cpu_us, "wall_us": wall_us, "task_us": each_us}


def table(found: dict[str, list[dict[str, float]]], tasks: int) -> list[dict[str, Any]]:
    """Medians, in µs a task, and how often ours on threads fits into the others' wall time."""

    def median(name: str, figure: str) -> float:
        return statistics.median(one[figure] for one in found[name])

    reference = median("Overlap, threads", "wall_s")
    return [
        {
            "name": name,
            "wall_us": median(name, "wall_s") / tasks * 1e6,
            "best_us": min(one["wall_s"] for one in found[name]) / tasks * 1e6,
            "cpu_us": median(name, "cpu_s") / tasks * 1e6,
            "against_ours": median(name, "wall_s") / reference,
            "peak_mb": max(one["peak_mb"] for one in found[name]),
        }
        for name in found
    ]


def main() -> None:
    """Measure, print the table, and fail when ours is over its limits."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--profile")
    parser.add_argument("--split", action="store_true", help="what splitting a task's time costs")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(one(given.one, given.tasks)))
        return
    if given.split:
        cost = split_cost(60 * given.rounds)
        print(f"Splitting the time of a task of {cost['task_us']:.0f} µs costs {cost['cpu_us']:.2f} µs of CPU time, "
              f"{cost['wall_us']:.2f} µs of wall time.")
        sys.exit(cost["cpu_us"] > SPLIT_US)
    if given.profile:
        print(json.dumps(ours("threads", given.tasks, given.profile)))
        return
    here = [name for name in (*OURS, *OTHERS) if name not in NEEDS or importlib.util.find_spec(NEEDS[name])]
    found: dict[str, list[dict[str, float]]] = {name: [] for name in here}
    for _ in range(given.rounds):
        for name in random.sample(here, len(here)):
            found[name].append(measured(name, given.tasks))
    rows = table(found, given.tasks)
    print(f"{given.tasks:,} tasks that do nothing, {WORKERS} workers, medians of {given.rounds}; µs a task\n")
    print(f"{'':36}{'wall':>8}{'best':>8}{'CPU':>8}{'÷ ours':>8}{'peak MB':>9}")
    for row in rows:
        figures = (row[name] for name in ("wall_us", "best_us", "cpu_us", "against_ours"))
        print(f"{row['name']:36}" + "".join(f"{figure:8.2f}" for figure in figures) + f"{row['peak_mb']:9.0f}")
    for name in sorted(set(OTHERS) - set(here)):
        print(f"{name:36} not installed")
    if given.json:
        given.json.write_text(json.dumps({"tasks": given.tasks, "rows": rows, "rounds": found}, indent=1))
    over = [row for row in rows if row["name"] in OURS and (row["wall_us"] > MOST_US or row["peak_mb"] > MOST_MB)]
    sys.exit(1 if over else 0)


if __name__ == "__main__":
    main()
