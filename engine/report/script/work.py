"""What each workload puts into the script to take home: its tasks, its work, and which packages that needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.errors import NotAvailable
from engine.model import Plan, Run, Task
from engine.report.script import texts
from engine.report.script.parts import Work, literal, pairs
from engine.report.script.resize import resize
from engine.report.script.scrape import scrape
from engine.report.script.source import method_as_function
from engine.store import Store


def _pure(store: Store, run: Run, tasks: Sequence[Task], asynchronous: bool) -> Work:
    """compute, wait: the workload's own method, as a function."""
    source = method_as_function(run.workload, "run_async" if asynchronous else "run")
    text = "OPTIONS = $options\n" + source.text.replace("$", "$$")
    return Work(text, {"options": literal(dict(run.options))}, pairs(tasks), source.imports)


def _function(store: Store, run: Run, tasks: Sequence[Task], asynchronous: bool) -> Work:
    """A user's own function, imported by its name from beside the script."""
    module, path = _reference(run.options, "function")
    modules = [module]
    # Names of our own choice, so that nobody's function can be taken for one of the script's.
    imports, text, names = [f"import {module} as mine"], texts.FUNCTION, {"function": f"mine.{path}"}
    if run.options.get("setup"):
        module, path = _reference(run.options, "setup")
        modules.append(module)
        imports.append(f"import {module} as my_setup")
        text, names = text + texts.SET_UP, {**names, "setup": f"my_setup.{path}"}
    needed = " and ".join(dict.fromkeys(one.partition(".")[0] for one in modules))
    return Work(
        text,
        {**names, "imports": "\n".join(imports)},
        pairs(tasks),
        prepares=bool(run.options.get("setup")),
        remarks=(
            f"Put it beside {needed}, or have PYTHONPATH name the folder; add what your function imports to "
            '"dependencies".',
            "What the engine does beyond this script: it measures each task, ends tasks that take too long, and goes "
            "on when a worker dies.",
        ),
    )


def _reference(options: Any, key: str) -> tuple[str, str]:
    """Module and path of a function's name. Raises NotAvailable for a name that is none: it would become code."""
    name = str(options[key])
    if options.get(f"{key}_pickled"):
        raise NotAvailable(
            f"{name} came by value, from a notebook or as part of something else: put it at the top level of a file, "
            "and compare it from there, for a script."
        )
    module, _, path = name.partition(":")
    if not all(part.isidentifier() for part in (*module.split("."), *path.split("."))):
        raise NotAvailable(f"{name!r} names no function that a script could import.")
    return module, path


def must_be_written(plan: Plan) -> None:
    """Raises NotAvailable where a plan's function or arguments cannot be written into a script."""
    if plan.workload == "function":
        _reference(plan.options, "function")
        if plan.options.get("setup"):
            _reference(plan.options, "setup")
        pairs(plan.tasks)


WORK: dict[str, Callable[[Store, Run, Sequence[Task], bool], Work]] = {
    "compute": _pure,
    "wait": _pure,
    "function": _function,
    "resize": resize,
    "scrape": scrape,
}
"""Workload: what it puts into the script; the last argument says whether tasks are coroutines."""
