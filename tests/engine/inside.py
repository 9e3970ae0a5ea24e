"""Orchestrators in threads of the process of the tests: the same runs, without half a second of imports for each.

A run's trials are processes as ever. What tests of an orchestrator's own death, signals or settings need is a real one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from threading import Thread

import pytest

from engine.config import PREFIX, load
from engine.errors import OverlapError
from engine.model import Part, Run
from engine.orchestrator.main import Orchestrator, work
from engine.orchestrator.services import Services
from engine.runs import jobs
from engine.store import Store

PARTS: dict[str, Part] = {"all": "all", "unfinished": "unfinished", "failed": "failed"}


class Inside:
    """Stands where the handle of the orchestrator's process would."""

    def __init__(self, run: Run, arguments: list[str], log: Path) -> None:
        self.stdin = BytesIO()
        self._code = 1
        self._thread = Thread(target=self._work, args=(run.token, arguments, log), daemon=True)
        self._thread.start()

    def wait(self) -> int:
        """Wait for the end, and give what the process's exit code would be."""
        self._thread.join()
        return self._code

    def _work(self, token: str, arguments: list[str], log: Path) -> None:
        services = [one.partition("=")[2] for one in arguments if one.startswith("--service=")]
        part = PARTS[arguments[arguments.index("--part") + 1]]
        chosen = Path(arguments[arguments.index("--chosen") + 1]) if "--chosen" in arguments else None
        tasks = [int(line) for line in chosen.read_text().split()] if chosen else None
        try:
            settings = load()
            with Services(services, settings) as running:
                work(settings, token, running, part, tasks)
        except OverlapError as error:
            log.write_text(f"overlap: {error}\n", encoding="utf-8")
        else:
            self._code = 0


@contextmanager
def orchestrators_inside() -> Iterator[None]:
    """As long as this lasts, orchestrators that are started run in this process; their ends are waited for.

    The environment's settings are afterwards what they were before, whatever else has set them and put them back.
    """
    running: list[Inside] = []
    settings = {name: text for name, text in os.environ.items() if name.startswith(PREFIX)}
    with pytest.MonkeyPatch.context() as patch:

        def start(store: Store, run: Run, arguments: list[str], log: Path) -> Inside:
            os.environ.update(jobs._variables(store))
            running.append(Inside(run, arguments, log))
            return running[-1]

        patch.setattr(jobs, "_orchestrator", start)
        patch.setattr(Orchestrator, "_watch_for_the_end", lambda self: None)  # stdin is not theirs to watch
        patch.setattr("engine.orchestrator.main.collect_rarely", lambda: None)
        before = os.umask(0o077)
        try:
            yield
        finally:
            os.umask(before)
            for one in running:
                one.wait()
            for name in [name for name in os.environ if name.startswith(PREFIX)]:
                del os.environ[name]
            os.environ.update(settings)
