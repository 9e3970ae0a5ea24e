"""The trial that runs now as a lane, against the ghost of its median so far."""

from __future__ import annotations

from html import escape

from engine.model import Trial
from engine.report.figures.colours import executor_colour
from engine.text import seconds


def between(begun: bool = True) -> str:
    """The lane while no trial runs, between two of them or before the first: as high as another one."""
    words = "Between two trials" if begun else "Nothing runs yet"
    return f'<div class="ov ov-lane"><p><span class="ov-aside">{words}</span></p><div></div></div>'


def lane(now: Trial, elapsed_s: float | None, usual_s: float | None, begun: int | None = None) -> str:
    """The lane as HTML; its style is `style`.

    `elapsed_s` is for how long its clock has run, None where that is not known; `usual_s` the median wall time of the
    trials of this configuration that have finished, None while there is none; `begun` how many tasks were begun.
    """
    reach_s = 1.15 * max(elapsed_s or 0.0, usual_s or 0.0) or 1.0
    colour = executor_colour(now.configuration.executor)
    ghost = "" if usual_s is None else f'<span class="ov-ghost" style="width:{100 * usual_s / reach_s:.2f}%"></span>'
    bar = "" if not elapsed_s else f'<span class="ov-going" style="width:{100 * elapsed_s / reach_s:.2f}%"></span>'
    which = "Warm-up, thrown away" if now.repeat < 0 else f"Block {now.repeat + 1}"
    usual = "no trial of it has finished yet" if usual_s is None else f"its median {seconds(usual_s)}"
    marks = f'style="--ov-c:{colour}">{ghost}{bar}'
    at = f", task {begun:,} of {now.tasks:,}" if begun else ""
    told = f"{which}, now {now.configuration.label}{at}"
    spent = f"{seconds(elapsed_s)} so far; " if elapsed_s else ""
    return (
        f'<div class="ov ov-lane"><p><span>{escape(told)}</span>'
        f'<span class="ov-aside">{escape(spent + usual)}</span></p>'
        f'<div role="img" aria-label="{escape(f"{told}; {spent}{usual}")}" {marks}</div></div>'
    )
