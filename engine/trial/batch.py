"""The tasks that a trial still has to run, and how many of them go to a worker at once.

Chunks hide the cost of handing a task over, which matters only for tasks that are not much longer. So a chunk grows
only while the mean task is under two milliseconds (where handing over was measured: under ten times what that took),
and never beyond what is left ÷ (4 × workers). It carries a time budget: a worker that meets long tasks in a chunk of
short ones gives the rest back, so mixed work is never serialised.
"""

from __future__ import annotations

import heapq
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from engine.trial.worker.chunks import Attempt, Returned

SHORT_TASK_S = 0.002
"""Handing one task over by itself costs some 27 µs of CPU time with warm caches, and three times that after a task of
1 ms on a busy machine; in chunks it is half as much. So what our own rows are judged by, from 1 ms on, is near the
plain loop."""
CHUNK_TIME_S = 0.05
HANDOVERS = 10
"""Where handing over was measured, a chunk may take so many times as long as that: it then costs a tenth at most."""
AHEAD = 2
"""Chunks in flight per worker: one at work, one waiting, so that no worker idles for the loop."""


class Batch:
    """A queue of attempts: suspects first and alone, then those put back whose time has come, then the rest."""

    def __init__(
        self,
        attempts: Iterable[Attempt],
        suspects: Iterable[Attempt],
        workers: int,
        chunk: int | None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._queue = deque(attempts)
        self._suspects = deque(suspects)
        self._clock = clock
        self._later: list[tuple[float, int, Attempt]] = []
        self._workers = workers
        self._fixed = chunk
        self._size = chunk or 1
        self._mean_s: float | None = None
        self._testing = False
        self.largest = self._size
        """The largest chunk handed out so far."""
        self.handover_s = 0.0
        """What it costs to hand a chunk over and get it back, where that was measured."""

    def __len__(self) -> int:
        return len(self._queue) + len(self._suspects) + len(self._later)

    @property
    def alone(self) -> bool:
        """Whether the task in flight, or the next one, runs with no other beside it."""
        return self._testing or bool(self._suspects)

    @property
    def window(self) -> int:
        """How many chunks may be in flight."""
        return 1 if self.alone else AHEAD * self._workers

    @property
    def budget_s(self) -> float | None:
        """How long a worker may stay with one chunk; a size fixed by the user has no such limit."""
        return None if self._fixed else self._chunk_s

    @property
    def _chunk_s(self) -> float:
        return max(CHUNK_TIME_S, HANDOVERS * self.handover_s)

    def take(self) -> list[Attempt]:
        """The next chunk; empty when nothing can start now."""
        if self._suspects:
            self._testing = True
            return [self._suspects.popleft()]
        now = self._clock()
        while self._later and self._later[0][0] <= now:
            self._queue.appendleft(heapq.heappop(self._later)[2])
        size = self._fixed or max(1, min(self._size, len(self._queue) // (4 * self._workers)))
        chunk = [self._queue.popleft() for _ in range(min(size, len(self._queue)))]
        self.largest = max(self.largest, len(chunk))
        return chunk

    def pause_s(self, most: float) -> float:
        """How long nothing new can become ready, at most `most` seconds."""
        return max(0.0, min(most, self._later[0][0] - self._clock())) if self._later else most

    def settle(self, chunk: Sequence[Attempt], returned: Returned) -> None:
        """Take back what a worker left of its chunk and learn from how long the rest took."""
        self._testing = False
        waits = dict(returned.later)
        for attempt in chunk[: returned.tried]:
            if (delay_s := waits.get(attempt.task)) is not None:
                self._put_back(attempt, delay_s)
        self.give_back(chunk[returned.tried :])
        if not returned.done:
            return
        task_s = returned.elapsed_s / returned.tried
        self._mean_s = task_s if self._mean_s is None else 0.7 * self._mean_s + 0.3 * task_s
        if self._mean_s >= max(SHORT_TASK_S, HANDOVERS * self.handover_s):
            self._size = 1
        elif returned.tried >= self._size and returned.elapsed_s < self._chunk_s:
            self._size *= 2

    def give_back(self, attempts: Sequence[Attempt]) -> None:
        """Put attempts that did not run at the head of the queue, in their order."""
        self._queue.extendleft(reversed(attempts))

    def suspect(self, attempt: Attempt) -> None:
        """Try this attempt again with no other task beside it."""
        self._suspects.append(attempt._replace(number=attempt.number + 1))

    def suspects(self) -> list[tuple[int, int]]:
        """(task, attempts so far) of those that still have to run alone."""
        return [(attempt.task, attempt.number - 1) for attempt in self._suspects]

    def generation_lost(self) -> bool:
        """Forget what was in flight, after a break; says whether it was one task, tried alone."""
        was_alone, self._testing = self._testing, False
        return was_alone

    def _put_back(self, attempt: Attempt, delay_s: float) -> None:
        ready = self._clock() + delay_s
        waiting = attempt._replace(waited_s=attempt.waited_s + delay_s)
        heapq.heappush(self._later, (ready, attempt.task, waiting))
