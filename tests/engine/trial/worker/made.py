"""A worker in this very process: its board, its workload, and chunks for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.errors import Later, TaskFailed
from engine.model import Pickled
from engine.protocol.board import Board
from engine.protocol.record import LINE
from engine.trial.worker.chunks import PlainAttempt, Returned
from engine.trial.worker.setup import Setup
from engine.workloads import Place, Tried, Workload


class Told(Workload):
    """Does what its argument says."""

    name = "told"
    has_async = True

    def run(self, argument: Any) -> Any:
        """Give the argument back, or do as it says: ``raise``, ``later``, ``again``, ``refuse``, ``exit``."""
        told = argument if isinstance(argument, dict) else {}
        if "raise" in told:
            raise ValueError(told["raise"])
        if "refuse" in told:
            raise TaskFailed("refused", told["refuse"])
        if "later" in told:
            raise Later(told["later"])
        if "exit" in told:
            raise SystemExit(told["exit"])
        return Tried(told["again"], 3) if "again" in told else argument

    async def run_async(self, argument: Any) -> Any:
        """The same."""
        return self.run(argument)


def setup(folder: Path, **values: Any) -> Setup:
    """The set-up of one worker that shares this process."""
    given: dict[str, Any] = {
        "workload": "compute", "options": {"amount": 0}, "settings": {}, "folder": str(folder),
        "outputs": str(folder / "outputs"), "board": str(folder / "board"), "workers": 1, "own_process": False,
        **values,
    }  # fmt: skip
    return Setup(**given)


def made_board(folder: Path, slots: int = 1) -> Board:
    """The board that `setup` names."""
    return Board.create(folder / "board", slots)


def told(folder: Path) -> Told:
    """The workload that does as it is told."""
    from engine.config import Settings

    return Told({}, Place(Settings(home=folder), folder, folder / "outputs", 1))


def chunk(*arguments: Any) -> list[PlainAttempt]:
    """First attempts at tasks 0, 1, …"""
    return [(task, argument, 1, 0.0) for task, argument in enumerate(arguments)]


def records(returned: Returned) -> list[dict[str, Any]]:
    """The records of a chunk by the names of their fields, those without a fingerprint with None for it."""
    texts = returned.lines.decode().splitlines()
    found: Sequence[list[Any]] = [json.loads(text.replace(",]", ",null]")) for text in texts]
    return [dict(zip(LINE, values, strict=True)) for values in found]


def unreadable() -> Pickled:
    """A pickle that cannot be read."""
    return Pickled(b"no pickle")
