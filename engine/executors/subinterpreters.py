"""`subinterpreters`: concurrent.futures.InterpreterPoolExecutor, from Python 3.14 on.

Each worker is a thread with an interpreter, and so a GIL, of its own, in the trial's process. What
an interpreter cannot import (extension modules that were not made for several of them) is found by
trying, not by a list.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Executor
from functools import cache
from typing import Any

from engine.executors.base import Factory, Start

FIRST = (3, 14)
_TRY_S = 20.0
_TRY = """
import json, sys
from concurrent import interpreters
for name in json.loads(sys.argv[1]):
    try:
        interpreters.create().exec(f"import {name}")
    except interpreters.ExecutionFailed as failure:
        sys.exit(str(failure.excinfo.msg or failure.excinfo.formatted))
"""


class Subinterpreters(Factory):
    """Workers are interpreters of one process: none waits for another's GIL, and they share no objects."""

    name = "subinterpreters"
    pickles = True

    @classmethod
    def unavailable(cls) -> str | None:
        """Needs Python 3.14, PEP 734."""
        if sys.version_info < FIRST:
            return f"needs Python {FIRST[0]}.{FIRST[1]}, and this is {sys.version_info[0]}.{sys.version_info[1]}."
        return None

    @classmethod
    def cannot_import(cls, modules: Sequence[str], search_path: Sequence[str] = ()) -> str | None:
        """Why an interpreter of its own cannot import these, in Python's own words; tried in a process of its own."""
        return _tried(tuple(modules), tuple(search_path))

    def open(self, start: Start, arguments: tuple[Any, ...]) -> Executor:
        """A pool of `workers` interpreters."""
        from concurrent import interpreters  # type: ignore[attr-defined, unused-ignore]
        from concurrent.futures import InterpreterPoolExecutor  # type: ignore[attr-defined, unused-ignore]

        slots = interpreters.create_queue()
        for slot in range(self.workers):
            slots.put(slot)
        pool: Executor = InterpreterPoolExecutor(
            max_workers=self.workers,
            thread_name_prefix="overlap-worker",
            initializer=enter,
            initargs=(slots, start, arguments),
        )
        return pool


def enter(slots: Any, start: Start, arguments: tuple[Any, ...]) -> None:
    """Runs first in every interpreter: take a slot, start."""
    start(slots.get(), *arguments)


@cache
def _tried(modules: tuple[str, ...], search_path: tuple[str, ...]) -> str | None:
    path = os.pathsep.join([*search_path, *sys.path])
    tried = subprocess.run(
        [sys.executable, "-P", "-c", _TRY, json.dumps(modules)],
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_TRY_S,
    )
    return None if tried.returncode == 0 else tried.stderr.strip().splitlines()[-1]
