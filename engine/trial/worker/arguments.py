"""Arguments of tasks as a worker gets them: read from their pickles, or from the list of all tasks."""

from __future__ import annotations

import json
from typing import Any

from engine.errors import TaskFailed
from engine.model import Pickled
from engine.protocol.pickling import from_fields, unpacked
from engine.trial.worker.endings import failure_of


def held_arguments(tasks: str) -> tuple[Any, ...]:
    """All arguments, as a user's own initializer would load them; what cannot be read fails its own task."""
    with open(tasks, encoding="utf-8") as lines:
        arguments = [from_fields(*fields) for _, *fields in map(json.loads, lines)]
    return tuple(_value(one) if type(one) is Pickled else one for one in arguments)


def opened(argument: Pickled) -> tuple[Any, BaseException | None]:
    """A pickled argument's value, or what kept it from being read here."""
    try:
        return unpacked(argument), None
    except BaseException as error:
        words = failure_of(error)[1]
        return None, TaskFailed("unreadable_argument", f"The task's argument cannot be read in the worker ({words}).")


def _value(argument: Pickled) -> Any:
    value, problem = opened(argument)
    return argument if problem else value
