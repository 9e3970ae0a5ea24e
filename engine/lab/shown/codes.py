"""The code that was measured, by experiment: short, and each text runs by itself."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from engine.lab.shown.ways import WAYS

_FOR_TOOLS = ("# ruff:", "# mypy:")
"""Comments that only checkers read; they are not shown."""

CODES: dict[str, dict[str, str]] = {
    "transfer": {way: f"engine.lab.shown.ways.{module}" for way, module in WAYS.items()},
    "lost_updates": {
        "threads": "engine.lab.shown.races",
        "processes": "engine.lab.shown.process_races",
    },
    "deadlock": {"two threads, two locks": "engine.lab.shown.deadlocks"},
}
"""Experiment: what can be shown of it, and the module that holds it."""


def code_of(way: str, experiment: str = "transfer") -> str:
    """The very code that was measured, as a script that runs by itself. Raises KeyError for an unknown way.

    It is read from the file, so it can be shown also where this Python cannot run it.
    """
    spec = find_spec(CODES[experiment][way])
    assert spec is not None and spec.origin is not None
    lines = Path(spec.origin).read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith(_FOR_TOOLS)).strip() + "\n"


def ways_of(experiment: str) -> list[str]:
    """What `code_of` can show of an experiment; empty where it is no short code."""
    return list(CODES.get(experiment, {}))
