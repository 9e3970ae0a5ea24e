"""How a run ran: tasks at once beside cores busy, memory, times, and the timeline per worker.

"Tasks at once" is a count, never a speedup: only a comparison can tell one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from engine.model import ENDED, Run, Trial
from engine.report.figures.jobs.over_time import done_over_time, memory, task_times, tasks_at_once
from engine.report.figures.jobs.tallied import done_over_time_of, task_times_of, tasks_at_once_of
from engine.report.figures.jobs.tasks import TASK_COLUMNS, tasks_from
from engine.report.figures.plots import Plot
from engine.store import Store
from pages.parts.components.plots import plain_plot, plots
from pages.parts.job.cluster_workers import cluster_workers
from pages.parts.job.hosts import hosts
from pages.parts.shared.server import store
from pages.parts.shared.words import STATES, duration, literal


def how_it_ran(run: Run, trials: Sequence[Trial], live: bool) -> None:
    """The measured figures of the run's trials, and their pictures once the run is over."""
    if live or run.state not in ENDED:
        st.caption("More is drawn when the run is over: watching closely would slow down what is watched.")
        if run.workload == "scrape":
            hosts(run, live)
        return
    if not trials:
        st.caption("No trial has run.")
        return
    trial = _chosen(trials)
    _figures(run, trial)
    if run.workload == "scrape":
        hosts(run, live)
    cluster_workers(trial)
    _pictures(run, trial)
    if len(trials) > 1:
        _trials(trials)
    with st.expander("What the run said", key="log", on_change="rerun") as opened:
        if opened.open:
            _log(run)


def _chosen(trials: Sequence[Trial]) -> Trial:
    if len(trials) == 1:
        return trials[0]
    order = st.segmented_control(
        "Trial",
        [trial.order for trial in trials],
        default=trials[0].order,
        required=True,
        format_func=lambda order: f"{order + 1}",
        help="A run that was resumed or retried has a trial for each time.",
        key="trial",
        wrap=True,
    )
    return next(trial for trial in trials if trial.order == order)


def _figures(run: Run, trial: Trial) -> None:
    measured = trial.measurement
    at_once, cores = _at_once(store(), run.token, trial.order, _known(trial), trial), _cores(trial)
    if at_once is not None and cores is not None:
        st.markdown(f"**{at_once:.1f} tasks at once on {cores:.1f} cores**, on average.")
    memory = f"{measured.peak_pss_mb:,.0f} MB" if measured.peak_pss_mb is not None else "–"
    with st.grid(6, min_column_width=140):
        for label, value, note in (
            ("Tasks at once", "–" if at_once is None else f"{at_once:.1f}", "Summed task time ÷ wall time."),
            ("Cores busy", "–" if cores is None else f"{cores:.1f}", "CPU time ÷ wall time."),
            ("Peak memory", memory, f"Of all its processes, as {(measured.memory_kind or 'pss').upper()}."),
            ("Start-up", duration(measured.startup_s), "Opening the executor and warming every worker."),
            ("Interpreter", duration(measured.interpreter_s), "Starting the trial's own Python."),
            ("Tear-down", duration(measured.teardown_s), "From the last result until the process had gone."),
        ):
            st.metric(label, value, border=True, help=note, height="stretch")


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs={Store: lambda _: 0})
def _at_once(store: Store, token: str, order: int, known: tuple[object, ...], _trial: Trial) -> float | None:
    wall = _trial.measurement.wall_s
    if not wall:
        return None
    if tally := store.tally(_trial):
        return tally.busy_s / wall
    rows = store.records.columns([_trial], "started_s", "finished_s")
    return float(sum(end - start for start, end in rows if start is not None and end is not None) / wall)


def _cores(trial: Trial) -> float | None:
    measured = trial.measurement
    return measured.cpu_s / measured.wall_s if measured.cpu_s is not None and measured.wall_s else None


def _pictures(run: Run, trial: Trial) -> None:
    """How the tasks went over time, two plots in a row; the lanes above the tabs are their timeline."""
    plots(_plain_plots(store(), run.token, trial.order, _known(trial), trial), "pictures")


def _known(trial: Trial) -> tuple[object, ...]:
    """What figures of a trial depend on, beside its run and its place in it: they are made once for each of these."""
    return trial.state, trial.ok, trial.failed, trial.measurement.wall_s


@st.cache_data(max_entries=32, show_spinner=False, hash_funcs={Store: lambda _: 0})
def _plain_plots(
    store: Store, token: str, order: int, known: tuple[object, ...], _trial: Trial
) -> list[dict[str, Any]]:
    trial = _trial
    samples = store.samples(trial)
    times, done, at_once = _over_time(store, trial, samples)
    return [
        plain_plot(times, "How long the tasks took, as a histogram"),
        plain_plot(done, "Tasks done over time"),
        plain_plot(at_once, "Tasks at once and cores busy"),
        plain_plot(memory(samples, trial.measurement, trial.configuration), "Memory of the run's processes over time"),
    ]


def _over_time(store: Store, trial: Trial, samples: Sequence[Mapping[str, float]]) -> tuple[Plot, Plot, Plot]:
    """Times of tasks, tasks done and tasks at once, from the trial's tally where it has one, else from its records."""
    how = trial.configuration
    if (tally := store.tally(trial)) and tally.tasks:
        at_once = tasks_at_once_of(tally, how, samples, trial.measurement)
        return task_times_of(tally, how), done_over_time_of(tally, how), at_once
    tasks = tasks_from(store.records.columns([trial], *TASK_COLUMNS))
    return task_times(tasks, how), done_over_time(tasks, how), tasks_at_once(tasks, how, samples, trial.measurement)


def _trials(trials: Sequence[Trial]) -> None:
    rows = [
        (
            trial.order + 1,
            trial.configuration.label,
            STATES[trial.state][0],
            trial.tasks,
            trial.ok,
            trial.failed,
            trial.measurement.wall_s,
            trial.message,
        )
        for trial in trials
    ]
    columns = ["Trial", "How", "State", "Tasks", "Succeeded", "Failed", "Wall time", "Remark"]
    st.dataframe(
        pd.DataFrame(rows, columns=columns),
        hide_index=True,
        column_config={"Wall time": st.column_config.NumberColumn(format="%.2f s")},
        placeholder="",
        alt="The run's trials",
        key="trials",
    )


def _log(run: Run) -> None:
    path = store().folder(run).path / "log.txt"
    text = path.read_text(encoding="utf-8", errors="replace")[-20_000:].strip() if path.is_file() else ""
    if text:
        st.code(text, language=None, height=300, wrap_lines=True)
    else:
        st.caption(literal("Nothing: no warning and no error."))
