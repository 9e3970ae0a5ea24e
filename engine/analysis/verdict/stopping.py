"""When a comparison that was given a precision or a budget may stop, and which level it must then be judged at.

Looking after every block and stopping when the interval happens to be narrow favours blocks that agree by
chance: simulated A/A comparisons judged at the usual level then named a winner in up to 8%. Two remedies
bring that back to 4% (benchmarks/calibration.py, rows "A/A to ±5%"): five blocks at least, and half the level.
Stands above `speedup`; pure: what was spent and what a block costs are given to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Literal

from engine.analysis.statistics.ratio import LEVEL
from engine.analysis.statistics.speedup import speedups
from engine.analysis.trials import TimedTrial
from engine.model import Configuration
from engine.text import counted, duration, percent

LEAST_BLOCKS = 5
LOOKING_LEVEL = LEVEL / 2
"""The level of every interval and test in a comparison whose repeats were not fixed beforehand."""
MOST_BLOCKS = 200

Reason = Literal["repeats", "precise", "budget", "most", "decided"]


@dataclass(frozen=True, slots=True)
class Next:
    """Whether to run another block. `reason` is None while it goes on; `widest` is a fraction: 0.05 is ±5%."""

    go_on: bool
    reason: Reason | None
    widest: float | None
    sentence: str


def another_block(
    trials: Sequence[TimedTrial],
    baseline: Configuration,
    blocks: int,
    *,
    repeats: int | None = None,
    precision: float | None = None,
    budget_s: float | None = None,
    spent_s: float = 0.0,
    last_s: float | None = None,
) -> Next:
    """Decide after `blocks` whole blocks. A fixed number of `repeats` goes before precision and budget.

    The budget ends a comparison when another block, as long as the mean one so far, would not fit; in a race, whose
    blocks become shorter, as long as the last one (`last_s`).
    Raises ValueError when none of the three is given: nothing would end it.
    """
    if repeats is None and precision is None and budget_s is None:
        raise ValueError("give a number of repeats, a precision or a budget")
    if repeats is not None:
        done = blocks >= repeats
        return Next(not done, "repeats" if done else None, None, f"Block {blocks} of {repeats} is done.")
    widest = widest_interval(trials, baseline)
    narrow = "" if widest is None or widest >= 1 else f"; the widest interval is ±{percent(widest)}"
    ran = counted(blocks, "repeat", "repeats")
    if precision is not None and widest is not None and widest <= precision and blocks >= LEAST_BLOCKS:
        return Next(
            False, "precise", widest,
            f"Stopped after {ran}: every interval is within ±{percent(precision)}{narrow}.",
        )
    if budget_s is not None and blocks and spent_s + (last_s or spent_s / blocks) > budget_s:
        text = f"Stopped after {ran}: another would take longer than the {duration(budget_s)} allowed{narrow}."
        return Next(False, "budget", widest, text)
    if blocks >= MOST_BLOCKS:
        return Next(False, "most", widest, f"Stopped after {ran}, the most that are run{narrow}.")
    return Next(True, None, widest, f"After {ran}{narrow}." if blocks else "The first block is to run.")


def widest_interval(trials: Sequence[TimedTrial], baseline: Configuration) -> float | None:
    """Half the width of the widest speedup's interval, as a fraction of it; None while any has none."""
    rows = speedups(trials, baseline, LOOKING_LEVEL)
    highs = [log(row.ratio.high / row.ratio.estimate) for row in rows if row.ratio.high is not None]
    return exp(max(highs)) - 1 if rows and len(highs) == len(rows) else None
