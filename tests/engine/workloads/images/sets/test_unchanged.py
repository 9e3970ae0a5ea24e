"""A second run does only what has changed."""

from __future__ import annotations

import os
import tempfile
import zipfile
from pathlib import Path

import pytest

from engine.config import Settings
from engine.workloads.images.making.options import Resizing
from engine.workloads.images.sets.archive import unpack
from engine.workloads.images.sets.unchanged import FILE, Done, options_digest


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"photo")
    return path


def finish(folder: Path, source: Path, resizing: Resizing) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "photo.jpg").write_bytes(b"small")
    with Done(folder, resizing) as done:
        assert not done.is_current(source, ["photo.jpg"])
        done.add(source, ["photo.jpg"])


def test_what_was_done_is_known_the_next_time(tmp_path: Path, source: Path) -> None:
    folder = tmp_path / "out"
    finish(folder, source, Resizing())
    assert Done(folder, Resizing()).is_current(source, ["photo.jpg"])


def test_a_change_of_source_options_names_or_outputs_counts(tmp_path: Path, source: Path) -> None:
    folder = tmp_path / "out"
    finish(folder, source, Resizing())
    assert not Done(folder, Resizing(quality_jpeg=84)).is_current(source, ["photo.jpg"])
    assert not Done(folder, Resizing()).is_current(source, ["other.jpg"])
    assert not Done(folder, Resizing()).is_current(tmp_path / "gone.jpg", ["photo.jpg"])
    os.utime(source, (1, 1))
    assert not Done(folder, Resizing()).is_current(source, ["photo.jpg"])


def test_a_missing_or_cut_output_is_made_again(tmp_path: Path, source: Path) -> None:
    folder = tmp_path / "out"
    finish(folder, source, Resizing())
    (folder / "photo.jpg").write_bytes(b"sm")
    assert not Done(folder, Resizing()).is_current(source, ["photo.jpg"])
    (folder / "photo.jpg").unlink()
    assert not Done(folder, Resizing()).is_current(source, ["photo.jpg"])


def test_a_source_that_changes_while_it_is_worked_on_is_done_again(tmp_path: Path, source: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "photo.jpg").write_bytes(b"small")
    with Done(folder, Resizing()) as done:
        done.is_current(source, ["photo.jpg"])
        os.utime(source, (1, 1))
        done.add(source, ["photo.jpg"])
    assert not Done(folder, Resizing()).is_current(source, ["photo.jpg"])


def test_a_line_that_a_kill_cut_off_is_passed_over(tmp_path: Path, source: Path) -> None:
    folder = tmp_path / "out"
    finish(folder, source, Resizing())
    with (folder / FILE).open("ab") as file:
        file.write(b'{"source": "half a li\xff')
    assert Done(folder, Resizing()).is_current(source, ["photo.jpg"])


def test_every_option_changes_the_digest() -> None:
    digests = {
        options_digest(resizing)
        for resizing in (Resizing(), Resizing(sizes=("1",)), Resizing(fit="pad"), Resizing(metadata="copyright"))
    }
    assert len(digests) == 4


def test_looking_before_the_run_is_enough(tmp_path: Path, source: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "photo.jpg").write_bytes(b"small")
    with Done(folder, Resizing()) as done:
        done.look([source])
        os.utime(source, (1, 1))
        done.add(source, ["photo.jpg"])
    assert not Done(folder, Resizing()).is_current(source, ["photo.jpg"])


def test_a_link_is_known_by_its_target(tmp_path: Path, source: Path) -> None:
    (tmp_path / "link.jpg").symlink_to(source)
    finish(tmp_path / "out", source, Resizing())
    assert Done(tmp_path / "out", Resizing()).is_current(tmp_path / "link.jpg", ["photo.jpg"])


def from_archive(folder: Path, done: Done, **contents: bytes) -> list[Path]:
    """Pack files as the same photos.zip, and unpack it into a folder that was not there before."""
    with zipfile.ZipFile(folder / "photos.zip", "w") as packed:
        for name, content in contents.items():
            packed.writestr(f"2026/{name}.jpg", content)
    place = Path(tempfile.mkdtemp(dir=folder))
    archive = folder / "photos.zip"

    def note(path: Path, name: str, state: str) -> None:
        done.unpacked(path, archive, name, state)

    return unpack(archive, place, Settings(home=folder), note)


def test_what_came_out_of_an_archive_is_known_wherever_it_lies_the_next_time(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    for name in "ab":
        (folder / f"{name}.jpg").write_bytes(b"small")
    with Done(folder, Resizing()) as done:
        for path in from_archive(tmp_path, done, a=b"one", b=b"two"):
            assert not done.is_current(path, [path.name])
            done.add(path, [path.name])
    again = Done(folder, Resizing())
    assert [again.is_current(path, [path.name]) for path in from_archive(tmp_path, again, a=b"one", b=b"two")] == [
        True, True,
    ]  # fmt: skip
    changed = Done(folder, Resizing())
    assert [changed.is_current(path, [path.name]) for path in from_archive(tmp_path, changed, a=b"one", b=b"owt")] == [
        True, False,
    ], "the same length and the same name, but other bytes"  # fmt: skip


def test_the_same_name_in_another_archive_is_another_source(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.jpg").write_bytes(b"small")
    with Done(tmp_path / "out", Resizing()) as done:
        (path,) = from_archive(tmp_path, done, a=b"one")
        done.add(path, ["a.jpg"])
    (tmp_path / "other").mkdir()
    again = Done(tmp_path / "out", Resizing())
    (path,) = from_archive(tmp_path / "other", again, a=b"one")
    assert not again.is_current(path, ["a.jpg"])
