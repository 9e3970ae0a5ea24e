"""Which figures a run's report holds, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine.analysis.tally import Tally
from engine.model import Run, Trial, configuration_from
from engine.report import figures
from engine.report.comparing import fastest_first
from engine.store import Store


def drawings(store: Store, run: Run, dark: bool = False) -> Iterator[Any]:
    """The run's figures; none for a run that has no trial."""
    trials = store.trials(run)
    if not trials:
        return
    if run.kind != "job":  # in the same order as the table: the fastest first
        trials = fastest_first(run, trials)
    yield from _of_job(store, run, trials, dark) if run.kind == "job" else _of_comparison(store, run, trials, dark)


def _of_job(store: Store, run: Run, trials: Sequence[Trial], dark: bool) -> Iterator[Any]:
    last = trials[-1]
    how, samples = last.configuration, store.samples(last)
    if run.workload == "scrape":
        yield figures.prices(_outputs(store, run), dark)
    if run.workload == "resize":
        yield figures.bytes_saved(_outputs(store, run), dark)
    tally = store.tally(last) if len(trials) == 1 else None
    if tally and tally.tasks:
        yield from _tallied(tally, last, samples, dark)
    else:
        tasks = figures.tasks_from(store.records.latest_columns(run, *figures.TASK_COLUMNS))
        yield figures.timeline(tasks, how, dark)
        for plot in (
            figures.task_times(tasks, how),
            figures.done_over_time(tasks, how),
            figures.tasks_at_once(tasks, how, samples, last.measurement),
        ):
            yield figures.figure_of(plot, dark)
    yield figures.figure_of(figures.memory(samples, last.measurement, how), dark)


def _tallied(tally: Tally, trial: Trial, samples: Any, dark: bool) -> Iterator[Any]:
    """The same figures of a trial of very many tasks: none of its records is read."""
    from engine.report.figures.jobs.tallied import done_over_time_of, task_times_of, tasks_at_once_of, timeline_of

    how = trial.configuration
    yield timeline_of(tally, how, dark)
    for plot in (
        task_times_of(tally, how),
        done_over_time_of(tally, how),
        tasks_at_once_of(tally, how, samples, trial.measurement),
    ):
        yield figures.figure_of(plot, dark)


def _outputs(store: Store, run: Run) -> Iterator[tuple[str, Any]]:
    rows = store.records.stream_latest(run, "label", "output")
    return ((label, output) for label, output in rows if output)


def _of_comparison(store: Store, run: Run, trials: Sequence[Trial], dark: bool) -> Iterator[Any]:
    """In the order of the page's tabs."""
    work = figures.work_of(store.records.columns(trials, *figures.WORK_COLUMNS))
    yield figures.where_time_went(trials, work, dark)
    if run.verdict and run.verdict.get("rows"):
        baseline = configuration_from(run.verdict["baseline"])
        yield figures.speedups(run.verdict, figures.fits_of(trials, baseline), dark)
    chosen = figures.middle_trials(trials)
    yield figures.timelines(
        [(one.configuration, store.records.columns([one], *figures.TASK_COLUMNS)) for one in chosen], dark
    )
    yield figures.memory_by_configuration(trials, dark)
    yield figures.wall_times(trials, dark)
