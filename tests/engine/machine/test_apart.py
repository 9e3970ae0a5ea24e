"""What strangers sent, read in a process of its own: whatever happens there is a sentence here, and soon."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from engine.errors import InputRefused
from engine.machine.apart import Limits, run
from tests.engine.support import until

ROOT = Path(__file__).parents[3]
PLACE = "tests.engine.misled"
SMALL = Limits(seconds=30, memory_mb=400)


def test_a_result_comes_back_from_another_process(capfd: pytest.CaptureFixture[str]) -> None:
    text, pid = run(f"{PLACE}:fine", "ä\ud800", limits=SMALL)
    assert text == "ä\ud800" and pid != os.getpid()
    assert "said by a reader" in capfd.readouterr().err


def test_a_refusal_comes_back_in_its_own_words() -> None:
    with pytest.raises(InputRefused, match=r"^This is no list\.$"):
        run(f"{PLACE}:refuses", "", limits=SMALL)


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux holds a process to its memory.")
def test_too_much_memory_is_a_sentence_that_names_the_setting() -> None:
    with pytest.raises(InputRefused, match=r"400 MB of memory.*OVERLAP_READING_MEMORY_MB"):
        run(f"{PLACE}:grows", "", limits=SMALL)


def test_a_result_that_is_too_much_for_the_server_is_not_taken_over() -> None:
    with pytest.raises(InputRefused, match=r"more than 50 MB of memory: split it"):
        run(f"{PLACE}:returns_much", "", limits=SMALL)


@pytest.mark.parametrize("reader", ["hangs", "computes"])
def test_too_much_time_is_a_sentence_that_names_the_setting(reader: str) -> None:
    began_s = time.monotonic()
    with pytest.raises(InputRefused, match=r"longer than 1 s.*OVERLAP_READING_LIMIT_S"):
        run(f"{PLACE}:{reader}", "", limits=Limits(1, 400))
    assert time.monotonic() - began_s < 10


@pytest.mark.parametrize("reader", ["dies", "fails"])
def test_a_reader_that_breaks_is_a_sentence_too(reader: str) -> None:
    with pytest.raises(InputRefused, match="ended with exit code"):
        run(f"{PLACE}:{reader}", "", limits=SMALL)


def test_who_waits_can_leave_and_takes_the_reader_along() -> None:
    def leaves(_spent_s: float) -> None:
        if readers():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(f"{PLACE}:hangs", "", limits=SMALL, look=leaves)
    assert readers() == []


def readers(parent: int | None = None) -> list[psutil.Process]:
    """The readers that a process has started and that live."""
    return [one for one in psutil.Process(parent).children() if "engine.machine.apart" in command_of(one)]


def command_of(process: psutil.Process) -> list[str]:
    """A process's command line; empty for one that is gone, or that nobody has asked for its end yet."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:  # a zombie is one of these
        return []


@pytest.mark.skipif(sys.platform != "linux", reason="The kernel's parent-death signal is Linux's.")
def test_a_reader_dies_with_its_server() -> None:
    code = f"from engine.machine.apart import *; run('{PLACE}:hangs', '', limits=Limits(60, 400))"
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) as server:
        until(lambda: bool(readers(server.pid)))
        (reader,) = readers(server.pid)
        time.sleep(0.5)  # it must have read what it is to do
        server.kill()
    until(lambda: not reader.is_running() or reader.status() == psutil.STATUS_ZOMBIE)


def test_no_password_is_in_a_readers_environment_unless_it_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERLAP_PROXY", "http://me:word@proxy")
    assert run("os:getenv", "OVERLAP_PROXY", limits=SMALL) is None
    assert run("os:getenv", "OVERLAP_PROXY", limits=SMALL, secrets={"OVERLAP_PROXY": "x"}) == "x"
