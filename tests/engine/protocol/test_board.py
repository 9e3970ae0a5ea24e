"""The board says what each worker is at, to other processes too, and after a kill -9."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from engine.protocol.board import Board, BusySlot

ROOT = Path(__file__).parents[3]


def test_a_new_board_has_idle_rows_and_nobody_is_ready(tmp_path: Path) -> None:
    board = Board.create(tmp_path / "board", 3)
    assert (board.slots, board.busy(), board.workers_ready(), board.pids()) == (3, [], 0, set())


def test_a_worker_at_a_task_is_seen_with_its_process_and_start(tmp_path: Path) -> None:
    board = Board.create(tmp_path / "board", 2)
    board.ready(1, 4711)
    before = time.perf_counter()
    board.begin(1, 42)
    (seen,) = Board(tmp_path / "board").busy()
    assert (seen.number, seen.pid, seen.task) == (1, 4711, 42)
    assert before <= seen.started_s <= time.perf_counter()
    board.idle(1)
    assert Board(tmp_path / "board").busy() == []


def test_task_zero_is_a_task(tmp_path: Path) -> None:
    board = Board.create(tmp_path / "board", 1)
    board.begin(0, 0)
    assert [post.task for post in board.busy()] == [0]


def test_workers_are_counted_and_forgotten_for_the_next_generation(tmp_path: Path) -> None:
    board = Board.create(tmp_path / "board", 3)
    board.ready(0, 10)
    board.ready(2, 12)
    board.ready(2, 12)
    board.begin(2, 5)
    assert (board.workers_ready(), board.pids()) == (2, {10, 12})
    board.clear()
    assert (board.workers_ready(), board.pids(), board.busy()) == (0, set(), [])


def test_an_older_board_of_that_name_is_replaced(tmp_path: Path) -> None:
    Board.create(tmp_path / "board", 4).begin(3, 9)
    board = Board.create(tmp_path / "board", 2)
    assert (board.slots, board.busy()) == (2, [])


def test_the_loops_beat_and_its_silence(tmp_path: Path) -> None:
    board = Board.create(tmp_path / "board", 1)
    began_s = time.perf_counter()
    board.beat()
    assert board.silent_s() <= time.perf_counter() - began_s
    time.sleep(0.1)
    assert 0.1 <= Board(tmp_path / "board").silent_s() <= time.perf_counter() - began_s
    assert board.busy() == [], "the loop's row is no worker's"


def test_closing_gives_the_mapping_back_and_leaves_the_file(tmp_path: Path) -> None:
    board = Board.create(tmp_path / "board", 1)
    board.begin(0, 3)
    board.close()
    assert [post.task for post in Board(tmp_path / "board").busy()] == [3]


def test_a_reader_never_sees_a_task_with_an_older_tasks_start(tmp_path: Path) -> None:
    """A time limit must not strike a task that has only just begun."""
    board, stop = Board.create(tmp_path / "board", 1), threading.Event()
    starts: dict[int, float] = {}

    def work() -> None:
        task = 0
        while not stop.is_set():
            task += 1
            starts[task] = time.perf_counter()
            board.begin(0, task)
            board.idle(0)

    worker = threading.Thread(target=work)
    worker.start()
    reader = Board(tmp_path / "board")
    seen: list[tuple[BusySlot, float]] = []
    deadline = time.perf_counter() + 1
    while time.perf_counter() < deadline:
        seen += [(post, starts[post.task]) for post in reader.busy()]
    stop.set()
    worker.join()
    assert seen
    assert all(post.started_s >= started for post, started in seen)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL.")
def test_the_board_outlives_a_kill_and_names_the_task(tmp_path: Path) -> None:
    Board.create(tmp_path / "board", 2)
    code = (
        "import os, sys, time; from pathlib import Path; from engine.protocol.board import Board\n"
        "board = Board(Path(sys.argv[1])); board.ready(1, os.getpid()); board.begin(1, 77); print(flush=True)\n"
        "time.sleep(60)"
    )
    worker = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "board")], cwd=ROOT, stdout=subprocess.PIPE)
    assert worker.stdout is not None
    worker.stdout.readline()
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    (post,) = Board(tmp_path / "board").busy()
    assert (post.number, post.pid, post.task) == (1, worker.pid, 77)


@pytest.mark.heart
def test_the_clock_on_the_board_stands_until_it_is_started(tmp_path: Path) -> None:
    board = Board.create(tmp_path / "board", 1)
    assert board.open_s() == 0.0
    board.opened()
    first = board.open_s()
    assert 0.0 < first <= Board(tmp_path / "board").open_s()


@pytest.mark.heart
def test_an_event_loop_that_stands_still_is_silent_also_while_the_trials_loop_beats(tmp_path: Path) -> None:
    board = Board.create(tmp_path / "board", 1)
    board.beat()
    board.pulse()
    board._cells[1] -= 3_000_000_000
    board.beat()
    assert board.silent_s() >= 3.0


@pytest.mark.heart
def test_without_an_event_loop_only_the_trials_loop_counts(tmp_path: Path) -> None:
    board = Board.create(tmp_path / "board", 1)
    board.beat()
    assert board.silent_s() < 3.0


@pytest.mark.heart
def test_each_slot_is_read_apart_and_in_order(tmp_path: Path) -> None:
    board = Board.create(tmp_path / "board", 4)
    for slot, task in ((3, 30), (0, 10), (2, 20)):
        board.ready(slot, 100 + slot)
        board.begin(slot, task)
    board.idle(0)
    assert [(busy.number, busy.pid, busy.task) for busy in board.busy()] == [(2, 102, 20), (3, 103, 30)]


@pytest.mark.heart
def test_who_cannot_import_the_board_is_told_where_a_slot_stands_in_the_file(tmp_path: Path) -> None:
    board = Board.create(tmp_path / "board", 3)
    board.begin(2, 77)
    task_at, started_at = Board.row(2)
    content = (tmp_path / "board").read_bytes()
    assert int.from_bytes(content[task_at : task_at + 8], sys.byteorder, signed=True) == 77
    started_ns = int.from_bytes(content[started_at : started_at + 8], sys.byteorder, signed=True)
    assert started_ns / 1e9 == board.busy()[0].started_s


@pytest.mark.heart
@pytest.mark.parametrize("slots", [1, 2, 61])
def test_a_board_takes_a_cache_line_for_each_worker_and_one_for_the_loop(tmp_path: Path, slots: int) -> None:
    board = Board.create(tmp_path / "board", slots)
    assert board.slots == slots
    assert (tmp_path / "board").stat().st_size == 64 * (slots + 1)


@pytest.mark.heart
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such rights, and no links for everyone.")
def test_a_board_is_its_owners_alone_and_never_made_through_a_link(tmp_path: Path) -> None:
    Board.create(tmp_path / "board", 1)
    assert (tmp_path / "board").stat().st_mode & 0o077 == 0
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError):
        Board.create(tmp_path / "link", 1)
    assert not (tmp_path / "elsewhere").exists()
