"""`python -m engine.workloads.shop`: the demo shops by themselves, as `engine.workloads.shop.demo` starts them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from engine.config import load
from engine.errors import OverlapError
from engine.machine.lifeline import die_with_parent
from engine.workloads.shop.server import main


def command() -> int:
    """Reads the options and serves; 0 when it was stopped, 1 when it could not serve."""
    prog = "python -m engine.workloads.shop"
    parser = argparse.ArgumentParser(prog=prog, description="Serve the demo shops on loopback.")
    parser.add_argument("--port", type=int, default=0, help="the port; 0 takes a free one")
    parser.add_argument("--home", type=Path, help="the folder for runs and demo data (default: OVERLAP_HOME)")
    parser.add_argument("--until-stdin-closes", action="store_true", help="stop when standard input ends")
    parser.add_argument("--parent", type=int, help="on Linux, be killed as soon as this process ends")
    options = parser.parse_args()
    if options.parent is not None:
        die_with_parent(options.parent)
    try:
        main(options.port, options.home or load().home, until_stdin_closes=options.until_stdin_closes)
    except OverlapError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command's words to its user
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(command())
