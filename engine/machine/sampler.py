"""Memory and CPU of a process tree, watched from outside it.

Every look reads each process's CPU time and resident size, which is cheap. The proportional set
size (PSS: shared pages divided by who shares them), which Linux computes by walking the
process's mappings, is read again only for a process whose resident size has changed since, and at
least every half second. Where there is no PSS the sampler falls back to USS, then to RSS, and says so.
The watching's own CPU time is measured and reported with its interval.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from dataclasses import dataclass, field

import psutil

from engine.machine import busy
from engine.machine.process_readers import ProcessReader, reader, tree
from engine.model import MemoryKind

INTERVAL_S = 0.05
_CHILDREN_S = 0.2
"""How often the tree is walked for new processes."""
_RENEW_S = 0.5
_CHANGE = 0.02
_KEPT = 1200


@dataclass(frozen=True, slots=True)
class MemoryReading:
    """One look: seconds since the sampler's start, MB of the tree, CPU seconds used so far, processes alive."""

    at_s: float
    memory_mb: float
    cpu_s: float
    processes: int


@dataclass(slots=True)
class _Seen:
    """What is known of one process."""

    reader: ProcessReader
    memory_mb: float = 0.0
    rss_mb: float = 0.0
    renewed_s: float = -1.0
    cpu_s: float = 0.0


@dataclass(slots=True)
class Sampler:
    """Watches the process `pid` and all below it from a thread, until `stop`."""

    pid: int
    readings: list[MemoryReading] = field(default_factory=list)
    kind: MemoryKind = "pss" if sys.platform == "linux" else "uss"
    cost: float = 0.0
    """CPU seconds of the watching per second watched."""
    interval_s: float = INTERVAL_S
    """The mean time between two looks."""
    other_busy: float | None = None
    """The fraction of the machine's CPU time that went to other programs."""
    most_threads: int | None = None
    """The most native threads that any one process had at any look."""
    _seen: dict[int, _Seen] = field(default_factory=dict)
    _gone_cpu_s: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look."""
        self._thread = threading.Thread(target=self._watch, name="overlap-sampler", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more; the figures are complete afterwards."""
        self._stop.set()
        if self._thread:
            self._thread.join()

    @property
    def peak_mb(self) -> float | None:
        """The most memory that the tree held at any look."""
        return max((one.memory_mb for one in self.readings), default=None)

    @property
    def mean_mb(self) -> float | None:
        """The mean over time of the tree's memory."""
        if len(self.readings) < 2:
            return self.peak_mb
        pairs = zip(self.readings, self.readings[1:], strict=False)
        area = sum(first.memory_mb * (second.at_s - first.at_s) for first, second in pairs)
        return area / (self.readings[-1].at_s - self.readings[0].at_s)

    def thinned(self) -> list[dict[str, float]]:
        """The readings as plain values, at most some hundreds: the largest memory of each stretch is kept."""
        stride = -(-len(self.readings) // _KEPT) or 1
        stretches = (self.readings[at : at + stride] for at in range(0, len(self.readings), stride))
        chosen = (max(stretch, key=lambda one: one.memory_mb) for stretch in stretches)
        return [
            {"at_s": round(one.at_s, 3), "memory_mb": round(one.memory_mb, 2), "cpu_s": round(one.cpu_s, 3),
             "processes": one.processes}
            for one in chosen
        ]  # fmt: skip

    def _watch(self) -> None:
        began, cpu_began = time.perf_counter(), time.thread_time()
        machine = busy.reading()
        next_walk = 0.0
        while True:
            at = time.perf_counter()
            if at >= next_walk:
                self._walk()
                next_walk = at + _CHILDREN_S
            self._look(at - began)
            if self._stop.wait(max(0.0, INTERVAL_S - (time.perf_counter() - at))):
                break
        watched_s = time.perf_counter() - began
        self.cost = (time.thread_time() - cpu_began) / watched_s
        self.interval_s = watched_s / max(1, len(self.readings))
        now, tree_s = busy.reading(), self.readings[-1].cpu_s if self.readings else 0.0
        if now.total_s > machine.total_s:
            self.other_busy = now.used_since(machine, apart_s=tree_s + time.thread_time() - cpu_began)

    def _walk(self) -> None:
        for pid in tree(self.pid):
            if pid not in self._seen:
                with contextlib.suppress(psutil.NoSuchProcess):
                    self._seen[pid] = _Seen(reader(pid))

    def _look(self, at_s: float) -> None:
        for pid, seen in list(self._seen.items()):
            try:
                self._refresh(seen, at_s)
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                self._gone_cpu_s += seen.cpu_s
                del self._seen[pid]
        if self._seen:
            memory_mb = sum(seen.memory_mb for seen in self._seen.values())
            cpu_s = self._gone_cpu_s + sum(seen.cpu_s for seen in self._seen.values())
            self.readings.append(MemoryReading(at_s, memory_mb, cpu_s, len(self._seen)))

    def _refresh(self, seen: _Seen, at_s: float) -> None:
        seen.cpu_s, rss_mb, threads = seen.reader.quick()
        self.most_threads = max(threads, self.most_threads or 0)
        changed = abs(rss_mb - seen.rss_mb) > _CHANGE * max(seen.rss_mb, 1.0)
        if changed or at_s - seen.renewed_s > _RENEW_S:
            seen.rss_mb, seen.renewed_s = rss_mb, at_s
            seen.memory_mb = self._memory_mb(seen.reader, rss_mb)

    def _memory_mb(self, process: ProcessReader, rss_mb: float) -> float:
        try:
            return process.memory_mb(self.kind)
        except psutil.AccessDenied:
            self.kind = "rss"
            return rss_mb
