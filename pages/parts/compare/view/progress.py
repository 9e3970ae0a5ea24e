"""How far a comparison is: which block and trial, what runs now, and about how long it still takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from engine.analysis.schedule import whole_blocks
from engine.model import Configuration, Run, Trial, configuration_from
from pages.parts.run.headline import waiting_text
from pages.parts.shared import words

OVERHEAD_S = 0.1
"""Between two trials, for the sampler and the records; only for the time left."""


@dataclass(frozen=True, slots=True)
class ComparisonProgress:
    """Trials that have ended and that are planned (None where the stopping rule decides), the warm-up aside.

    `ended` leaves out the trials of a block that was broken off; `spent_s` is the time that all of them took.
    """

    ended: int
    planned: int | None
    block: int
    blocks: int | None
    now: Trial | None
    left_s: float | None
    spent_s: float


def progress_of(run: Run, trials: Sequence[Trial]) -> ComparisonProgress:
    """How far a comparison is."""
    measured = [trial for trial in trials if trial.repeat >= 0]
    ended = [trial for trial in measured if trial.state not in ("waiting", "running")]
    now = trials[-1] if trials and trials[-1].state == "running" else None
    blocks = run.terms.get("repeats")
    baseline = configuration_from(run.terms["baseline"]) if run.terms.get("baseline") else None
    each = [*run.configurations, baseline] if baseline else []
    gone = _gone(run)
    whole = whole_blocks(measured, run.configurations, baseline, gone) if baseline else set()
    # A block that was broken off is not completed: when the comparison is resumed, another stands in for it.
    current = max((trial.repeat for trial in measured), default=0) if now is None or now.repeat >= 0 else None
    counting = [trial for trial in ended if trial.repeat in whole or trial.repeat == current]
    return ComparisonProgress(
        ended=len(counting),
        planned=sum(_blocks(one, int(blocks), gone) for one in each) if blocks else None,
        block=len(whole - {current}) + 1,
        blocks=int(blocks) if blocks else None,
        now=now,
        left_s=_left_s(each, counting, int(blocks), gone) if blocks and counting else None,
        spent_s=sum(map(span_s, ended)),
    )


def _gone(run: Run) -> dict[Configuration, int]:
    """What a race has left out, and from which block on."""
    race = (run.verdict or {}).get("race") or {}
    return {configuration_from(one["configuration"]): int(one["since"]) for one in race.get("left") or []}


def _blocks(one: Configuration, blocks: int, gone: Mapping[Configuration, int]) -> int:
    """In how many of the blocks it runs."""
    return min(blocks, gone.get(one, blocks))


def _left_s(
    each: Sequence[Configuration], ended: Sequence[Trial], blocks: int, gone: Mapping[Configuration, int]
) -> float:
    """Every trial that is still to come, as long as the mean of its configuration's so far, else of all."""
    spans: dict[Configuration, list[float]] = {}
    for trial in ended:
        spans.setdefault(trial.configuration, []).append(span_s(trial))
    overall = sum(map(sum, spans.values())) / len(ended)
    left_s = 0.0
    for one in dict.fromkeys(each):
        known = spans.get(one, [])
        mean_s = sum(known) / len(known) if known else overall
        left_s += mean_s * max(0, each.count(one) * _blocks(one, blocks, gone) - len(known))
    return left_s


def span_s(trial: Trial) -> float:
    """A trial from the start of its process to the end, in seconds."""
    measured = trial.measurement
    parts = (measured.interpreter_s, measured.startup_s, measured.wall_s, measured.teardown_s)
    return sum(part or 0.0 for part in parts) + OVERHEAD_S


def show_progress(run: Run, trials: Sequence[Trial]) -> None:
    """The bar, what runs now, and the figures beside it."""
    found = progress_of(run, trials)
    with st.container(key="progress"):
        if run.state == "waiting":
            st.progress(0.0, text=words.literal(waiting_text(run, "comparison")))
            return
        st.progress(_share(run, found), text=words.literal(_text(run, found)))


def _share(run: Run, found: ComparisonProgress) -> float:
    if found.planned:
        return min(1.0, found.ended / found.planned)
    budget_s = run.terms.get("budget_s")
    return min(1.0, found.spent_s / budget_s) if budget_s else 0.0


def _text(run: Run, found: ComparisonProgress) -> str:
    now = found.now
    if now is not None and now.repeat < 0:
        return f"Warming up with {now.configuration.label}; this trial is thrown away"
    of = f" of {found.blocks}" if found.blocks else ""
    trial = f", trial {min(found.ended + 1, found.planned)} of {found.planned}" if found.planned else (
        f", trial {found.ended + 1}"
    )
    what = f", now {now.configuration.label}" if now is not None else ""
    left = f"; about {words.duration(max(1.0, round(found.left_s)))} left" if found.left_s is not None else ""
    budget_s = run.terms.get("budget_s")
    if found.planned is None and budget_s:
        left = f"; at most {words.duration(max(1.0, round(budget_s - found.spent_s)))} left"
    return f"Block {found.block}{of}{trial}{what}{left}"

