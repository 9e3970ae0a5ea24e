"""What the lanes of a job show, as plain values: who was at what, when, and how many tasks a second ended.

While it runs, the last 30 seconds of the trial at hand; afterwards all of its trials, one behind the other. Up to
MOST tasks are drawn one by one, on at most LANES lanes; above that each cell of a heat map is the share of its time in
which its workers were busy: a row a worker where they are few, or sit on a cluster's hosts (`seats`). Every value comes
from a record, or, for tasks under way, from the trial's board.
"""

from __future__ import annotations

import math
import platform
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from engine.analysis.tally import Tally
from engine.model import ENDED, Run, Trial
from engine.protocol.board import Board
from engine.report.figures.colours import FAILED, executor_colour
from engine.store import Store
from engine.store.spans import Bin, Span
from pages.parts.components.seats import Rows, rows_of, seats_of

WINDOW_S = 30.0
MOST_LIVE, MOST = 1_200, 4_000
LANES = 32
"""Above so many workers a heat map; where they have no names, its rows stand for as many workers as it takes to have
at most HEAT_ROWS."""
HEAT_ROWS = 64
STRETCHES = 120
RATES = (30, 20, 15, 10, 5, 1)
"""In so many stretches the tasks a second are counted: as many as leave each RATE_S, or a handful of tasks that end
within a millisecond would be thousands a second."""
RATE_S = 0.1
LONG = 4_000
"""Tasks longer than a stretch that are read one by one at least, where coroutines may overlap."""
_STEPS_S = (2.0, 5.0, 10.0, 20.0, WINDOW_S)
DONE, FAILED_KIND, UNDER_WAY, PUT_BACK = range(4)
"""Kinds of marks, as `lanes.js` knows them."""

T = TypeVar("T", Span, Bin)
Mark = tuple[int, float, float, int, str]
"""Lane, start and end in seconds, kind, and what it says when it is pointed at."""


@dataclass(frozen=True, slots=True)
class Window:
    """The stretch of time that is shown; in seconds from a trial's first submission."""

    from_s: float
    to_s: float
    now_s: float
    """When the picture was read: nothing is known beyond it."""

    @property
    def length_s(self) -> float:
        """How long it is."""
        return self.to_s - self.from_s


def lane_data(store: Store, run: Run, trials: Sequence[Trial]) -> dict[str, Any]:
    """The picture of a job, live or whole, as `lanes.js` draws it."""
    how = run.configurations[0]
    picture: dict[str, Any] = {
        "lanes": how.workers, "live": run.state not in ENDED, "from": 0.0, "to": _STEPS_S[0], "marks": [], "heat": None,
        "rate": None, "seats": None, "colours": {"done": executor_colour(how.executor), "failed": FAILED},
    }  # fmt: skip
    if not trials:
        return picture
    tallies = [None if picture["live"] else store.tally(trial) for trial in trials]
    seats = seats_of(trials[-1].measurement.worker_names, how.workers)
    if any(tally and tally.each > 1 for tally in tallies):  # workers of several hosts were counted together
        seats = None
    picture["seats"] = seats and seats.plain()
    rows = seats.rows if seats else rows_of(how.workers, LANES if how.workers <= LANES else HEAT_ROWS)
    if picture["live"]:
        return picture | _live(store, run, trials[-1], rows)
    return picture | _whole(store, trials, tallies, rows)


def _live(store: Store, run: Run, trial: Trial, rows: Rows) -> dict[str, Any]:
    workers = len(rows.of)
    board = _read_board(store, run, trial)
    now_s = max(board[0], store.spans.end_s(trial))
    window = _window(now_s)
    bins = _on_rows(store.spans.bins(trial, window.from_s, window.length_s / STRETCHES), rows)
    marks = None
    if workers <= LANES and sum(one.tasks for one in bins) <= MOST_LIVE:
        spans = _on_rows(store.spans.since(trial, window.from_s, MOST_LIVE), rows)
        busy = ((rows.of[number], start_s) for number, start_s in board[1] if number < workers)
        marks = [*marks_of(spans), *((row, start_s, now_s, UNDER_WAY, "") for row, start_s in busy)]
    heat = None if marks is not None else _heat(store, trial, bins, window, rows)
    return {
        "from": window.from_s, "to": window.to_s, "now": now_s, "marks": marks or [], "heat": heat,
        "rate": rate_of(bins, window),
    }  # fmt: skip


def _window(now_s: float) -> Window:
    """The last 30 seconds; before there are as many, the next round figure that holds all there is."""
    if now_s >= WINDOW_S:
        return Window(now_s - WINDOW_S, now_s, now_s)
    return Window(0.0, next(step_s for step_s in _STEPS_S if step_s >= now_s), now_s)


def _on_rows(found: Iterable[T], rows: Rows) -> list[T]:
    """Spans or bins with their worker's row instead of its number."""
    return [one._replace(worker=rows.of[one.worker]) if one.worker < len(rows.of) else one for one in found]


def _whole(store: Store, trials: Sequence[Trial], tallies: Sequence[Tally | None], rows: Rows) -> dict[str, Any]:
    workers = len(rows.of)
    ends_s = [
        tally.end_s if tally else store.spans.end_s(trial) for trial, tally in zip(trials, tallies, strict=True)
    ]
    length_s = max(sum(ends_s), 1e-3)
    window = Window(0.0, length_s, length_s)
    marks: list[Mark] | None = [] if workers <= LANES and sum(one.ok + one.failed for one in trials) <= MOST else None
    rate = np.zeros((2, STRETCHES))
    cells = np.zeros((len(rows.members), STRETCHES))
    offset_s = 0.0
    for trial, tally, end_s in zip(trials, tallies, ends_s, strict=True):
        if marks is None and tally:
            ended, busy_s = tallied(tally, rows, offset_s, length_s)
            rate += ended
            cells += shares(busy_s, length_s / STRETCHES, rows)
            offset_s += end_s
            continue
        bins = _on_rows(store.spans.bins(trial, -offset_s, length_s / STRETCHES), rows)
        rate += _counts(bins)
        if marks is not None:
            spans = _on_rows(store.spans.since(trial, 0.0, MOST), rows)
            marks += marks_of([_moved(span, offset_s) for span in spans])
        else:
            moved = Window(-offset_s, length_s - offset_s, end_s)
            long = _on_rows(store.spans.long(trial, 0.0, length_s / STRETCHES, _most_long(rows)), rows)
            cells += heat_cells(bins, long, moved, rows)
        offset_s += end_s
    heat = None if marks is not None else _plain(cells, rows)
    return {
        "to": length_s, "now": length_s, "marks": marks or [], "heat": heat, "rate": _rate(rate, window),
        "seams": list(np.cumsum(ends_s)[:-1]),
    }  # fmt: skip


def _moved(span: Span, by_s: float) -> Span:
    return span._replace(started_s=span.started_s + by_s, finished_s=span.finished_s + by_s)


def marks_of(spans: Sequence[Span]) -> list[Mark]:
    """A mark a task, and one for the time that a worker was free because the task's host was not to be asked yet."""
    marks: list[Mark] = []
    free_s: dict[int, float] = {}
    for span in spans:
        put_back_s = max(span.started_s - span.waited_s, free_s.get(span.worker, 0.0))
        if span.waited_s and put_back_s < span.started_s:
            marks.append((span.worker, put_back_s, span.started_s, PUT_BACK, ""))
        kind = FAILED_KIND if span.status == "failed" else DONE
        marks.append((span.worker, span.started_s, span.finished_s, kind, span.label[-80:]))
        free_s[span.worker] = span.finished_s
    return marks


def _heat(store: Store, trial: Trial, bins: Sequence[Bin], window: Window, rows: Rows) -> dict[str, Any]:
    spans = _on_rows(store.spans.long(trial, window.from_s, window.length_s / STRETCHES, _most_long(rows)), rows)
    return _plain(heat_cells(bins, spans, window, rows), rows)


def heat_cells(bins: Sequence[Bin], long: Sequence[Span], window: Window, rows: Rows) -> Any:
    """The busy share of each cell's time, 0 to 1: rows × STRETCHES. `long` are the tasks that `bins` leave out.

    The `worker` of both is a row's number already.
    """
    last = len(rows.members) - 1
    width_s = window.length_s / STRETCHES
    busy_s = np.zeros((last + 1, STRETCHES))
    for one in bins:
        if 0 <= one.stretch <= STRETCHES:  # what ended at the very end belongs to the last stretch
            busy_s[min(one.worker, last), min(one.stretch, STRETCHES - 1)] += one.busy_s
    if long:
        values = np.array([(min(one.worker, last), one.started_s, one.finished_s) for one in long])
        places = np.clip((values[:, 1:] - window.from_s) / width_s, 0.0, STRETCHES)
        of = values[:, 0].astype(int)
        busy_s += width_s * (_reached(of, places[:, 1], last + 1) - _reached(of, places[:, 0], last + 1))
    return shares(busy_s, width_s, rows)


def _reached(rows: Any, places: Any, count: int) -> Any:
    """For each of `count` rows and each stretch: how much time lies before the places on that row, summed up.

    A place is a moment, counted in stretches from the picture's beginning. A place of 2.5 has the stretches 0 and 1
    before it, and half of stretch 2. So the ends' sums minus the starts' are the time between starts and ends.
    """
    at = np.minimum(places.astype(int), STRETCHES - 1)
    within, parts = np.zeros((2, count, STRETCHES))
    np.add.at(within, (rows, at), 1)
    np.add.at(parts, (rows, at), places - at)
    behind = np.cumsum(within[:, ::-1], axis=1)[:, ::-1] - within
    return behind + parts


def _most_long(rows: Rows) -> int:
    """As many tasks of more than a stretch as these workers can have been at, each at one after the other."""
    return max(LONG, len(rows.of) * (STRETCHES + 2))


def shares(busy_s: Any, width_s: float, rows: Rows) -> Any:
    """The seconds that each row's workers were busy, as shares of the time that they had in each stretch."""
    return np.minimum(busy_s / (width_s * np.array(rows.members)[:, None]), 1.0)


def tallied(tally: Tally, rows: Rows, offset_s: float, length_s: float) -> tuple[Any, Any]:
    """From a tally: tasks that went well and that failed by stretch, and busy seconds by row and stretch.

    The stretches are those of a picture of `length_s` in which the trial begins at `offset_s`. What happened within a
    cell of the tally, which is about half a stretch, counts as spread evenly over it.
    """
    known = max((cell.stretch for cell in tally.cells), default=0) + 1
    values = np.zeros((2 + len(rows.members), known))
    last = len(rows.of) - 1
    for row, stretch, tasks, failed, busy_s in tally.cells:
        values[:2, stretch] += (tasks - failed, failed)
        values[2 + rows.of[min(row * tally.each, last)], stretch] += busy_s
    edges_s = offset_s + np.minimum(tally.width_s * np.arange(known + 1), tally.end_s)
    wanted_s = np.linspace(0.0, length_s, STRETCHES + 1)
    sums = np.concatenate((np.zeros((len(values), 1)), np.cumsum(values, axis=1)), axis=1)
    spread = np.diff([np.interp(wanted_s, edges_s, one) for one in sums], axis=1)
    return spread[:2], spread[2:]


def _plain(cells: Any, rows: Rows) -> dict[str, Any]:
    percent = (cells * 100).astype(int).ravel().tolist()
    return {"rows": len(rows.members), "each": rows.each, "columns": STRETCHES, "cells": percent}


def rate_of(bins: Sequence[Bin], window: Window) -> dict[str, Any]:
    """How many tasks a second ended, done and failed apart, by stretch of time."""
    return _rate(_counts(bins), window)


def _counts(bins: Sequence[Bin]) -> Any:
    counts = np.zeros((2, STRETCHES))
    for one in bins:
        # What ended at the very end belongs to the last stretch.
        at = min(max(one.stretch, 0), STRETCHES - 1)
        counts[:, at] += (one.tasks - one.failed, one.failed)
    return counts


def _rate(counts: Any, window: Window) -> dict[str, Any]:
    """Stretches beyond now are left out, and the last one is as wide as what is known of it."""
    stretches = next((one for one in RATES if window.length_s / one >= RATE_S * 0.999), 1)
    width_s = window.length_s / stretches
    known = max(1, math.ceil((window.now_s - window.from_s) / width_s - 1e-9))
    last_s = (window.now_s - window.from_s) - (known - 1) * width_s
    summed = counts.reshape(2, stretches, -1).sum(axis=2)[:, :known]
    widths_s = np.full(known, width_s)
    widths_s[-1] = max(last_s, width_s / 4)
    done, failed = np.round(summed / widths_s, 3).tolist()
    return {"width": width_s, "done": done, "failed": failed}


def _read_board(store: Store, run: Run, trial: Trial) -> tuple[float, list[tuple[int, float]]]:
    """Seconds since the trial's clock runs, and worker and start of each task under way; nothing of one elsewhere."""
    path = store.folder(run).path / "trials" / str(trial.order) / "board"
    # Clocks agree within a machine alone: elsewhere's board, on a disk that machines share, would tell nonsense.
    if trial.state != "running" or run.environment.get("host") != platform.node():
        return 0.0, []
    try:
        board = Board(path)
    except (OSError, ValueError):  # not there yet, gone with its trial, or only just made
        return 0.0, []
    now_s, clock_s = board.open_s(), time.perf_counter()
    busy = [(slot.number, max(0.0, now_s - (clock_s - slot.started_s))) for slot in board.busy()] if now_s else []
    board.close()
    return now_s, busy
