"""A run's files: its tasks come back as they were, and its lock says whether it lives."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from engine.model import Task
from engine.store import RunFolder

LABELS = ["plain", "", 'quo"te', "back\\slash", "línea\nnueva", "\u2028 separator", "写真.jpg", "𝒳", "\x01\x1f", "["]


def test_tasks_and_labels_come_back_as_they_were(tmp_path: Path) -> None:
    tasks = [Task(index, label, {"n": [index, label]}) for index, label in enumerate(LABELS)]
    folder = RunFolder(tmp_path / "run")
    folder.write_tasks(tasks)
    assert list(folder.tasks()) == tasks
    assert folder.labels() == LABELS


def test_a_name_that_is_not_utf_8_is_told_readably_and_its_argument_stays_what_it_was(tmp_path: Path) -> None:
    odd = ["bad\udcff\udcfe.jpg", "half \ud83d", "a\0b"]
    folder = RunFolder(tmp_path / "run")
    folder.write_tasks([Task(index, label, {"source": label}) for index, label in enumerate(odd)])
    assert folder.labels() == ["bad\\xff\\xfe.jpg", "half \ufffd", "a\ufffdb"]
    assert [task.label for task in folder.tasks()] == folder.labels()
    assert [task.argument["source"] for task in folder.tasks()] == odd


def test_labels_that_an_older_version_wrote_are_storable_too(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.tasks_file.write_text('["bad\\udcff.jpg", 1]\n', encoding="utf-8")
    assert folder.labels() == [task.label for task in folder.tasks()] == ["bad\\xff.jpg"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20), max_size=8))
def test_any_label_comes_back(tmp_path_factory: pytest.TempPathFactory, labels: list[str]) -> None:
    folder = RunFolder(tmp_path_factory.mktemp("run"))
    folder.write_tasks([Task(index, label, None) for index, label in enumerate(labels)])
    assert folder.labels() == labels


def test_a_folder_without_tasks_has_none(tmp_path: Path) -> None:
    assert list(RunFolder(tmp_path).tasks()) == []
    assert RunFolder(tmp_path).labels() == []


def test_a_run_is_alive_while_its_lock_is_held(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    assert not folder.alive()
    with folder.lock():
        assert folder.alive()
    assert not folder.alive()


def test_a_home_that_has_become_read_only_still_tells_which_runs_live(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = RunFolder(tmp_path / "run")
    with folder.lock():

        def refused(*_: object, **__: object) -> None:
            raise OSError(errno.EROFS, "Read-only file system", str(folder.path / "alive.lock"))

        monkeypatch.setattr(FileLock, "acquire", refused)
        assert folder.alive()
    assert not folder.alive()
    (folder.path / "alive.lock").unlink()
    assert not folder.alive()


def test_the_reserve_takes_room_and_gives_it_back(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.free_reserve()
    folder.keep_reserve()
    assert (tmp_path / "reserve").stat().st_size >= 64 * 1024
    folder.free_reserve()
    assert not (tmp_path / "reserve").exists()
