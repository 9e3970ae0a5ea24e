"""Smaller commands: the demo shops, the sample photos, and reading saved pages."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import click

from engine.cli.terminal.telling import show_table, tell
from engine.config import load
from engine.errors import InputRefused


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="A fixed port; by default a free one.")
def shop(port: int) -> None:
    """Serve the demo shops on loopback: product addresses on stdout, one a line, until stopped."""
    from engine.workloads.shop.server import main as serve

    serve(port, load().home)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def photos(folder: Path) -> None:
    """Write the sample photos, two dozen of 1 to 12 megapixels, into FOLDER; what is there already stays."""
    from engine.workloads.shop.photos import sample_photos

    folder.mkdir(parents=True, exist_ok=True)
    for photo in sample_photos(load().home):
        if not (folder / photo.name).exists():
            shutil.copyfile(photo, folder / photo.name)
    tell(f"The sample photos are in {folder}.")


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what completes commands and options in SHELL: eval "$(overlap completion bash)"."""
    from click.shell_completion import get_completion_class

    from engine.cli.group import main

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(main, {}, "overlap", "_OVERLAP_COMPLETE").source())


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--url", help="The address that the pages were saved from: it tells currency, variant and selector.")
@click.option("--selector", help="CSS selector of the price's element.")
@click.option("--selectors", "selectors_file", type=click.Path(path_type=Path), help="Selectors by host; see scrape.")
@click.option("--layers", is_flag=True, help="Also what each layer of the reader saw.")
@click.option("--json", "as_json", is_flag=True, help="Print an array with one object a file.")
def price(
    files: tuple[Path, ...], url: str | None, selector: str | None, selectors_file: Path | None, layers: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Say what would be read from saved pages (.html, .html.gz)."""
    from engine.workloads.web.price import read_files

    rows = read_files(files, url, selector or _kept_selector(url, selectors_file), layers)
    if as_json:
        click.echo(json.dumps(rows))
        return
    told = ("file", "price", "currency", "source", "name", "remark")
    rows = [{**row, "remark": row["error"] or " ".join(row["doubts"])} for row in rows]
    show_table([{name: _shown(row[name]) for name in told} for row in rows])
    for row in rows if layers else ():
        tell(f"\n{row['file']}", err=False)
        show_table([{name: _shown(value) for name, value in layer.items()} for layer in row["layers"]])


def _shown(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split())


def _kept_selector(url: str | None, file: Path | None) -> str | None:
    """The selector of the address's shop, from the file or as it is kept. Raises InputRefused."""
    from urllib.parse import urlsplit

    from engine.workloads.web.price.selectors import from_file, kept, selector_for

    chosen = {**kept(load().home), **(from_file(file) if file else {})}
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:
        raise InputRefused(f"{url!r} is no address: write it as https://shop.example/product.") from None
    return selector_for(host, chosen)
