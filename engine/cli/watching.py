"""A command that runs something: progress on stderr, Ctrl-C cancels, the ending decides the exit code."""

from __future__ import annotations

import signal
import sys
from types import FrameType

import click

from engine.cli.group import CANCELLED, FAILED, SOME_FAILED
from engine.cli.terminal.progress import Planning, Progress
from engine.cli.terminal.telling import show_table, tell
from engine.config import Settings, load
from engine.model import Plan, Run
from engine.runs import jobs
from engine.store import Store
from engine.text import counted

_EXITS = {"cancelled": CANCELLED, "failed": FAILED, "interrupted": FAILED}


def open_store(settings: Settings | None = None) -> Store:
    """The store of these settings, or of those in force; it is closed when the command ends."""
    store = Store.open(settings or load())
    click.get_current_context().call_on_close(store.close)
    return store


def run_plan(store: Store, plan: Plan, as_json: bool, token: str | None = None) -> Run:
    """Start a plan and see it to its end; with `as_json`, print its document. `token` names the run to be."""
    planning = Planning()
    run = jobs.start(store, plan, token, told=planning)
    planning.clear()
    return watch(store, run, as_json)


def watch(store: Store, run: Run, as_json: bool) -> Run:
    """Show a run's progress until it has ended; Ctrl-C and SIGTERM cancel it."""
    progress = Progress()
    try:
        signal.signal(signal.SIGTERM, _interrupt)
        run = jobs.wait(store, run, progress.show)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        tell("\nCancelling.")
        jobs.cancel(store, store.run(run.token))
        run = jobs.wait(store, run)
    progress.clear()
    summarise(store, run)
    if not as_json:
        tell_results(store, run)
    if as_json:
        from engine.report.documents.document import document_chunks

        for chunk in document_chunks(store, run):
            click.echo(chunk, nl=False)
    return run


def leave(run: Run) -> None:
    """Exit with the code that the run's ending calls for."""
    code = _EXITS.get(run.state, SOME_FAILED if run.failed else 0)
    if code:
        sys.exit(code)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def summarise(store: Store, run: Run) -> None:
    """The ending in words, on stderr: what was done, how it ran, and why what failed did."""
    trials = store.trials(run)
    done = run.so_far if run.kind == "job" else counted(len(trials), "trial")
    tell(f"Run {run.id}, {run.title}: {run.state}, {done}.")
    if run.message:
        tell(run.message)
    elif run.state == "interrupted" and run.kind != "experiment":
        tell(f"Its process was ended before its tasks were: `overlap resume {run.id}` runs what is left.")
    for trial in trials if run.kind == "job" else []:
        wall_s = trial.measurement.wall_s
        if wall_s and trial.done:
            rate = trial.done / wall_s
            tell(f"{trial.configuration.label}: {wall_s:.2f} s, {rate:.1f} tasks a second.")
    for reason, example, count in store.records.failures(run):
        tell(f"{count} failed, {reason}: {example}")


def tell_results(store: Store, run: Run, err: bool = True) -> None:
    """The first prices or pictures of a job as a table, and how to get all; nothing for other runs."""
    from engine.report.first_results import first_results

    rows = first_results(store, run)
    show_table(rows, err)
    if rows and run.tasks > len(rows):
        tell(f"All {run.tasks:,}: overlap export {run.id} --format csv", err)


def tell_comparison(store: Store, run: Run, err: bool = True) -> None:
    """The verdict, the table, why, and what to be careful of, as on the run's page; nothing for other runs."""
    from engine.report.telling import as_text

    if run.kind == "comparison" and run.verdict:
        tell(as_text(run, store.trials(run)), err=err)
