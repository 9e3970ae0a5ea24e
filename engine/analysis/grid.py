"""The order of a comparison's trials: randomised blocks, each with every configuration once and the baseline twice.

Chance decides the order within a block, so that nothing that changes with time (a warm CPU, a
filling cache) can favour one configuration. Stands above `engine.model`; pure and seeded.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from engine.analysis.samples import Role
from engine.model import Configuration


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


def blocks(
    configurations: Sequence[Configuration], baseline: Configuration, repeats: int, seed: int
) -> tuple[Slot, ...]:
    """All trials of `repeats` blocks, block after block."""
    return tuple(slot for number in range(repeats) for slot in block(configurations, baseline, number, seed))
