"""Jobs of the functions in `chores`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.model import Configuration, Plan, Task
from tests.engine.support import TESTS


def chore_plan(function: str, arguments: Sequence[Any], configuration: Configuration, **options: Any) -> Plan:
    """A job of a function of `chores` over these arguments."""
    tasks = tuple(Task(index, f"{function} {index}", argument) for index, argument in enumerate(arguments))
    named = {"function": f"chores:{function}", "search_path": [TESTS], **options}
    return Plan("job", "function", function, tasks, (configuration,), named)
