"""A bar on stderr while a run runs: how far, how fast, about how long still. Nothing where nobody looks."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from tqdm import tqdm

from engine.model import Run
from engine.text import planned, printable

tqdm.monitor_interval = 0  # no thread of its own: a bar that is late by a moment hurts nobody

_BAR = "{percentage:3.0f}%|{bar}| {n_fmt} of {total_fmt}{unit}, {rate_noinv_fmt}, {remaining} left{postfix}"
_COUNT = "{n_fmt}{unit}, {rate_noinv_fmt}, {elapsed} so far{postfix}"
_SHOWN_AFTER_S, _SHOWN_EVERY_S = 0.5, 0.2
_UNITS = {"experiment": " experiments"}


class Planning:
    """Says on stderr how far planning is, once it takes longer than a moment; only on a terminal. `clear` ends it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._bar: tqdm[None] | None = None
        self._clock, self._next_s = clock, clock() + _SHOWN_AFTER_S

    def __call__(self, words: str, done: int, of: int | None) -> None:
        """See `model.Told`."""
        if not sys.stderr.isatty() or self._clock() < self._next_s:
            return
        self._next_s = self._clock() + _SHOWN_EVERY_S
        if self._bar is None:
            self._bar = tqdm(bar_format="{desc}", file=sys.stderr, dynamic_ncols=True, nrows=24, leave=False)
        self._bar.set_description_str(f"Planning, {planned(words, done, of)}")

    def clear(self) -> None:
        """Take the line away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class Progress:
    """The bar of one run. It is there from the run's start to `clear`, and only on a terminal."""

    def __init__(self) -> None:
        self._bar: tqdm[None] | None = None
        self._is_terminal = sys.stderr.isatty()
        self._began_s = time.perf_counter()
        self._told: str | None = None

    def show(self, run: Run) -> None:
        """Draw what is known of the run now; say once what it waits for."""
        if run.waiting_for and run.waiting_for != self._told:
            self._told = run.waiting_for
            tqdm.write(printable(f"Run {run.id} {run.waiting_for}."), file=sys.stderr)  # it names others' runs
        if self._is_terminal and run.state == "running":
            self._draw(run)

    def clear(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _draw(self, run: Run) -> None:
        if self._bar is None:
            self._bar = self._made(run)
        self._bar.set_postfix_str(_postfix(run, time.perf_counter() - self._began_s), refresh=False)
        self._bar.update(run.done - self._bar.n)

    def _made(self, run: Run) -> tqdm[None]:
        total = run.planned
        return tqdm(
            total=total,
            initial=run.done,  # of a run that is resumed: says nothing about its speed
            bar_format=_BAR if total else _COUNT,
            unit=_UNITS.get(run.kind, " tasks"),
            file=sys.stderr,
            dynamic_ncols=True,
            nrows=24,  # else a terminal that does not know its height gets no bar
            leave=False,
        )


def _postfix(run: Run, spent_s: float) -> str:
    parts = [f"{run.failed:,} failed"] if run.failed else []
    budget_s = run.terms.get("budget_s")
    if run.kind == "comparison" and budget_s and not run.terms.get("repeats"):
        parts.append(f"at most {max(0.0, float(budget_s) - spent_s):.0f} s more")
    return ", ".join(parts)
