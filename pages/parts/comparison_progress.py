"""How far a comparison is: which block and trial, what runs now, and about how long it still takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st

from engine.model import Configuration, Run, Trial, configuration_from
from pages.parts import words

OVERHEAD_S = 0.1
"""Between two trials, for the sampler and the records; only for the time left."""


@dataclass(frozen=True, slots=True)
class Far:
    """Trials that have ended and that are planned (None where the stopping rule decides), the warm-up aside."""

    ended: int
    planned: int | None
    block: int
    blocks: int | None
    now: Trial | None
    left_s: float | None


def far(run: Run, trials: Sequence[Trial]) -> Far:
    """How far a comparison is."""
    measured = [trial for trial in trials if trial.repeat >= 0]
    ended = [trial for trial in measured if trial.state not in ("waiting", "running")]
    now = trials[-1] if trials and trials[-1].state == "running" else None
    blocks = run.terms.get("repeats")
    each = [*run.configurations, configuration_from(run.terms["baseline"])] if run.terms.get("baseline") else []
    planned = len(each) * int(blocks) if blocks else None
    return Far(
        ended=len(ended),
        planned=planned,
        block=max((trial.repeat for trial in measured), default=0) + 1,
        blocks=int(blocks) if blocks else None,
        now=now,
        left_s=_left_s(run, each, ended, int(blocks)) if blocks and ended else None,
    )


def _left_s(run: Run, each: Sequence[Configuration], ended: Sequence[Trial], blocks: int) -> float:
    """Every trial that is still to come, as long as the mean of its configuration's so far, else of all."""
    spans: dict[Configuration, list[float]] = {}
    for trial in ended:
        spans.setdefault(trial.configuration, []).append(span_s(trial))
    overall = sum(map(sum, spans.values())) / len(ended)
    left_s = 0.0
    for one in dict.fromkeys(each):
        known = spans.get(one, [])
        mean_s = sum(known) / len(known) if known else overall
        left_s += mean_s * max(0, each.count(one) * blocks - len(known))
    return left_s


def span_s(trial: Trial) -> float:
    """A trial from the start of its process to the end, in seconds."""
    measured = trial.measurement
    parts = (measured.interpreter_s, measured.startup_s, measured.wall_s, measured.teardown_s)
    return sum(part or 0.0 for part in parts) + OVERHEAD_S


def progress(run: Run, trials: Sequence[Trial]) -> None:
    """The bar, what runs now, and the figures beside it."""
    found = far(run, trials)
    with st.container(key="progress"):
        if run.state == "waiting":
            st.progress(0.0, text="Waiting for its turn" if run.waiting_for else "Starting")
            return
        st.progress(_share(run, found), text=words.literal(_text(run, found)))


def _share(run: Run, found: Far) -> float:
    if found.planned:
        return min(1.0, found.ended / found.planned)
    budget_s, spent_s = run.terms.get("budget_s"), _spent_s(run)
    return min(1.0, spent_s / budget_s) if budget_s and spent_s is not None else 0.0


def _text(run: Run, found: Far) -> str:
    now = found.now
    if now is not None and now.repeat < 0:
        return f"Warming up with {now.configuration.label}; this trial is thrown away"
    of = f" of {found.blocks}" if found.blocks else ""
    trial = f", trial {min(found.ended + 1, found.planned)} of {found.planned}" if found.planned else (
        f", trial {found.ended + 1}"
    )
    what = f", now {now.configuration.label}: {now.done:,} of {now.tasks:,}" if now is not None else ""
    left = f"; about {words.duration(max(1.0, round(found.left_s)))} left" if found.left_s is not None else ""
    budget_s, spent_s = run.terms.get("budget_s"), _spent_s(run)
    if found.planned is None and budget_s and spent_s is not None:
        left = f"; at most {words.duration(max(1.0, round(budget_s - spent_s)))} left"
    return f"Block {found.block}{of}{trial}{what}{left}"


def _spent_s(run: Run) -> float | None:
    if run.started_at is None:
        return None
    began = datetime.fromisoformat(run.started_at)
    return (datetime.now(UTC) - (began if began.tzinfo else began.replace(tzinfo=UTC))).total_seconds()
