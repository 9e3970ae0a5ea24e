"""Other Pythons: whether the one that was named can run these tasks.

Each is asked in a short process of its own before anything starts. It runs this same engine from this same folder,
with its own packages. `available` turns what is missing into a refusal.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import engine
from engine.config import without_secrets
from engine.errors import NotAvailable
from engine.machine.interpreters import engine_path, executable
from engine.workloads import modules_of, workload_class

OLDEST = (3, 11)
_ASK_S = 30.0
_FRESH_S = 30.0
"""For how long an answer holds: somebody may install what was missing."""
_ASK = """
import json, platform, sys
asked = json.loads(sys.argv[1])
found = {"version": platform.python_version(), "implementation": platform.python_implementation(), "missing": [],
         "gil": bool(getattr(sys, "_is_gil_enabled", lambda: True)()), "problem": None, "reasons": {}}
if sys.version_info >= tuple(asked["oldest"]):
    import importlib, importlib.util
    found["missing"] = [name for name in asked["packages"] if importlib.util.find_spec(name) is None]
    if not found["missing"]:
        try:
            for name in asked["modules"]:
                importlib.import_module(name)
            from engine.orchestrator.available import executors_for
            found["reasons"] = executors_for(asked["workload"], asked["options"])
        except Exception as error:
            found["problem"] = "%s: %s" % (type(error).__name__, error)
        found["gil"] = bool(getattr(sys, "_is_gil_enabled", lambda: True)())
print("\\n" + json.dumps(found))
"""


@dataclass(frozen=True, slots=True)
class PythonFound:
    """What another Python said of itself. `gil` is whether its GIL is on, after importing what the tasks need.

    `missing` are the packages (by their import names) that the workload needs and that it lacks, `problem` is what
    else kept it from importing them, and `reasons` says by executor why these tasks cannot run on it there.
    """

    path: str
    executable: str
    version: str
    implementation: str
    gil: bool
    missing: tuple[str, ...]
    problem: str | None
    reasons: Mapping[str, str | None]

    def plain(self) -> dict[str, Any]:
        """The description that a run keeps of it."""
        return {"version": self.version, "implementation": self.implementation, "gil": self.gil}


def inspect_python(path: str, workload: str, options: Mapping[str, Any] | None = None) -> PythonFound:
    """Ask a Python, named as an executable or a virtual environment's folder, whether it can run a workload.

    Raises NotAvailable where there is no Python, or it does not answer.
    """
    given = dict(options or {})
    asked = {
        "oldest": OLDEST,
        "packages": _packages(workload, given),
        "modules": modules_of(workload, given),
        "workload": workload,
        "options": given,
    }
    places = [engine_path(other=True), *given.get("search_path", ())]
    fresh = int(time.monotonic() / _FRESH_S)
    answer = _answer(executable(path), json.dumps(asked), os.pathsep.join(places), fresh)
    return PythonFound(path=path, executable=executable(path), **{**answer, "missing": tuple(answer["missing"])})


def usable_python(path: str, workload: str, options: Mapping[str, Any] | None = None) -> PythonFound:
    """The same, of a Python that can run the workload. Raises NotAvailable with what is missing there."""
    python = inspect_python(path, workload, options)
    named = f"Python {python.version} at {path}"
    if tuple(map(int, python.version.split(".")[:2])) < OLDEST:
        raise NotAvailable(f"{named} is too old: name one from {OLDEST[0]}.{OLDEST[1]} on.")
    if python.missing:
        packages = " ".join(distributions_of(python.missing))
        raise NotAvailable(
            f"{named} lacks what the workload {workload} needs ({', '.join(python.missing)}): "
            f"{python.executable} -m pip install {packages}"
        )
    if python.problem:
        raise NotAvailable(f"{named} cannot load the workload {workload} ({python.problem}).")
    return python


def described(paths: Iterable[str | None], workload: str, options: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What a run's environment says of the other Pythons that it names, by their paths."""
    named = dict.fromkeys(path for path in paths if path)
    return {path: inspect_python(path, workload, options).plain() for path in named}


def _packages(workload: str, options: Mapping[str, Any]) -> list[str]:
    """What the workload needs; of a user's own modules only an import can tell."""
    engines = [module for module in modules_of(workload, options) if module.startswith("engine.")]
    return sorted({*packages_of(engines), *workload_class(workload).packages})


@lru_cache(maxsize=64)
def _answer(python: str, asked: str, search_path: str, _fresh: int) -> dict[str, Any]:
    try:
        asking = subprocess.run(
            [python, "-c", _ASK, asked],
            env={**without_secrets(os.environ), "PYTHONPATH": search_path, "PYTHONUTF8": "1", "PYTHONSAFEPATH": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ASK_S,
        )
        lines = asking.stdout.decode("utf-8", "replace").strip().splitlines()
        if not lines:
            said = asking.stderr.decode("utf-8", "replace").split("\n")[0].strip()
            raise ValueError(said or f"it ended with {asking.returncode} and said nothing")
        answer: dict[str, Any] = json.loads(lines[-1])
    except subprocess.TimeoutExpired:
        raise NotAvailable(f"{python} did not say within {_ASK_S:.0f} s what Python it is.") from None
    except (OSError, ValueError) as error:
        raise NotAvailable(f"{python} is no Python that can be used ({error}).") from None
    return answer


def packages_of(modules: Sequence[str]) -> list[str]:
    """The packages that these modules of the engine import at once, themselves or through each other.

    Read from their source, so that all that a Python lacks can be named together and not one after the other.
    """
    seen: set[str] = set()
    packages: set[str] = set()
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if not name.startswith("engine"):
            packages.add(name.partition(".")[0])
        elif (source := _source(name)) is not None:
            waiting.extend(_imported(ast.parse(source.read_bytes()).body))
    return sorted(packages - sys.stdlib_module_names)


def _source(module: str) -> Path | None:
    place = Path(engine.__file__).parent.parent.joinpath(*module.split("."))
    return next((one for one in (place.with_suffix(".py"), place / "__init__.py") if one.is_file()), None)


def _imported(body: Sequence[ast.stmt]) -> Iterator[str]:
    """What a module imports when it is imported; what it only tries to import it can do without."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module.startswith("engine"):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def distributions_of(packages: Iterable[str]) -> list[str]:
    """The names under which packages are installed, for example Pillow for PIL, where this Python knows them."""
    known = packages_distributions()
    return list(dict.fromkeys(known.get(package, [package])[0] for package in packages))
