"""What a worker must know before its first task. Workers import this: the standard library only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.protocol.board import Board


@dataclass(frozen=True, slots=True)
class Setup:
    """Plain values that any executor can send."""

    workload: str
    options: dict[str, Any]
    settings: dict[str, Any]
    folder: str
    outputs: str
    board: str
    workers: int
    own_process: bool
    secrets: tuple[str, ...] = ()
    """Variables of the environment that hold what the specification must not: passwords."""
    preload: tuple[str, ...] = ()
    """Modules that every worker needs."""
    coroutines: bool = False
    limit_s: float | None = None
    """The time limit of a task, for workers that hold their coroutines to it themselves."""
    stores: bool = True
    """Whether outputs are stored with their records (a job's); a comparison's are carried back and dropped."""
    pickles: bool = False
    """Whether what a worker returns travels as a pickle."""
    tasks: str | None = None
    """The file of all tasks, for workers that load their arguments as they start."""
    reads: tuple[str, ...] = ()
    """Some of the files that tasks read, for workers that may not see them."""
    writes: tuple[str, ...] = ()
    """The folders that tasks write to, likewise."""
    modules: tuple[str, ...] = ()
    """The user's own modules that tasks need, which workers on other machines are sent, and …"""
    search_path: tuple[str, ...] = ()
    """… the folders that those come from."""
    takes_turns: bool = False
    """Whether tasks ask for their turn at hosts."""

    def board_row(self, slot: int) -> tuple[int, int]:
        """Where a worker's task and its start stand in the board, see `Board.row`."""
        return Board.row(slot)

    def moved(self, board: str, home: str, slots: int) -> Setup:
        """The same as it is meant on another machine: with a home and a new board of its own."""
        Board.create(Path(board), slots)
        return replace(self, board=board, settings={**self.settings, "home": home})
