"""The picture of Start: a small timeline of the last comparison on this machine, or of a stored example."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from engine.model import Run, Trial
from engine.report.comparing import ranking
from engine.report.standings import Band, small_timeline, style
from engine.store import Store
from pages.parts.shared.server import store

EXAMPLE = Path(__file__).parents[2] / "pictures" / "example.json"
"""Two trials of a comparison of waiting tasks on another machine, as they were measured."""
LOOKED_AT = 10
MOST_RECORDS = 5_000
"""Of a trial with more tasks than this no picture is made for a page that everybody opens first."""


def last_comparison() -> None:
    """Draw it: the plain one above, what won below."""
    found = of_last(store())
    bands, said = found or example()
    with st.container(border=True, key="last_comparison"):
        st.html(style() + small_timeline(bands, said))


def of_last(kept: Store) -> tuple[list[Band], str] | None:
    """The bands of the newest comparison of this machine that can be drawn, and what they are of."""
    for run in kept.runs(limit=LOOKED_AT, kind="comparison"):
        if run.state != "finished" or run.options.get("imported") or run.tasks > MOST_RECORDS:
            continue
        if len(bands := _bands(kept, run)) == 2:
            return bands, f"Your last comparison, run {run.id}: {run.title}"
    return None


def example() -> tuple[list[Band], str]:
    """The stored example, which says that it is one."""
    given = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    bands = [
        Band(one["label"], one["executor"], one["wall_s"], tuple(tuple(map(tuple, spans)) for spans in one["workers"]))
        for one in given["bands"]
    ]
    return bands, given["said"]


def _bands(kept: Store, run: Run) -> list[Band]:
    """One trial in a row, and the fastest of another executor: each configuration's trial of median wall time."""
    timed = [one for one in kept.trials(run) if one.state == "finished" and one.repeat >= 0 and one.measurement.wall_s]
    known = [one for one in timed if one.configuration.reference is None]
    slow = [one for one in known if one.configuration.executor == "sequential"]
    order = ranking(run.verdict)
    best = next((label for label in order if any(_is_other(one, label) for one in known)), None)
    fast = [one for one in known if one.configuration.label == best]
    return [_band(kept, _middle(group)) for group in (slow, fast) if group]


def _is_other(trial: Trial, label: str) -> bool:
    return trial.configuration.label == label and trial.configuration.executor != "sequential"


def _middle(group: Sequence[Trial]) -> Trial:
    return sorted(group, key=lambda one: one.measurement.wall_s or 0.0)[(len(group) - 1) // 2]


def _band(kept: Store, trial: Trial) -> Band:
    rows = kept.records.columns([trial], "worker", "started_s", "finished_s")
    spans: dict[int, list[tuple[float, float]]] = {}
    for worker, started_s, finished_s in rows:
        if worker is not None and started_s is not None and finished_s is not None:
            spans.setdefault(worker, []).append((started_s, finished_s))
    workers = tuple(tuple(spans[worker]) for worker in sorted(spans))
    return Band(trial.configuration.label, trial.configuration.executor, trial.measurement.wall_s or 0.0, workers)
