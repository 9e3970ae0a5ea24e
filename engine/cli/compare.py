"""`compare`: any workload on a grid of configurations, and the verdict."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from engine.cli.watching import leave, open_store, run_plan, tell_comparison
from engine.config import load, usable_cpus
from engine.errors import InputRefused, SettingRefused
from engine.model import Configuration, Plan
from engine.store import Store


class Fraction(click.ParamType[float]):
    """``5%`` or ``0.05``."""

    name = "percent"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> float:
        """The fraction."""
        text = str(value).strip()
        try:
            number = float(text.rstrip("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            self.fail(f"{value!r} is no precision: write it like 5%.", param, context)
        if not 0 < number < 1:
            self.fail(f"{value!r} is no precision: write it like 5%.", param, context)
        return number


class Seconds(click.ParamType[float]):
    """``60s``, ``5min`` or ``60``."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> float:
        """The seconds."""
        match = re.fullmatch(r"\s*([\d.]+)\s*(s|min|h)?\s*", str(value))
        if not match or float(match[1]) <= 0:
            self.fail(f"{value!r} is no time: write it like 60s or 5min.", param, context)
        return float(match[1]) * {"min": 60.0, "h": 3600.0}.get(match[2] or "s", 1.0)


@click.command()
@click.argument("what", metavar="WHAT")
@click.argument("inputs", nargs=-1)
@click.option("--executors", help="Comma-separated; by default what a pilot proposes. sequential is always added.")
@click.option("--workers", help="Comma-separated worker counts; by default what a pilot proposes.")
@click.option("--repeats", type=click.IntRange(1), help="Blocks to run.  [5 without --precision and --budget]")
@click.option("--precision", type=Fraction(), help="Go on until every interval is this narrow, for example 5%.")
@click.option("--budget", type=Seconds(), help="Time to spend, for example 60s.")
@click.option("--baseline", help="What speedups are against, for example threads:2.  [a plain loop]")
@click.option("--python", "pythons", multiple=True, help="Another Python (executable or environment); repeatable.")
@click.option("--start-method", type=click.Choice(["forkserver", "spawn", "fork"]), help="How processes start.")
@click.option("--chunk", type=click.IntRange(1), help="Tasks per hand-over; by default the loop decides.")
@click.option(
    "--references/--no-references", default=None,
    help="Also rows of plain code: a loop, pools without us.  [where tasks take less than a millisecond]",
)
@click.option("--tasks", help="compute, wait: how many tasks. A function: the file of its arguments, one a line.")
@click.option("--amount", type=click.IntRange(0), default=100_000, show_default=True, help="compute: steps a task.")
@click.option("--seconds", type=click.FloatRange(0), default=0.05, show_default=True, help="wait: seconds a task.")
@click.option("--size", "sizes", multiple=True, help="resize: as for `overlap resize`.")
@click.option("--setup", help="A function: package.module:function to call once in every worker first.")
@click.option("--html", "html_file", type=click.Path(dir_okay=False, path_type=Path), help="Write a report here.")
@click.option("--markdown", "markdown_file", type=click.Path(dir_okay=False, path_type=Path),
              help="Write verdict, table and reasons here, for an issue or a wiki.")
@click.option("--script", "script_file", type=click.Path(dir_okay=False, path_type=Path),
              help="A script to take home; FILE.zip: a folder with the engine's modules, for the same bytes.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole run as one JSON document.")
def compare(what: str, inputs: tuple[str, ...], as_json: bool, **given: Any) -> None:
    """Compare executors on your own tasks: the verdict first, with its uncertainty.

    WHAT is resize [SOURCE...], scrape [FILE], compute, wait, or package.module:function with --tasks FILE.
    With no inputs, resize and scrape use the demo data.
    """
    settings = load()
    store = open_store(settings)
    with ExitStack() as stack:
        tasks = tasks_of(what, inputs, given, store, stack)
        configurations = chosen(store, tasks, given)
        plan = planned(tasks, configurations, given)
        run = run_plan(store, plan, as_json)
    tell_comparison(store, run)
    _write_reports(store, run.token, given)
    leave(run)


def planned(tasks: Plan, configurations: Sequence[Configuration], given: Mapping[str, Any]) -> Plan:
    """The comparison's plan; how much it will run is told on stderr."""
    from engine.plans import comparison

    baseline = configuration_of(given["baseline"]) if given["baseline"] else None
    plan = comparison(
        tasks, configurations, baseline, given["repeats"], given["precision"], given["budget"],
        references=given["references"],
    )  # fmt: skip
    names = ", ".join(one.label for one in plan.configurations)
    click.echo(f"Comparing {len(plan.tasks)} tasks on {names}.", err=True)
    return plan


def tasks_of(what: str, inputs: Sequence[str], given: Mapping[str, Any], store: Store, stack: ExitStack) -> Plan:
    """The tasks to compare on, as a job. Raises SettingRefused for an unknown WHAT."""
    if ":" in what:
        return _function_tasks(what, given, store)
    if what not in TASKS:
        raise SettingRefused(f"{what!r} is nothing to compare: choose {', '.join(TASKS)} or package.module:function.")
    return TASKS[what](inputs, given, store, stack)


def _resize_tasks(inputs: Sequence[str], given: Mapping[str, Any], store: Store, stack: ExitStack) -> Plan:
    from engine.cli.sources import gathered
    from engine.images.options import resizing_from
    from engine.plans import SEQUENTIAL, demo_resize_plan, resize_plan

    resizing = resizing_from({"sizes": given["sizes"] or ("400x400",)})
    if not inputs:
        return demo_resize_plan(resizing, SEQUENTIAL, store.settings)
    paths = [Path(text) for text in inputs]
    for path in paths:
        if not path.exists():
            raise InputRefused(f"There is no file or folder {path}: correct its name.")
    found = stack.enter_context(gathered(paths, None, store.settings, leave_out=store.settings.runs))
    return resize_plan(
        found.files, resizing, SEQUENTIAL, store.settings, root=found.root,
        identities=None if found.root else found.identities,
    )  # fmt: skip


def _scrape_tasks(inputs: Sequence[str], given: Mapping[str, Any], store: Store, stack: ExitStack) -> Plan:
    from engine.cli.run import addresses
    from engine.plans import SEQUENTIAL, demo_scrape_plan, scrape_plan

    if not inputs:
        return demo_scrape_plan(SEQUENTIAL, store.settings)
    urls = [url for text in inputs for url in addresses(Path(text), store.settings)]
    return scrape_plan(urls, SEQUENTIAL, store.settings)


def _simple_tasks(workload: str, count: int, option: str) -> Callable[..., Plan]:
    def tasks(inputs: Sequence[str], given: Mapping[str, Any], store: Store, stack: ExitStack) -> Plan:
        from engine.plans import SEQUENTIAL, simple_plan

        number = whole(given["tasks"], "--tasks") if given["tasks"] else count
        return simple_plan(workload, number, {option: given[option]}, SEQUENTIAL, store.settings)

    return tasks


def _function_tasks(name: str, given: Mapping[str, Any], store: Store) -> Plan:
    from engine.functions import function_plan, own_path, read_tasks

    if not given["tasks"]:
        raise InputRefused("Name the file of the function's arguments, one a line, with --tasks FILE.")
    try:
        text = Path(given["tasks"]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputRefused(f"{given['tasks']} cannot be read ({error}).") from None
    path = list(dict.fromkeys([os.getcwd(), *own_path()]))  # an installed command does not have the current folder
    return function_plan(name, read_tasks(text), store.settings, given["setup"], path)


TASKS: dict[str, Callable[..., Plan]] = {
    "resize": _resize_tasks,
    "scrape": _scrape_tasks,
    "compute": _simple_tasks("compute", 32, "amount"),
    "wait": _simple_tasks("wait", 64, "seconds"),
}


def chosen(store: Store, tasks: Plan, given: Mapping[str, Any]) -> list[Configuration]:
    """The grid that was named, completed by what a pilot proposes, on every Python named."""
    from engine.available import check
    from engine.plans import grid, must_fit, on_pythons

    executors = [name.strip() for name in (given["executors"] or "").split(",") if name.strip()]
    workers = [whole(text, "--workers") for text in (given["workers"] or "").split(",") if text.strip()]
    for one in grid(executors or ["threads"], workers or [1]):  # before a pilot takes its two seconds
        must_fit(one, store.settings)
        check(one, tasks.workload, tasks.options)
    found = grid(executors, workers) if executors and workers else proposed(store, tasks, executors, workers, given)
    method, chunk = given["start_method"], given["chunk"]
    exact = [replace(one, chunk=chunk, start_method=method if one.executor == "processes" else None) for one in found]
    return on_pythons(exact, given["pythons"])


def proposed(
    store: Store, tasks: Plan, executors: list[str], workers: list[int], given: Mapping[str, Any]
) -> list[Configuration]:
    """What a pilot proposes where executors or workers were not named; its words are told on stderr."""
    from engine.analysis.pilot import duration, propose
    from engine.pilots import run_pilot
    from engine.plans import SEQUENTIAL, baseline_of, executors_for, grid

    pilot = run_pilot(store, tasks)
    reasons = executors_for(tasks.workload, tasks.options)
    offered = executors or [name for name, reason in reasons.items() if reason is None]
    proposal = propose(pilot, usable_cpus(), len(tasks.tasks), offered, store.settings.max_workers)
    click.echo(proposal.sentence, err=True)
    counts = sorted({one.workers for one in proposal.configurations if one != SEQUENTIAL})
    named = [one.executor for one in proposal.configurations]
    found = grid(executors or named, workers or counts) if executors or workers else list(proposal.configurations)
    if given["precision"] is None and given["budget"] is None:
        base, repeats = baseline_of(tasks.workload), given["repeats"] or 5
        about = duration(pilot, found, base, len(tasks.tasks), repeats, usable_cpus())
        click.echo(f"About {about.low_s:.0f} to {about.high_s:.0f} s.", err=True)
    return found


def configuration_of(text: str) -> Configuration:
    """``threads:4`` (or ``threads × 4``, ``sequential``) as a configuration. Raises SettingRefused."""
    match = re.fullmatch(r"\s*([a-z]+)\s*(?:[:×x]\s*(\d+))?\s*", text)
    if not match:
        raise SettingRefused(f"{text!r} is no configuration: write it like threads:4.")
    return Configuration(match[1], int(match[2] or 1))


def whole(text: str, option: str) -> int:
    """A whole number from 1. Raises SettingRefused, naming the option."""
    if not text.strip().isdecimal() or int(text) < 1:
        raise SettingRefused(f"{option} cannot be {text.strip()!r}: write whole numbers from 1.")
    return int(text)


def _write_reports(store: Store, token: str, given: Mapping[str, Any]) -> None:
    from engine.report import export_chunks

    run = store.run(token)
    script = given["script_file"]
    kind = "folder" if script and script.suffix.lower() == ".zip" else "script"
    asked = ((given["html_file"], "html"), (given["markdown_file"], "markdown"), (script, kind))
    for file, file_format in asked:
        if file:
            file.write_bytes(b"".join(export_chunks(store, run, file_format)))
            click.echo(f"Written to {file}.", err=True)
