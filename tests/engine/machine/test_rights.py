"""Names and rights of what is one user's own, tried on made-up folders: no other user is needed."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.errors import NotAvailable
from engine.machine import private
from engine.machine.private import (
    abandoned,
    close_home,
    is_alive,
    make_folder,
    temporary_folder,
    umask_like,
    write_text,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the files of each user apart.")
NOBODYS = 2**22 + 7
"""A number that no process has."""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def folder(path: Path, rights: int = 0o700) -> Path:
    path.mkdir(parents=True)
    path.chmod(rights)
    return path


# Processes by their numbers.


def test_this_process_is_alive_and_one_that_nobody_has_is_not() -> None:
    assert is_alive(os.getpid()) and not is_alive(NOBODYS) and not is_alive(2**70)


def test_another_users_process_is_alive_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pid: int, number: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    assert is_alive(1)


# Folders for as long as a process lives.


@pytest.mark.parametrize(
    ("name", "is_left"),
    [
        (f"unpacked-{NOBODYS}-abcd", True), (f"s-{NOBODYS}", True), ("unpacked-{own}-abcd", False),
        ("unpacked", False), ("unpacked-", False), ("unpacked-x-abcd", False), ("unpacked-²-abcd", False),
        (f"install-{NOBODYS}x.lock", False), (f"-{NOBODYS}-", True),
    ],
)  # fmt: skip
def test_a_folder_whose_process_is_gone_is_abandoned(name: str, is_left: bool, tmp_path: Path) -> None:
    name = name.replace("{own}", str(os.getpid()))
    (tmp_path / name).mkdir()
    assert [path.name for path in abandoned(tmp_path)] == [name] * is_left


def test_what_is_no_folder_was_not_made_here(tmp_path: Path) -> None:
    (tmp_path / f"unpacked-{NOBODYS}-file").touch()
    (tmp_path / f"unpacked-{NOBODYS}-link").symlink_to("/etc")
    assert list(abandoned(tmp_path)) == []


def test_where_a_file_system_has_no_locks_the_process_alone_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: Any) -> None:
        raise OSError("no locks available")

    (tmp_path / f"unpacked-{NOBODYS}-abcd").mkdir()
    monkeypatch.setattr("fcntl.flock", none)
    assert len(list(abandoned(tmp_path))) == 1
    made = private.scratch_folder("x", tmp_path)
    assert made.is_dir() and list(abandoned(tmp_path)) != [made]
    os.close(private._held.pop(made))


# This user's folder among the temporary files.


def test_a_base_that_everybody_may_rename_in_is_refused_and_one_with_a_sticky_bit_is_not(tmp_path: Path) -> None:
    with pytest.raises(NotAvailable, match=r"chmod \+t .*, or set TMPDIR to a folder of your own"):
        temporary_folder(folder(tmp_path / "open", 0o777))
    assert mode(temporary_folder(folder(tmp_path / "sticky", 0o1777))) == 0o700
    assert temporary_folder(folder(tmp_path / "own")).parent == tmp_path / "own"


@pytest.mark.parametrize("rights", [0o720, 0o702, 0o777])
def test_a_folder_that_others_could_have_changed_is_passed_over(rights: int, tmp_path: Path) -> None:
    first, second = private._names(tmp_path)[:2]
    folder(first, rights)
    assert temporary_folder(tmp_path) == second and mode(first) == rights, "and left as it is"


def test_a_folder_that_others_could_only_read_is_closed_and_taken(tmp_path: Path) -> None:
    first = folder(private._names(tmp_path)[0], 0o755)
    assert temporary_folder(tmp_path) == first and mode(first) == 0o700


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_name_that_is_no_folder_is_passed_over(kind: str, tmp_path: Path) -> None:
    first, second = private._names(tmp_path)[:2]
    first.touch() if kind == "file" else first.symlink_to(folder(tmp_path / "elsewhere"))
    assert temporary_folder(tmp_path) == second


def test_where_every_name_is_taken_a_sentence_says_what_to_do(tmp_path: Path) -> None:
    for name in private._names(tmp_path):
        name.touch()
    with pytest.raises(NotAvailable, match=r"have taken every name .*: set TMPDIR to a folder of your own"):
        temporary_folder(tmp_path)


# Files and homes.


def test_a_text_is_its_owners_alone_and_no_link_is_followed(tmp_path: Path) -> None:
    write_text(tmp_path / "own", "é")
    assert mode(tmp_path / "own") == 0o600 and (tmp_path / "own").read_text(encoding="utf-8") == "é"
    (tmp_path / "link").symlink_to("elsewhere")
    with pytest.raises(OSError):
        write_text(tmp_path / "link", "x")
    assert not (tmp_path / "elsewhere").exists()


def test_folders_that_are_made_are_closed_and_those_that_were_there_are_left(tmp_path: Path) -> None:
    outer = folder(tmp_path / "outer", 0o755)
    assert make_folder(outer / "a" / "b") == outer / "a" / "b" == make_folder(outer / "a" / "b")
    assert [mode(path) for path in (outer, outer / "a", outer / "a" / "b")] == [0o755, 0o700, 0o700]


def test_a_home_that_was_open_is_closed_and_what_is_not_overlaps_stays(tmp_path: Path) -> None:
    home = folder(tmp_path / "home", 0o755)
    folder(home / "runs" / "r1" / "outputs", 0o755)
    (home / "runs" / "r1").chmod(0o755)
    (home / "runs").chmod(0o755)
    (home / "overlap.db").touch(0o644)
    (home / "my notes").touch(0o644)
    (home / "samples").symlink_to(folder(tmp_path / "elsewhere", 0o755))
    close_home(home)
    closed = [home, home / "runs", home / "runs" / "r1", home / "runs" / "r1" / "outputs", home / "overlap.db"]
    assert [mode(path) & 0o077 for path in closed] == [0] * 5
    assert mode(home / "my notes") == 0o644 and mode(tmp_path / "elsewhere") == 0o755


def test_a_home_that_is_the_users_own_home_folder_keeps_its_rights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = folder(tmp_path / "me", 0o755)
    (home / "overlap.db").touch(0o644)
    monkeypatch.setenv("HOME", str(home))
    close_home(home)
    assert mode(home) == 0o755 and mode(home / "overlap.db") == 0o600


@pytest.mark.parametrize(("rights", "mask"), [(0o700, 0o077), (0o755, 0o022), (0o775, 0o002), (0o1777, 0o000)])
def test_files_become_as_open_as_the_folder_that_they_are_written_to(rights: int, mask: int, tmp_path: Path) -> None:
    place = folder(tmp_path / "out", rights)
    assert umask_like(place) == umask_like(place / "not" / "yet") == mask
