"""The command line for people: `python -m engine …`, installed as `overlap`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from engine import __version__
from engine.config import load
from engine.errors import OverlapError


class Commands(click.Group):
    """A group whose errors are one sentence on stderr and exit code 1."""

    def invoke(self, context: click.Context) -> object:
        """Run the command named; an OverlapError becomes its sentence."""
        try:
            return super().invoke(context)
        except OverlapError as error:
            click.echo(f"overlap: {error}", err=True)
            sys.exit(1)


@click.group(cls=Commands)
@click.version_option(__version__, prog_name="overlap")
def main() -> None:
    """Run batches of tasks on threads, processes and more, and see by measurement which suits them."""


@main.command(hidden=True)
@click.argument("token")
@click.option("--part", type=click.Choice(["all", "unfinished", "failed"]), default="all")
@click.option("--chosen", type=click.Path(path_type=Path, exists=True))
def work(token: str, part: str, chosen: Path | None) -> None:
    """The orchestrator of one stored run; started by the others."""
    from engine.experiment import work as orchestrate

    tasks = [int(line) for line in chosen.read_text(encoding="utf-8").split()] if chosen else None
    orchestrate(load(), token, part, tasks)  # type: ignore[arg-type]
