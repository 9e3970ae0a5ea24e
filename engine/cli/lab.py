"""The commands that measure this machine: `machine` and `sharing`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click

from engine.cli.terminal.telling import tell
from engine.cli.watching import leave, open_store, watch
from engine.model import Run


def how_to_measure(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that both labs share."""
    for option in (
        click.option("--only", multiple=True, metavar="NAME", help="Only this experiment; repeatable."),
        click.option("--careful", "mode", flag_value="careful", help="Until the intervals are narrow: some minutes."),
        click.option("--quick", "mode", flag_value="quick", default="quick", help="Under 90 seconds; the default."),
        click.option("--json", "as_json", is_flag=True, help="Print all figures as one JSON document."),
    ):
        command = option(command)
    return command


@click.command()
@how_to_measure
def machine(**given: Any) -> None:
    """Measure what threads and processes cost and gain here: start-up, memory, who is slowed by whom, crashes."""
    measure("machine", **given)


@click.command()
@how_to_measure
def sharing(**given: Any) -> None:
    """Measure what it costs here to share data, by way and by size, and what happens without a lock."""
    measure("sharing", **given)


def measure(which: Any, as_json: bool, mode: Any, only: tuple[str, ...]) -> None:
    """Run a lab as a stored run, print what came out, and leave with its exit code. Raises SettingRefused."""
    from engine.lab.running.runner import lab_plan
    from engine.runs import jobs

    store = open_store()
    run = watch(store, jobs.start(store, lab_plan(which, mode, list(only) or None)), False)
    document = dict(run.verdict or {})
    if as_json:
        click.echo(json.dumps(document))
    else:
        show(document)
    leave(failing(run, document))


def failing(run: Run, document: dict[str, Any]) -> Run:
    """The run, with every experiment that could not be finished counted as failed."""
    from dataclasses import replace

    return replace(run, failed=sum(1 for part in document.get("experiments", []) if part["problem"]))


def show(document: dict[str, Any]) -> None:
    """Each experiment's sentence, with what kept it from being better."""
    for part in document.get("experiments", []):
        tell(f"{part['title']}\n  {part['sentence']}", err=False)
        for remark in (part["warning"], part["problem"]):
            if remark:
                tell(f"  ! {remark}", err=False)
        for what, why in part["missing"].items():
            tell(f"  {what}: {why}", err=False)
