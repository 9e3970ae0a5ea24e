"""Children: they find this engine, know no secret that they are not given, and end with all that they started."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from engine.machine import child
from tests.engine.support import until

TOLD = (
    "import json, os, sys, engine; names = ('PYTHONPATH', 'OVERLAP_DATABASE_URL', 'WORD', 'PYTHONUTF8'); "
    "print(json.dumps([engine.__file__, [os.environ.get(name) for name in names], sys.flags.safe_path]))"
)
FAMILY = (
    "import subprocess, sys; one = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
    "print(one.pid, flush=True); one.wait()"
)


def told(process: subprocess.Popen[bytes]) -> list[object]:
    said: list[object] = json.loads(process.communicate()[0])
    return said


def test_it_finds_this_engine_whatever_lies_in_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "__init__.py").write_text("raise SystemExit('somebody else')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    found, _, safe_path = told(child.start(["-c", TOLD]))
    assert str(found).startswith(child.ROOT) and safe_path is True


def test_it_has_the_variables_that_it_is_given_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERLAP_DATABASE_URL", "postgresql://somebody:word@db/runs")
    monkeypatch.setenv("PYTHONPATH", "/of/the/caller")
    _, variables, _ = told(child.start(["-c", TOLD], variables={"WORD": "yes"}))
    assert variables == [os.pathsep.join([child.ROOT, "/of/the/caller"]), None, "yes", "1"]


def test_a_secret_that_it_is_given_reaches_it_and_the_path_may_be_another() -> None:
    secrets = {"OVERLAP_DATABASE_URL": "sqlite:///given.db"}
    _, variables, _ = told(child.start(["-c", TOLD], path=child.ROOT, variables=secrets))
    assert variables == [child.ROOT, "sqlite:///given.db", None, "1"]


def test_it_ends_with_all_that_it_started_and_its_pipes_are_closed() -> None:
    process = child.start(["-c", FAMILY])
    assert process.stdout is not None and process.stdin is not None
    below = int(process.stdout.readline())
    child.end(process)
    assert process.returncode != 0 and process.stdout.closed and process.stdin.closed
    if sys.platform != "win32":
        until(lambda: not psutil.pid_exists(below) or psutil.Process(below).status() == psutil.STATUS_ZOMBIE)


def test_ending_what_has_ended_is_no_error() -> None:
    process = child.start(["-c", "pass"])
    process.wait()
    child.kill(process)
    child.end(process)
    assert process.returncode == 0
