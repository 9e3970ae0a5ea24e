"""What `compare` compares on: WHAT and its inputs as a job's tasks."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from engine.cli.values import whole
from engine.errors import InputRefused, SettingRefused
from engine.machine.remote_files import is_address
from engine.model import Plan
from engine.store import Store


def tasks_of(what: str, inputs: Sequence[str], given: Mapping[str, Any], store: Store, stack: ExitStack) -> Plan:
    """The tasks to compare on, as a job. Raises SettingRefused for an unknown WHAT."""
    if ":" in what:
        return _function_tasks(what, inputs, given, store)
    if what not in TASKS:
        raise SettingRefused(f"{what!r} is nothing to compare: choose {', '.join(TASKS)} or package.module:function.")
    return TASKS[what](inputs, given, store, stack)


def _resize_tasks(inputs: Sequence[str], given: Mapping[str, Any], store: Store, stack: ExitStack) -> Plan:
    from engine.cli.sources import gathered
    from engine.runs.plans import SEQUENTIAL
    from engine.runs.resize_plans import demo_resize_plan, resize_plan
    from engine.workloads.images.making.options import resizing_from

    resizing = resizing_from({"sizes": given["sizes"] or ("400x400",)})
    if not inputs:
        return demo_resize_plan(resizing, SEQUENTIAL, store.settings)
    if elsewhere := next(filter(is_address, inputs), None):
        raise InputRefused(f"A comparison needs pictures on a disk, not at an address ({elsewhere}): copy some.")
    paths = [Path(text) for text in inputs]
    for path in paths:
        if not path.exists():
            raise InputRefused(f"There is no file or folder {path}: correct its name.")
    found = stack.enter_context(gathered(paths, None, store.settings, leave_out=store.settings.runs))
    return resize_plan(
        found.files, resizing, SEQUENTIAL, store.settings, root=found.root,
        identities=None if found.root else found.identities,
    )  # fmt: skip


def _scrape_tasks(inputs: Sequence[str], given: Mapping[str, Any], store: Store, stack: ExitStack) -> Plan:
    from engine.cli.run import addresses
    from engine.runs.plans import SEQUENTIAL, demo_scrape_plan, scrape_plan

    if not inputs:
        return demo_scrape_plan(SEQUENTIAL, store.settings)
    urls = [url for text in inputs for url in addresses(text if is_address(text) else Path(text), store.settings)]
    return scrape_plan(urls, SEQUENTIAL, store.settings)


def _simple_tasks(workload: str, count: int, option: str) -> Callable[..., Plan]:
    def tasks(inputs: Sequence[str], given: Mapping[str, Any], store: Store, stack: ExitStack) -> Plan:
        from engine.runs.plans import SEQUENTIAL, simple_plan

        number = whole(given["tasks"], "--tasks") if given["tasks"] else count
        return simple_plan(workload, number, {option: given[option]}, SEQUENTIAL, store.settings)

    return tasks


def _function_tasks(name: str, inputs: Sequence[str], given: Mapping[str, Any], store: Store) -> Plan:
    from engine.runs.functions import function_plan, own_path, read_tasks

    if bool(inputs) == bool(given["tasks"]):
        raise InputRefused(
            "Write the function's arguments behind its name, or name their file, one a line, with --tasks FILE "
            "(- is stdin): one of the two."
        )
    arguments = [value for text in inputs or [_read(given["tasks"])] for value in read_tasks(text)]
    path = list(dict.fromkeys([os.getcwd(), *own_path()]))  # an installed command does not have the current folder
    elsewhere = given["only_python"] or given["checkouts"]  # what the function imports may be there only
    return function_plan(name, arguments, store.settings, given["setup"], path, import_here=not elsewhere)


def _read(file: str) -> str:
    try:
        return (sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise InputRefused(f"{'stdin' if file == '-' else file} cannot be read ({error}).") from None


TASKS: dict[str, Callable[..., Plan]] = {
    "resize": _resize_tasks,
    "scrape": _scrape_tasks,
    "compute": _simple_tasks("compute", 32, "amount"),
    "wait": _simple_tasks("wait", 64, "seconds"),
}
