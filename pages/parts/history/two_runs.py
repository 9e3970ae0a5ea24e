"""Two runs against each other: what changed in words, the figures side by side, and what was not the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from engine.analysis.diff import difference
from engine.analysis.trials import Summary, TimedTrial, configurations, summary, timed_trials, trials_of
from engine.model import Configuration, Run, configuration_from
from engine.text import counted
from pages.parts.run.headline import title_of
from pages.parts.shared.server import store
from pages.parts.shared.words import duration, literal

PASSING = ("load_1min", "memory_free_mb")
"""Parts of the environment that differ at any two moments: they tell nothing of why a run is faster."""
ASIDE = ("target", "search_path")
"""Options that say where things lie, not what is done."""


def two_runs(runs: Sequence[Run]) -> None:
    """What changed from the earlier to the later of two runs; of each, the trials that ran all tasks to their end."""
    earlier, later = sorted(runs, key=lambda run: run.id)
    st.subheader(f"Run {earlier.id} and run {later.id}", anchor=False)
    if "experiment" in (earlier.kind, later.kind):
        st.caption("Experiments on this machine are not compared here: their page shows each with its own figures.")
        return
    unlike = differences(earlier, later)
    if unlike:
        st.warning(literal(" ".join(unlike)), icon=":material/difference:")
    before, after = timed(earlier), timed(later)
    _told(earlier, later, before, after, like=not unlike)
    st.dataframe(
        pd.DataFrame(figures(before, after), columns=["Configuration", "Figure", f"Run {earlier.id}",
                                                      f"Run {later.id}", "Change"]),
        hide_index=True,
        placeholder="–",
        alt="The figures of both runs side by side",
        key="two_runs",
    )  # fmt: skip
    st.caption(
        "Two runs at two times: a busier machine, a warmer disk or another version can be the reason. "
        "Only a comparison of its own, which alternates, tells the executors apart."
    )


def timed(run: Run) -> tuple[TimedTrial, ...]:
    """The run's whole and finished trials; a comparison's warm-up and what continued another trial do not count."""
    trials = [trial for trial in store().trials(run) if trial.repeat >= 0]
    return timed_trials([(trial, []) for trial in trials], _baseline(run))


def _baseline(run: Run) -> Configuration:
    named = run.terms.get("baseline")
    return configuration_from(named) if named else run.configurations[0]


def _told(earlier: Run, later: Run, before: Sequence[TimedTrial], after: Sequence[TimedTrial], like: bool) -> None:
    for run, timed in ((earlier, before), (later, after)):
        if not timed:
            st.markdown(f"- Run {run.id} has no trial that ran all of its tasks in one go: it was {run.state} "
                        "or continued, so its times are not compared.")  # fmt: skip
    if not before or not after:
        return
    changed = difference(before, after, _baseline(earlier), (_environment(earlier), _environment(later)))
    lines = list(changed.sentences) if like else []
    for only, run in ((changed.only_earlier, earlier), (changed.only_later, later)):
        if only:
            lines.append(f"Only run {run.id} has {', '.join(one.label for one in only)}.")
    lines += [f"{name}: {_plain(old)}, then {_plain(new)}." for name, old, new in changed.environment]
    if lines:
        st.markdown("\n".join(f"- {literal(line)}" for line in lines))


def differences(earlier: Run, later: Run) -> list[str]:
    """Why their times cannot be held against each other, a sentence each; none where they did the same."""
    if earlier.workload != later.workload:
        did = [title_of(run)[0].lower() for run in (earlier, later)]
        return [f"They did different work, {did[0]} and {did[1]}: their times say nothing of each other."]
    found = []
    if earlier.tasks != later.tasks:
        found.append(f"They had {earlier.tasks:,} and {counted(later.tasks, 'task')}.")
    elif store().folder(earlier).labels() != store().folder(later).labels():
        found.append("They had as many tasks, but not the same ones.")
    names = sorted({*earlier.options, *later.options} - set(ASIDE))
    for name in names:
        old, new = earlier.options.get(name), later.options.get(name)
        if old != new:
            found.append(f"The option {name.replace('_', ' ')} was {_plain(old)}, then {_plain(new)}.")
    return [*found, "So their times are not for the same work."] if found else []


def _environment(run: Run) -> dict[str, Any]:
    """The machine and the versions, a library each on its own; what passes is left out."""
    known = {name: value for name, value in run.environment.items() if name not in PASSING}
    libraries = known.pop("libraries", None)
    return {**known, **(libraries if isinstance(libraries, dict) else {})}


def _plain(value: Any) -> str:
    return "not known" if value is None else ", ".join(map(str, value)) if isinstance(value, list) else str(value)[:200]


def figures(
    before: Sequence[TimedTrial], after: Sequence[TimedTrial]
) -> list[tuple[str, str, str | None, str | None, str]]:
    """A row for each figure of each configuration: its value in both runs and the change, in words."""
    rows = []
    for one in dict.fromkeys([*configurations(before), *configurations(after)]):
        both = [summary(found) if (found := trials_of(trials, one)) else None for trials in (before, after)]
        for name, (read, say) in FIGURES.items():
            old, new = (None if each is None else read(each) for each in both)
            told = [None if value is None else say(value) for value in (old, new)]
            rows.append((one.label, name, told[0], told[1], _change(old, new)))
    return rows


def _change(old: float | None, new: float | None) -> str:
    if old is None or new is None:
        return ""
    if not old:
        return "the same" if not new else f"{new:+,.0f}"
    change = new / old - 1
    return "the same" if abs(change) < 0.005 else f"{change:+.0%}"


FIGURES: dict[str, tuple[Callable[[Summary], float | None], Callable[[float], str]]] = {
    "Wall time": (lambda one: one.wall_s, duration),
    "Throughput": (lambda one: one.tasks / one.wall_s, lambda value: f"{value:,.3g} tasks/s"),
    "Cores busy": (lambda one: one.cores_busy, lambda value: f"{value:.1f}"),
    "Peak memory": (lambda one: one.peak_pss_mb, lambda value: f"{value:,.0f} MB"),
    "Failed": (lambda one: one.failed, lambda value: f"{value:,.0f}"),
}
"""Name: how it is read from a configuration's trials (medians), how it is told."""
