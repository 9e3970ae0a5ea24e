"""The user's own function as a plan: from Python (`engine.compare`) and from the command line."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

from engine.config import Settings
from engine.errors import InputRefused, SettingRefused
from engine.model import Pickled, Plan, Task
from engine.protocol.pickling import Unpicklable, dump, fields_of, is_plain, sendable
from engine.runs.plans import SEQUENTIAL, job
from engine.text import counted
from engine.workloads.function import named_function

IN_TRIAL = "OVERLAP_TRIAL"
"""Set in a trial's environment, so that a script which compares at its top level is caught when a worker imports it."""


@dataclass(frozen=True, slots=True)
class Named:
    """A function that other processes can have: by its name, `package.module:function`, or by value, as a pickle.

    `label` is what people see, `search_path` are the folders that make its name importable.
    """

    label: str
    search_path: tuple[str, ...]
    pickled: Pickled | None = None
    is_async: bool | None = None

    def options(self, key: str) -> dict[str, Any]:
        """The options of the workload `function` that name it under this key."""
        if self.pickled is None:
            return {key: self.label}
        return {key: self.label, f"{key}_pickled": fields_of(self.pickled)[1], f"{key}_async": self.is_async}


def function_plan(
    function: str | Named,
    arguments: Sequence[Any],
    settings: Settings,
    setup: str | Named | None = None,
    search_path: Iterable[str] | None = None,
    import_here: bool = True,
) -> Plan:
    """A sequential job of a function, named `package.module:function` or `Named`, over any values that can be sent.

    `search_path` are folders to import from; without it they are the caller's own. With `import_here` it is imported,
    as a check; without, `function_check` has had another process do that.
    Raises SettingRefused when it cannot be imported, InputRefused when there are no tasks or one cannot be sent.
    """
    if os.environ.get(IN_TRIAL):
        raise SettingRefused(
            "A worker that imported your script met the comparison itself: "
            'put the call below `if __name__ == "__main__":`.'
        )
    if not arguments:
        raise InputRefused("There is no task: give at least one argument for the function.")
    path = list(own_path() if search_path is None else search_path)
    work, first = (Named(one, ()) if isinstance(one, str) else one for one in (function, setup or ""))
    if import_here:
        _import([one.label for one in (work, first) if one.label and one.pickled is None], path)
    tasks = [Task(index, label_of(argument), _sendable(argument)) for index, argument in enumerate(arguments)]
    options = {"setup": None, **work.options("function"), **(first.options("setup") if first.label else {})}
    title = f"{counted(len(tasks), 'task')} of {work.label}"
    return job("function", title, tasks, SEQUENTIAL, {**options, "search_path": path}, settings)


def _import(names: Iterable[str], path: Sequence[str]) -> None:
    """Import these functions, as a check. Raises SettingRefused."""
    for place in reversed([place for place in path if place not in sys.path]):
        sys.path.insert(0, place)
    with redirect_stdout(sys.stderr):  # what an import prints must not stand in a document on stdout
        for name in names:
            named_function(name)


def _sendable(argument: Any) -> Any:
    try:
        return sendable(argument, "the argument")
    except Unpicklable as error:
        raise InputRefused(f"Task {label_of(argument)!r} cannot be sent to a worker: {error}.") from None


def named(function: Callable[..., Any] | str) -> Named:
    """How other processes get this function: by name where they can import it, else by value.

    By value go bound methods, partials, lambdas, closures, callable objects and a notebook's functions.
    Raises SettingRefused for what cannot be pickled either, with the part that cannot.
    """
    if isinstance(function, str):
        return Named(function, tuple(own_path()))
    if name := _importable(function):
        return name
    label = getattr(function, "__qualname__", None) or f"a {type(function).__qualname__}"
    try:
        return Named(label, tuple(own_path()), dump(function, label), iscoroutinefunction(function))
    except Unpicklable as error:
        raise SettingRefused(f"The function cannot be sent to other processes: {error}.") from None


def _importable(function: Callable[..., Any]) -> Named | None:
    """The function by its name, where that leads to this very function in another process."""
    module, path = getattr(function, "__module__", None), getattr(function, "__qualname__", None)
    if not module or not path or "<" in path or _behind(sys.modules.get(module), path) is not function:
        return None
    if module != "__main__":
        return Named(f"{module}:{path}", tuple(own_path()))
    file = getattr(sys.modules["__main__"], "__file__", None)
    if file is None or not file.endswith(".py"):
        return None
    places = dict.fromkeys([str(Path(file).resolve().parent), *own_path()])
    return Named(f"{Path(file).stem}:{path}", tuple(places))


def _behind(module: Any, path: str) -> Any:
    for part in path.split("."):
        module = getattr(module, part, None)
    return module


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


def label_of(argument: Any) -> str:
    """What people see of an argument, at most 80 characters."""
    try:
        text = argument if isinstance(argument, str) else json.dumps(argument) if is_plain(argument) else repr(argument)
    except Exception:  # a class of one's own may have no words for itself
        text = f"a {type(argument).__qualname__}"
    text = " ".join(text[:400].split())
    return text if len(text) <= 80 else text[:79] + "…"
