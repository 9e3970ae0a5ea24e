"""A finished file takes a name that is free, whole or not at all; what has the name already stays."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from engine.errors import TaskFailed
from engine.workloads.images.making import placing
from engine.workloads.images.making.placing import write

hard_link = os.link


def reason(target: Path, data: bytes = b"new", replace: bool = False) -> str:
    """The reason for which the file is not written."""
    with pytest.raises(TaskFailed) as failure:
        write(target, data, replace)
    assert ".part" not in failure.value.message
    return failure.value.reason


def no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without hard links, such as FAT."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)


@pytest.fixture(params=["with hard links", "without"], autouse=True)
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test holds on both kinds of file systems."""
    if request.param == "without":
        no_links(monkeypatch)


def test_a_free_name_is_taken_and_its_folders_are_made(tmp_path: Path) -> None:
    write(tmp_path / "a" / "b" / "c.jpg", b"new")
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["c.jpg"]
    assert (tmp_path / "a" / "b" / "c.jpg").read_bytes() == b"new"


def test_what_has_the_name_already_stays_whatever_it_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "dangling").symlink_to(tmp_path / "gone")
    hard_link(tmp_path / "file", tmp_path / "hard")
    for name in ("file", "folder", "link", "dangling", "hard"):
        assert reason(tmp_path / name) == "exists", name
    assert (tmp_path / "file").read_bytes() == b"old"
    assert not (tmp_path / "gone").exists()
    assert len(list(tmp_path.iterdir())) == 5, "no part is left"


def test_the_very_same_content_is_no_clash_so_that_a_run_can_be_tried_again(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"new")
    before = (tmp_path / "a.jpg").stat()
    write(tmp_path / "a.jpg", b"new")
    assert (tmp_path / "a.jpg").stat().st_mtime_ns == before.st_mtime_ns


def test_on_wish_it_is_replaced_but_what_a_link_leads_to_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "original").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "original")
    hard_link(tmp_path / "original", tmp_path / "hard")
    for name in ("link", "hard"):
        write(tmp_path / name, b"new", replace=True)
        assert (tmp_path / name).read_bytes() == b"new"
    assert (tmp_path / "original").read_bytes() == b"old"


def test_of_many_who_want_one_name_at_once_one_gets_it(tmp_path: Path) -> None:
    start, ends = threading.Barrier(8), []

    def one(number: int) -> None:
        start.wait()
        try:
            write(tmp_path / "a.jpg", b"x" * (number + 1) * 1000)
            ends.append(number)
        except TaskFailed as failure:
            assert failure.reason == "exists"

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = ends
    assert (tmp_path / "a.jpg").stat().st_size == (winner + 1) * 1000
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]


def test_a_part_never_goes_through_a_link_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "original").write_bytes(b"old")
    part = tmp_path / ".1-2.part"
    part.symlink_to(tmp_path / "original")
    monkeypatch.setattr("engine.workloads.images.making.parts.part_of", lambda target: part)
    write(tmp_path / "a.jpg", b"new")
    assert (tmp_path / "a.jpg").read_bytes() == b"new"
    assert (tmp_path / "original").read_bytes() == b"old"


@pytest.mark.parametrize(
    ("number", "said"), [(errno.ENOSPC, "No space left on device"), (errno.EROFS, "Read-only file system")]
)
def test_a_disk_that_takes_nothing_is_a_reason_that_names_the_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    def refuse(*_: object, **__: object) -> Path:
        raise OSError(number, said, str(tmp_path / ".1-2.part"))

    monkeypatch.setattr(placing, "new_part", refuse)
    with pytest.raises(TaskFailed, match=f"^a.jpg cannot be written: {said}.$"):
        write(tmp_path / "a.jpg", b"new")


def test_a_parent_that_is_a_file_is_a_reason(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    assert reason(tmp_path / "file" / "a.jpg") == "not_written"
