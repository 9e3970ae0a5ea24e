"""What a workload puts into the script to take home, and how values of a run are written as Python."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pprint import pformat
from typing import Any

from engine.errors import NotAvailable
from engine.model import Pickled, Task
from engine.protocol.pickling import unpacked


@dataclass(frozen=True, slots=True)
class Work:
    """What a workload puts into the script.

    `text` defines `run`, and `prepare` where `prepares`; `before` stands in `main` ahead of the pool, and sets
    `arguments` for `prepare` where `arguments` says so. `packages` are what it imports of other people's.
    """

    text: str
    names: Mapping[str, Any]
    tasks: Sequence[tuple[str, Any]]
    imports: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    prepares: bool = False
    arguments: bool = False
    before: str = ""
    after: str = ""
    finish: str = ""
    """What the coroutine of all tasks does at its end."""
    remarks: tuple[str, ...] = ()


def literal(value: Any) -> str:
    """A plain value as Python, over several lines where it is long."""
    return pformat(value, width=110, sort_dicts=False)


def pairs(tasks: Sequence[Task]) -> list[tuple[str, Any]]:
    """Label and argument of each task. Raises NotAvailable for an argument that cannot be written as Python."""
    return [(task.label, _plain(task)) for task in tasks]


def _plain(task: Task) -> Any:
    """The argument, where reading its text gives it back; what came by value could be anything, and is not opened."""
    if type(task.argument) is not Pickled:
        return task.argument
    if not task.argument.by_value:
        value = unpacked(task.argument)
        try:
            if ast.literal_eval(repr(value)) == value:
                return value
        except Exception:  # a class of somebody's own may fail at any of these
            pass
    raise NotAvailable(
        f"The argument of task {task.label!r} cannot be written into a script: compare on values such as numbers, "
        "texts, tuples and dicts, and have the function make the rest of them."
    )
