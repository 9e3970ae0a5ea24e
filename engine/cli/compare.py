"""`compare`: any workload on a grid of configurations, and the verdict."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from engine.cli.compared_tasks import tasks_of
from engine.cli.group import CHANGED
from engine.cli.terminal.files import write_whole
from engine.cli.terminal.telling import tell
from engine.cli.values import Fraction, NegativeArguments, Seconds, configuration_of, wholes
from engine.cli.watching import leave, open_store, run_plan, tell_comparison
from engine.config import load, usable_cpus
from engine.errors import InputRefused
from engine.model import Configuration, Plan, Run
from engine.store import Store


@click.command(cls=NegativeArguments)
@click.argument("what", metavar="WHAT")
@click.argument("inputs", nargs=-1)
@click.option("--executors", help="Comma-separated; by default what a pilot proposes. sequential is always added.")
@click.option("--workers", help="Worker counts, such as 1,2,8 or 1-4; by default what a pilot proposes.")
@click.option("--repeats", type=click.IntRange(1), help="Blocks to run.  [5 without --precision and --budget]")
@click.option("--precision", type=Fraction(), help="Go on until every interval is this narrow, for example 5%.")
@click.option("--budget", type=Seconds(), help="Time to spend, for example 60s.")
@click.option("--race", is_flag=True, help="Leave out early what is shown to be slower.  [10 repeats at most]")
@click.option("--baseline", help="What speedups are measured against, for example threads:2.  [a plain loop]")
@click.option("--python", "pythons", multiple=True, help="Another Python (executable or environment); repeatable.")
@click.option("--start-method", type=click.Choice(["forkserver", "spawn", "fork"]), help="How processes start.")
@click.option("--only-python", is_flag=True, help="Only the Pythons that --python names, not this one.")
@click.option("--chunk", "chunks", help="Tasks per hand-over, such as 8 or 1,8,64; by default the loop decides.")
@click.option("--env", "environment", multiple=True, help="NAME=VALUE: everything again with it; repeatable.")
@click.option(
    "--references/--no-references", default=None,
    help="Also measure plain code: a loop, bare pools.  [where tasks take less than a millisecond]",
)
@click.option("--tasks", help="compute, wait: how many. A function: the file of its arguments, one a line; - is stdin.")
@click.option("--amount", type=click.IntRange(0), default=100_000, show_default=True, help="compute: steps a task.")
@click.option("--seconds", type=click.FloatRange(0), default=0.05, show_default=True, help="wait: seconds a task.")
@click.option("--size", "sizes", multiple=True, help="resize: as for `overlap resize`.")
@click.option("--setup", help="A function: package.module:function to call once in every worker first.")
@click.option("--against", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="An earlier comparison's JSON: tell what changed since.")
@click.option("--fail-if-slower", type=Fraction(), help="With --against: exit with 4 when more than so much was lost.")
@click.option("--checkout", "checkouts", metavar="A,B", help="A function at two commits of this repository.")
@click.option("--html", "html_file", type=click.Path(dir_okay=False, path_type=Path), help="Write a report here.")
@click.option("--markdown", "markdown_file", type=click.Path(dir_okay=False, path_type=Path),
              help="Write verdict, table and reasons here, for an issue or a wiki.")
@click.option("--script", "script_file", type=click.Path(dir_okay=False, path_type=Path),
              help="A script to take home; FILE.zip: a folder with the engine's modules, for the same bytes.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole run as one JSON document.")
def compare(what: str, inputs: tuple[str, ...], as_json: bool, **given: Any) -> None:
    """Compare executors on your own tasks: the verdict first, with its uncertainty.

    WHAT is resize [SOURCE...], scrape [FILE], compute, wait, or package.module:function with its arguments, each a
    JSON value or a text, or with --tasks FILE. With no inputs, resize and scrape use the demo data.
    """
    if given["fail_if_slower"] and not given["against"] and not given["checkouts"]:
        raise click.UsageError("--fail-if-slower needs --against FILE (an earlier comparison's JSON), or --checkout.")
    if given["only_python"] and not given["pythons"]:
        raise click.UsageError("--only-python needs --python, the one to run on.")
    if given["checkouts"]:
        from engine.cli.checkouts import must_be_alone

        must_be_alone({**given, "as_json": as_json})
    if given["html_file"]:
        from engine.report.exports import must_be_writable

        must_be_writable("html")
    store = open_store(load())
    earlier = _earlier(given["against"])
    with ExitStack() as stack:
        tasks = tasks_of(what, inputs, given, store, stack)
        configurations = chosen(store, tasks, given, earlier)
        if given["checkouts"]:
            _compare_checkouts(tasks, configurations, given)
            return
        plan = planned(tasks, configurations, given, earlier)
        if given["script_file"]:
            _must_have_a_script(plan)
        run = run_plan(store, plan, as_json)
    tell_comparison(store, run)
    _write_reports(store, run.token, given)
    slower = _tell_changes(store, run, earlier, given["fail_if_slower"])
    leave(run)
    if slower:
        sys.exit(CHANGED)


def _must_have_a_script(plan: Plan) -> None:
    """Raises NotAvailable before anything is measured where what may win could not be taken home."""
    from engine.report.script.whole import must_be_one
    from engine.report.script.work import must_be_written

    must_be_written(plan)
    for one in plan.configurations:
        must_be_one(plan.workload, one)


def _compare_checkouts(tasks: Plan, configurations: Sequence[Configuration], given: Mapping[str, Any]) -> None:
    from engine.cli.checkouts import compare_checkouts

    if tasks.workload != "function":
        raise InputRefused("--checkout compares a function of your own: name it as package.module:function.")
    runs, slower = compare_checkouts(tasks, configurations, given["checkouts"], given)
    leave(runs[-1])
    if slower:
        sys.exit(CHANGED)


def _earlier(file: Path | None) -> dict[str, Any] | None:
    from engine.report.documents.reading import read_document

    return None if file is None else read_document(file)


def _tell_changes(store: Store, run: Run, earlier: Mapping[str, Any] | None, most: float | None) -> bool:
    """Say what changed since the earlier comparison; whether a configuration lost more than `most`."""
    from engine.analysis.statistics.speedup import MARGIN
    from engine.report.against import held_against

    if earlier is None or run.state != "finished":
        return False
    found = held_against(run, store.trials(run), earlier, most or MARGIN)
    tell(f"\nAgainst run {earlier['run']} of {earlier.get('ended_at') or 'an earlier time'}")
    for sentence in found.sentences:
        tell(f"  {sentence}")
    for name, before, now in found.environment:
        tell(f"! It was measured elsewhere: {name} was {before}, and is {now}.")
    return most is not None and any(one.standing == "slower" for one in found.changes)


def planned(
    tasks: Plan, configurations: Sequence[Configuration], given: Mapping[str, Any], earlier: Mapping[str, Any] | None
) -> Plan:
    """The comparison's plan; how much it will run is told on stderr. Raises InputRefused: see `must_be_like`."""
    from engine.report.against import must_be_like
    from engine.runs.plans import baseline_of, comparison

    baseline = configuration_of(given["baseline"]) if given["baseline"] else None
    if given["only_python"]:
        baseline = replace(baseline or baseline_of(tasks.workload), python=given["pythons"][0])
    plan = comparison(
        tasks, configurations, baseline, given["repeats"], given["precision"], given["budget"],
        references=given["references"], race=given["race"],
    )  # fmt: skip
    if earlier is not None:
        must_be_like(earlier, plan)
    names = ", ".join(one.label for one in plan.configurations)
    tell(f"Comparing {len(plan.tasks)} tasks on {names}.")
    return plan


def chosen(
    store: Store, tasks: Plan, given: Mapping[str, Any], earlier: Mapping[str, Any] | None = None
) -> list[Configuration]:
    """The grid that was named, completed by what a pilot proposes, on the Pythons named; else an earlier run's."""
    from engine.orchestrator.available import check
    from engine.report.against import configurations_in
    from engine.runs.plans import default_workers, grid, must_fit, on_pythons, with_environment

    executors = [name.strip() for name in (given["executors"] or "").split(",") if name.strip()]
    workers, chunks = wholes(given["workers"], "--workers"), wholes(given["chunks"], "--chunk")
    for one in grid(executors or ["threads"], workers or [1]):  # before a pilot takes its two seconds
        must_fit(one, store.settings)
        if not given["only_python"]:
            check(one, tasks.workload, tasks.options)
    if earlier is not None and not executors and not workers:
        # What a file names is started only where the command names it, too: an executable, variables that load code.
        usual = [one for one in configurations_in(earlier) if not one.python and not one.environment]
        return with_environment(on_pythons(usual, given["pythons"], given["only_python"]), given["environment"])
    if given["only_python"]:  # a pilot would run here
        executors, workers = executors or ["threads", "processes"], workers or default_workers()
    found = grid(executors, workers) if executors and workers else proposed(store, tasks, executors, workers, given)
    exact = [exactly for one in found for exactly in _exactly(one, given["start_method"], chunks)]
    return with_environment(on_pythons(exact, given["pythons"], given["only_python"]), given["environment"])


def _exactly(one: Configuration, method: str | None, chunks: Sequence[int]) -> list[Configuration]:
    """The configuration once with each of these chunk sizes; sequential, which hands nothing over, as it is."""
    started = replace(one, start_method=method if one.executor == "processes" else None)
    if not chunks or one.executor == "sequential":
        return [started]
    return [replace(started, chunk=chunk) for chunk in chunks]


def proposed(
    store: Store, tasks: Plan, executors: list[str], workers: list[int], given: Mapping[str, Any]
) -> list[Configuration]:
    """What a pilot proposes where executors or workers were not named; its words are told on stderr."""
    from engine.analysis.pilot import duration, propose
    from engine.runs.pilots import run_pilot
    from engine.runs.plans import SEQUENTIAL, baseline_of, executors_for, grid

    pilot = run_pilot(store, tasks)
    reasons = executors_for(tasks.workload, tasks.options)
    offered = executors or [name for name, reason in reasons.items() if reason is None]
    proposal = propose(pilot, usable_cpus(), len(tasks.tasks), offered, store.settings.max_workers)
    tell(proposal.sentence)
    counts = sorted({one.workers for one in proposal.configurations if one != SEQUENTIAL})
    named = [one.executor for one in proposal.configurations]
    found = grid(executors or named, workers or counts) if executors or workers else list(proposal.configurations)
    if given["precision"] is None and given["budget"] is None:
        base, repeats = baseline_of(tasks.workload), given["repeats"] or 5
        about = duration(pilot, found, base, len(tasks.tasks), repeats, usable_cpus())
        low, high = f"{about.low_s:.0f}", f"{about.high_s:.0f}"
        tell(f"About {low if low == high else f'{low} to {high}'} s.")
    return found


def _write_reports(store: Store, token: str, given: Mapping[str, Any]) -> None:
    from engine.report import export_chunks

    run = store.run(token)
    script = given["script_file"]
    kind = "folder" if script and script.suffix.lower() == ".zip" else "script"
    asked = ((given["html_file"], "html"), (given["markdown_file"], "markdown"), (script, kind))
    for file, file_format in asked:
        if file:
            write_whole(file, export_chunks(store, run, file_format))
            tell(f"Written to {file}.")
