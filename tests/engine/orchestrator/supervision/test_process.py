"""The process of a trial, with a Python that does as it is told in the trial's place."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.orchestrator.supervision.process import TrialProcess, died, has_left
from tests.engine.orchestrator.scripted import assignment

WAITS = "import os; os.write(1, b'ready\\n'); os.write(1, os.read(0, 99))"


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TrialProcess]:
    """A process that says ``ready``, then what it is told, and leaves."""
    real = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda _, **given: real([sys.executable, "-c", WAITS], **given))
    started = TrialProcess(assignment(tmp_path))
    monkeypatch.undo()
    yield started
    started.kill()
    started.wait()
    started.close()


def everything(process: TrialProcess, limit_s: float = 20.0) -> bytes:
    found, deadline = b"", time.perf_counter() + limit_s
    while (piece := process.read(0.05)) is not None and time.perf_counter() < deadline:
        found += piece
    return found


def test_a_process_is_read_until_it_has_left_and_hears_the_cancel(process: TrialProcess) -> None:
    deadline = time.perf_counter() + 20
    said = b""
    while not said and time.perf_counter() < deadline:
        said = process.read(0.05) or b""
    assert said == b"ready\n"
    assert process.read(0.0) == b"", "it waits"
    process.ask_to_stop()
    assert everything(process) == b"cancel\n"
    assert process.read(0.0) is None
    process.ask_to_stop()  # to one that has left: no error


@pytest.mark.heart
@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (0, "The trial's process ended with exit code 0 before its tasks did."),
        (1, "The trial's process ended with exit code 1 before its tasks did."),
        (-9, "The trial's process was ended by SIGKILL."),
        (-11, "The trial's process was ended by SIGSEGV."),
        (-250, "The trial's process ended with exit code -250 before its tasks did."),
    ],
)
def test_an_exit_is_told_in_a_sentence(code: int, sentence: str) -> None:
    assert died(code) == sentence


def test_a_process_that_has_ended_is_known_to_have_left_before_it_is_waited_for() -> None:
    process = subprocess.Popen([sys.executable, "-S", "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    assert not has_left(process)
    assert process.stdin is not None
    process.stdin.close()
    deadline = time.perf_counter() + 20
    while not has_left(process) and time.perf_counter() < deadline:
        time.sleep(0.01)
    assert has_left(process)
    process.wait()
    assert has_left(process), "also afterwards"
