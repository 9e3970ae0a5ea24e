"""What a trial used between its first submission and its last result: the figures of its `End`.

The workers' own readings come back with their chunks; what shares the trial's process is read here.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.executors import Factory
from engine.machine.usage import RunQueue, Used, children_cpu_s, process_used, run_queue, transported_bytes
from engine.model import Measurement
from engine.trial.loop import InFlight

_MB = 1e6
_BLOCK_MB = 512 / _MB


@dataclass(frozen=True, slots=True)
class Meter:
    """The readings at the first submission. `written` counts the bytes of records and events written by then."""

    used: Used
    queue: RunQueue | None
    delayed_s: float
    children_s: float
    moved: tuple[int, int] | None
    written: int

    @classmethod
    def begin(cls, written: int) -> Meter:
        """Read everything now."""
        queue = run_queue()
        delayed_s = queue.delay_s() if queue else 0.0
        return cls(process_used(), queue, delayed_s, children_cpu_s(), transported_bytes(), written)

    def figures(self, kind: Factory, in_flight: InFlight, written: int) -> Measurement:
        """The figures up to now; None where the system does not tell."""
        own = process_used().since(self.used)
        if kind.own_process:  # a pool's dead workers are children of this process, and were counted by themselves
            own = own._replace(cpu_s=own.cpu_s - (children_cpu_s() - self.children_s))
        used = own.plus(in_flight.total(shared_thread=kind.has_async))
        loop_delay_s = self.queue.delay_s() - self.delayed_s if self.queue else None
        sent_mb, received_mb = self._moved_mb(written) if kind.own_process else (None, None)
        return Measurement(
            cpu_s=used.cpu_s,
            run_delay_s=loop_delay_s if kind.inline else used.run_delay_s,
            loop_delay_s=0.0 if kind.inline and self.queue else loop_delay_s,
            minor_faults=used.minor_faults,
            major_faults=used.major_faults,
            voluntary_switches=used.voluntary_switches,
            involuntary_switches=used.involuntary_switches,
            disk_read_mb=used.blocks_read * _BLOCK_MB,
            disk_written_mb=used.blocks_written * _BLOCK_MB,
            sent_mb=sent_mb,
            received_mb=received_mb,
        )

    def _moved_mb(self, written: int) -> tuple[float | None, float | None]:
        """MB to and from the workers: all that went through this process's pipes and sockets but its own records."""
        moved = transported_bytes()
        if moved is None or self.moved is None:
            return None, None
        sent = moved[1] - self.moved[1] - (written - self.written)
        return max(0, sent) / _MB, max(0, moved[0] - self.moved[0]) / _MB
