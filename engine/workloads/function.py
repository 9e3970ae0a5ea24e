"""`function`: the user's own function, named `package.module:function`, one JSON value a task."""

from __future__ import annotations

import ast
import asyncio
import inspect
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

from engine.errors import SettingRefused
from engine.protocol.pickling import from_fields, unpacked
from engine.workloads.base import Place, Workload

_PLAIN = "{name} is a plain function: write it with `async def`, and await what it waits for."


class Function(Workload):
    """Calls option `function` with the task's argument; option `setup` names one to call once per process first.

    Whoever runs this lets the named module run in this process: the app allows it only where its
    configuration says so.
    """

    name = "function"

    def __init__(self, options: dict[str, Any], place: Place) -> None:
        super().__init__(options, place)
        self.function = function_of(options, "function")
        self.has_async = inspect.iscoroutinefunction(self.function)
        self.by_value = bool(options.get("function_pickled"))
        if options.get("setup"):
            function_of(options, "setup")()

    @classmethod
    def no_async_form(cls, options: dict[str, Any]) -> str | None:
        """Reads the function's source and runs none of it; None also where the source does not tell."""
        name = options["function"]
        if options.get("function_pickled"):
            return None if options.get("function_async") else _PLAIN.format(name=name)
        if is_async(name, options.get("search_path", ())) is False:
            return _PLAIN.format(name=name)
        return None

    @property
    def is_coroutine(self) -> bool:
        """Whether the function is one."""
        return self.has_async

    def bare(self) -> Callable[[Any], Any]:
        """The function itself."""
        return self.function

    bare_coroutine = bare

    def run(self, argument: Any) -> Any:
        """What the function returns, a plain JSON value; a coroutine function gets an event loop for each call."""
        return asyncio.run(self.function(argument)) if self.has_async else self.function(argument)

    async def run_async(self, argument: Any) -> Any:
        """What the coroutine function returns."""
        return await self.function(argument)


def is_async(name: str, search_path: Iterable[str]) -> bool | None:
    """Whether `package.module:function` is written with `async def`, from its source; None where that does not tell.

    A decorator can make anything of a function, and a method's class must be looked at: both are left open.
    """
    module, _, path = name.partition(":")
    places: list[str] | None = [*search_path, *sys.path]
    spec = None
    for part in module.split("."):
        spec = PathFinder.find_spec(part, places)
        if spec is None:
            return None
        places = list(spec.submodule_search_locations or ())
    if spec is None or not spec.origin or not spec.origin.endswith(".py"):
        return None
    for node in ast.parse(Path(spec.origin).read_bytes()).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == path:
            return None if node.decorator_list else isinstance(node, ast.AsyncFunctionDef)
    return None


def function_of(options: dict[str, Any], key: str) -> Callable[..., Any]:
    """The function that the options name under this key, or hold by value. Raises SettingRefused."""
    if not (text := options.get(f"{key}_pickled")):
        return named_function(options[key])
    try:
        function: Callable[..., Any] = unpacked(from_fields(None, text))
    except Exception as error:
        raise SettingRefused(f"The function {options[key]} cannot be read here ({error}).") from None
    return function


def named_function(name: str) -> Callable[..., Any]:
    """The function behind `package.module:function`. Raises SettingRefused with what to write instead."""
    module, _, path = name.partition(":")
    if not module or not path or module == "__main__" or "<" in name:
        raise SettingRefused(
            f"{name!r} names no function that another process can import: write it as package.module:function, "
            "with the function at the top level of a file (a notebook's functions must move into one)."
        )
    found: Any = imported(module)
    for part in path.split("."):
        if (found := getattr(found, part, None)) is None:
            raise SettingRefused(f"{module} has no {path}: check its spelling.")
    if not callable(found):
        raise SettingRefused(f"{name!r} is no function.")
    function: Callable[..., Any] = found
    return function


def imported(module: str) -> Any:
    """The module, imported. Raises SettingRefused with what went wrong in it, whatever that was."""
    try:
        return import_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise SettingRefused(f"{module} cannot be imported: {_why(error)}") from None


def _why(error: BaseException) -> str:
    """What an import ended with, and what to do about it, in one sentence."""
    if isinstance(error, SystemExit):
        return f'it ends Python ({error.code!r}): put what it runs below `if __name__ == "__main__":`.'
    if isinstance(error, SyntaxError):
        return f"{error.filename}, line {error.lineno}: {error.msg}."
    if isinstance(error, ImportError) and (error.name or "").partition(".")[0] == "engine":
        return f"{error}, because Overlap's own package has that name: give your folder engine another name."
    if isinstance(error, ModuleNotFoundError):
        return f"{error}: check its spelling, and that its folder is the current one or on PYTHONPATH."
    return f"{type(error).__name__}: {error}."
