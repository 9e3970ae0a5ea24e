"""The ways to hand data over: what arrives is what was sent, and the code that is shown runs by itself."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import zlib
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from engine.lab.running.pools import no_subinterpreters
from engine.lab.shown import process_races, races
from engine.lab.shown.codes import CODES, code_of, ways_of
from engine.lab.shown.ways import WAYS, ready_of
from tests.engine.support import SEMAPHORES

HERE = [way for way in WAYS if way != "subinterpreter queue" or not no_subinterpreters()]
SHOWN = {
    way: code_of(way, experiment)
    for experiment in CODES
    for way in ways_of(experiment)
    if experiment != "transfer" or way in HERE
}


@SEMAPHORES
@pytest.mark.parametrize("way", HERE)
def test_received_bytes_are_the_bytes_sent(way: str) -> None:
    message = os.urandom(300_000)
    before = set(os.listdir("/dev/shm")) if Path("/dev/shm").is_dir() else set()
    with ready_of(way)(message, zlib.crc32) as exchange:
        assert [exchange(), exchange()] == [zlib.crc32(message)] * 2
    if Path("/dev/shm").is_dir():
        assert not {name for name in set(os.listdir("/dev/shm")) - before if name.startswith("psm_")}


@SEMAPHORES
@pytest.mark.parametrize("name", SHOWN)
def test_the_code_that_is_shown_runs_by_itself_and_is_short(name: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SHOWN[name], encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-I", str(script)], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.strip()
    assert len(SHOWN[name].splitlines()) <= 70
    assert "mypy" not in SHOWN[name]


def test_a_reference_costs_the_same_for_64_bytes_and_64_mebibytes() -> None:
    def middle_s(size: int) -> float:
        with ready_of("reference between threads")(bytes(size), len) as exchange:
            took = []
            for _ in range(300):
                began = time.perf_counter()
                exchange()
                took.append(time.perf_counter() - began)
        return median(took)

    # A copy of 64 MiB takes a thousand times as long as a hand-over, also on a machine that is busy.
    assert middle_s(64 * 2**20) < 20 * middle_s(64)


def test_updates_are_lost_without_a_lock_and_none_with_one() -> None:
    tried: list[tuple[Any, int]] = [(races.lost_counts, 300_000), (races.lost_items, 5_000)]
    for lost, updates in tried:
        # A switch between threads must fall into an update; some runs are needed where the machine is very quick.
        assert any(lost(updates, False) for _ in range(10))
        assert lost(updates, True) == 0


@SEMAPHORES
def test_processes_lose_updates_of_a_shared_value_without_its_lock_only() -> None:
    lost: Any = process_races.lost_counts
    assert any(lost(50_000, False) for _ in range(10))
    assert lost(20_000, True) == 0


def test_code_is_shown_also_for_a_way_that_this_python_lacks() -> None:
    assert "interpreters.create_queue()" in code_of("subinterpreter queue")
    assert ways_of("startup") == []


def test_an_unknown_way_is_refused() -> None:
    with pytest.raises(KeyError):
        code_of("pigeon")
