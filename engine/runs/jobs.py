"""Start, watch, cancel, retry, resume: what pages and commands do with a run.

The orchestrator is a child process whose stdin is a pipe from here: when this process dies, however
it dies, the pipe closes and the child ends itself. A thread blocked in `wait` owns the child's
handle, because Streamlit evicts every project module after an edit, and a handle held by an
evicted module would be collected and stop the run.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.errors import OverlapError, StoreBusy
from engine.machine import child, private
from engine.machine.environment import environment
from engine.model import ABANDONED, ENDED, PATIENCE_S, OneByOne, Part, Plan, Run, RunKind, Told, new_token
from engine.orchestrator.services import needed
from engine.orchestrator.standby import Standby
from engine.orchestrator.turns import is_measured
from engine.runs.logs import RUNS
from engine.runs.room import must_have_room
from engine.store import Store

POLL_S = 0.2
_STANDBY = Standby()


def get_ready(store: Store) -> None:
    """Have an orchestrator wait for the next run, unless settings forbid it or something is measured on this machine.

    Its start takes half a second of CPU time; afterwards it takes none.
    """
    with suppress(OverlapError, OSError):  # no process, or no file of ours, can be made: a run will say so
        if store.settings.standby and not is_measured():
            _STANDBY.prepare(_variables(store))


def start(
    store: Store, plan: Plan, token: str | None = None, person: str | None = None, told: Told | None = None
) -> Run:
    """Store the plan and start its orchestrator; a token that is known already starts nothing (a double click).

    `person` is who started it, where people sign in; `told` hears how many tasks are stored.
    Raises InputRefused when the disk is too full to start.
    """
    token = token or new_token()
    if store.exists(token):
        return store.run(token)
    target = plan.options.get("target")
    must_have_room(store.settings, Path(target) if isinstance(target, str) and target else None)
    run = store.create(plan, token, environment(), person, told)
    _log("run started", run)
    # Tasks that are made as they are read cost more to make again than to read back.
    tasks = store.folder(run).tasks() if isinstance(plan.tasks, OneByOne) else plan.tasks
    _launch(store, run, run.launched_at, needed(plan.workload, tasks), "all")
    return run


def resume(store: Store, run: Run) -> Run:
    """Run the tasks of an ended job that have no end yet, or the blocks that a comparison still lacks.

    Raises OverlapError when there are none.
    """
    _must_have_ended(run)
    if run.kind == "comparison":
        if run.state == "finished":
            raise OverlapError(f"Run {run.id} has run all of its blocks: there is nothing to resume.")
        return _again(store, run, "unfinished", continuable=("job", "comparison"))
    if len(store.records.settled(run)) >= run.tasks:
        raise OverlapError(f"Run {run.id} has no unfinished task: there is nothing to resume.")
    return _again(store, run, "unfinished")


def retry(store: Store, run: Run, tasks: Iterable[int] | None = None) -> Run:
    """Run the failed tasks again, all of them or those named. Raises OverlapError when none has failed."""
    _must_have_ended(run)
    failed = {task for task, status in store.records.settled(run).items() if status == "failed"}
    if not failed & (failed if tasks is None else set(tasks)):
        raise OverlapError(f"Run {run.id} has no such failed task: there is nothing to retry.")
    return _again(store, run, "failed", tasks)


def cancel(store: Store, run: Run) -> None:
    """Ask for the run's end; it comes within two seconds. A run that has ended is left as it is."""
    if run.state not in ENDED:
        store.request_cancel(run)


def wait(store: Store, run: Run, look: Callable[[Run], None] | None = None, poll_s: float = POLL_S) -> Run:
    """Wait until the run has ended, calling `look` with each state of it; gives the last.

    A locked database makes it wait longer, and so does a run whose lock is free for a moment, because its connection to
    the database broke. Raises StoreUnusable when it stays locked.
    """
    seen_s, free_s = time.perf_counter(), None
    while True:
        try:
            run = store.run(run.token)
            seen_s = time.perf_counter()
        except StoreBusy:
            if time.perf_counter() - seen_s > PATIENCE_S:
                raise
        free_s = (free_s or time.perf_counter()) if run.state == "interrupted" else None
        if free_s is None or time.perf_counter() - free_s >= store.locks.renewal_s:
            if look:
                look(run)
            if run.state in ENDED:
                return run
        time.sleep(poll_s)


def _must_have_ended(run: Run) -> None:
    if run.state not in ENDED:
        raise OverlapError(f"Run {run.id} is {run.state}: wait for its end, or cancel it first.")


def _again(
    store: Store, run: Run, part: Part, tasks: Iterable[int] | None = None, continuable: Iterable[RunKind] = ("job",)
) -> Run:
    if run.options.get("imported"):
        raise OverlapError(f"Run {run.id} came from a file, without its inputs: it can be looked at, not run.")
    if run.kind not in continuable:
        raise OverlapError(f"The trials of run {run.id}, a {run.kind}, cannot be continued: run it again instead.")
    if not store.folder(run).tasks_file.is_file():
        raise OverlapError(_elsewhere(store, run))
    services = needed(run.workload, store.folder(run).tasks())
    launch = store.launch(run)
    if launch is not None:
        _launch(store, run, launch, services, part, tasks)
    elif part == "failed":  # a resume is what goes on already; what was to be tried again may be other tasks
        raise OverlapError(f"Run {run.id} goes on again since a moment ago: wait for its end, then try again.")
    return store.run(run.token)


def _elsewhere(store: Store, run: Run) -> str:
    """Why a run whose files are not here cannot go on here."""
    if run.home and run.home != str(store.settings.home):
        return (
            f"The files of run {run.id} are not here, but on {run.machine or 'another machine'} in {run.home}: "
            "go on with it there, or start it anew here."
        )
    return f"The list of tasks of run {run.id} is gone from {store.folder(run).path}: start it anew."


def _launch(
    store: Store, run: Run, launch: str | None, services: list[str], part: Part, tasks: Iterable[int] | None = None
) -> None:
    """Start the orchestrator in a session of its own and give its handle to a thread that waits for it."""
    folder = store.folder(run).path
    arguments = ["--part", part, *(f"--service={name}" for name in services)]
    if tasks is not None:
        private.write_text(folder / "chosen.txt", "\n".join(map(str, tasks)))
        arguments += ["--chosen", str(folder / "chosen.txt")]
    log = folder / "log.txt"
    started = threading.Event()

    def own() -> None:
        try:
            process = _orchestrator(store, run, arguments, log)
        except OSError as error:  # no memory, no process, no file left
            with suppress(OverlapError):  # then it reads as interrupted
                why = error.strerror or error
                store.set_state(run, "failed", f"The run's process could not be started ({why}): try again later.")
            return
        finally:
            started.set()
        code = process.wait()
        _log_the_end(store, run)
        assert process.stdin is not None
        process.stdin.close()
        with suppress(OverlapError, OSError):  # the run was deleted, or the database is gone: it reads as interrupted
            if code < 0:
                store.note_killed(run, launch)  # the run reads as interrupted, also when it had not begun yet
            elif code not in (0, ABANDONED):
                _report(store, run.token, launch, log)

    threading.Thread(target=own, name=f"overlap-run-{run.id}", daemon=True).start()
    started.wait(10)


def _log(event: str, run: Run, **more: Any) -> None:
    """Say what happened to a run; neither its token, which opens it, nor its title, which is its owner's."""
    about = {"run": run.id, "kind": run.kind, "workload": run.workload, "tasks": run.tasks, "person": run.person}
    RUNS.info(event, extra={"told": {**about, **more}})


def _log_the_end(store: Store, run: Run) -> None:
    with suppress(OverlapError, OSError):  # it was deleted, or the database is gone
        ended = store.run(run.token)
        _log("run ended", ended, state=ended.state, ok=ended.ok, failed=ended.failed, started_at=ended.started_at)


def _variables(store: Store) -> Mapping[str, str]:
    """The store's settings as the child reads them."""
    plain: dict[str, Any] = store.settings.plain()
    named = {f"OVERLAP_{name.upper()}": _text(name, value) for name, value in plain.items()}
    return {**{name: text for name, text in named.items() if text}, **store.settings.secrets()}


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list):
        return (os.pathsep if name == "folders" else ",").join(value)
    return str(value)


def _orchestrator(store: Store, run: Run, arguments: list[str], log: Path) -> subprocess.Popen[bytes]:
    order, variables = [run.token, *arguments], _variables(store)
    with open(log, "ab", opener=private.opener) as errors:
        if waiting := _STANDBY.taken(order, log, variables):
            return waiting
        return child.start(
            ["-m", "engine", "work", *order], variables=variables, stdout=subprocess.DEVNULL, stderr=errors
        )


def _report(store: Store, token: str, launch: str | None, log: Path) -> None:
    """An orchestrator that could not do its work: say why on the run, in the log's last words.

    Where the run was started anew meanwhile, its words are about a start that nobody waits for any more.
    """
    run = store.run(token)
    if run.state in ("finished", "cancelled", "failed") or run.launched_at != launch:
        return
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    last = lines[-1].removeprefix("overlap: ") if lines else "it gave no reason."
    what = "could not go on" if run.started_at else "could not be started"
    store.set_state(run, "failed", f"The run's process {what}: {last}")
