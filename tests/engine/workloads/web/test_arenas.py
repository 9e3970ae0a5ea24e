"""Many threads share few arenas, so that what one frees is there for the others."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from engine.workloads.web.arenas import few_arenas

PROGRAM = """
import ctypes, sys
from threading import Barrier, Thread
from engine.workloads.web.arenas import few_arenas

if sys.argv[1] == "few":
    assert few_arenas(2)
libc, barrier = ctypes.CDLL(None), Barrier(16)

def work():
    block = bytearray(100_000)
    barrier.wait()
    del block

threads = [Thread(target=work) for _ in range(16)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.stdout.flush()
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


def arenas(how: str) -> int:
    ran = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True)
    return ran.stdout.count("<heap nr=")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the allocator is not glibc's")
def test_sixteen_threads_share_two_arenas() -> None:
    assert arenas("default") > 4, "glibc makes few by itself: this module is not needed any more"
    assert arenas("few") == 2


def test_a_program_without_glibc_goes_on_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert few_arenas(2) is False


def test_a_dask_worker_which_may_outlive_the_trial_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", sys)
    assert few_arenas(2) is False
