"""Does a comparison see what is there? Three whose outcome is known, run on this machine and judged by the engine.

    python benchmarks/truths.py                five repeats each: about a minute on 2 cores
    python benchmarks/truths.py --only wait compute --repeats 3
    python benchmarks/truths.py --cases        the twelve of benchmarks/cases: winner, direction and cause: four minutes
    python benchmarks/truths.py --cases --only sqrt sleep --busy 2    beside two programs that keep a CPU busy

wait: 64 tasks of 50 ms, 16 at once. The ideal is 64 × 50 ms ÷ 16 = 0.2 s; threads and asyncio come within 10% of it,
and processes, which wait no better, are not named the winner. compute: pure Python on two workers. Processes reach
1.6×; threads stay between 0.8× and 1.1× and the text says that they took turns, or reach 1.6× too on a Python without
a GIL. resize: sample photos by Pillow, which releases the GIL. Threads and processes both reach 1.5×.
Figures are the verdict's own: geometric means over the blocks. Exit code 1 where one of these does not hold. Of the
cases what cannot be told is no fault beside busy programs, and is one without.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.calibration import own_store
from benchmarks.cases import CASES, Case
from engine.config import Settings
from engine.machine.environment import gil
from engine.model import Configuration, Plan
from engine.runs import jobs, plans, resize_plans
from engine.runs.functions import function_plan
from engine.runs.plans import SEQUENTIAL
from engine.store import Store
from engine.workloads.images.making.options import Resizing

ROOT = Path(__file__).resolve().parents[1]
TASKS, WAIT_S, AT_ONCE = 64, 0.05, 16
IDEAL_S = TASKS * WAIT_S / AT_ONCE
Told = tuple[str, bool, bool]
"""What is known beside what was found, whether that is not wrong, and whether it was left open."""
Claim = tuple[str, bool]
"""What should hold, with the measured figure, and whether it does."""


def of(verdict: Mapping[str, Any], part: str, label: str) -> dict[str, Any]:
    """The entry of a configuration in a part of the verdict's document."""
    found: list[dict[str, Any]] = verdict[part]
    return next(one for one in found if label in (one.get("label"), one["configuration"].get("label")))


def speedup(verdict: Mapping[str, Any], label: str) -> tuple[float, str]:
    """A configuration's speedup against the baseline, and in words with its interval."""
    ratio = of(verdict, "rows", label)["ratio"]
    return ratio["estimate"], f"{label} {ratio['estimate']:.2f}× ({ratio['low']:.2f}–{ratio['high']:.2f})"


def waiting(verdict: Mapping[str, Any]) -> list[Claim]:
    """Waiting costs no CPU: whoever waits 16 at once is done in a sixteenth of the time."""
    claims = []
    for name in ("threads", "asyncio"):
        label = Configuration(name, AT_ONCE).label
        wall_s = of(verdict, "figures", label)["wall_s"]
        claims.append((f"{label} {wall_s:.3f} s, ideal {IDEAL_S:.1f} s: within 10%", wall_s <= 1.1 * IDEAL_S))
    winner = (verdict["winner"] or {}).get("label", "nobody alone")
    return [*claims, (f"winner {winner}: not processes", not winner.startswith("processes"))]


def computing(verdict: Mapping[str, Any]) -> list[Claim]:
    """Pure Python needs an interpreter for each CPU."""
    processes, told = speedup(verdict, Configuration("processes", 2).label)
    claims = [(f"{told}: 1.6× or more", processes >= 1.6)]
    threads, told = speedup(verdict, Configuration("threads", 2).label)
    if not gil():
        return [*claims, (f"{told}: 1.6× or more without a GIL", threads >= 1.6)]
    why = " ".join(of(verdict, "explanations", Configuration("threads", 2).label)["sentences"])
    return [*claims, (f"{told}: 0.8× to 1.1×", 0.8 <= threads <= 1.1), (f'"{why}": says so', "took turns" in why)]


def resizing(verdict: Mapping[str, Any]) -> list[Claim]:
    """Pillow works outside the GIL, so threads do as well as processes."""
    found = [speedup(verdict, Configuration(name, 2).label) for name in ("threads", "processes")]
    return [(f"{told}: 1.5× or more", value >= 1.5) for value, told in found]


def wait_plan(settings: Settings) -> Plan:
    """64 tasks that sleep."""
    return plans.simple_plan("wait", TASKS, {"seconds": WAIT_S}, SEQUENTIAL, settings)


def compute_plan(settings: Settings) -> Plan:
    """32 tasks of some 20 ms of arithmetic."""
    return plans.simple_plan("compute", 32, {"amount": 400_000}, SEQUENTIAL, settings)


def resize_plan(settings: Settings) -> Plan:
    """The sample photos, 400 px."""
    return resize_plans.demo_resize_plan(Resizing(sizes=("400x400",)), SEQUENTIAL, settings)


Known = tuple[Callable[[Settings], Plan], list[Configuration], Callable[[Mapping[str, Any]], list[Claim]]]
WAITERS = [Configuration(name, AT_ONCE) for name in ("threads", "asyncio", "processes")]
PAIRS = [Configuration(name, 2) for name in ("threads", "processes")]
TRUTHS: dict[str, Known] = {
    "wait": (wait_plan, WAITERS, waiting),
    "compute": (compute_plan, PAIRS, computing),
    "resize": (resize_plan, PAIRS, resizing),
}


def compared(store: Store, plan: Plan, configurations: list[Configuration], repeats: int) -> Mapping[str, Any]:
    """The verdict's document of one comparison. Raises SystemExit when it did not finish."""
    run = jobs.wait(store, jobs.start(store, plans.comparison(plan, configurations, repeats=repeats)))
    if run.state != "finished" or run.verdict is None:
        raise SystemExit(run.message or f"The comparison of {plan.title} ended as {run.state}.")
    return run.verdict


def case_plan(case: Case, settings: Settings) -> Plan:
    """The tasks of a case."""
    module = "benchmarks.cases.work"
    setup = f"{module}:{case.setup}" if case.setup else None
    return function_plan(f"{module}:{case.function}", list(case.arguments), settings, setup, [str(ROOT)])


def case_claims(case: Case, verdict: Mapping[str, Any]) -> Iterator[Told]:
    """Winner, directions, cause and warning of a case against what is known."""
    winner = (verdict["winner"] or {}).get("label")
    right = winner is None or winner.startswith(case.winners)  # the best may be equal: the directions must hold
    yield f"winner {winner or 'nobody alone'}: {' or '.join(case.winners)}", right, False
    for start, wanted in case.directions.items():
        rows = [row for row in verdict["rows"] if row["configuration"]["label"].startswith(start)]
        for row in rows:
            label, standing = row["configuration"]["label"], row["standing"]
            told = f"{label} {row['ratio']['estimate']:.2f}×, {standing}: {wanted}"
            opposite = {"faster": "slower", "slower": "faster", "not faster": "faster"}[wanted]
            yield told, standing != opposite, standing != wanted and wanted != "not faster"
        if not rows:
            yield f"{start}: measured", False, False
    if case.cause:
        slow = [start for start, wanted in case.directions.items() if wanted != "faster"]
        told = [one for one in verdict["explanations"] if one["label"].startswith((*slow, "threads", "processes"))]
        named = {cause["name"] for one in told for cause in one.get("causes", ())}
        open_ = case.cause not in named and named <= {"other_programs", "imports"}  # start-up is in no speedup
        yield f"causes {', '.join(sorted(named)) or 'none'}: {case.cause}", case.cause in named or open_, open_
    if case.warning:
        codes = [warning["code"] for warning in verdict["warnings"]]
        yield f"warnings {', '.join(codes) or 'none'}: {case.warning}", case.warning in codes, False


def run_case(store: Store, name: str, repeats: int, busy: int) -> bool:
    """Run a case and print what was found; whether all of it is right, or is not told beside busy programs."""
    case = CASES[name]
    found = compared(store, case_plan(case, store.settings), list(case.configurations), repeats)
    print(f"{name}: {found['text']}", flush=True)
    hold = True
    for told, right, open_ in case_claims(case, found):
        named = "FAILS" if not right else "cannot tell" if open_ else "holds"
        print(f"    {named:12}{told}", flush=True)
        hold = hold and right and (bool(busy) or not open_)
    return hold


@contextmanager
def busy_programs(count: int) -> Iterator[None]:
    """So many programs that keep a CPU busy, for as long as the context lasts."""
    others = [subprocess.Popen([sys.executable, "-S", "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def main() -> int:
    """Print what was found; exit code 1 where it is not what is known."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--cases", action="store_true", help="the cases of benchmarks/cases")
    parser.add_argument("--only", nargs="+", metavar="NAME", help=f"of {', '.join(TRUTHS)}; or of the cases")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--busy", type=int, default=0, help="programs that keep a CPU busy meanwhile")
    given = parser.parse_args()
    known = CASES if given.cases else TRUTHS
    names = given.only or list(known)
    if unknown := set(names) - set(known):
        parser.error(f"there is no {', '.join(sorted(unknown))}: choose from {', '.join(known)}")
    hold = True
    if given.cases:
        with own_store() as store, busy_programs(given.busy):
            results = {name: run_case(store, name, given.repeats, given.busy) for name in names}
        print(f"\n{sum(results.values())} of {len(results)} right" + ("" if all(results.values()) else ", but not ")
              + ", ".join(name for name, right in results.items() if not right))
        return 0 if all(results.values()) else 1
    with own_store() as store:
        for name in names:
            plan_of, configurations, claims_of = TRUTHS[name]
            found = compared(store, plan_of(store.settings), configurations, given.repeats)
            print(f"{name}: {found['text']}", flush=True)
            for claim, holds in claims_of(found):
                print(f"    {'holds' if holds else 'FAILS'}  {claim}", flush=True)
                hold = hold and holds
    return 0 if hold else 1


if __name__ == "__main__":
    raise SystemExit(main())
