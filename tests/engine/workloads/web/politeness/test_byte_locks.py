"""Locks on bytes of one file: between threads, processes and forks, and after a death."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.workloads.web.politeness.byte_locks import HeldByte, LockFile, number_of

OTHER = """
import sys
from pathlib import Path
from engine.workloads.web.politeness.byte_locks import LockFile
file = LockFile(Path(sys.argv[1]))
held = []
for line in sys.stdin:
    what, number = line.split()
    if what == "try":
        found = file.try_lock(int(number))
        held.append(found)
        print(found is not None, flush=True)
    elif what == "write":
        file.write(int(number), b"theirs")
        print(True, flush=True)
"""


class Other:
    """A process that takes locks of the same file."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def __call__(self, what: str, number: int) -> bool:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(f"{what} {number}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline() == "True\n"


@contextmanager
def other_process(path: Path) -> Iterator[Other]:
    command = [sys.executable, "-c", OTHER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Other(process)
        finally:
            process.kill()


def taken(file: LockFile, number: int) -> HeldByte:
    held = file.try_lock(number)
    assert held is not None
    return held


def test_processes_exclude_each_other_byte_by_byte(tmp_path: Path) -> None:
    file = LockFile(tmp_path / "locks")
    with other_process(tmp_path / "locks") as other:
        held = taken(file, 7)
        assert not other("try", 7) and other("try", 8)
        assert file.try_lock(8) is None
        held.release()
        assert other("try", 7) and file.try_lock(7) is None


def test_a_dead_process_frees_its_locks_and_leaves_what_it_wrote(tmp_path: Path) -> None:
    file = LockFile(tmp_path / "locks")
    with other_process(tmp_path / "locks") as other:
        assert other("try", 7) and other("write", 100)
        assert file.try_lock(7) is None
        other.process.kill()
        other.process.wait()
        taken(file, 7).release()
    assert file.read(100, 6) == b"theirs" and file.read(10_000, 3) == b"\0\0\0"


def test_of_many_threads_one_gets_a_lock(tmp_path: Path) -> None:
    files = [LockFile(tmp_path / "locks") for _ in range(2)]
    with ThreadPoolExecutor(8) as pool:
        got = [held for held in pool.map(lambda index: files[index % 2].try_lock(5), range(64)) if held is not None]
    assert len(got) == 1


def test_a_second_opening_that_ends_frees_nothing(tmp_path: Path) -> None:
    """Closing any handle of a file frees all POSIX locks of the process on it."""
    file = LockFile(tmp_path / "locks")
    held = taken(file, 7)
    with other_process(tmp_path / "locks") as other:
        second = LockFile(tmp_path / "sub" / ".." / "locks") if os.name == "nt" else LockFile(tmp_path / "." / "locks")
        taken(second, 9).release()
        del second
        assert not other("try", 7) and other("try", 9)
        held.release()
        held.release()
        assert other("try", 7)


def test_the_file_is_closed_when_nobody_uses_it_any_more(tmp_path: Path) -> None:
    file = LockFile(tmp_path / "locks")
    held = taken(file, 1)
    del file
    with other_process(tmp_path / "locks") as other:
        assert not other("try", 1)  # a lock keeps its file
        del held
        assert other("try", 1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_holds_nothing_and_frees_nothing_of_its_parent(tmp_path: Path) -> None:
    file = LockFile(tmp_path / "locks")
    held = taken(file, 7)
    context = multiprocessing.get_context("fork")
    answers, answering = context.Pipe(duplex=False)

    def child() -> None:
        got = file.try_lock(7) is not None
        held.release()
        answering.send((got, file.try_lock(8) is not None))

    process = context.Process(target=child)
    process.start()
    process.join(20)
    assert answers.recv() == (False, True)
    with other_process(tmp_path / "locks") as other:
        assert not other("try", 7) and other("try", 8)


def test_a_link_in_the_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    if not hasattr(os, "O_NOFOLLOW"):
        pytest.skip("no such flag here")
    (tmp_path / "private").write_bytes(b"secret")
    (tmp_path / "locks").symlink_to(tmp_path / "private")
    with pytest.raises(OSError, match="locks"):
        LockFile(tmp_path / "locks")


def test_texts_have_numbers_far_apart() -> None:
    numbers = {number_of(f"shop{index}.example") for index in range(3_000)}
    assert len(numbers) >= 2_998
