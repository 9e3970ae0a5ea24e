"""`function`: the user's own function, named `package.module:function`, one JSON value a task."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any

from engine.errors import SettingRefused
from engine.workloads.base import Place, Workload


class Function(Workload):
    """Calls option `function` with the task's argument; option `setup` names one to call once per process first.

    Whoever runs this lets the named module run in this process: the app allows it only where its
    configuration says so.
    """

    name = "function"

    def __init__(self, options: dict[str, Any], place: Place) -> None:
        super().__init__(options, place)
        self.function = named_function(options["function"])
        self.has_async = inspect.iscoroutinefunction(self.function)
        if options.get("setup"):
            named_function(options["setup"])()

    def run(self, argument: Any) -> Any:
        """What the function returns; it must be a plain JSON value."""
        return self.function(argument)

    async def run_async(self, argument: Any) -> Any:
        """What the coroutine function returns."""
        return await self.function(argument)


def named_function(name: str) -> Callable[..., Any]:
    """The function behind `package.module:function`. Raises SettingRefused with what to write instead."""
    module, _, path = name.partition(":")
    if not module or not path or module == "__main__" or "<" in name:
        raise SettingRefused(
            f"{name!r} names no function that another process can import: write it as package.module:function, "
            "with the function at the top level of a file (a notebook's functions must move into one)."
        )
    try:
        found: Any = import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise SettingRefused(f"{name!r} cannot be imported ({error}): check its spelling and the folder.") from None
    if not callable(found):
        raise SettingRefused(f"{name!r} is no function.")
    function: Callable[..., Any] = found
    return function
