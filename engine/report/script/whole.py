"""The script to take home: one Python file that runs a run's tasks the way that measured best, without Overlap.

It holds what a person would have written: the tasks, the work, the pool. What each workload puts in is in
`work`, the texts that all share are in `texts`. Where outputs must be the same to the byte, see
`folder`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from string import Template
from textwrap import wrap
from typing import Any

from engine.errors import NotAvailable
from engine.executors import EXECUTORS
from engine.model import Configuration, Run, Task, configuration_from
from engine.report.script import texts
from engine.report.script.own_modules import requirements
from engine.report.script.parts import Work
from engine.report.script.work import WORK
from engine.store import Store
from engine.text import counted


def script_chunks(store: Store, run: Run) -> Iterator[bytes]:
    """`script` as UTF-8, for the exports."""
    return iter([script(store, run).encode()])


def script(store: Store, run: Run, configuration: Configuration | None = None) -> str:
    """The script of a run: with the configuration named, else the recommended one, else the job's own.

    Raises NotAvailable, with the reason, where no script can be made of it.
    """
    return written(store, run, configuration, WORK.get(run.workload))


def written(
    store: Store, run: Run, configuration: Configuration | None,
    work_of: Callable[[Store, Run, Sequence[Task], bool], Work] | None,
) -> str:
    """The script around what a workload puts in. Raises NotAvailable."""
    chosen = configuration or recommended(run)
    tasks = list(store.folder(run).tasks())
    if not tasks:
        raise NotAvailable(
            f"Run {run.id} came from a file, or its inputs are gone: a script can only be made where its tasks are."
        )
    must_be_one(run.workload, chosen)
    if work_of is None:
        raise NotAvailable(f"There is no script for {run.workload}: run it with the engine's own command.")
    work = work_of(store, run, tasks, EXECUTORS[chosen.executor].has_async)
    if chosen.executor == "dask":
        work = _on_a_cluster(work, run.workload)
    return "".join(_parts(run, chosen, work, {**_names(store, run, chosen, work), **work.names}))


def must_be_one(workload: str, configuration: Configuration) -> None:
    """Raises NotAvailable where such a configuration, if it is the best, cannot be taken home."""
    if workload == "scrape" and configuration.executor == "dask":
        raise NotAvailable(
            "There is no script for scrape on dask, because in one file a shop's pace holds on one machine only: "
            "leave out dask, or run it with the engine's own command."
        )


def _on_a_cluster(work: Work, workload: str) -> Work:
    """The work for workers that import the script: they have none of its arguments."""
    remarks = (*work.remarks, "Workers need the packages above, and what your own function imports, where they run.")
    if workload != "resize":
        return replace(work, remarks=remarks)
    return replace(
        work, text=work.text + texts.FOLDERS, prepares=True, arguments=True, remarks=remarks,
        before=work.before + "arguments = (FOLDER.resolve(), RESULTS.resolve())\n",
    )  # fmt: skip


def recommended(run: Run) -> Configuration:
    """What the verdict says to take; a job's own configuration. Raises NotAvailable for a comparison without one."""
    if run.kind == "job" and run.configurations:
        return run.configurations[0]
    named = (run.verdict or {}).get("recommended")
    if not named:
        raise NotAvailable(f"Run {run.id} recommends nothing: a script needs a verdict, or a job.")
    return configuration_from(named)


def _names(store: Store, run: Run, chosen: Configuration, work: Work) -> dict[str, Any]:
    """What is filled into the texts."""
    kind = EXECUTORS[chosen.executor]
    arguments = ", initargs=arguments" if work.arguments else ""
    told = ", *arguments" if work.arguments else ""
    return {
        "workers": chosen.workers,
        "method": chosen.start_method or next(iter(kind.start_methods), ""),
        "chunk": chosen.chunk or _chunk(store, run, chosen),
        "async_": "async " if kind.has_async else "",
        "await_": "await " if kind.has_async else "",
        "initializer": f", initializer=prepare{arguments}" if work.prepares else "",
        "prepare": f"prepare({'*arguments' if work.arguments else ''})\n" if work.prepares else "",
        "everywhere": f"    client.run(there.prepare{told})\n" if work.prepares else "",
        "finish": work.finish,
    }


def _pool(chosen: Configuration, work: Work) -> texts.Pool:
    """How the tasks are run: by the code that was measured beside an executor, where its workers need no set-up."""
    beside = texts.POOLS.get(chosen.reference or "")
    return texts.POOLS[chosen.executor] if beside is None or work.prepares else beside


def _parts(run: Run, chosen: Configuration, work: Work, names: dict[str, Any]) -> Iterator[str]:
    pool = _pool(chosen, work)
    measured = dict(run.environment.get("libraries") or {})
    lines = _list(requirements({*pool.packages, *work.packages}, measured))
    yield Template(texts.METADATA).substitute(dependencies=lines, python=pool.python)
    yield _header(run, chosen, work)
    variables = [one.partition("=") for one in chosen.environment]
    more = ("import os",) if variables else ()
    yield "\n".join(_imports({*work.imports, *pool.imports, *more})) + "\n\n"
    yield "".join(f"os.environ[{name!r}] = {value!r}\n" for name, _, value in variables)
    yield Template(pool.constants).substitute(names)
    yield Template(work.text).substitute(names)
    yield _held(Template(texts.ATTEMPT).substitute(names), chosen)
    if EXECUTORS[chosen.executor].has_async:
        yield Template(texts.ALL_TASKS).substitute(names)
    body = work.before + _held(Template(pool.lines).substitute(names), chosen) + work.after
    yield Template(texts.MAIN).substitute(body=_indented(body))
    yield "TASKS = [\n" + "".join(f"    {task!r},\n" for task in work.tasks) + "]\n\n"
    yield texts.GUARD


def _held(text: str, chosen: Configuration) -> str:
    """The text; where each worker loads all arguments at its start, as importing the script does, tasks are places."""
    if not chosen.held:
        return text
    return text.replace("= task\n", "= TASKS[task]\n").replace("attempt, TASKS", "attempt, range(len(TASKS))")


def _header(run: Run, chosen: Configuration, work: Work) -> str:
    whole = run.terms.get("all_tasks")
    sample = f", a sample of {whole:,}," if whole else ""
    lines = [
        f"{counted(run.tasks, 'task')} of {run.workload}{sample} on {chosen.label}, as Overlap measured in "
        f"run {run.id} on {run.environment.get('cpus_usable', '?')} usable CPUs with Python "
        f"{run.environment.get('python', '?')}.",
        *((run.verdict or {}).get("sentences") or ()),
        "",
        "Start it with `uv run FILE`, or install the packages above and use python. It prints one line of JSON a task.",
        *work.remarks,
    ]
    wrapped = (part for line in lines for part in wrap(_printable(line), 110) or [""])
    return "".join(f"# {line}".rstrip() + "\n" for line in wrapped) + "\n"


def _printable(text: str) -> str:
    """The text as part of one comment line: nothing in it can end the line."""
    return "".join(character if character.isprintable() else " " for character in str(text))


def _chunk(store: Store, run: Run, chosen: Configuration) -> int:
    """The largest hand-over when this was measured; 1 where tasks were handed over one by one."""
    trials = [one for one in store.trials(run) if one.configuration == chosen]
    return max((one.measurement.chunk or 1 for one in trials), default=1)


def _list(lines: Sequence[str]) -> str:
    """A TOML list in comments, as PEP 723 wants it."""
    if not lines:
        return "[]"
    escaped = (line.replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return "[\n" + "".join(f'#     "{line}",\n' for line in escaped) + "# ]"


def _imports(more: set[str]) -> list[str]:
    found = {"import json", "import sys", "import time", *more}

    def place(line: str) -> tuple[bool, bool, str]:
        return line.split()[1].partition(".")[0] not in sys.stdlib_module_names, line.startswith("from "), line

    return sorted(found, key=place)


def _indented(text: str) -> str:
    return "".join("    " + line if line.strip() else line for line in text.splitlines(keepends=True))
