"""A run's folder: what is in it, and the lock that says that its orchestrator lives.

    <home>/runs/<token>/
        tasks.jsonl          one JSON array a task: [label, argument], see `engine.protocol.pickling.fields_of`
        inputs/              what was uploaded
        outputs/             what the tasks made
        trials/<order>/      specification and board of each trial
        alive.lock           held by the orchestrator as long as it lives
        reserve              while it runs: room on the disk for the run's last words
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from engine.machine import private
from engine.model import Task
from engine.protocol.pickling import fields_of, from_fields
from engine.text import storable

_first = json.JSONDecoder().raw_decode
_RESERVE_BYTES = 256 * 1024
"""SQLite needs a journal of some pages to say on a full disk that a run has failed."""


def link(source: str | Path, target: str | Path) -> str | Path:
    """Give a file a second name, each of which can be deleted alone; a copy where there are no hard links.

    Raises OSError when neither can be done.
    """
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links, or another one
        shutil.copy2(source, target)
    return target


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
        return private.make_folder(folder)

    def write_tasks(self, tasks: Iterable[Task]) -> None:
        """Store the tasks; their order is their index."""
        private.make_folder(self.path)
        # Whole or not at all: a double click must not cut a list that is being read.
        draft = self.path / f"tasks.{secrets.token_hex(4)}.part"
        try:
            with open(draft, "w", encoding="utf-8", opener=private.opener) as file:
                file.writelines(json.dumps([storable(task.label), *fields_of(task.argument)]) + "\n" for task in tasks)
            draft.replace(self.tasks_file)
        finally:
            draft.unlink(missing_ok=True)

    def tasks(self) -> Iterator[Task]:
        """The stored tasks, in order; none where the file is gone."""
        if not self.tasks_file.is_file():
            return
        with open(self.tasks_file, encoding="utf-8") as file:
            for index, line in enumerate(file):
                label, *fields = json.loads(line)
                yield Task(index, storable(label), from_fields(*fields))

    def labels(self) -> list[str]:
        """The stored tasks' labels, in order; none where the file is gone."""
        if not self.tasks_file.is_file():
            return []
        # A line begins with its label: reading only that is several times as fast as reading the line.
        with open(self.tasks_file, encoding="utf-8") as file:
            return [storable(_first(line, 1)[0]) for line in file]

    def link_into(self, target: Path, names: Iterable[str]) -> None:
        """Put these subfolders of this run into another run's folder, as hard links: each can be deleted alone."""
        for name in names:
            if (self.path / name).is_dir():
                shutil.copytree(self.path / name, target / name, copy_function=link)

    def keep_reserve(self) -> None:
        """Take some room on the disk, to be given back when the disk is full."""
        (self.path / "reserve").write_bytes(bytes(_RESERVE_BYTES))

    def free_reserve(self) -> None:
        """Give that room back."""
        (self.path / "reserve").unlink(missing_ok=True)

    def lock(self) -> FileLock:
        """The orchestrator's lock, not yet taken."""
        private.make_folder(self.path)
        return FileLock(self.path / "alive.lock", timeout=0, mode=0o600)

    def alive(self) -> bool:
        """Whether an orchestrator holds the lock."""
        file = self.path / "alive.lock"
        if not file.exists():
            return False
        try:
            with self.lock():
                return False
        except Timeout:
            return True
        except OSError:  # a home that has become read-only: its runs are still to be seen
            return private.is_locked(file)
