"""Records are saved later while the database is locked, and a full disk ends the run with what it has."""

from __future__ import annotations

import sqlite3
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from engine.errors import StoreUnusable
from engine.model import Configuration
from engine.runs import jobs
from engine.store import Store, Writer
from engine.store.database import BUSY_TIMEOUT_S
from tests.engine.chore_plan import chore_plan
from tests.engine.support import alive_with, faulty_plan, once_each, open_store, small_disk, until

THREADS = Configuration("threads", 2)


@contextmanager
def locked(store: Store) -> Iterator[None]:
    """Another program keeps the database to itself."""
    if store.settings.database_url:
        import psycopg

        with psycopg.connect(store.settings.database_url.replace("+psycopg", "")) as locking:
            locking.execute("LOCK TABLE runs, trials, records IN ACCESS EXCLUSIVE MODE")
            yield
        return
    other = sqlite3.connect(store.settings.home / "overlap.db", isolation_level=None, timeout=20)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_rows_are_saved_in_the_order_in_which_they_came_and_all_before_the_end() -> None:
    saved: list[int] = []

    def save(rows: list[tuple[Any, ...]], ok: int, failed: int) -> None:
        time.sleep(0.002)
        saved.extend(row[0] for row in rows)

    with Writer(save) as writer:
        for start in range(0, 100, 10):
            writer.put([(start + step,) for step in range(10)], 10, 0)
    assert saved == list(range(100))


def test_handing_rows_in_never_waits_for_the_disk() -> None:
    free = threading.Event()

    def save(rows: list[tuple[Any, ...]], ok: int, failed: int) -> None:
        assert free.wait(5)

    with Writer(save) as writer:
        began = time.perf_counter()
        for _ in range(50):
            writer.put([(1,)], 1, 0)
        assert time.perf_counter() - began < 4, "the disk would have taken longer"
        free.set()


def test_where_very_many_wait_they_take_a_third_of_the_memory_and_arrive_as_they_were() -> None:
    free, saved = threading.Event(), []
    odd = (1, 10**30, "\ud800", None, 1.5, True)

    def save(rows: list[tuple[Any, ...]], ok: int, failed: int) -> None:
        assert free.wait(20)
        saved.extend(rows)

    def batch(number: int) -> list[tuple[Any, ...]]:
        return [(number, at, f"task {at}", at / 7, at / 3, "ok", None, None) for at in range(5_000)]

    tracemalloc.start()
    with Writer(save) as writer:
        for number in range(12):
            writer.put(batch(number), 5_000, 0)
        plain = tracemalloc.get_traced_memory()[0]
        for number in range(12, 24):
            writer.put(batch(number), 4_999, 1)
        packed = tracemalloc.get_traced_memory()[0] - plain
        tracemalloc.stop()
        writer.put([odd], 1, 0)
        free.set()
    assert packed < plain / 3
    assert saved == [row for number in range(24) for row in batch(number)] + [odd]


def test_what_cannot_be_saved_is_raised_where_rows_are_handed_in_and_at_the_end() -> None:
    def save(rows: list[tuple[Any, ...]], ok: int, failed: int) -> None:
        raise StoreUnusable("The disk is full.")

    writer = Writer(save)
    writer.put([(1,)], 1, 0)
    with pytest.raises(StoreUnusable, match="full"):
        for _ in range(100):
            time.sleep(0.01)
            writer.put([(2,)], 1, 0)
    with pytest.raises(StoreUnusable, match="full"):
        writer.close()


@pytest.mark.parametrize(
    "locked_s",
    [2.0, pytest.param(BUSY_TIMEOUT_S + 1.5, marks=pytest.mark.stress)],
    ids=["longer than the tasks take", "longer than any query of a page would wait"],
)
def test_records_of_a_locked_database_are_saved_later(locked_s: float, store: Store) -> None:
    """The tasks go on while another program keeps the database, and every record is there in the end."""
    run = jobs.start(store, faulty_plan([{"do": "wait", "seconds": 0.05}] * 60, THREADS))
    until(lambda: store.run(run.token).ok > 4)
    with locked(store):
        time.sleep(locked_s)
    before_s = time.perf_counter()
    run = jobs.wait(store, run, poll_s=0.05)
    assert (run.state, run.ok) == ("finished", 60)
    assert time.perf_counter() - before_s < 3, "the tasks were done while the database was locked"
    records = once_each(store, run).values()
    span = max(record.finished_s or 0 for record in records) - min(record.started_s or 0 for record in records)
    assert span < 4, "no task waited for the database"


def test_waiting_for_a_run_survives_a_locked_database(store: Store) -> None:
    impatient = Store.open(store.settings, patience_s=0.05)
    run = jobs.start(store, faulty_plan([{"do": "wait", "seconds": 0.05}] * 20, THREADS))
    ended: list[str] = []
    waiting = threading.Thread(target=lambda: ended.append(jobs.wait(impatient, run, poll_s=0.02).state))
    waiting.start()
    until(lambda: store.run(run.token).ok > 0)
    with locked(store):
        time.sleep(0.6)
    waiting.join(20)
    impatient.close()
    assert ended == ["finished"]


@pytest.mark.stress
def test_a_cancel_is_obeyed_once_the_database_is_free_again(store: Store) -> None:
    run = jobs.start(store, faulty_plan([{"do": "wait", "seconds": 0.1}] * 400, THREADS))
    until(lambda: store.run(run.token).ok > 0)
    jobs.cancel(store, run)
    with locked(store):
        time.sleep(0.5)
    run = jobs.wait(store, run, poll_s=0.05)
    assert run.state == "cancelled"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_records_are_stored_at_least_twice_a_second(store: Store) -> None:
    run = jobs.start(store, faulty_plan([{"do": "wait", "seconds": 0.02}] * 200, THREADS))
    until(lambda: store.run(run.token).ok > 0)
    seen = [(time.perf_counter(), store.run(run.token).ok)]
    while (now := store.run(run.token)).state == "running":
        if now.ok != seen[-1][1]:
            seen.append((time.perf_counter(), now.ok))
        time.sleep(0.01)
    gaps = sorted(later[0] - earlier[0] for earlier, later in pairwise(seen))
    assert len(gaps) >= 3
    assert gaps[len(gaps) // 2] <= 0.5
    assert gaps[-1] < 1.0, "one gap may be longer where the machine is busy, never a second"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_disk_ends_the_run_as_failed_and_keeps_what_was_stored(store: Store, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", "8m") as disk:
        small = open_store(disk / "home", free_min_mb=0.0)
        plan = chore_plan("long_text", [20_000] * 800, THREADS)
        run = jobs.wait(small, jobs.start(small, plan), poll_s=0.05)
        assert run.state == "failed"
        assert "is full" in str(run.message)
        assert "OVERLAP_HOME" in str(run.message)
        (trial,) = small.trials(run)
        assert (trial.state, trial.message) == ("failed", run.message)
        records = small.records.latest(run)
        assert len(records) == run.ok > 0
        until(lambda: not alive_with(small.settings.home))
        small.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_on_a_full_disk_nothing_is_started(store: Store, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", "2m") as disk:
        small = open_store(disk / "home", free_min_mb=0.0)
        (disk / "filler").write_bytes(b"")
        with pytest.raises(OSError, match="No space"), open(disk / "filler", "wb", buffering=0) as filler:
            while True:
                filler.write(bytes(1 << 14))
        with pytest.raises(StoreUnusable, match="is full"):
            jobs.start(small, faulty_plan([{"do": "fine", "value": "x" * 20_000}], THREADS))
        assert small.runs() == []
        small.close()
