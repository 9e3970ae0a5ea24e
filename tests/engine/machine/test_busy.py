"""How busy the machine is: the share of CPU time between two readings of the kernel's count."""

from __future__ import annotations

import time

import pytest

from engine.machine import busy
from engine.machine.busy import CpuReading, reading, share


def test_a_loop_that_keeps_a_cpu_busy_is_seen() -> None:
    first, cpus = reading(), reading().total_s
    ends_s = time.process_time() + 0.2
    while time.process_time() < ends_s:
        pass
    spent_s = reading().total_s - first.total_s
    assert cpus > 0 and share(first) >= 0.15 / spent_s


def test_the_share_is_what_was_not_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(busy, "reading", lambda: CpuReading(107.0, 210.0, time.monotonic()))
    assert share(CpuReading(100.0, 200.0, 0.0)) == pytest.approx(0.3)
    assert share(CpuReading(107.0, 210.0, 0.0)) == 0.0, "nothing was counted meanwhile"
