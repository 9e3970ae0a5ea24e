"""Who dies with whom, what a killed process leaves, and what is read of a process: with pipes and files, no process."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from multiprocessing import process
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine.machine import leftovers, private, process_readers, usage
from engine.machine.busy import CpuReading
from engine.machine.lifeline import die_with_parent, kill_own_group, take_stdin, watch_stdin
from engine.machine.process_readers import LinuxReader, PortableReader, reader, tree
from engine.machine.sampler import MemoryReading, Sampler
from engine.machine.usage import SharedChildren, transported_bytes
from tests.engine.support import until

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads the kernel's own files")
NOBODYS = 2**22 + 7
"""A number that no process has."""


# The lifeline.


class Heard:
    """What a watcher of stdin has said."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.ended = threading.Event()
        self.reading, self.writing = os.pipe()
        watch_stdin(self.lines.append, self.ended.set, self.reading)


@pytest.fixture
def heard() -> Iterator[Heard]:
    found = Heard()
    yield found
    if not found.ended.is_set():
        os.close(found.writing)
        assert found.ended.wait(5)
    os.close(found.reading)


def test_each_line_is_told_as_soon_as_it_is_whole(heard: Heard) -> None:
    os.write(heard.writing, b"can")
    os.write(heard.writing, b"cel\nagain\nhal")
    until(lambda: len(heard.lines) == 2)
    assert heard.lines == ["cancel", "again"] and not heard.ended.is_set()


def test_a_line_that_is_no_utf_8_is_told_all_the_same(heard: Heard) -> None:
    os.write(heard.writing, b"\xff\n")
    until(lambda: bool(heard.lines))
    assert heard.lines == ["\ufffd"]


def test_the_end_of_the_parent_is_told_once_it_closes_its_end(heard: Heard) -> None:
    os.write(heard.writing, b"half a line")
    os.close(heard.writing)
    assert heard.ended.wait(5) and heard.lines == []


def test_stdin_is_moved_aside_and_an_empty_one_stands_in_its_place() -> None:
    own = os.dup(0)
    reading, writing = os.pipe()
    try:
        os.dup2(reading, 0)
        os.write(writing, b"an order")
        private_one = take_stdin()
        assert os.read(0, 99) == b"", "what runs here reads nothing"
        assert os.read(private_one, 99) == b"an order"
        assert not os.get_inheritable(private_one), "nor do processes that it starts"
        os.close(private_one)
    finally:
        os.dup2(own, 0)
        for descriptor in (own, reading, writing):
            os.close(descriptor)


class Ended(BaseException):
    """Stands for the end of the process."""


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was to be killed."""
    found: list[Any] = []

    def leave(code: int) -> None:
        found.append(("exit", code))
        raise Ended

    monkeypatch.setattr(os, "killpg", lambda *given: found.append(given))
    monkeypatch.setattr(os, "_exit", leave)
    return found


def test_the_leader_of_a_group_takes_its_group_along(killed: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getpgrp", os.getpid)
    with pytest.raises(Ended):
        kill_own_group()
    assert killed == [(os.getpid(), signal.SIGKILL), ("exit", 1)]


def test_who_leads_no_group_ends_alone_and_not_its_neighbours(
    killed: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getpgrp", lambda: os.getpid() + 1)
    with pytest.raises(Ended):
        kill_own_group()
    assert killed == [("exit", 1)]


class Kernel:
    """A C library whose prctl answers as a test says."""

    def __init__(self, answer: int) -> None:
        self.answer, self.asked = answer, list[tuple[int, ...]]()

    def prctl(self, *given: int) -> int:
        self.asked.append(given)
        return self.answer


@LINUX
def test_a_child_asks_the_kernel_to_die_with_its_parent(monkeypatch: pytest.MonkeyPatch, killed: list[Any]) -> None:
    kernel = Kernel(0)
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: kernel)
    die_with_parent(os.getppid())
    die_with_parent()
    assert kernel.asked == [(1, signal.SIGKILL, 0, 0, 0)] * 2 and killed == []


@LINUX
def test_a_child_whose_parent_has_gone_before_it_asked_ends_at_once(
    monkeypatch: pytest.MonkeyPatch, killed: list[Any]
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Kernel(0))
    with pytest.raises(Ended):
        die_with_parent(NOBODYS)
    assert killed == [("exit", 1)]


@LINUX
def test_a_kernel_that_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Kernel(-1))
    monkeypatch.setattr(ctypes, "get_errno", lambda: 22)
    with pytest.raises(OSError, match="Invalid argument"):
        die_with_parent()


def test_elsewhere_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: pytest.fail("asked"))
    die_with_parent(NOBODYS)


# What a crash leaves.


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the place of the system's shared memory; no scratch folder lies anywhere."""
    monkeypatch.setattr(leftovers, "_SHELF", tmp_path)
    monkeypatch.setattr(private, "existing_folders", list)
    return tmp_path


def names(shelf: Path) -> set[str]:
    return {path.name for path in shelf.iterdir()}


def test_segments_and_semaphores_of_processes_that_are_gone_are_removed(shelf: Path) -> None:
    gone = {f"overlap-{NOBODYS}-a", f"sem.overlap-{NOBODYS}-b"}
    kept = {f"overlap-{os.getpid()}-a", f"sem.overlap-{os.getpid()}-b", "psm_1234", "sem.mp-xyz"}
    for name in gone | kept:
        (shelf / name).touch()
    assert set(leftovers.sweep(own=False)) == gone
    assert names(shelf) == kept


@pytest.mark.parametrize(
    "name", ["overlap-", "overlap-12", "overlap-x-1", "overlap-²-a", "overlap--5-a", "overlapping-1-a"]
)
def test_a_name_that_is_not_ours_stays(name: str, shelf: Path) -> None:
    (shelf / name).touch()
    assert leftovers.sweep(own=False) == [] and names(shelf) == {name}


def test_at_its_own_end_a_process_removes_what_is_its_own_and_nothing_else(shelf: Path) -> None:
    own = leftovers.prefix() + "block"
    for name in (own, f"overlap-{NOBODYS}-a"):
        (shelf / name).touch()
    assert leftovers.sweep(own=True) == [own]
    assert names(shelf) == {f"overlap-{NOBODYS}-a"}


def test_what_is_no_file_is_not_removed(shelf: Path, tmp_path: Path) -> None:
    (shelf / f"overlap-{NOBODYS}-folder").mkdir()
    (shelf / f"overlap-{NOBODYS}-link").symlink_to("/etc/passwd")
    assert leftovers.sweep(own=False) == []


def test_another_users_file_is_not_removed(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (shelf / f"overlap-{NOBODYS}-a").touch()
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    assert leftovers.sweep(own=False) == []


@pytest.mark.parametrize("error", [FileNotFoundError, PermissionError])
def test_what_goes_or_is_locked_at_that_moment_is_no_fault(
    error: type[OSError], shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shelf / f"overlap-{NOBODYS}-a").touch()

    def refuse(path: Path) -> None:
        raise error(path)

    monkeypatch.setattr(leftovers, "_remove", refuse)
    assert leftovers.sweep(own=False) == []


def test_where_there_is_no_such_folder_nothing_is_left(monkeypatch: pytest.MonkeyPatch, shelf: Path) -> None:
    monkeypatch.setattr(leftovers, "_SHELF", shelf / "nowhere")
    assert leftovers.sweep(own=False) == []


@LINUX
def test_semaphores_are_named_so_that_a_sweep_finds_them(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"semprefix": "/mp"}
    monkeypatch.setattr(process.current_process(), "_config", settings, raising=False)
    leftovers.name_semaphores(leftovers.prefix())
    assert settings["semprefix"] == f"/overlap-{os.getpid()}"


@LINUX
@pytest.mark.parametrize("settings", [{}, None, "of another version"])
def test_a_library_that_has_changed_its_setting_keeps_its_own_names(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process.current_process(), "_config", settings, raising=False)
    leftovers.name_semaphores("overlap-1-")
    assert settings in ({}, None, "of another version")


@LINUX
@pytest.mark.parametrize("long", [False, True])
def test_sockets_lie_where_their_names_have_room(long: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings: dict[str, str] = {}
    monkeypatch.setattr(process.current_process(), "_config", settings, raising=False)
    base = "/tmp/" + "x" * 90 if long else "/tmp"
    monkeypatch.setattr("tempfile.gettempdir", lambda: base)
    asked: list[Path] = []

    def folder(place: Path) -> Path:
        asked.append(place)
        return tmp_path

    monkeypatch.setattr(private, "temporary_folder", folder)
    leftovers.keep_sockets_short()
    assert asked == [Path("/tmp")] and Path(settings["tempdir"]).parent == tmp_path
    leftovers.keep_sockets_short()
    assert len(asked) == 1, "a folder that was chosen stays"


# Reading a process.


@LINUX
def test_the_kernels_own_line_is_read_also_where_a_programs_name_holds_brackets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = ["S", *(str(number) for number in range(1, 40))]
    (tmp_path / "stat").write_text("7 (a) b (c)) " + " ".join(fields), encoding="ascii")
    own = LinuxReader(os.getpid())
    monkeypatch.setattr(own, "_stat", os.open(tmp_path / "stat", os.O_RDONLY))
    cpu_s, resident_mb, threads = own.quick()
    ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    assert [cpu_s, resident_mb, threads] == pytest.approx([(11 + 12) / ticks, 21 * page / 1e6, 17])


@LINUX
@pytest.mark.parametrize("line", ["7 (dead) Z 1 2", "7 (gone) X 1 2", ""])
def test_a_process_that_has_ended_and_was_not_waited_for_is_gone(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stat").write_text(line, encoding="ascii")
    own = LinuxReader(os.getpid())
    monkeypatch.setattr(own, "_stat", os.open(tmp_path / "stat", os.O_RDONLY))
    with pytest.raises(psutil.NoSuchProcess):
        own.quick()


def test_nobodys_process_cannot_be_read() -> None:
    with pytest.raises(psutil.NoSuchProcess):
        reader(NOBODYS)
    with pytest.raises(psutil.NoSuchProcess):
        PortableReader(NOBODYS)
    assert tree(NOBODYS) == []


@LINUX
@pytest.mark.parametrize(
    ("error", "told"), [(PermissionError, psutil.AccessDenied), (FileNotFoundError, psutil.NoSuchProcess)]
)
def test_memory_that_may_not_be_read_is_told_from_a_process_that_is_gone(
    error: type[OSError], told: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise error

    own = LinuxReader(os.getpid())
    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(told):
        own.memory_mb("pss")


@LINUX
def test_each_kind_of_memory_is_read_and_no_shared_page_makes_the_proportional_size_larger() -> None:
    own = LinuxReader(os.getpid())
    rss_mb, uss_mb, pss_mb = own.memory_mb("rss"), own.memory_mb("uss"), own.memory_mb("pss")
    assert 0 < uss_mb <= pss_mb * 1.05 <= rss_mb * 1.1
    assert own.memory_mb("uss") == pytest.approx(PortableReader(os.getpid()).memory_mb("uss"), rel=0.1)


def test_on_other_systems_the_tree_is_walked_by_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert tree(os.getpid())[0] == os.getpid() and tree(NOBODYS) == []
    assert type(reader(os.getpid())) is PortableReader


# What was used.


@LINUX
def test_bytes_that_went_through_a_pipe_are_counted() -> None:
    before = transported_bytes()
    reading, writing = os.pipe()
    os.write(writing, b"x" * 50_000)
    os.read(reading, 50_000)
    for one in (reading, writing):
        os.close(one)
    after = transported_bytes()
    assert before is not None and after is not None
    assert all(now - then >= 50_000 for now, then in zip(after, before, strict=True))


def test_where_the_system_does_not_tell_what_travelled_it_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError

    monkeypatch.setattr("builtins.open", refuse)
    assert transported_bytes() is None


def test_what_two_workers_share_is_given_out_once_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    total_s = [10.0]
    monkeypatch.setattr(usage, "children_cpu_s", lambda: total_s[0])
    shared = SharedChildren()
    assert shared.claim_s() == 0.0
    total_s[0] = 12.5
    assert (shared.claim_s(), shared.claim_s()) == (2.5, 0.0)
    total_s[0] = 12.0  # another worker read it earlier than this one
    assert shared.claim_s() == 0.0
    total_s[0] = 13.0
    assert shared.claim_s() == 0.5


@pytest.mark.parametrize(
    ("idle_s", "total_s", "apart_s", "share"),
    [(5.0, 10.0, 0.0, 0.5), (5.0, 10.0, 2.0, 0.3), (5.0, 10.0, 6.0, 0.0), (-1.0, 10.0, 0.0, 1.0), (0.0, 0.0, 0.0, 0.0)],
)
def test_the_share_of_a_machine_that_was_used_is_between_none_and_all(
    idle_s: float, total_s: float, apart_s: float, share: float
) -> None:
    first = CpuReading(100.0, 1000.0, time.monotonic())
    later = CpuReading(100.0 + idle_s, 1000.0 + total_s, time.monotonic())
    assert later.used_since(first, apart_s) == pytest.approx(share)


# Readings of memory over time, without a thread that makes them.


def sampler(*memory_mb: float, every_s: float = 1.0) -> Sampler:
    found = Sampler(os.getpid())
    found.readings = [MemoryReading(at * every_s, mb, 0.1 * at, 1) for at, mb in enumerate(memory_mb)]
    return found


def test_without_a_reading_nothing_is_known_of_memory() -> None:
    assert (sampler().peak_mb, sampler().mean_mb, sampler().thinned()) == (None, None, [])


def test_one_reading_is_peak_and_mean() -> None:
    assert (sampler(7.0).peak_mb, sampler(7.0).mean_mb) == (7.0, 7.0)


def test_the_mean_counts_each_reading_for_as_long_as_it_held() -> None:
    found = sampler(10.0, 20.0, 99.0)
    assert (found.peak_mb, found.mean_mb) == (99.0, 15.0)
    found.readings[1] = MemoryReading(0.5, 20.0, 0.1, 1)
    assert found.mean_mb == pytest.approx((10.0 * 0.5 + 20.0 * 1.5) / 2.0)


@pytest.mark.parametrize("count", [1, 1200, 1201, 2400, 5000])
def test_of_many_readings_the_largest_of_each_stretch_is_kept(count: int) -> None:
    found = sampler(*(float((at * 7919) % 1000) for at in range(count)), every_s=0.05)
    kept = found.thinned()
    assert len(kept) <= 1200 and max(one["memory_mb"] for one in kept) == found.peak_mb
    assert [one["at_s"] for one in kept] == sorted({one["at_s"] for one in kept})
    if count <= 1200:
        assert len(kept) == count


class Refuses:
    """A process whose own memory may not be read."""

    asked = 0

    def quick(self) -> tuple[float, float, int]:
        return 1.0, 50.0, 3

    def memory_mb(self, kind: str) -> float:
        self.asked += 1
        raise psutil.AccessDenied(1)


def test_where_shared_memory_cannot_be_divided_the_resident_size_counts_and_its_kind_says_so() -> None:
    found = Sampler(os.getpid())
    assert found._memory_mb(Refuses(), 50.0) == 50.0
    assert found.kind == "rss"


def test_the_readers_name_the_system_they_read() -> None:
    expected = process_readers.LinuxReader if sys.platform == "linux" else process_readers.PortableReader
    assert type(reader(os.getpid())) is expected
