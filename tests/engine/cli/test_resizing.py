"""`resize` with more than a size: formats, aims, metadata, a gallery page; and the same bytes on every executor."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

import pytest
from PIL import Image

from tests.engine.cli.conftest import Cli
from tests.engine.workloads.images.pictures import photo


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo that tells its place, a drawing with a palette, and an animation."""
    folder = tmp_path_factory.mktemp("album")
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 30.0, 15.0)})
    exif[0x8298] = "(c) Somebody"
    photo(640, 480).save(folder / "photo.jpg", quality=90, exif=exif)
    photo(320, 240, 2).quantize(16).save(folder / "drawing.png")
    first, *more = (Image.new("RGB", (120, 80), colour) for colour in ("red", "green", "blue"))
    first.save(folder / "moving.gif", save_all=True, append_images=more, duration=80, loop=0)
    return folder


EVERYTHING = (
    "--size", "200x100", "--size", "50%", "--fit", "cover", "--anchor", "attention",
    "--format", "keep", "--format", "webp", "--format", "avif",
    "--sharpen", "--progressive", "--keep-smaller", "--animation", "keep", "--metadata", "date-place",
    "--ssim", "0.97", "--html",
)  # fmt: skip


def made(folder: Path) -> dict[str, str]:
    """A digest of every result by its name; the page names its run, and the list of what is done tells times."""
    paths = [path for path in folder.iterdir() if path.suffix not in (".html", ".jsonl")]
    return {path.name: blake2b(path.read_bytes()).hexdigest() for path in paths}


def test_everything_at_once_gives_the_same_bytes_on_every_executor(cli: Cli, album: Path, tmp_path: Path) -> None:
    for executor in ("sequential", "threads", "processes"):
        done = cli("resize", album, "--to", tmp_path / executor, "--executor", executor, *EVERYTHING)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / executor / "gallery.html").is_file()
        assert f"The gallery page is {tmp_path / executor / 'gallery.html'}." in done.stderr
        assert "1 of 3: animation of 3 frames." in done.stderr
    first = made(tmp_path / "sequential")
    assert len(first) == 3 * 3 * 2
    assert first == made(tmp_path / "threads") == made(tmp_path / "processes")


def test_no_place_passes_on_unless_a_word_that_names_it_is_said(cli: Cli, album: Path, tmp_path: Path) -> None:
    for words, place in (((), False), (("--keep-copyright",), False), (("--metadata", "date-place"), True)):
        out = tmp_path / str(len(words) + place)
        assert cli("resize", album / "photo.jpg", "--to", out, "--size", "100", *words).returncode == 0
        with Image.open(out / "photo.jpg") as picture:
            exif = picture.getexif()
        assert bool(exif.get_ifd(0x8825)) is place
        assert (0x8298 in exif) is bool(words)


def test_no_file_is_larger_than_was_asked_and_what_cannot_be_is_a_reason(
    cli: Cli, album: Path, tmp_path: Path
) -> None:
    command = ("resize", album / "photo.jpg", "--to", tmp_path / "out", "--size", "400", "--format", "jpeg")
    assert cli(*command, "--max-size", "9kB").returncode == 0
    assert (tmp_path / "out" / "photo.jpg").stat().st_size <= 9000
    failed = cli(*command, "--max-size", "1kB", "--overwrite")
    assert failed.returncode == 3 and "1 failed, too_many_bytes: Even at quality 10" in failed.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--quality", "gif=80"), 1, "There is no quality of 'gif'"),
        (("--quality", "101"), 1, "a whole number from 1 to 100"),
        (("--max-size", "big"), 2, "is no size of a file"),
        (("--max-size", "20kB", "--ssim", "0.9"), 1, "not at both"),
        (("--format", "gif"), 2, "'gif' is not one of"),
        (("--colour", "white"), 1, "or transparent"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    cli: Cli, album: Path, tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    done = cli("resize", album, "--to", tmp_path / "out", *words)
    assert done.returncode == code and said in done.stderr, done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_without_a_place_for_its_results_says_that_and_nothing_else(cli: Cli, album: Path) -> None:
    refused = cli("resize", album, "--size", "100")
    assert refused.returncode == 2
    assert "Say where the results go: --to FOLDER" in refused.stderr
    assert "How it is run" not in refused.stderr
