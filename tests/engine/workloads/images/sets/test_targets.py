"""What results would meet in their folder: originals by any spelling, other people's files, and no way in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.errors import InputRefused
from engine.workloads.images.sets.targets import Met, met, ready


def test_an_original_is_known_by_what_it_is_and_not_by_its_name(tmp_path: Path) -> None:
    source = tmp_path / "album" / "x.jpg"
    source.parent.mkdir()
    source.write_bytes(b"original")
    out = tmp_path / "out"
    out.mkdir()
    (out / "soft.jpg").symlink_to(source)
    os.link(source, out / "hard.jpg")
    (out / "linked").symlink_to(source.parent)
    (out / "other.jpg").write_bytes(b"somebody's")
    (out / "dangling.jpg").symlink_to(out / "gone")
    rows = [["soft.jpg", "hard.jpg"], ["linked/x.jpg", "linked/y.jpg"], ["other.jpg"], ["dangling.jpg"], ["new/z.jpg"]]
    assert met(out, rows, [source]) == Met(
        frozenset({"soft.jpg", "hard.jpg", "linked/x.jpg"}), ("other.jpg", "dangling.jpg")
    )


def test_where_there_is_no_folder_nothing_is_met(tmp_path: Path) -> None:
    assert met(tmp_path / "gone", [["a.jpg"]], [tmp_path / "a.jpg"]) == Met()


def test_a_folder_is_made_and_known_to_be_writable(tmp_path: Path) -> None:
    assert ready(tmp_path / "a" / "b").is_dir()
    assert list((tmp_path / "a" / "b").iterdir()) == []


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_path_through_a_file_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(InputRefused, match="a part of its path is a file"):
        ready(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(InputRefused, match="cannot be written \\(Permission denied\\)"):
        ready(tmp_path / "locked")
