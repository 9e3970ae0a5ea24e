"""The order of a comparison's trials: randomised blocks, each with every configuration once and the baseline twice.

Chance decides the order within a block, so that nothing that changes with time (a warm CPU, a
filling cache) can favour one configuration. Stands above `engine.model`; pure and seeded.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.analysis.trials import Role
from engine.model import Configuration, Trial


@dataclass(frozen=True, slots=True)
class Slot:
    """One trial to run. The discarded warm-up is not among them."""

    configuration: Configuration
    block: int
    role: Role


def block(configurations: Sequence[Configuration], baseline: Configuration, number: int, seed: int) -> tuple[Slot, ...]:
    """The trials of one block in the order in which to run them; the same arguments give the same order.

    The baseline is added where it is missing; a configuration named twice runs once.
    """
    candidates = [one for one in dict.fromkeys(configurations) if one != baseline]
    slots = [
        Slot(baseline, number, "baseline"),
        Slot(baseline, number, "baseline_again"),
        *(Slot(one, number, "candidate") for one in candidates),
    ]
    random.Random(f"{seed}/{number}").shuffle(slots)
    return tuple(slots)


def whole_blocks(
    trials: Iterable[Trial],
    configurations: Sequence[Configuration],
    baseline: Configuration,
    gone: Mapping[Configuration, int] | None = None,
) -> set[int]:
    """The numbers of the blocks that were run to their end; one that a cancel or a kill broke off is none.

    A trial that failed was run. A configuration that failed and was not tried since could not start here: later
    blocks are whole without it. So they are without what a race left out: `gone` from which block on.
    """
    without = gone or {}
    wanted = Counter(slot.configuration for slot in block(configurations, baseline, 0, 0))
    ran: dict[int, Counter[Configuration]] = {}
    failed: dict[Configuration, int] = {}
    for trial in trials:
        if trial.repeat >= 0 and trial.state in ("finished", "failed"):
            ran.setdefault(trial.repeat, Counter())[trial.configuration] += 1
            if trial.state == "failed":
                failed.setdefault(trial.configuration, trial.repeat)
    return {
        number
        for number, counted in ran.items()
        if all(
            counted[one] >= count
            or (not counted[one] and (failed.get(one, number) < number or without.get(one, number + 1) <= number))
            for one, count in wanted.items()
        )
    }
