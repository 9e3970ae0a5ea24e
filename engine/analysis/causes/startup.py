"""A long start-up as a cause: workers with interpreters of their own each import what the tasks need."""

from __future__ import annotations

from typing import Protocol

from engine.analysis.causes.causes import Cause
from engine.analysis.trials import Summary
from engine.text import duration

APART = ("processes", "subinterpreters", "dask")
"""Executors whose workers import for themselves."""
STARTS = 0.5
"""A start-up that takes this share of the time until the last task is worth a sentence."""
LONG_S = 0.1
"""Imports shorter than this are any program's."""
MOSTLY = 0.3
"""Imports have to be this share of a start-up to be what it is spent on."""


class Imported(Protocol):
    """What `engine.orchestrator.comparison.imports` has measured, in seconds."""

    @property
    def total_s(self) -> float:
        """All imports."""

    @property
    def module(self) -> str:
        """The dearest."""

    @property
    def module_s(self) -> float:
        """What it costs."""


def starts_long(figure: Summary) -> bool:
    """Whether workers with interpreters of their own take as long to start as the tasks take."""
    startup_s = figure.startup_s or 0.0
    return figure.configuration.executor in APART and startup_s >= STARTS * (startup_s + figure.wall_s)


def imports_cause(figure: Summary, imported: Imported | None) -> Cause | None:
    """The start-up as a cause, with the module that costs most; None where it is short or spent on something else.

    `lost` is a share of the time from the start to the last result: start-up is in no speedup.
    """
    startup_s = figure.startup_s or 0.0
    if imported is None or not starts_long(figure) or imported.total_s < max(LONG_S, MOSTLY * startup_s):
        return None
    share = startup_s / (startup_s + figure.wall_s)
    return Cause(
        "imports", share,
        f"Start-up: workers took {duration(startup_s)} to be ready for {duration(figure.wall_s)} of tasks, "
        f"and each imports; {imported.module} costs most of that, {duration(imported.module_s)} of "
        f"{duration(imported.total_s)}.",
        "--start-method forkserver" if figure.configuration.start_method in ("spawn", "fork") else None,
    )
