"""Smaller commands: the demo shops, reading saved pages, and the orchestrator's own entry."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from engine.config import load


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="A fixed port; by default a free one.")
def shop(port: int) -> None:
    """Serve the demo shops on loopback: product addresses on stdout, one a line, until stopped."""
    from engine.shop.server import main as serve

    serve(port, load().home)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print an array with one object a file.")
def price(files: tuple[Path, ...], as_json: bool) -> None:
    """Say what would be read from saved pages (.html, .html.gz)."""
    from engine.cli.watching import show_table
    from engine.web.price import read_files

    rows = read_files(files)
    if as_json:
        click.echo(json.dumps(rows))
    else:
        show_table([{name: row[name] for name in ("file", "price", "currency", "source", "name")} for row in rows])


@click.command(hidden=True)
@click.argument("token")
@click.option("--part", type=click.Choice(["all", "unfinished", "failed"]), default="all")
@click.option("--chosen", type=click.Path(path_type=Path, exists=True))
@click.option("--service", "services", multiple=True)
def work(token: str, part: str, chosen: Path | None, services: tuple[str, ...]) -> None:
    """The orchestrator of one stored run; started by the others."""
    from engine.services import Services

    os.umask(0o077)  # all that a run writes is its owner's alone, but what was asked for elsewhere (engine.chain)
    settings = load()
    with Services(services, settings) as running:  # first: they come up while the orchestrator is imported
        from engine.experiment import Part
        from engine.experiment import work as orchestrate

        parts: dict[str, Part] = {"all": "all", "unfinished": "unfinished", "failed": "failed"}
        tasks = [int(line) for line in chosen.read_text(encoding="utf-8").split()] if chosen else None
        orchestrate(settings, token, running, parts[part], tasks)
