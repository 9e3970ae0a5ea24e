"""A small timeline: who did what when, a band for each configuration and a row for each of its workers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from engine.report.figures.colours import executor_colour
from engine.text import seconds

MOST_ROWS = 8
"""More workers than this are not drawn: the picture is small, and says how many there are."""
MOST_SPANS = 400
"""In one row; nearer ones are drawn as one."""


@dataclass(frozen=True, slots=True)
class Band:
    """One configuration's trial: its name, its executor, its wall time, and of each worker its tasks' spans."""

    label: str
    executor: str
    wall_s: float
    workers: tuple[tuple[tuple[float, float], ...], ...]


def small_timeline(bands: Sequence[Band], said: str) -> str:
    """The timeline as HTML; its style is `style`. `said` says of what it is."""
    end_s = max((band.wall_s for band in bands), default=0.0) or 1.0
    told = "; ".join(f"{band.label} {seconds(band.wall_s)}" for band in bands)
    drawn = "".join(_band(band, end_s) for band in bands)
    return (
        f'<figure class="ov ov-time" role="img" aria-label="{escape(f"Timeline: {said}. {told}.")}">{drawn}'
        f'<p class="ov-said">{escape(said)}</p></figure>'
    )


def _band(band: Band, end_s: float) -> str:
    rows = "".join(_row(spans, end_s) for spans in band.workers[:MOST_ROWS])
    hidden = len(band.workers) - MOST_ROWS
    more = f" ({hidden} more workers)" if hidden > 0 else ""
    width = 100 * band.wall_s / end_s
    return (
        f'<div class="ov-band-of" style="--ov-c:{executor_colour(band.executor)}">'
        f"<p><b>{escape(band.label)}{more}</b><span>{seconds(band.wall_s)}</span></p>"
        f'<div class="ov-rows">{rows}<span class="ov-end" style="left:{width:.2f}%"></span></div></div>'
    )


def _row(spans: Sequence[tuple[float, float]], end_s: float) -> str:
    marks = "".join(
        f'<span style="left:{100 * start / end_s:.2f}%;width:{max(0.15, 100 * (stop - start) / end_s):.2f}%"></span>'
        for start, stop in merged(spans, end_s / MOST_SPANS)
    )
    return f"<div>{marks}</div>"


def merged(spans: Sequence[tuple[float, float]], nearer_s: float) -> list[tuple[float, float]]:
    """The spans in order; of more than MOST_SPANS those nearer to each other than `nearer_s` as one."""
    found: list[tuple[float, float]] = []
    for start, stop in sorted(spans):
        if found and len(spans) > MOST_SPANS and start - found[-1][1] < nearer_s:
            found[-1] = (found[-1][0], max(stop, found[-1][1]))
        else:
            found.append((start, stop))
    return found
