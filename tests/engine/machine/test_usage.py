"""What a worker used: waiting for a CPU is told from computing and from being blocked, children's CPU time included."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import pytest

from engine.machine.usage import RunQueue, SharedChildren, Used, children_cpu_s, process_used, run_queue
from tests.engine.support import MEASURES

SPIN = "import time\nend = time.process_time() + {seconds}\nwhile time.process_time() < end: pass"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the run-queue delay")


def spin(seconds: float) -> None:
    """Use a CPU for so long."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


@LINUX
@MEASURES
def test_a_thread_that_shares_its_cpu_waited_for_as_long_as_it_did_not_run() -> None:
    cpus = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(cpus)})  # the child inherits it: two programs on one CPU
        with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as rival:
            time.sleep(0.1)
            queue, began = RunQueue(), time.perf_counter()
            before_s = queue.delay_s()
            spin(0.2)
            waited_s, lasted_s = queue.delay_s() - before_s, time.perf_counter() - began
            rival.kill()
    finally:
        os.sched_setaffinity(0, cpus)
    assert waited_s > 0.05
    assert waited_s == pytest.approx(lasted_s - 0.2, abs=0.05)


@LINUX
def test_a_sleeping_thread_waits_for_no_cpu() -> None:
    queue = RunQueue()
    before_s, began_s = queue.delay_s(), time.perf_counter()
    time.sleep(0.1)
    woken_late_s = time.perf_counter() - began_s - 0.1
    assert queue.delay_s() - before_s < 0.05 + woken_late_s


@LINUX
def test_each_thread_reads_its_own_and_gives_its_file_back() -> None:
    before = len(os.listdir("/proc/self/fd"))
    names: list[str] = []

    def read() -> None:
        queue = RunQueue()
        names.append(os.readlink(f"/proc/self/fd/{queue._file}"))

    threads = [threading.Thread(target=read) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(set(names)) == 2
    assert len(os.listdir("/proc/self/fd")) == before


def test_where_the_system_does_not_tell_it_stays_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.machine.usage._SCHEDSTAT", "/proc/none/{}")
    assert run_queue() is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no account of children")
def test_a_childs_cpu_time_is_given_to_one_worker_once() -> None:
    shared, before_s = SharedChildren(), children_cpu_s()
    subprocess.run([sys.executable, "-c", SPIN.format(seconds=0.1)], check=True)
    used_s = children_cpu_s() - before_s
    assert used_s >= 0.1
    assert shared.claim_s() == pytest.approx(used_s, abs=0.01)
    assert shared.claim_s() == 0.0


def test_what_is_unknown_once_stays_unknown_in_sums_and_differences() -> None:
    known, unknown = Used(1.0, 2.0, 3), Used(1.0, None, 3)
    assert known.plus(unknown) == Used(2.0, None, 6)
    assert known.since(known) == Used(0.0, 0.0, 0)
    assert unknown.since(known).run_delay_s is None


def test_a_processs_use_only_grows() -> None:
    before = process_used()
    spin(0.02)
    after = process_used()
    assert after.cpu_s - before.cpu_s >= 0.019
    assert all((now or 0) >= (then or 0) for now, then in zip(after, before, strict=True))
