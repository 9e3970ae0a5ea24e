"""`python -m engine work TOKEN`: the orchestrator's own entry. Somebody waits for it: it imports as little as it can.

What keeps it from its work is its last line on stderr, in one sentence, which `runs.jobs` then shows on the run.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from engine.config import load
from engine.errors import OverlapError
from engine.model import Part
from engine.orchestrator.services import Services
from engine.orchestrator.standby import FLAG, await_order
from engine.text import printable

FAILED = 1
PARTS: tuple[Part, ...] = ("all", "unfinished", "failed")


def main(arguments: Sequence[str]) -> int:
    """Take one stored run, or a part of it, to its end, the one that it will be told (`standby`); gives the exit code.
    """
    # Thousands of objects come with the imports and stay: looking through them for garbage took a tenth of the start.
    gc.disable()
    os.umask(0o077)  # all that a run writes is its owner's alone, but what was asked for elsewhere (`assignment`)
    if list(arguments) == [FLAG]:
        arguments = await_order()
    given = _read(arguments)
    try:
        _work(given)
    except OverlapError as error:
        return _failed(str(error))
    except OSError as error:
        words = f"{error.filename or 'A file'} cannot be used ({error.strerror or error})"
        return _failed(f"{words}: check its name and rights.")
    return 0


def _work(given: argparse.Namespace) -> None:
    settings = load()
    with Services(given.services, settings) as running:  # first: they come up while the orchestrator is imported
        from engine.orchestrator.main import work

        gc.enable()
        chosen: Path | None = given.chosen
        tasks = [int(line) for line in chosen.read_text(encoding="utf-8").split()] if chosen else None
        work(settings, given.token, running, given.part, tasks)


def _failed(sentence: str) -> int:
    sys.stderr.write(printable(f"overlap: {sentence}") + "\n")
    return FAILED


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m engine work", description="The orchestrator of one stored run.")
    parser.add_argument("token")
    parser.add_argument("--part", choices=PARTS, default="all")
    parser.add_argument("--chosen", type=Path)
    parser.add_argument("--service", dest="services", action="append", default=[])
    return parser.parse_args(arguments)
