"""Speedup against workers: the verdict's intervals, the ideal line, and the fitted law drawn and named as a fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go

from engine.analysis.scaling.scaling import Scaling, curves_of, scaling
from engine.analysis.trials import timed_trial
from engine.model import Configuration, Trial, configuration_from
from engine.report.figures.colours import executor_colour, theme
from engine.report.figures.theme import escape, figure, legend_below, nothing

DODGE = 0.012
"""By what share of the largest number of workers families stand apart."""
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross")
"""One for each Python: its executors keep their colours."""


def fits_of(trials: Sequence[Trial], baseline: Configuration) -> dict[Configuration, Scaling]:
    """The scaling law of each family of configurations that differ in their workers only, where it could be fitted."""
    timed = [one for trial in trials if (one := timed_trial(trial, ()))]
    heads = {_family(one.configuration): one.configuration for one in timed}
    fitted = {
        head: scaling(curves_of(timed, baseline, head)) for head in heads.values() if head.executor != "sequential"
    }
    return {head: fit for head, fit in fitted.items() if fit.single is not None}


def _family(one: Configuration) -> Configuration:
    return replace(one, workers=1)


def speedups(
    verdict: Mapping[str, Any] | None, fits: Mapping[Configuration, Scaling] | None = None, dark: bool = False
) -> Any:
    """Speedup against workers: the verdict's estimates with their intervals, the ideal line, and fits as thin lines.

    `verdict` is the plain one of a run; `fits` come from `fits_of`.
    """
    rows = (verdict or {}).get("rows") or []
    if not verdict or not rows:
        return nothing("Speedup", "A speedup is shown when the verdict is there.", dark)
    baseline = configuration_from(verdict["baseline"])
    families: dict[Configuration, list[Mapping[str, Any]]] = {}
    for row in rows:
        families.setdefault(_family(configuration_from(row["configuration"])), []).append(row)
    drawn = figure(f"Speedup against {escape(baseline.label)}", "Workers", "Speedup (times as fast)", dark, 380)
    _add_ideal(drawn, max(row["configuration"]["workers"] for row in rows), rows, dark)
    pythons = list(dict.fromkeys(family.python for family in families))
    # Side by side where they have the same number of workers: one mark would hide another.
    apart = DODGE * max(_counts(rows))
    for place, (family, members) in enumerate(families.items()):
        symbol = SYMBOLS[pythons.index(family.python) % len(SYMBOLS)]
        drawn.add_trace(_measured(family, members, symbol, apart * (place - (len(families) - 1) / 2)))
    for head, fit in (fits or {}).items():
        drawn.add_trace(_fit(head, fit))
    drawn.update_xaxes(rangemode="tozero", dtick=1 if max(_counts(rows)) <= 12 else None)
    drawn.update_yaxes(rangemode="tozero")
    drawn.update_layout(showlegend=True)
    legend_below(drawn, [trace.name for trace in drawn.data])
    return drawn


def _counts(rows: Sequence[Mapping[str, Any]]) -> list[int]:
    return [int(row["configuration"]["workers"]) for row in rows]


def _add_ideal(drawn: Any, most: int, rows: Sequence[Mapping[str, Any]], dark: bool) -> None:
    """The line on which N workers are N times as fast, no further than the figure needs."""
    highest = max(row["ratio"]["high"] or row["ratio"]["estimate"] for row in rows)
    end = min(most, max(2.0, 1.3 * highest))
    drawn.add_scatter(
        x=[1, end], y=[1, end], mode="lines", name="ideal", hoverinfo="skip",
        line={"color": theme(dark).muted, "width": 1, "dash": "dash"},
    )  # fmt: skip


def _measured(family: Configuration, rows: Sequence[Mapping[str, Any]], symbol: str, aside: float) -> Any:
    ordered = sorted(rows, key=lambda row: int(row["configuration"]["workers"]))
    ratios = [row["ratio"] for row in ordered]
    known = [ratio["low"] is not None and ratio["high"] is not None for ratio in ratios]
    up = [ratio["high"] - ratio["estimate"] if one else 0 for ratio, one in zip(ratios, known, strict=True)]
    down = [ratio["estimate"] - ratio["low"] if one else 0 for ratio, one in zip(ratios, known, strict=True)]
    return go.Scatter(
        x=[count + aside for count in _counts(ordered)],
        y=[ratio["estimate"] for ratio in ratios],
        error_y={"type": "data", "symmetric": False, "array": up, "arrayminus": down, "thickness": 1.5, "width": 4},
        mode="markers",
        name=escape(_kind(family)),
        marker={"color": executor_colour(family.executor), "size": 9, "symbol": symbol},
        hovertext=[_ratio_words(row) for row in ordered],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _kind(family: Configuration) -> str:
    """The family's name without a worker count."""
    return family.label.replace(f"{family.executor} × 1", family.executor)


def _ratio_words(row: Mapping[str, Any]) -> str:
    ratio = row["ratio"]
    label = configuration_from(row["configuration"]).label
    interval = "" if ratio["low"] is None else f" ({ratio['low']:.2f}–{ratio['high']:.2f})"
    return f"{escape(label)}: {ratio['estimate']:.2f}×{interval}"


def _fit(head: Configuration, fit: Scaling) -> Any:
    across = np.linspace(fit.counts[0], fit.counts[-1], 80)
    return go.Scatter(
        x=across,
        y=[fit.speedup(float(workers)) for workers in across],
        mode="lines",
        name=escape(f"fit: {_kind(_family(head))}"),
        line={"color": executor_colour(head.executor), "width": 1.8, "dash": "dot"},
        hoverinfo="skip",
    )
