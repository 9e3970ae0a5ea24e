"""The command line for people: `python -m engine …`, installed as `overlap`.

One file a group of commands; each adds itself to `main` here. What a command needs is imported
when it runs, so `overlap --help` is quick.
"""

from __future__ import annotations

from engine.cli.compare import compare
from engine.cli.group import main
from engine.cli.history import cancel, delete, export, open_, resume, retry, runs, show
from engine.cli.lab import machine, sharing
from engine.cli.run import resize, scrape
from engine.cli.tools import price, shop, work

for command in (
    resize, scrape, compare, machine, sharing, shop, price,
    runs, show, export, open_, resume, retry, cancel, delete, work,
):  # fmt: skip
    main.add_command(command)

__all__ = ["main"]
