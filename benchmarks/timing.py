"""Does the engine time right? Each executor beside a hand-written script of the same job, with a stopwatch.

    python benchmarks/timing.py [--pairs 9] [--tasks 16] [--amount 200000]

A pair is one trial of the engine and one run of the script, in random order, in fresh interpreters. The engine's
`startup_s + wall_s + teardown_s` should agree with the script's stopwatch around its pool block, opening and closing
included, within 3% or 30 ms (the median of the pairs' differences). Exit code 1 where it does not.

The script's workers are started as the engine's are: by forkserver where there is one.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.calibration import own_store
from engine.executors import EXECUTORS
from engine.model import Configuration
from engine.runs import jobs
from engine.runs.plans import executors_for, simple_plan
from engine.store import Store

WITHIN_SHARE = 0.03
WITHIN_S = 0.030

BY_HAND = '''
import asyncio, json, multiprocessing, sys, time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

executor, workers, tasks, amount, seconds = sys.argv[1], *map(float, sys.argv[2:])
workers, tasks, amount = int(workers), range(int(tasks)), int(amount)

def compute(seed):
    value = (seed + 1) % 2147483647 or 1
    for _ in range(amount):
        value = value * 16807 % 2147483647
    return value

async def wait_all():
    places = asyncio.Semaphore(workers)
    async def one(_):
        async with places:
            await asyncio.sleep(seconds)
    await asyncio.gather(*map(one, tasks))

def process_pool():
    methods = multiprocessing.get_all_start_methods()
    method = "forkserver" if "forkserver" in methods else "spawn"
    return ProcessPoolExecutor(workers, multiprocessing.get_context(method))

if __name__ == "__main__":
    began = time.perf_counter()
    if executor == "sequential":
        list(map(compute, tasks))
    elif executor == "asyncio":
        asyncio.run(wait_all())
    elif executor == "subinterpreters":
        from concurrent.futures import InterpreterPoolExecutor
        with InterpreterPoolExecutor(workers) as pool:
            list(pool.map(compute, tasks))
    else:
        with ThreadPoolExecutor(workers) if executor == "threads" else process_pool() as pool:
            list(pool.map(compute, tasks))
    print(json.dumps(time.perf_counter() - began))
'''
WAIT_S = 0.05


@dataclass(frozen=True, slots=True)
class Pair:
    """One trial of the engine and one run of the script, in seconds."""

    startup_s: float
    wall_s: float
    teardown_s: float
    by_hand_s: float

    @property
    def engine_s(self) -> float:
        """What should agree with the stopwatch."""
        return self.startup_s + self.wall_s + self.teardown_s


def measured(store: Store, configuration: Configuration, tasks: int, amount: int) -> tuple[float, float, float]:
    """One job of the engine: start-up, wall and tear-down, in seconds."""
    workload = "wait" if EXECUTORS[configuration.executor].has_async else "compute"
    options = {"seconds": WAIT_S} if workload == "wait" else {"amount": amount}
    run = jobs.wait(store, jobs.start(store, simple_plan(workload, tasks, options, configuration, store.settings)))
    found = store.trials(run)[0].measurement
    if run.state != "finished" or found.startup_s is None or found.wall_s is None or found.teardown_s is None:
        raise SystemExit(f"{configuration.label}: {run.message or run.state}")
    return found.startup_s, found.wall_s, found.teardown_s


def by_hand(script: Path, configuration: Configuration, tasks: int, amount: int) -> float:
    """The script's stopwatch, in seconds."""
    numbers = [configuration.workers, tasks, amount, WAIT_S]
    command = [sys.executable, str(script), configuration.executor, *map(str, numbers)]
    return float(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))


def pairs(store: Store, script: Path, configuration: Configuration, count: int, tasks: int, amount: int) -> list[Pair]:
    """`count` pairs after one that is thrown away."""
    found = []
    for _ in range(count + 1):
        first = random.random() < 0.5
        stopwatch = by_hand(script, configuration, tasks, amount) if first else None
        parts = measured(store, configuration, tasks, amount)
        if stopwatch is None:
            stopwatch = by_hand(script, configuration, tasks, amount)
        found.append(Pair(*parts, stopwatch))
    return found[1:]


def row(configuration: Configuration, found: list[Pair]) -> tuple[str, bool]:
    """One line of the table, and whether the two agree."""
    difference = median(pair.engine_s - pair.by_hand_s for pair in found)
    stopwatch = median(pair.by_hand_s for pair in found)
    agrees = abs(difference) <= max(WITHIN_S, WITHIN_SHARE * stopwatch)
    parts = [median(getattr(pair, name) for pair in found) for name in ("startup_s", "wall_s", "teardown_s")]
    figures = "".join(f"{value:>10.3f}" for value in (*parts, median(pair.engine_s for pair in found), stopwatch))
    return (
        f"{configuration.label:<18}{figures}{1000 * difference:>+10.1f}{100 * difference / stopwatch:>+8.1f}%"
        f"   {'agrees' if agrees else 'OFF'}",
        agrees,
    )


def main() -> int:
    """Print the table; exit code 1 where any executor is off."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--tasks", type=int, default=16)
    parser.add_argument("--amount", type=int, default=200_000)
    parser.add_argument("--executors", default="sequential,threads,processes,asyncio,subinterpreters")
    given = parser.parse_args()
    agree = []
    with own_store() as store:  # no other run's turn is waited for, so let nothing else run meanwhile
        script = store.settings.home / "by_hand.py"
        script.write_text(BY_HAND, encoding="utf-8")
        print(f"{'':<18}{'start-up':>10}{'wall':>10}{'tear-down':>10}{'engine':>10}{'by hand':>10}"
              f"{'ms more':>10}{'':>9}   (seconds, medians of {given.pairs} pairs)")
        for name in given.executors.split(","):
            workload = "wait" if name in EXECUTORS and EXECUTORS[name].has_async else "compute"
            if reason := executors_for(workload).get(name, "there is no such executor"):
                print(f"{name:<18}not available here: {reason}")
                continue
            one = Configuration(name, 1 if name == "sequential" else 16 if workload == "wait" else 2)
            text, agrees = row(one, pairs(store, script, one, given.pairs, given.tasks, given.amount))
            agree.append(agrees)
            print(text, flush=True)
    return 0 if all(agree) else 1


if __name__ == "__main__":
    raise SystemExit(main())
