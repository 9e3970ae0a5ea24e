"""The sample photos: varied, the right way up, the same bytes every time, safe to make twice at once."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat

from engine.workloads.shop.photos import GPS, ORIENTATION, PHOTOS, READY, STAMP, Photo, paint, sample_photos, save

SCRIPT = """
import sys, time
from pathlib import Path
from engine.workloads.shop.photos import sample_photos
before = time.perf_counter()
seen = []
sample_photos(Path(sys.argv[1]), lambda done, total: seen.append((done, total)))
print(len(seen), seen == [(n, len(seen)) for n in range(1, len(seen) + 1)], round(time.perf_counter() - before, 2))
"""
SHIPPED = {path.name for path in READY.iterdir()}
SMALL = [photo for photo in PHOTOS if photo.size[0] * photo.size[1] < 3_000_000 and photo.name not in SHIPPED]

ONE_OF_EACH = list({Path(photo.name).suffix: photo for photo in SMALL}.values())
"""One photo of each format."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose samples another process painted."""
    home = tmp_path_factory.mktemp("photo-home")
    ((count, progressed, seconds),) = painted_by(1, home)
    print(f"{count} photos in {seconds} s")  # noqa: T201 - a figure to read with pytest -s
    assert (count, progressed) == (str(24 - len(SHIPPED)), "True")
    return home


def painted_by(processes: int, home: Path) -> list[list[str]]:
    """What processes print that all make the samples in one home at the same time."""
    command = [sys.executable, "-c", SCRIPT, str(home)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    words = [process.communicate(timeout=100)[0].split() for process in running]
    assert {process.returncode for process in running} == {0}
    return words


@pytest.fixture(scope="module")
def photos(home: Path) -> dict[str, Path]:
    """The samples' files by name."""
    return {path.name: path for path in sample_photos(home)}


@pytest.mark.stress  # painting takes both cores for seconds
def test_two_processes_at_once_leave_every_photo_whole_and_nothing_else(home: Path, photos: dict[str, Path]) -> None:
    before = {photo.name: photos[photo.name].read_bytes() for photo in SMALL[::2]}
    for name in before:
        photos[name].unlink()
    counts = [int(words[0]) for words in painted_by(2, home)]
    assert max(counts) == len(before)
    assert {name: photos[name].read_bytes() for name in before} == before
    assert sorted(path.name for path in (home / "samples").iterdir()) == sorted([STAMP, *photos])
    for path in photos.values():
        with Image.open(path) as picture:
            picture.load()


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_what_comes_painted_is_what_would_be_painted(name: str, photos: dict[str, Path]) -> None:
    (photo,) = (one for one in PHOTOS if one.name == name)
    with Image.open(photos[name]) as shipped:
        assert shipped.size == photo.size and difference(shipped, paint(photo)) < 2
    assert photos[name].read_bytes() == (READY / name).read_bytes()


@pytest.mark.parametrize("photo", ONE_OF_EACH, ids=lambda photo: photo.name)
def test_the_same_bytes_every_time(photo: Photo, photos: dict[str, Path], tmp_path: Path) -> None:
    again = tmp_path / photo.name
    save(photo, again)
    assert again.read_bytes() == photos[photo.name].read_bytes()


def test_sizes_formats_and_orientations_are_those_of_real_collections(photos: dict[str, Path]) -> None:
    formats, orientations, megapixels, progressive, located = Counter[str](), set(), [], 0, []
    for name, path in photos.items():
        with Image.open(path) as picture:
            formats[picture.format or ""] += 1
            exif = picture.getexif()
            orientations.add(exif.get(ORIENTATION, 1))
            megapixels.append(picture.width * picture.height / 1e6)
            progressive += "progressive" in picture.info
            located += [name] if exif.get_ifd(GPS) else []
    assert formats == {"JPEG": 20, "PNG": 2, "WEBP": 2}
    assert orientations == {1, 3, 5, 6, 8}
    assert 1 <= min(megapixels) < 1.2
    assert max(megapixels) == 12
    assert 4 <= progressive <= 10
    assert located == ["summit-01.jpg"]


@pytest.mark.parametrize("photo", [photo for photo in PHOTOS if photo.orientation > 1], ids=lambda photo: photo.name)
def test_who_obeys_the_orientation_sees_the_photo_upright(photo: Photo, photos: dict[str, Path]) -> None:
    with Image.open(photos[photo.name]) as stored:
        upright = ImageOps.exif_transpose(stored)
        assert upright.size == photo.size
        assert difference(upright, paint(photo)) < 4
        assert stored.size != photo.size or difference(stored, upright) > 10


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures' channels, 0 to 255, without their grain."""
    small = [picture.convert("RGB").resize((64, 64), Image.Resampling.BOX) for picture in (one, other)]
    return max(ImageStat.Stat(ImageChops.difference(*small)).mean)


def test_photos_are_distinct_and_weigh_what_photos_weigh(photos: dict[str, Path]) -> None:
    thumbs = {name: Image.open(path).convert("RGB").resize((32, 32)) for name, path in photos.items()}
    names = sorted(thumbs)
    alike = [(a, b) for a in names for b in names if a < b and difference(thumbs[a], thumbs[b]) < 5]
    assert alike == []
    for photo in PHOTOS:
        mb_per_megapixel = photos[photo.name].stat().st_size / (photo.size[0] * photo.size[1])
        assert 0.08 < mb_per_megapixel < 2


def test_photos_are_painted_once_and_kept(home: Path, photos: dict[str, Path]) -> None:
    before = {path: path.stat().st_mtime_ns for path in photos.values()}
    calls: list[tuple[int, int]] = []
    start = time.process_time()
    assert sample_photos(home, lambda done, total: calls.append((done, total))) == list(photos.values())
    assert time.process_time() - start < 0.5
    assert calls == []
    assert {path: path.stat().st_mtime_ns for path in photos.values()} == before


def test_a_photo_that_went_missing_is_painted_again(home: Path, photos: dict[str, Path]) -> None:
    lost = photos["fairground-lights.png"]
    content = lost.read_bytes()
    lost.unlink()
    calls: list[tuple[int, int]] = []
    sample_photos(home, lambda done, total: calls.append((done, total)))
    assert calls == [(1, 1)]
    assert lost.read_bytes() == content
