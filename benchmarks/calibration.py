"""Does the verdict cry wolf, and does it see what is there? Simulated comparisons with a known truth.

    python benchmarks/calibration.py                  both halves: four minutes on 2 cores
    python benchmarks/calibration.py --real 0         the simulated half, with 200 trials recorded for it
    python benchmarks/calibration.py --recorded FILE  with those of a JSON list of wall times in seconds
    python benchmarks/calibration.py --quick          a tenth of the simulated half, nothing recorded, nothing real

A/A rows: all configurations are the same, so every named difference is false; at most 5% may be.
Power rows: one configuration truly is 1.3 times as fast; the right winner must be named in at least 90%
under Gaussian noise. Tied rows: two configurations are equally fast, far ahead of the baseline, so a single
winner is false.
Recorded rows: the noise is drawn from trials of one configuration, run here just before; `--record FILE` keeps their
wall times.
Precision rows: the number of repeats is chosen by the stopping rule, looking after every block.
Real rows: compute tasks, one after the other, under two names; at most 2 of 20 may name a winner.
Bootstrap rows: the method that was not taken, for comparison: percentile intervals of the mean log ratio.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import exp, log
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from engine import jobs
from engine.analysis.findings import Circumstances
from engine.analysis.samples import Sample, log_walls, samples_from
from engine.analysis.stopping import another_block
from engine.analysis.verdict import Verdict, verdict
from engine.config import Settings
from engine.model import Configuration, Trial
from engine.plans import comparison, simple_plan
from engine.store import Store

Noise = Callable[[random.Random], float]
BASELINE = Configuration("sequential", 1)
MOST_BLOCKS = 40
REAL = "A/A, real"
MUST_NOT_NAME = ("A/A", "tied at 1.9×", "A/A to ±5%")


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


def gaussian(deviation: float) -> Noise:
    """Noise that multiplies a wall time by 1 + a normal deviate."""
    return lambda rng: max(0.05, 1 + rng.gauss(0, deviation))


def bursts(deviation: float, share: float = 0.10, most: float = 0.5) -> Noise:
    """Gaussian noise, and in a share of the trials something else slows the machine by up to `most`."""

    def draw(rng: random.Random) -> float:
        slowed = rng.uniform(0.1, most) if rng.random() < share else 0.0
        return max(0.05, 1 + rng.gauss(0, deviation)) * (1 + slowed)

    return draw


def resampled(wall_s: Sequence[float]) -> Noise:
    """Noise drawn, with replacement, from recorded wall times of one configuration."""
    centre = exp(sum(log(value) for value in wall_s) / len(wall_s))
    factors = [value / centre for value in wall_s]
    return lambda rng: rng.choice(factors)


def block(index: int, speeds: Sequence[float], noise: Noise, rng: random.Random, drift: float = 0.05) -> list[Sample]:
    """One simulated block: the baseline twice, then each configuration; the block as a whole drifts."""
    level = 10.0 * exp(rng.gauss(0, drift))
    trials = [
        Sample(BASELINE, index, level * noise(rng), "baseline", tasks=60),
        Sample(BASELINE, index, level * noise(rng), "baseline_again", tasks=60),
    ]
    for number, speed in enumerate(speeds, start=2):
        trials.append(Sample(Configuration("threads", number), index, level * noise(rng) / speed, tasks=60))
    return trials


def fixed(speeds: Sequence[float], repeats: int, noise: Noise, rng: random.Random) -> Verdict:
    """A comparison with a fixed number of repeats."""
    samples = [sample for index in range(repeats) for sample in block(index, speeds, noise, rng)]
    return verdict(samples, BASELINE)


def until_precise(
    speeds: Sequence[float], precision: float, noise: Noise, rng: random.Random, most: int = MOST_BLOCKS
) -> tuple[Verdict, int]:
    """A comparison that goes on until every interval is narrow enough or the budget (`most` blocks) is spent."""
    samples: list[Sample] = []
    for index in range(most):
        samples.extend(block(index, speeds, noise, rng))
        if not another_block(samples, BASELINE, index + 1, precision=precision).go_on:
            break
    return verdict(samples, BASELINE, Circumstances(precision=precision)), index + 1


def tally(what: str, named_noise: str, repeats: str, speeds: Sequence[float], verdicts: Sequence[Verdict]) -> Row:
    """Count what a list of verdicts claims; the right winner is the configuration with the highest speed above 1."""
    best = max(range(len(speeds)), key=speeds.__getitem__)
    alone = speeds[best] > 1 and speeds.count(speeds[best]) == 1
    truth = Configuration("threads", best + 2) if alone else None
    return Row(
        what, named_noise, len(speeds) + 1, repeats, len(verdicts),
        named=sum(one.winner is not None for one in verdicts),
        claims=sum(any(row.standing in ("faster", "slower") for row in one.rows) for one in verdicts),
        right=sum(truth is not None and one.winner == truth for one in verdicts),
        same=sum(one.outcome == "same" for one in verdicts),
    )


def simulated(comparisons: int, seed: int = 20261122, recorded: Sequence[float] = ()) -> list[Row]:
    """Every row of the simulated half."""
    noises = {"Gaussian 5%": gaussian(0.05), "bursts": bursts(0.05)}
    if recorded:
        noises[f"{len(recorded)} recorded"] = resampled(recorded)
    rng = random.Random(seed)
    rows = []
    for name, noise in noises.items():
        for number in (2, 6):
            truths = {"A/A": [1.0] * (number - 1), "1.3×": [1.3] + [1.0] * (number - 2)}
            if number > 2:
                truths["tied at 1.9×"] = [1.9, 1.9]
            for what, speeds in truths.items():
                for repeats in (3, 5, 10):
                    verdicts = [fixed(speeds, repeats, noise, rng) for _ in range(comparisons)]
                    rows.append(tally(what, name, str(repeats), speeds, verdicts))
    return [*rows, *stopped(comparisons, rng), *bootstrapped(max(1, comparisons // 3), rng)]


def stopped(comparisons: int, rng: random.Random, precision: float = 0.05) -> list[Row]:
    """The A/A rows of the stopping rule, over noise levels for which it stops early, in the middle and late."""
    rows = []
    for number in (2, 6):
        for name, noise in {f"Gaussian {p}%": gaussian(p / 100) for p in (2, 4, 6, 8)}.items():
            ended = [until_precise([1.0] * (number - 1), precision, noise, rng) for _ in range(comparisons)]
            mean = sum(blocks for _, blocks in ended) / len(ended)
            rows.append(tally("A/A to ±5%", name, f"{mean:.1f}", [1.0] * (number - 1), [one for one, _ in ended]))
    return rows


def bootstrapped(comparisons: int, rng: random.Random, repeats: int = 5, resamples: int = 400) -> list[Row]:
    """A/A judged by a 95% percentile bootstrap with the same 3% rule: what this product does not do."""
    rows = []
    for number in (2, 6):
        claims = 0
        equal, noise = [1.0] * (number - 1), gaussian(0.05)
        for _ in range(comparisons):
            walls = log_walls(sample for index in range(repeats) for sample in block(index, equal, noise, rng))
            base = walls.pop(BASELINE)
            logs = [[base[index] - other[index] for index in base] for other in walls.values()]
            claims += any(_bootstrap_claims(each, resamples, rng) for each in logs)
        rows.append(Row("A/A bootstrap", "Gaussian 5%", number, str(repeats), comparisons, claims, claims, 0, 0))
    return rows


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


def recorded_walls(store: Store, count: int) -> list[float]:
    """Wall times in seconds of so many trials of one configuration; the baseline stands twice in every block."""
    trials = finished_trials(store, [], -(-count // 2))
    return [trial.measurement.wall_s for trial in trials if trial.measurement.wall_s][:count]


def real_comparison(store: Store, number: int, repeats: int = 5) -> Verdict:
    """One real comparison of a configuration with itself under another name.

    The other name says "chunks of 1", which is what the loop does with tasks of more than a millisecond anyway.
    """
    trials = finished_trials(store, [Configuration("sequential", 1, chunk=1)], repeats)
    found = verdict(samples_from([(one, store.records.of_trial(one)) for one in trials], BASELINE), BASELINE)
    sys.stderr.write(f"{number + 1}: {found.sentences[0]}\n")
    return found


def real(store: Store, comparisons: int) -> Row:
    """The other half: real A/A comparisons on this machine."""
    verdicts = [real_comparison(store, number) for number in range(comparisons)]
    return tally(REAL, "this machine", "5", [1.0], verdicts)


def spread_of(wall_s: Sequence[float]) -> str:
    """How far recorded wall times lie apart, in a sentence."""
    tenths = quantiles(wall_s, n=10)
    return (
        f"Noise from {len(wall_s)} recorded trials of {median(wall_s):.3f} s (median): "
        f"the middle 80% from {tenths[0]:.3f} to {tenths[-1]:.3f} s, {min(wall_s):.3f} to {max(wall_s):.3f} s in all."
    )


def table(rows: Sequence[Row]) -> str:
    """The rows as text, in percent of the comparisons."""
    lines = [
        f"{'truth':<14}{'noise':<14}{'configs':>8}{'repeats':>8}{'runs':>6}"
        f"{'winner named':>14}{'any claim':>11}{'right':>8}{'same':>7}"
    ]
    for row in rows:
        share = 100 / row.comparisons
        right = f"{row.right * share:.1f}%" if row.what == "1.3×" else "–"
        lines.append(
            f"{row.what:<14}{row.noise:<14}{row.configurations:>8}{row.repeats:>8}{row.comparisons:>6}"
            f"{row.named * share:>13.1f}%{row.claims * share:>10.1f}%{right:>8}{row.same * share:>6.1f}%"
        )
    return "\n".join(lines)


def main() -> int:
    """Print the table; exit code 1 when a false winner is named in more than 5% or a true one in less than 90%.

    Of the real comparisons, which are few, a tenth may name one.
    """
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the simulated half, and nothing else")
    parser.add_argument("--recorded", type=Path, metavar="FILE", help="a JSON list of wall times, instead of recording")
    parser.add_argument("--record", type=Path, metavar="FILE", help="keep the wall times that were recorded")
    parser.add_argument("--trials", type=int, default=200, help="how many to record  [200]")
    parser.add_argument("--real", type=int, default=20, metavar="N", help="real comparisons of equals  [20]")
    given = parser.parse_args()
    with own_store() as store:
        rows = table_of(given, store)
    wolf = [row for row in rows if row.what in MUST_NOT_NAME and row.named > 0.05 * row.comparisons]
    wolf += [row for row in rows if row.what == REAL and row.named > 0.1 * row.comparisons]
    blind = [
        row for row in rows
        if row.what == "1.3×" and row.noise.startswith("Gaussian") and row.repeats == "5"
        and row.right < 0.9 * row.comparisons
    ]
    return 1 if wolf or blind else 0


def table_of(given: argparse.Namespace, store: Store) -> list[Row]:
    """Record, simulate and compare what is asked for, printing as it goes."""
    walls: list[float] = []
    if given.recorded:
        walls = json.loads(given.recorded.read_text(encoding="utf-8"))
    elif not given.quick:
        walls = recorded_walls(store, given.trials)
    if walls:
        print(spread_of(walls), flush=True)
    if given.record:
        given.record.write_text(json.dumps(walls), encoding="utf-8")
    rows = simulated(100 if given.quick else 1000, recorded=walls)
    print(table(rows), flush=True)
    if given.real and not given.quick:
        rows.append(real(store, given.real))
        print(table(rows[-1:]))
    return rows


if __name__ == "__main__":
    raise SystemExit(main())
