"""The table of a comparison on a busy machine: speedups net of other programs say so, with the clock's beside."""

from __future__ import annotations

from engine.analysis.verdict.verdict import verdict
from engine.report.comparing import configuration_rows
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, busy


def test_a_net_speedup_is_labelled_with_the_clocks_beside_it() -> None:
    told = {row.label: row.speedup for row in configuration_rows(verdict(busy(), SEQUENTIAL).plain(), [])}
    assert told[PROCESSES_2.label].startswith("2.00× (2.00–2.00), net of other programs; 0.")
    assert told[PROCESSES_2.label].endswith("× by the clock")
    assert told[SEQUENTIAL.label] == "baseline"


def test_a_speedup_by_the_clock_has_no_label() -> None:
    told = {row.label: row.speedup for row in configuration_rows(verdict(busy(net=False), SEQUENTIAL).plain(), [])}
    assert "net" not in told[PROCESSES_2.label]
