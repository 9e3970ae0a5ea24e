"""Does the verdict cry wolf, and does it see what is there? Simulated comparisons with a known truth.

    python benchmarks/calibration.py                  everything: ten minutes on 2 cores
    python benchmarks/calibration.py --real 0         the simulated half, with trials recorded for it
    python benchmarks/calibration.py --recorded FILE  with trials that `--record FILE` kept
    python benchmarks/calibration.py --only drift     of the simulated half the rows of these noises, and nothing else
    python benchmarks/calibration.py --quick          a tenth of the simulated half, nothing recorded, nothing real

Every comparison is judged by the very functions that judge real ones, and its trials run in the order that the engine
would run them in. A/A rows: all configurations are the same, so every named difference is false; at most 5% may be.
Power rows: one configuration truly is 1.3 times as fast. Tied rows: two configurations are equally fast, far ahead of
the baseline, so a single winner is false. `machines` says what each noise is.

Recorded rows replay, in their order, trials of one configuration that run here just before, beside one busy loop for
each CPU; "net" tells the verdict how long they waited for a CPU, "clock" does not. Precision rows: the number of
repeats is chosen by the stopping rule, looking after every block. Racing rows: the same truths with ten repeats, or
fewer where a look leaves a configuration out or decides; "trials" is the share of them that is run. Promise rows: of
undecided comparisons that said "about N more repeats", how many were decided after them. Rows of `peers` judge the same
trials as the row above them by what people use instead. Real rows: compute tasks, one after the other, under two
names; at most 2 of 20 may name a winner.

A share of so many comparisons is known to two standard errors, which stand behind it. A row that must not name a
winner, and names one in more of them than the level promises, is simulated once more, with other random numbers and
ten times as many comparisons; then that stands in the table, whatever it is.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from math import exp, log
from pathlib import Path
from statistics import median, quantiles
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.machines import (
    Draw,
    Machine,
    autocorrelated,
    bursts,
    drift,
    gaussian,
    heavy_tails,
    replayed,
    unequal,
)
from benchmarks.peers import PEERS
from engine.analysis import schedule
from engine.analysis.findings.findings import Circumstances, Race
from engine.analysis.statistics.ratio import LEVEL
from engine.analysis.trials import TimedTrial, log_walls, timed_trials
from engine.analysis.verdict.racing import LAST, look
from engine.analysis.verdict.stopping import another_block
from engine.analysis.verdict.verdict import Verdict, verdict
from engine.config import Settings, usable_cpus
from engine.model import Configuration, Trial
from engine.runs import jobs
from engine.runs.plans import comparison, simple_plan
from engine.store import Store

BASELINE = Configuration("sequential", 1)
MOST_BLOCKS = 40
SEED = 20261122
REAL = "A/A, real"
MUST_NOT_NAME = ("A/A", "tied at 1.9×", "A/A to ±5%")
NET, CLOCK = "recorded, net", "recorded, clock"
Trace = Sequence[tuple[float, float | None]]
"""(wall, net) seconds of recorded trials."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `named` counts winners in the headline, `claims` any difference against the baseline."""

    what: str
    noise: str
    configurations: int
    repeats: str
    comparisons: int
    named: int
    claims: int
    right: int
    same: int
    method: str = "ours"
    spent: float = 1.0
    """The share of the trials that were run, of those that the repeats would have been."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row to simulate: `speeds` of all configurations but the baseline, true ones."""

    what: str
    noise: str
    machine: Machine
    speeds: tuple[float, ...]
    repeats: int
    peers: bool = False


def scenarios(trace: Trace) -> list[Scenario]:
    """Every row of the simulated half with a fixed number of repeats."""
    often = (3, 5, 10)
    machines: dict[str, tuple[Machine, tuple[int, ...]]] = {
        "Gaussian 5%": (gaussian(0.05), often),
        "bursts": (bursts(0.05), often),
        "heavy tails": (heavy_tails(), often),
        "unequal 3%, 12%": (unequal(), often),
        "autocorrelated": (autocorrelated(), (5,)),
        "drift": (drift(), (5,)),
    }
    if trace:
        machines |= {CLOCK: (replayed(trace, net=False), often), NET: (replayed(trace), often)}
    return [
        Scenario(what, name, machine, speeds, repeats, peers=(repeats == 5 and what != TIED))
        for name, (machine, counts) in machines.items()
        for what, speeds in truths(4 if name.startswith("unequal") else 2)
        for repeats in counts
    ]


TIED = "tied at 1.9×"


def truths(least: int) -> list[tuple[str, tuple[float, ...]]]:
    """The true speeds to try, with `least` configurations and with six."""
    return [
        *(("A/A", (1.0,) * (number - 1)) for number in (least, 6)),
        *(("1.3×", (1.3,) + (1.0,) * (number - 2)) for number in (least, 6)),
        (TIED, (1.9, 1.9)),
    ]


def block(
    index: int, speeds: Sequence[float], draw: Draw, rng: random.Random, drifts: float = 0.05
) -> list[TimedTrial]:
    """One simulated block in the engine's own random order; the block as a whole drifts."""
    level = 10.0 * exp(rng.gauss(0, drifts))
    others = [Configuration("threads", number) for number in range(2, len(speeds) + 2)]
    speed_of = dict(zip(others, speeds, strict=True))
    found = []
    for slot in schedule.block(others, BASELINE, index, rng.getrandbits(30)):
        one = slot.configuration
        wall, net = draw(one.workers - 1)
        unit = level / speed_of.get(one, 1.0)
        net_s = None if net is None else unit * net
        found.append(TimedTrial(one, index, unit * wall, slot.role, tasks=60, net_s=net_s))
    return found


def trials(speeds: Sequence[float], repeats: int, machine: Machine, rng: random.Random) -> list[TimedTrial]:
    """The trials of one comparison with a fixed number of repeats."""
    draw = machine(rng)
    return [sample for index in range(repeats) for sample in block(index, speeds, draw, rng)]


def fixed(speeds: Sequence[float], repeats: int, machine: Machine, rng: random.Random) -> Verdict:
    """The verdict on a comparison with a fixed number of repeats."""
    return verdict(trials(speeds, repeats, machine, rng), BASELINE)


def until_precise(
    speeds: Sequence[float], precision: float, machine: Machine, rng: random.Random, most: int = MOST_BLOCKS
) -> tuple[Verdict, int]:
    """A comparison that goes on until every interval is narrow enough or the budget (`most` blocks) is spent."""
    found: list[TimedTrial] = []
    draw = machine(rng)
    for index in range(most):
        found.extend(block(index, speeds, draw, rng))
        if not another_block(found, BASELINE, index + 1, precision=precision).go_on:
            break
    return verdict(found, BASELINE, Circumstances(precision=precision)), index + 1


RACE = 10
"""Repeats of a race that nothing ends earlier."""


def raced(
    speeds: Sequence[float], repeats: int, machine: Machine, rng: random.Random
) -> tuple[Verdict, float]:
    """A race: its verdict, and the share of the trials that were run."""
    race, found, draw = Race(repeats, LAST), list[TimedTrial](), machine(rng)
    for index in range(repeats):
        gone = race.levels
        found += [one for one in block(index, speeds, draw, rng) if one.configuration not in gone]
        race = look(race, found, BASELINE, index + 1, index)
        if race.decided:
            break
    return verdict(found, BASELINE, Circumstances(race=race)), len(found) / (repeats * (len(speeds) + 2))


def truth_of(speeds: Sequence[float]) -> Configuration | None:
    """The configuration that is truly the fastest; None where there is not one alone."""
    best = max(range(len(speeds)), key=speeds.__getitem__)
    alone = speeds[best] > 1 and list(speeds).count(speeds[best]) == 1
    return Configuration("threads", best + 2) if alone else None


def tally(
    what: str, named_noise: str, repeats: str, speeds: Sequence[float], verdicts: Sequence[Verdict], **more: Any
) -> Row:
    """Count what a list of verdicts claims; the right winner is the configuration with the highest speed above 1."""
    truth = truth_of(speeds)
    return Row(
        what, named_noise, len(speeds) + 1, repeats, len(verdicts),
        named=sum(one.winner is not None for one in verdicts),
        claims=sum(any(row.standing in ("faster", "slower") for row in one.rows) for one in verdicts),
        right=sum(truth is not None and one.winner == truth for one in verdicts),
        same=sum(one.outcome == "same" for one in verdicts),
        **more,
    )


def simulate(position: int, trace: Trace, comparisons: int, seed: int) -> list[Row]:
    """One scenario's row, its peers' on the same trials, and the race of it."""
    made = scenarios(trace)[position]
    rng = random.Random(f"{seed}/{position}")
    compared = [trials(made.speeds, made.repeats, made.machine, rng) for _ in range(comparisons)]
    verdicts = [verdict(one, BASELINE) for one in compared]
    rows = [tally(made.what, made.noise, str(made.repeats), made.speeds, verdicts)]
    if made.peers:
        rows += [judged_by(name, made, compared) for name in PEERS]
    return rows


def race_of(position: int, trace: Trace, comparisons: int, seed: int) -> list[Row]:
    """One scenario's row as a race."""
    made = scenarios(trace)[position]
    rng = random.Random(f"{seed}/race/{position}")
    ended = [raced(made.speeds, made.repeats, made.machine, rng) for _ in range(comparisons)]
    spent = sum(share for _, share in ended) / len(ended)
    verdicts = [one for one, _ in ended]
    return [tally(made.what, made.noise, str(made.repeats), made.speeds, verdicts, method="ours, racing", spent=spent)]


def judged_by(name: str, made: Scenario, compared: Sequence[Sequence[TimedTrial]]) -> Row:
    """The row of what people use instead."""
    claims = [PEERS[name](samples, BASELINE) for samples in compared]
    truth = truth_of(made.speeds)
    return Row(
        made.what, made.noise, len(made.speeds) + 1, str(made.repeats), len(claims),
        named=sum(winner is not None for _, winner in claims),
        claims=sum(bool(differing) for differing, _ in claims),
        right=sum(truth is not None and winner == truth for _, winner in claims),
        same=0, method=name,
    )  # fmt: skip


def simulated(comparisons: int, trace: Trace = (), seed: int = SEED, only: Collection[str] = ()) -> list[Row]:
    """Every row of the simulated half, or those of some noises; they are dealt out to all CPUs, each with its seed."""
    made = scenarios(trace)
    measures: list[Callable[[int, int], list[Row]]] = []
    for position, scenario in enumerate(made):
        if only and scenario.noise not in only:
            continue
        measures.append(partial(simulate, position, trace))
        if scenario.repeats == RACE:
            measures.append(partial(race_of, position, trace))
    if not only:
        measures += [partial(stopped, number, percent) for number in (2, 6) for percent in (2, 4, 6, 8)]
        measures += [partial(promised, number) for number in (2, 6)]
    with ProcessPoolExecutor(usable_cpus()) as pool:
        found = [one.result() for one in [pool.submit(measure, comparisons, seed) for measure in measures]]
        once_more = [at for at, rows in enumerate(found) if doubtful(rows[0])]
        again = [pool.submit(measures[at], AGAIN * comparisons, seed + 1) for at in once_more]
        for at, future in zip(once_more, again, strict=True):
            found[at] = [future.result()[0], *found[at][1:]]  # what peers say is no question
        last = [pool.submit(bootstrapped, number, max(1, comparisons // 3), seed) for number in (2, 6) if not only]
        return [row for rows in [*found, *(one.result() for one in last)] for row in rows]


AGAIN = 10
"""How many times as many comparisons a row gets in which more false winners were named than the level promises."""


def doubtful(row: Row) -> bool:
    """Whether a row that must not name a winner named more than the level promises: by chance, or truly?"""
    return row.what in MUST_NOT_NAME and max(row.named, 0 if row.what == TIED else row.claims) > LEVEL * row.comparisons


def stopped(number: int, percent: int, comparisons: int, seed: int, precision: float = 0.05) -> list[Row]:
    """An A/A row of the stopping rule, for a noise at which it stops early, in the middle or late."""
    rng, equal = random.Random(f"{seed}/stopped/{number}/{percent}"), (1.0,) * (number - 1)
    ended = [until_precise(equal, precision, gaussian(percent / 100), rng) for _ in range(comparisons)]
    mean = sum(blocks for _, blocks in ended) / len(ended)
    return [tally("A/A to ±5%", f"Gaussian {percent}%", f"{mean:.1f}", equal, [one for one, _ in ended])]


def promised(number: int, comparisons: int, seed: int, speed: float = 1.1, deviation: float = 0.07) -> list[Row]:
    """Of comparisons that were not decided and said how many repeats would do: those that these repeats did decide.

    `comparisons` counts the promises, `right` those that were kept.
    """
    rng, speeds = random.Random(f"{seed}/promised/{number}"), (speed,) + (1.0,) * (number - 2)
    made = kept = 0
    for _ in range(comparisons):
        draw = gaussian(deviation)(rng)
        samples = [sample for index in range(5) for sample in block(index, speeds, draw, rng)]
        needed = verdict(samples, BASELINE).repeats_needed
        if needed is None:
            continue
        made += 1
        samples += [sample for index in range(5, needed) for sample in block(index, speeds, draw, rng)]
        kept += verdict(samples, BASELINE).outcome != "undecided"
    return [Row("promise, 1.1×", f"Gaussian {100 * deviation:.0f}%", number, "5", max(1, made), 0, 0, kept, 0)]


def bootstrapped(number: int, comparisons: int, seed: int, repeats: int = 5, resamples: int = 400) -> list[Row]:
    """A/A judged by a 95% percentile bootstrap with the same 3% rule: what this product does not do."""
    rng, claims = random.Random(f"{seed}/bootstrap/{number}"), 0
    equal = [1.0] * (number - 1)
    for _ in range(comparisons):
        walls = log_walls(trials(equal, repeats, gaussian(0.05), rng))
        base = walls.pop(BASELINE)
        logs = [[base[index] - other[index] for index in base] for other in walls.values()]
        claims += any(_bootstrap_claims(each, resamples, rng) for each in logs)
    return [Row("A/A", "Gaussian 5%", number, str(repeats), comparisons, claims, claims, 0, 0, "bootstrap")]


def _bootstrap_claims(logs: Sequence[float], resamples: int, rng: random.Random) -> bool:
    means = sorted(sum(rng.choices(logs, k=len(logs))) / len(logs) for _ in range(resamples))
    low, high = means[int(0.025 * resamples)], means[int(0.975 * resamples)]
    return (low > 0 or high < 0) and abs(sum(logs) / len(logs)) > log(1.03)


@contextmanager
def own_store() -> Iterator[Store]:
    """A store in a temporary folder, used for the rest of the program: no other run's turn is waited for."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        store = Store.open(Settings(home=Path(folder, "home")))
        try:
            yield store
        finally:
            store.close()


def finished_trials(store: Store, others: list[Configuration], repeats: int) -> list[Trial]:
    """The trials, warm-up left out, of a comparison of the baseline with others, on a small batch of compute tasks."""
    job = simple_plan("compute", 16, {"amount": 100_000}, BASELINE, store.settings)
    run = jobs.wait(store, jobs.start(store, comparison(job, others, repeats=repeats)))
    return [trial for trial in store.trials(run) if trial.repeat >= 0 and trial.state == "finished"]


@contextmanager
def busy_machine() -> Iterator[None]:
    """One busy loop for each CPU meanwhile, as another program would have."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(usable_cpus())]
    try:
        yield
    finally:
        for one in loops:
            one.kill()
            one.wait()


def recorded(store: Store, count: int) -> Trace:
    """(wall, net) seconds of so many trials of one configuration; the baseline stands twice in every block."""
    with busy_machine():
        found = finished_trials(store, [], -(-count // 2))
    samples = timed_trials([(one, store.records.of_trial(one)) for one in found], BASELINE, usable_cpus())
    return [(sample.wall_s, sample.net_s) for sample in samples][:count]


def real_comparison(store: Store, number: int, repeats: int = 5) -> Verdict:
    """One real comparison of a configuration with itself under another name.

    The other name says "chunks of 1", which is what the loop does with tasks of more than a millisecond anyway.
    """
    trials = finished_trials(store, [Configuration("sequential", 1, chunk=1)], repeats)
    found = verdict(timed_trials([(one, store.records.of_trial(one)) for one in trials], BASELINE), BASELINE)
    sys.stderr.write(f"{number + 1}: {found.sentences[0]}\n")
    return found


def real(store: Store, comparisons: int) -> Row:
    """The other half: real A/A comparisons on this machine."""
    verdicts = [real_comparison(store, number) for number in range(comparisons)]
    return tally(REAL, "this machine", "5", [1.0], verdicts)


def spread_of(trace: Trace) -> str:
    """How far recorded trials lie apart, in a sentence."""
    columns = [[value for value in column if value] for column in zip(*trace, strict=True)]
    parts = []
    for name, column in zip(("by the clock", "net of other programs"), columns, strict=True):
        if len(column) > 1:
            tenths = quantiles(column, n=10)
            parts.append(f"{name} {median(column):.3f} s, the middle 80% {tenths[0]:.3f} to {tenths[-1]:.3f} s")
    return f"{len(trace)} trials recorded beside {usable_cpus()} busy loops (medians): {'; '.join(parts)}."


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table, in percent of the comparisons."""
    head = (
        "truth", "noise", "configurations", "repeats", "method", "trials", "winner named", "any claim", "right winner",
    )  # fmt: skip
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for row in rows:
        share = 100 / row.comparisons
        right = f"{row.right * share:.1f}%" if row.what in ("1.3×", "promise, 1.1×") else "–"
        named = f"{row.named * share:.1f}%"
        if row.what in MUST_NOT_NAME and row.named:
            named += f" ± {200 * error(row.named / row.comparisons, row.comparisons):.1f}"
        lines.append(
            f"| {row.what} | {row.noise} | {row.configurations} | {row.repeats} | {row.method} "
            f"| {100 * row.spent:.0f}% | {named} | {row.claims * share:.1f}% | {right} |"
        )
    return "\n".join(lines)


WANTED = {
    ("Gaussian 5%", 6, "3"): 0.95, ("Gaussian 5%", 2, "5"): 0.90, ("Gaussian 5%", 6, "5"): 0.90, (NET, 6, "5"): 0.85,
}
"""The least share of right winners of power rows, by noise, configurations and repeats."""


def over(count: int, of: int, share: float) -> bool:
    """Whether a count is above a share by more than two standard errors of so many comparisons: of some sixty rows
    that keep to it, one in forty would be above it by chance otherwise."""
    return bool(count > of * (share + 2 * error(share, of)))


def error(share: float, of: int) -> float:
    """The standard error of a share of so many."""
    return float((share * (1 - share) / of) ** 0.5)


def faults(rows: Sequence[Row]) -> list[str]:
    """What does not hold: a false winner in more than 5% (of the real ones, which are few, 10%), a true one unseen."""
    ours = [row for row in rows if row.method.startswith("ours")]
    found = [row for row in ours if row.what in MUST_NOT_NAME and over(row.named, row.comparisons, 0.05)]
    found += [
        row for row in ours
        if row.what == "A/A" and over(row.claims, row.comparisons, 0.05) and row not in found
    ]
    found += [row for row in ours if row.what.startswith("promise") and row.right < 0.7 * row.comparisons]
    found += [row for row in ours if row.what == REAL and row.named > 0.1 * row.comparisons]
    found += [
        row for row in ours
        if row.what == "1.3×"
        and row.right < WANTED.get((row.noise, row.configurations, row.repeats), 0.0) * row.comparisons
    ]
    return [table([row]).splitlines()[-1] for row in found]


def main() -> int:
    """Print the table; exit code 1 when a false winner is named too often or a true one too seldom."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the simulated half, and nothing else")
    parser.add_argument("--only", nargs="+", default=[], metavar="NOISE", help="rows of these noises, nothing else")
    parser.add_argument("--recorded", type=Path, metavar="FILE", help="trials kept before, instead of recording")
    parser.add_argument("--record", type=Path, metavar="FILE", help="keep the trials that were recorded")
    parser.add_argument("--trials", type=int, default=240, help="how many to record  [240]")
    parser.add_argument("--comparisons", type=int, default=1000, help="simulated for each row  [1000]")
    parser.add_argument("--real", type=int, default=20, metavar="N", help="real comparisons of equals  [20]")
    given = parser.parse_args()
    with own_store() as store:
        rows = table_of(given, store)
    for fault in faults(rows):
        print(f"DOES NOT HOLD: {fault}")
    return 1 if faults(rows) else 0


def table_of(given: argparse.Namespace, store: Store) -> list[Row]:
    """Record, simulate and compare what is asked for, printing as it goes."""
    trace: Trace = []
    if given.recorded:
        trace = [(wall_s, net_s) for wall_s, net_s in json.loads(given.recorded.read_text(encoding="utf-8"))]
    elif not given.quick and not given.only:
        trace = recorded(store, given.trials)
    if trace:
        print(spread_of(trace), flush=True)
    if given.record:
        given.record.write_text(json.dumps(trace), encoding="utf-8")
    rows = simulated(given.comparisons // (10 if given.quick else 1), trace, only=given.only)
    print(table(rows), flush=True)
    if given.real and not given.quick and not given.only:
        rows.append(real(store, given.real))
        print(table(rows[-1:]).splitlines()[-1])
    return rows


if __name__ == "__main__":
    raise SystemExit(main())
