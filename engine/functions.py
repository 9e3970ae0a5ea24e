"""The user's own function as a plan: from Python (`engine.compare`) and from the command line."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from engine.config import Settings
from engine.errors import InputRefused, SettingRefused
from engine.model import Plan, Task
from engine.plans import SEQUENTIAL, counted, job
from engine.workloads.function import named_function

IN_TRIAL = "OVERLAP_TRIAL"
"""Set in a trial's environment, so that a script which compares at its top level is caught when a worker imports it."""


def function_plan(
    name: str,
    arguments: Sequence[Any],
    settings: Settings,
    setup: str | None = None,
    search_path: Iterable[str] = (),
    import_here: bool = True,
) -> Plan:
    """A sequential job of a function named `package.module:function` over plain JSON values.

    With `import_here` it is imported, as a check; without, `function_check` has had another process do that.
    Raises SettingRefused when it cannot be imported, InputRefused when there are no tasks or one cannot be sent.
    """
    if os.environ.get(IN_TRIAL):
        raise SettingRefused(
            "A worker that imported your script met the comparison itself: "
            'put the call below `if __name__ == "__main__":`.'
        )
    if not arguments:
        raise InputRefused("There is no task: give at least one argument for the function.")
    path = list(search_path)
    if import_here:
        for place in reversed([place for place in path if place not in sys.path]):
            sys.path.insert(0, place)
        for named in filter(None, (name, setup)):
            named_function(named)
    tasks = [Task(index, _label(argument), argument) for index, argument in enumerate(arguments)]
    options = {"function": name, "setup": setup, "search_path": path}
    return job("function", f"{counted(len(tasks), 'task')} of {name}", tasks, SEQUENTIAL, options, settings)


def name_of(function: Callable[..., Any] | str) -> tuple[str, list[str]]:
    """`package.module:function` of a function object, and the folders that make it importable.

    Raises SettingRefused for what another process cannot import: lambdas, closures, a notebook's functions.
    """
    if isinstance(function, str):
        return function, own_path()
    module, path = function.__module__, function.__qualname__
    extra = own_path()
    if module == "__main__":
        file = getattr(sys.modules["__main__"], "__file__", None)
        if file is None:
            raise SettingRefused(
                f"{path} was defined in a notebook or a prompt, which other processes cannot import: "
                "write it to a file, for example with %%writefile tasks.py, and import it from there."
            )
        module, extra = Path(file).stem, [str(Path(file).resolve().parent), *extra]
    if "<" in path:
        raise SettingRefused(f"{path} is defined inside another function: move it to the top level of a file.")
    return f"{module}:{path}", list(dict.fromkeys(extra))


def own_path() -> list[str]:
    """The caller's sys.path without this Python's own folders, which another Python must not see."""
    inside = tuple(str(Path(prefix).resolve()) for prefix in {sys.prefix, sys.base_prefix})
    places = [str(Path(place or os.getcwd()).resolve()) for place in sys.path]
    return [place for place in dict.fromkeys(places) if os.path.isdir(place) and not place.startswith(inside)]


def read_tasks(text: str) -> list[Any]:
    """One task a line: a JSON value, or plain text where the line is none."""
    return [_value(line) for line in text.splitlines() if line.strip()]


def _value(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return line


def _label(argument: Any) -> str:
    text = argument if isinstance(argument, str) else json.dumps(argument, default=repr)
    return text if len(text) <= 80 else text[:79] + "…"
