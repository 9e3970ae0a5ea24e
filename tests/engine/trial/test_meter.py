"""The figures of a trial: what workers told, what shares the trial's process, and what the system does not tell."""

from __future__ import annotations

import pytest

from engine.executors import EXECUTORS
from engine.executors.base import Factory
from engine.machine.usage import Used
from engine.model import Configuration, Measurement
from engine.trial import meter
from engine.trial.loop import InFlight
from engine.trial.meter import Meter

pytestmark = pytest.mark.heart


class Queue:
    """A run queue whose delay a test sets."""

    now_s = 3.0

    def delay_s(self) -> float:
        """Seconds so far."""
        return self.now_s


class Machine:
    """What the system tells, moved on by a test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.used, self.queue = Used(cpu_s=10.0, run_delay_s=None, minor_faults=5), Queue()
        self.children_s = 1.0
        self.moved: tuple[int, int] | None = (1_000_000, 2_000_000)
        monkeypatch.setattr(meter, "process_used", lambda: self.used)
        monkeypatch.setattr(meter, "children_cpu_s", lambda: self.children_s)
        monkeypatch.setattr(meter, "transported_bytes", lambda: self.moved)
        monkeypatch.setattr(meter, "run_queue", lambda: self.queue)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def kind(executor: str, workers: int = 2) -> Factory:
    return EXECUTORS[executor](Configuration(executor, workers))


def figures(begun: Meter, executor: str, *workers: Used, written: int = 0) -> Measurement:
    flying = InFlight(run=print, used=dict(enumerate(workers)))
    return begun.figures(kind(executor), flying, written)


def test_every_figure_has_a_name_that_a_measurement_has(machine: Machine) -> None:
    found = figures(Meter.begin(0), "threads")
    assert found.cpu_s == 0.0


def test_of_threads_the_process_tells_all_cpu_time(machine: Machine) -> None:
    begun = Meter.begin(0)
    machine.used = Used(cpu_s=12.5, run_delay_s=None, minor_faults=9)
    found = figures(begun, "threads", Used(run_delay_s=0.25), Used(run_delay_s=0.5))
    assert (found.cpu_s, found.minor_faults) == (2.5, 4)


def test_of_processes_the_workers_are_added_and_dead_ones_are_not_counted_twice(machine: Machine) -> None:
    begun = Meter.begin(0)
    machine.used, machine.children_s = Used(cpu_s=15.0, run_delay_s=0.0), 4.0
    found = figures(begun, "processes", Used(cpu_s=2.0), Used(cpu_s=3.0))
    assert found.cpu_s == pytest.approx((15.0 - 10.0) - (4.0 - 1.0) + 5.0)


def test_the_loops_own_delay_is_told_apart_from_the_workers(machine: Machine) -> None:
    machine.used = Used(cpu_s=10.0, run_delay_s=0.0)
    begun = Meter.begin(0)
    machine.queue.now_s = 3.5
    found = figures(begun, "threads", Used(run_delay_s=0.25), Used(run_delay_s=0.5))
    assert (found.run_delay_s, found.loop_delay_s) == (0.75, 0.5)


def test_where_tasks_run_in_the_loops_thread_its_delay_is_theirs(machine: Machine) -> None:
    begun = Meter.begin(0)
    machine.queue.now_s = 3.5
    found = begun.figures(kind("sequential", 1), InFlight(run=print), 0)
    assert (found.run_delay_s, found.loop_delay_s) == (0.5, 0.0)


def test_coroutines_of_one_thread_waited_for_it_once(machine: Machine) -> None:
    machine.used = Used(cpu_s=10.0, run_delay_s=0.0)
    found = figures(Meter.begin(0), "asyncio", Used(run_delay_s=0.25), Used(run_delay_s=0.25))
    assert found.run_delay_s == 0.25


def test_what_went_to_and_from_workers_does_not_count_the_records_written(machine: Machine) -> None:
    begun = Meter.begin(written=500)
    machine.moved = (4_000_000, 7_001_500)
    found = figures(begun, "processes", written=2_000)
    assert [found.sent_mb, found.received_mb] == pytest.approx([5.0, 3.0])


def test_threads_send_nothing_anywhere(machine: Machine) -> None:
    begun = Meter.begin(0)
    machine.moved = (9_000_000, 9_000_000)
    found = figures(begun, "threads")
    assert (found.sent_mb, found.received_mb) == (None, None)


def test_where_the_system_does_not_tell_what_travelled_it_is_unknown(machine: Machine) -> None:
    machine.moved = None
    found = figures(Meter.begin(0), "processes")
    assert (found.sent_mb, found.received_mb) == (None, None)


def test_fewer_bytes_than_records_are_no_negative_amount(machine: Machine) -> None:
    assert figures(Meter.begin(0), "processes", written=10**9).sent_mb == 0.0


def test_where_no_run_queue_is_told_the_delays_are_unknown(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meter, "run_queue", lambda: None)
    found = figures(Meter.begin(0), "threads", Used(run_delay_s=None))
    assert (found.run_delay_s, found.loop_delay_s) == (None, None)


def test_blocks_of_disks_are_megabytes(machine: Machine) -> None:
    begun = Meter.begin(0)
    machine.used = Used(cpu_s=10.0, run_delay_s=None, blocks_read=2_000_000, blocks_written=1_000)
    found = figures(begun, "threads")
    assert [found.disk_read_mb, found.disk_written_mb] == pytest.approx([1024.0, 0.512])
