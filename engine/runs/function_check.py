"""Whether a user's own function can be called by other processes: asked of one, which imports it as a trial would.

Nothing of the user's module runs in the process that asks, a web server perhaps: a module may print, exit, crash or
never come to an end while it is imported. Sits beside `functions`.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import SettingRefused
from engine.machine import child

IMPORT_S = 20.0
"""How long the import of a user's module may take here; a trial would wait as long for each of its workers."""

_CHILD = """
import importlib, inspect, json, os, sys
answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)
def told(**found):
    answer.write(json.dumps(found)); answer.flush(); os._exit(0)
for name in filter(None, sys.argv[1:]):
    module, _, path = name.partition(":")
    try:
        found = importlib.import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
    except BaseException as error:
        missing = isinstance(error, ModuleNotFoundError) and module.startswith(str(error.name))
        text = str(error)[:300].encode("utf-8", "replace").decode()
        told(name=name, missing=missing, error=type(error).__name__, text=text)
    if not callable(found):
        told(name=name, missing=False, error="TypeError", text=path + " is no function")
    if name == sys.argv[1]:
        is_async = inspect.iscoroutinefunction(found)
told(is_async=is_async)
"""


@dataclass(frozen=True, slots=True)
class FoundFunction:
    """A function that another process could import. `is_async` says that it is a coroutine function."""

    is_async: bool


def look_at_function(
    name: str, setup: str | None = None, search_path: Sequence[str] = (), limit_s: float = IMPORT_S
) -> FoundFunction:
    """Import `package.module:function`, and the set-up, in a process of its own.

    Raises SettingRefused, with what to do, when that fails or takes longer than the limit.
    """
    for one in filter(None, (name, setup)):
        module, _, path = one.partition(":")
        if not module or not path or not all(part.isidentifier() for part in f"{module}.{path}".split(".")):
            raise SettingRefused(f"{one!r} names no function: write it as package.module:function.")
    said = _answer_of([name, setup or ""], search_path, limit_s)
    if "error" in said:
        raise SettingRefused(_sentence(said))
    return FoundFunction(bool(said["is_async"]))


def _answer_of(names: Sequence[str], search_path: Sequence[str], limit_s: float) -> dict[str, object]:
    process = child.start(
        ["-c", _CHILD, *names], path=os.pathsep.join([child.ROOT, *search_path]), variables={"OVERLAP_TRIAL": "1"},
        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        output, _ = process.communicate(timeout=limit_s)
    except subprocess.TimeoutExpired:
        raise SettingRefused(
            f"{names[0].partition(':')[0]} was not imported within {limit_s:g} s: what it does at its top level must "
            'move below `if __name__ == "__main__":`.'
        ) from None
    finally:
        child.end(process)
    try:
        answer: dict[str, object] = json.loads(output)
    except ValueError:
        raise SettingRefused(
            f"The Python that imported {names[0].partition(':')[0]} ended with code {process.returncode} while it did."
        ) from None
    return answer


def _sentence(said: dict[str, object]) -> str:
    name, error, text = str(said["name"]), said["error"], said["text"]
    module, _, path = name.partition(":")
    if said["missing"]:
        return f"There is no module {module!r} where Python looks: name the folder that holds it, or correct its name."
    if error == "AttributeError" and f"'{path.split('.')[-1]}'" in str(text):
        return f"The module {module!r} has no {path!r}: correct its name."
    if error == "TypeError" and "is no function" in str(text):
        return f"{path!r} of the module {module!r} is no function."
    return f"{module!r} cannot be imported: {error}: {text}"
