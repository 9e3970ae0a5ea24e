"""`threads`: concurrent.futures.ThreadPoolExecutor."""

from __future__ import annotations

import itertools
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

from engine.executors.base import Factory, Start


class Threads(Factory):
    """Workers are threads of the trial's process: they share its memory and, usually, a GIL."""

    name = "threads"

    def open(self, start: Start, arguments: tuple[Any, ...]) -> Executor:
        """A pool of `workers` threads."""
        slots = itertools.count()
        return ThreadPoolExecutor(
            max_workers=self.workers,
            thread_name_prefix="overlap-worker",
            initializer=lambda: start(next(slots), *arguments),
        )
