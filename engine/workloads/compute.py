"""`compute`: pure-Python arithmetic, the work that a GIL lets only one thread do at a time."""

from __future__ import annotations

from typing import Any

from engine.workloads.base import Workload

_MODULUS = 2**31 - 1
_MULTIPLIER = 16807  # Park and Miller, "Random number generators", CACM 31 (1988)


class Compute(Workload):
    """Steps a small random-number generator `amount` times; the argument is the seed, the output the last value."""

    name = "compute"

    def run(self, argument: Any) -> Any:
        """The value after `amount` steps from the seed (option `amount`, by default 100,000; 0 is a no-op task)."""
        value = (int(argument) + 1) % _MODULUS or 1
        for _ in range(int(self.options.get("amount", 100_000))):
            value = value * _MULTIPLIER % _MODULUS
        return value
