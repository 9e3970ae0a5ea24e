"""`wait`: sleeping, which stands for any wait on a network or a disk."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from engine.workloads.base import Workload


class Wait(Workload):
    """Sleeps for `seconds` (an option, by default 0.05), or for the task's own number of seconds."""

    name = "wait"
    has_async = True

    def run(self, argument: Any) -> Any:
        """Sleep, and give the number of seconds asked for."""
        seconds = self._seconds(argument)
        time.sleep(seconds)
        return seconds

    async def run_async(self, argument: Any) -> Any:
        """Sleep without holding a thread."""
        seconds = self._seconds(argument)
        await asyncio.sleep(seconds)
        return seconds

    def _seconds(self, argument: Any) -> float:
        return float(self.options.get("seconds", 0.05) if argument is None else argument)
