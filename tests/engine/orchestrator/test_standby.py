"""The process that waits for a run: taken once, told what to do, and never in the way of a click."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from engine.machine import child
from engine.model import Configuration
from engine.orchestrator import standby, turns
from engine.orchestrator.standby import Standby
from engine.runs import jobs
from engine.runs.plans import simple_plan
from engine.store import Store
from tests.engine.support import alive_with, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no standby.")
APP = """
import time
from engine.orchestrator.standby import Standby
standby = Standby()
standby.prepare({})
print(standby._process.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that does other work is slow, not wrong."""
    monkeypatch.setattr(standby, "_ANSWER_S", 60.0)


@pytest.fixture
def store(store: Store) -> Iterator[Store]:
    """A store whose settings allow a standby, and the end of the one that waits."""
    store.settings = replace(store.settings, standby=True)
    yield store
    jobs._STANDBY.close()


def alive(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def pid_of(one: Standby) -> int:
    assert one._process is not None
    return one._process.pid


def test_a_run_is_begun_by_the_process_that_waits_and_logs_into_its_own_folder(store: Store) -> None:
    jobs.get_ready(store)
    jobs.get_ready(store)
    (process,) = alive_with(store.settings.home)
    run = jobs.start(store, simple_plan("wait", 2, {"seconds": 0.01}, Configuration("threads", 2), store.settings))
    names = {os.readlink(f"/proc/{process.pid}/fd/{number}") for number in (1, 2)} if sys.platform == "linux" else set()
    assert jobs.wait(store, run).state == "finished"
    assert names <= {os.devnull, str(store.folder(run).path / "log.txt")}
    until(lambda: not alive(process))  # it was this run's orchestrator, and leaves with it
    assert not alive_with(store.settings.home)


def test_what_keeps_a_run_from_its_work_is_said_as_ever(store: Store) -> None:
    jobs.get_ready(store)
    plan = simple_plan("wait", 2, {"seconds": 0.01}, Configuration("threads", 2), store.settings)
    run = store.create(plan, "rgone", {})
    store.folder(run).tasks_file.unlink()
    jobs._launch(store, run, run.launched_at, [], "all")
    ended = jobs.wait(store, run)
    assert ended.state == "failed" and "list of tasks" in (ended.message or "")


def killed(process: psutil.Process) -> None:
    process.kill()
    process.wait()


@pytest.mark.parametrize("harm", [killed, psutil.Process.kill, psutil.Process.suspend], ids=lambda harm: harm.__name__)
def test_no_click_is_lost_where_it_does_not_answer(
    harm: Callable[[psutil.Process], object], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standby, "_ANSWER_S", 0.3)
    jobs.get_ready(store)
    (process,) = alive_with(store.settings.home)
    harm(process)
    run = jobs.start(store, simple_plan("wait", 2, {"seconds": 0.01}, Configuration("threads", 2), store.settings))
    assert jobs.wait(store, run).state == "finished"
    assert len(store.trials(run)) == 1
    until(lambda: not alive(process))


def test_of_two_runs_at_once_one_gets_it(tmp_path: Path) -> None:
    log, waiting = tmp_path / "log.txt", Standby()
    log.touch()
    waiting.prepare({})
    with ThreadPoolExecutor(2) as pool:
        got = [one for one in pool.map(lambda _: waiting.taken(["rnone"], log, {}), range(2)) if one]
    assert len(got) == 1
    assert got[0].wait() == 1 and "no run 'rnone'" in log.read_text()
    child.end(got[0])


def test_one_that_answers_too_late_begins_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, own, end = tmp_path / "log.txt", Standby(), child.end
    log.touch()
    own.prepare({})
    process = own._process
    assert process is not None and process.stdin is not None and process.stdout is not None
    monkeypatch.setattr(standby, "_ANSWER_S", 0.0)
    monkeypatch.setattr(child, "end", lambda _process: None)  # as if this process came to that only now
    assert own.taken(["rnone"], log, {}) is None
    assert process.stdout.read(1), "it has answered"
    process.stdin.close()
    assert process.wait(60) == 0 and log.read_text() == ""
    end(process)


def test_it_is_not_used_where_variables_folder_or_code_have_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, own = tmp_path / "log.txt", Standby()
    log.touch()
    changes: list[Callable[[], object]] = [
        lambda: monkeypatch.setenv("OVERLAP_CONTACT", "me@example.org"),
        lambda: monkeypatch.chdir(tmp_path),
        lambda: monkeypatch.setattr(child, "ROOT", str(tmp_path)),
    ]
    for change in changes:
        own.prepare({})
        pid = pid_of(own)
        change()
        assert own.taken(["rnone"], log, {}) is None
        assert not psutil.pid_exists(pid)
    assert log.read_text() == "", "none of them was told of the run"


def test_none_waits_while_something_is_measured_or_where_settings_forbid_it(store: Store) -> None:
    store.settings = replace(store.settings, standby=False)
    jobs.get_ready(store)
    assert not alive_with(store.settings.home)
    store.settings = replace(store.settings, standby=True)
    run = store.create(simple_plan("wait", 1, {"seconds": 0}, Configuration("threads", 1), store.settings), "rone", {})
    with turns.turn(replace(run, kind="comparison"), 1, lambda _: None, lambda: False):
        jobs.get_ready(store)
        assert not alive_with(store.settings.home)
    jobs.get_ready(store)
    assert len(alive_with(store.settings.home)) == 1


def test_a_page_is_drawn_where_none_can_be_started(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    with monkeypatch.context() as patch:
        patch.setattr(child, "start", refused)
        jobs.get_ready(store)
    with monkeypatch.context() as patch:
        patch.setattr(turns, "_is_held", refused)
        jobs.get_ready(store)
    assert not alive_with(store.settings.home)


def test_it_dies_with_who_keeps_it() -> None:
    app = subprocess.Popen([sys.executable, "-c", APP], stdout=subprocess.PIPE, text=True)
    assert app.stdout is not None
    process = psutil.Process(int(app.stdout.readline()))
    app.kill()
    app.wait()
    app.stdout.close()
    until(lambda: not alive(process))


def test_it_ends_by_itself_when_nobody_needs_it() -> None:
    code = "from engine.orchestrator import standby; standby.IDLE_S, standby._FIRST = 1, (); standby.await_order()"
    process = child.start(["-c", code])
    assert process.wait(20) == -signal.SIGALRM
    child.end(process)
