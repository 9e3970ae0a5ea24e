"""Images in a folder: which are found, in which order, and that the folder is never left."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import Settings
from engine.errors import InputRefused
from engine.images.sources import find_images


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def found(folder: Path, glob: str | None = None, leave_out: Path | None = None) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in find_images(folder, glob, leave_out=leave_out)]


def test_images_are_found_by_name_sorted_and_hidden_ones_left_out(tmp_path: Path) -> None:
    touch(tmp_path, "b.JPG", "a.png", "sub/c.heic", "notes.txt", ".hidden.png", ".thumbs/d.png", "e.tar.gz")
    assert found(tmp_path) == ["a.png", "b.JPG", "sub/c.heic"]


@pytest.mark.parametrize(
    ("glob", "wanted"),
    [
        ("*.jpg", ["2024/b.JPG", "2024/May/c.jpg", "a.jpg"]),
        ("2024/*.jpg", ["2024/b.JPG"]),
        ("2024/**/*.jpg", ["2024/b.JPG", "2024/May/c.jpg"]),
        ("**/c.*", ["2024/May/c.jpg"]),
        ("?.png", ["d.png"]),
        ("2024/**", ["2024/b.JPG", "2024/May/c.jpg"]),
    ],
)
def test_globs(tmp_path: Path, glob: str, wanted: list[str]) -> None:
    touch(tmp_path, "a.jpg", "2024/b.JPG", "2024/May/c.jpg", "d.png")
    assert sorted(found(tmp_path, glob)) == sorted(wanted)


def test_links_are_followed_only_to_files_within(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    touch(tmp_path, "outside.png", "elsewhere/x.png", "pictures/a.png")
    (folder / "in.png").symlink_to(folder / "a.png")
    (folder / "out.png").symlink_to(tmp_path / "outside.png")
    (folder / "gone.png").symlink_to(folder / "nothing.png")
    (folder / "away").symlink_to(tmp_path / "elsewhere")
    (folder / "loop").symlink_to(folder)
    assert found(folder) == ["a.png", "in.png"]


def test_the_results_folder_is_left_out(tmp_path: Path) -> None:
    touch(tmp_path, "a.png", "small/a.png")
    assert found(tmp_path, leave_out=tmp_path / "small") == ["a.png"]


def test_nothing_to_do_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="no folder"):
        find_images(tmp_path / "gone")
    with pytest.raises(InputRefused, match="holds no images"):
        find_images(tmp_path)
    touch(tmp_path, "a.png")
    with pytest.raises(InputRefused, match=r"match '\*\.jpg'"):
        find_images(tmp_path, "*.jpg")


def test_more_than_the_limit_is_refused(tmp_path: Path) -> None:
    touch(tmp_path, *[f"{number}.png" for number in range(12)])
    with pytest.raises(InputRefused, match="more than 10 images"):
        find_images(tmp_path, settings=Settings(home=tmp_path, max_tasks=10))
