"""The chart of speedups: a row for each configuration, its speedup as a dot with its interval, each repeat a faint dot.

Every place on the scale is a share of the track's width, so the same markup fits a telephone and a wide screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import floor, log10

from engine.analysis import words
from engine.analysis.statistics.speedup import MARGIN
from engine.report.figures.colours import executor_colour
from engine.report.standings.rows import Standing
from engine.text import number, percent

TALL_PX, MIDDLE_PX, LOW_PX = 36, 29, 24
"""Pixels of a row: nine configurations stay in sight with the verdict above them."""
BEYOND = 1.6
"""An interval that ends further out than this many times the highest speedup is drawn up to the edge."""
TICKS = 7


def chart(rows: Sequence[Standing], against: str, margin: float = MARGIN) -> str:
    """The chart as HTML; its style is `style`. `against` names the baseline."""
    if not rows:
        return ""
    end = scale_end(rows)
    band = _band(rows, margin, end)
    height = TALL_PX if len(rows) <= 4 else MIDDLE_PX if len(rows) <= 7 else LOW_PX
    lines = "".join(_row(row, end, band) for row in rows) + _axis(end)
    return (
        f'<figure class="ov" style="--ov-row:{height}px"><div class="ov-chart" role="img" '
        f'aria-label="{escape(described(rows, against))}">{lines}</div>{_key(rows, against, margin)}</figure>'
    )


def described(rows: Sequence[Standing], against: str) -> str:
    """The chart in words, for who cannot see it."""
    told = "; ".join(f"{row.label} {_value(row)}{_interval(row, ' (', ')')}{_early(row)}" for row in rows)
    return f"Speedup against {against}, the fastest first: {told}."


def scale_end(rows: Sequence[Standing]) -> float:
    """Where the scale ends: past every speedup and repeat, and past each interval that is not absurdly wide."""
    highest = max([1.0, *(row.estimate or row.so_far or 0.0 for row in rows)])
    seen = [value for row in rows for value in (*row.repeats, row.high or 0.0, float(row.ideal or 0))]
    return 1.06 * max([highest, *(value for value in seen if value <= BEYOND * highest)])


def _row(row: Standing, end: float, band: tuple[float, float] | None) -> str:
    colour = executor_colour(row.configuration.executor)
    aside = " ov-aside" if row.early or row.kind in ("beside", "left out", "to come") else ""
    return (
        f'<div class="ov-row{" ov-recommended" if row.recommended else ""}{aside}" style="--ov-c:{colour}" '
        f'title="{escape(_told(row))}">'
        f'<div class="ov-name"><i></i><span>{escape(row.label)}</span></div>'
        f'<div class="ov-track">{_marks(row, end, band)}</div>'
        f'<div class="ov-value"><b>{escape(_value(row))}</b>'
        f'<span class="ov-note">{escape(_note(row))}</span></div></div>'
    )


def _marks(row: Standing, end: float, band: tuple[float, float] | None) -> str:
    drawn = [_mark("band", *band)] if band else []
    drawn.append(_mark("one", _at(1.0, end)))
    if row.ideal and row.ideal <= end:
        drawn.append(_mark("ideal", _at(row.ideal, end)))
    if row.low is not None and row.high is not None:
        left, right = _at(max(row.low, 0.0), end), _at(min(row.high, end), end)
        drawn.append(_mark("interval", left, right - left))
    drawn += [_mark("repeat", _at(one, end)) for one in row.repeats if one <= end]
    if row.estimate is not None:
        drawn.append(_mark("dot ov-hollow" if row.kind == "beside" else "dot", _at(row.estimate, end)))
    return "".join(drawn)


def _mark(kind: str, left: float, width: float | None = None) -> str:
    """One mark of a track; its place and its width in percent of the track."""
    wide = "" if width is None else f";width:{width:.2f}%"
    return f'<span class="ov-{kind}" style="left:{left:.2f}%{wide}"></span>'


def _at(value: float, end: float) -> float:
    return 100 * value / end


def _band(rows: Sequence[Standing], margin: float, end: float) -> tuple[float, float] | None:
    """Left edge and width, in percent, of what is within the margin of the leader; None before anybody leads."""
    leader = max((row.estimate or 0.0 for row in rows if row.kind in ("counted", "baseline")), default=0.0)
    if not any(row.kind == "counted" for row in rows) or not leader:
        return None
    left, right = leader / (1 + margin), min(end, leader * (1 + margin))
    return 100 * left / end, 100 * (right - left) / end


def ticks(end: float) -> list[float]:
    """Round numbers from 0 up to the scale's end, in steps of 1, 2 or 5 times a power of ten."""
    size = 10.0 ** floor(log10(end / TICKS))
    step = next(size * times for times in (1, 2, 5, 10) if end / (size * times) <= TICKS)
    return [round(step * number, 6) for number in range(int(end / step) + 1)]


def _axis(end: float) -> str:
    marks = "".join(f'<span style="left:{_at(one, end):.2f}%">{one:g}×</span>' for one in ticks(end))
    return f'<div class="ov-row ov-axis" aria-hidden="true"><div></div><div>{marks}</div><div></div></div>'


def _key(rows: Sequence[Standing], against: str, margin: float) -> str:
    parts = [f"Times as fast as {against}", "small dots: each repeat", "line: interval"]
    if any(row.ideal for row in rows):
        parts.append("tick: ideal, as many times as workers")
    parts.append(f"shaded: within {percent(margin)} of the leader")
    return f'<p class="ov-key">{escape(" · ".join(parts))}</p>'


def _value(row: Standing) -> str:
    if row.kind == "baseline":
        return "1×"
    if row.estimate is None and row.so_far is not None:
        return f"{number(row.so_far)}×"
    if row.estimate is None:
        return "left out" if row.kind == "left out" else "to come"
    return f"{number(row.estimate)}×"


def _early(row: Standing) -> str:
    return f", {row.early}" if row.early else ""


def _note(row: Standing) -> str:
    if row.early:  # the column has room for this much
        return row.early.removeprefix("left ").removesuffix(" repeats")
    if row.kind == "baseline":
        return "baseline"
    if row.kind == "beside":
        return "not counted"
    return _interval(row) or ("too early" if row.estimate or row.so_far else "")


def _interval(row: Standing, before: str = "", after: str = "") -> str:
    if row.low is None or row.high is None:
        return ""
    return f"{before}{words.interval(row.low, row.high)}{after}"


def _told(row: Standing) -> str:
    """What a pointer over the row is told."""
    parts = [f"{row.label}: {_value(row)}{_interval(row, ' (', ')')}{_early(row)}"]
    if row.repeats:
        parts.append("each repeat: " + ", ".join(f"{number(one)}×" for one in row.repeats[:12]))
    if row.ideal:
        parts.append(f"{row.ideal} workers: ideal {row.ideal}×")
    return "; ".join(parts)
