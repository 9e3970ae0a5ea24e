"""Images in a folder: which are found, in which order, and that the folder is never left."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import Settings
from engine.errors import InputRefused
from engine.workloads.images.sets.sources import find_images


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def found(folder: Path, glob: str | None = None, leave_out: Path | None = None) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in find_images(folder, glob, leave_out=leave_out).images]


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
    assert find_images(folder).sentence == (
        "Left out: 1 link that leads nowhere, 2 links that lead out of the folder, "
        "1 link to a folder that is read already."
    )


def test_links_are_followed_anywhere_on_wish_and_each_folder_is_read_once(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    touch(tmp_path, "outside.png", "elsewhere/x.png", "elsewhere/.y.png", "pictures/a.png")
    (folder / "out.png").symlink_to(tmp_path / "outside.png")
    (folder / "away").symlink_to(tmp_path / "elsewhere")
    (folder / "again").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "back").symlink_to(folder)
    (folder / "self.png").symlink_to(folder / "self.png")
    done = find_images(folder, follow_links=True)
    assert [path.relative_to(folder).as_posix().split("/")[-1] for path in done.images] == ["a.png", "x.png", "out.png"]
    assert done.left_out == {"seen": 2, "hidden": 1, "broken": 1}


def test_a_folder_of_nothing_but_links_holds_images_on_wish_and_else_says_why_not(tmp_path: Path) -> None:
    touch(tmp_path, "album/a.png")
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "a.png").symlink_to(tmp_path / "album" / "a.png")
    assert len(find_images(tmp_path / "links", follow_links=True).images) == 1
    with pytest.raises(InputRefused, match="1 link that leads out of the folder"):
        find_images(tmp_path / "links")


def test_results_of_earlier_runs_in_the_folder_itself_are_no_originals(tmp_path: Path) -> None:
    touch(tmp_path, "a.png", "a-small.png")
    done = find_images(tmp_path, leave_out=tmp_path, results=[str(tmp_path / "a-small.png")])
    assert [path.name for path in done.images] == ["a.png"]
    assert done.sentence == "Left out: 1 result of an earlier run."


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
