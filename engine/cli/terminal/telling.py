"""Words for people on a terminal: the one way by which a text gets there, and tables of aligned columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from engine.text import printable


def tell(text: str, err: bool = True) -> None:
    """Write a text and a line end to stderr, or to stdout, without what a terminal would obey."""
    click.echo(printable(text), err=err)


def show_table(rows: Sequence[Mapping[str, Any]], err: bool = False) -> None:
    """Rows as aligned columns on stdout, or stderr, under the names of the first."""
    if not rows:
        return
    names = list(rows[0])
    lines = [names, *([printable(" ".join(str(row[name]).split())) for name in names] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        tell("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip(), err)
