"""Memory and CPU of a process tree as seen from outside it: right, often enough, and nearly free."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from engine.machine.process_readers import PortableReader, ProcessReader, reader, tree
from engine.machine.sampler import INTERVAL_S, Sampler
from engine.model import Configuration, MemoryKind
from engine.store import Store
from tests.engine.chore_plan import chore_plan
from tests.engine.support import MEASURES, started, until

pytestmark = MEASURES

ROOT = Path(__file__).parents[3]
HOLDS = "import os, sys, time; kept = bytearray(os.urandom(1000)) * {megabytes}000; print(flush=True); time.sleep(60)"
FAMILY = (
    "import subprocess, sys\n"
    "children = [subprocess.Popen([sys.executable, '-c', {child!r}], stdout=subprocess.PIPE) for _ in range({count})]\n"
    "[child.stdout.readline() for child in children]\n"
    "print(flush=True); sys.stdin.readline(); [child.kill() for child in children]"
)


@contextmanager
def child(code: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process that has printed its first line."""
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        process.stdout.readline()
        yield process
    finally:
        for pid in tree(process.pid) if process.poll() is None else []:
            psutil.Process(pid).kill()
        process.wait()
        process.stdout.close()
        process.stdin.close()


def sampled(pid: int, seconds: float) -> Sampler:
    """A sampler that has looked at `pid` for this long."""
    sampler = Sampler(pid)
    sampler.start()
    time.sleep(seconds)
    sampler.stop()
    return sampler


@pytest.fixture(scope="module")
def bare_mb() -> float:
    """What a Python process holds that does nothing."""
    with child("import os, time; print(flush=True); time.sleep(60)") as process:
        return sampled(process.pid, 0.2).peak_mb or 0.0


def test_a_known_amount_of_memory_is_seen_within_a_fifth(bare_mb: float) -> None:
    with child(HOLDS.format(megabytes=50)) as process:
        sampler = sampled(process.pid, 0.3)
    assert (sampler.peak_mb or 0) - bare_mb == pytest.approx(50, rel=0.2)
    assert sampler.mean_mb == pytest.approx(sampler.peak_mb, rel=0.05)


def test_memory_that_comes_and_goes_is_in_the_peak_and_less_in_the_mean() -> None:
    code = (
        "import time; print(flush=True); time.sleep(.4); kept = bytearray(b'x') * 80_000_000; time.sleep(.2)\n"
        "del kept; time.sleep(60)"
    )
    with child(code) as process:
        sampler = sampled(process.pid, 1.2)
    assert (sampler.peak_mb or 0) > 80
    assert (sampler.mean_mb or 0) < 0.7 * (sampler.peak_mb or 0)
    assert sampler.readings[-1].memory_mb < 40


def test_the_whole_tree_is_counted_with_children_that_come_later(bare_mb: float) -> None:
    with child(FAMILY.format(child=HOLDS.format(megabytes=20), count=2)) as process:
        sampler = sampled(process.pid, 0.5)
    assert sampler.readings[-1].processes == 3
    assert (sampler.peak_mb or 0) - 3 * bare_mb == pytest.approx(40, rel=0.35)


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux has a proportional set size.")
def test_pages_that_processes_share_are_counted_once() -> None:
    code = (
        "import os, time; kept = bytearray(b'x') * 60_000_000\n"
        "children = [os.fork() for _ in range(1)]\n"
        "print(flush=True); time.sleep(60)"
    )
    with child(code) as process:
        sampler = sampled(process.pid, 0.4)
    assert sampler.kind == "pss"
    assert sampler.readings[-1].processes == 2
    assert 60 < (sampler.peak_mb or 0) < 90


def test_it_looks_at_least_every_fifty_milliseconds_and_costs_little() -> None:
    with child(FAMILY.format(child=HOLDS.format(megabytes=5), count=2)) as process:
        sampler = sampled(process.pid, 2.0)
    gaps = sorted(later.at_s - earlier.at_s for earlier, later in pairwise(sampler.readings))
    assert gaps[len(gaps) // 2] <= INTERVAL_S + 0.005
    assert sampler.interval_s <= INTERVAL_S * 1.3, "the mean may stretch where the machine is busy"
    assert 0 < sampler.cost < 0.03


def test_cpu_time_is_that_of_the_tree_and_stays_when_a_process_ends() -> None:
    spins = "import time; end = time.process_time() + .4\nwhile time.process_time() < end: pass\nprint(flush=True)"
    code = (
        f"import subprocess, sys, time; print(flush=True); subprocess.run([sys.executable, '-c', {spins!r}],"
        " stdout=subprocess.DEVNULL); print('done', flush=True); time.sleep(60)"
    )
    with child(code) as process:
        sampler = Sampler(process.pid)
        sampler.start()
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.2)
        sampler.stop()
    assert 0.35 <= sampler.readings[-1].cpu_s < 0.8
    used = [sample.cpu_s for sample in sampler.readings]
    assert used == sorted(used)


def test_a_process_that_ends_is_no_error_and_its_peak_is_kept() -> None:
    with child(HOLDS.format(megabytes=30)) as process:
        sampler = Sampler(process.pid)
        sampler.start()
        time.sleep(0.3)
        process.kill()
        process.wait()
        time.sleep(0.2)
        sampler.stop()
        assert (sampler.peak_mb or 0) > 30
        assert sampler.readings[-1].at_s < 0.5


def test_a_process_that_is_gone_already_gives_no_figure() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    sampler = sampled(process.pid, 0.12)
    assert (sampler.readings, sampler.peak_mb, sampler.mean_mb) == ([], None, None)


def test_thinned_samples_keep_the_peak() -> None:
    with child("print(flush=True); import time; time.sleep(60)") as process:
        sampler = sampled(process.pid, 0.2)
    one = sampler.readings[0]
    sampler.readings = [type(one)(number * 0.05, 10.0 + (number == 3333), 0.1, 1) for number in range(5000)]
    thin = sampler.thinned()
    assert len(thin) <= 1200
    assert max(sample["memory_mb"] for sample in thin) == 11.0


def test_the_tree_is_the_process_and_all_below_it() -> None:
    with child(FAMILY.format(child=HOLDS.format(megabytes=1), count=2)) as process:
        found = tree(process.pid)
        assert found[0] == process.pid
        assert set(found[1:]) == {one.pid for one in psutil.Process(process.pid).children(recursive=True)}
    until(lambda: tree(process.pid) == [], 2)


@pytest.mark.parametrize("kind", [reader, PortableReader], ids=["this system's", "portable"])
def test_both_readers_agree_with_psutil(kind: type[ProcessReader]) -> None:
    with child("import time; end = time.process_time() + .2\nwhile time.process_time() < end: pass\nprint(flush=True)\n"
               "time.sleep(60)") as process:  # fmt: skip
        reading: ProcessReader = kind(process.pid)  # type: ignore[call-arg]
        cpu_s, rss_mb, threads = reading.quick()
        truth = psutil.Process(process.pid)
        assert threads == truth.num_threads()
        assert cpu_s == pytest.approx(sum(truth.cpu_times()[:2]), abs=0.03)
        assert rss_mb == pytest.approx(truth.memory_info().rss / 1e6, rel=0.05)
        wanted: MemoryKind = "pss" if sys.platform == "linux" else "uss"
        assert reading.memory_mb(wanted) == pytest.approx(getattr(truth.memory_full_info(), wanted) / 1e6, rel=0.1)
        process.kill()
        process.wait()
        with pytest.raises(psutil.NoSuchProcess):
            reading.quick()


def test_a_busy_neighbour_is_seen() -> None:
    with child("print(flush=True)\nwhile True: pass"), child("print(flush=True); import time; time.sleep(60)") as idle:
        sampler = sampled(idle.pid, 0.6)
    assert (sampler.other_busy or 0) > 0.5 / (os.cpu_count() or 1)


@pytest.mark.parametrize(
    "how",
    [Configuration("processes", 2), pytest.param(Configuration("threads", 2), marks=pytest.mark.stress)],
    ids=lambda how: how.label,
)
def test_fifty_megabytes_per_worker_show_in_the_trials_peak(how: Configuration, store: Store) -> None:
    (small,) = store.trials(started(store, chore_plan("keep", [0.0] * 2, how)))
    (large,) = store.trials(started(store, chore_plan("keep", [50.0] * 2, how)))
    assert (small.state, large.state, large.ok) == ("finished", "finished", 2)
    grown = (large.measurement.peak_pss_mb or 0) - (small.measurement.peak_pss_mb or 0)
    assert grown == pytest.approx(100, rel=0.2)
    assert large.measurement.memory_kind == ("pss" if sys.platform == "linux" else "uss")
