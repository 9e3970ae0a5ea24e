"""A run's folder: what is in it, and the lock that says that its orchestrator lives.

    <home>/runs/<token>/
        tasks.jsonl          one JSON array a task: [label, argument]
        inputs/              what was uploaded
        outputs/             what the tasks made
        trials/<order>/      specification and board of each trial
        alive.lock           held by the orchestrator as long as it lives
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from engine.model import Task


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The paths of one run."""

    path: Path

    @property
    def tasks_file(self) -> Path:
        """The tasks, a line each."""
        return self.path / "tasks.jsonl"

    @property
    def inputs(self) -> Path:
        """Uploaded files."""
        return self.path / "inputs"

    @property
    def outputs(self) -> Path:
        """What the tasks of a job made."""
        return self.path / "outputs"

    def trial(self, order: int) -> Path:
        """The folder of one trial, made when asked for."""
        folder = self.path / "trials" / str(order)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def write_tasks(self, tasks: Iterable[Task]) -> None:
        """Store the tasks; their order is their index."""
        self.path.mkdir(parents=True, exist_ok=True)
        with open(self.tasks_file, "w", encoding="utf-8") as file:
            file.writelines(json.dumps([task.label, task.argument]) + "\n" for task in tasks)

    def tasks(self) -> Iterator[Task]:
        """The stored tasks, in order; none where the file is gone."""
        if not self.tasks_file.is_file():
            return
        with open(self.tasks_file, encoding="utf-8") as file:
            for index, line in enumerate(file):
                label, argument = json.loads(line)
                yield Task(index, label, argument)

    def lock(self) -> FileLock:
        """The orchestrator's lock, not yet taken."""
        self.path.mkdir(parents=True, exist_ok=True)
        return FileLock(self.path / "alive.lock", timeout=0)

    def alive(self) -> bool:
        """Whether an orchestrator holds the lock."""
        if not (self.path / "alive.lock").exists():
            return False
        try:
            with self.lock():
                return False
        except Timeout:
            return True
