"""All eight orientations end the right way up, whatever the fit; broken EXIF costs nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageOps

from engine.config import Settings
from engine.workloads.images.making.options import resizing_from
from engine.workloads.images.making.resizing import resize_file
from engine.workloads.images.opening.orientation import stored_box, turned, upright_size
from tests.engine.workloads.images.pictures import QUARTERS, UNDO, close, corners, photo, quarters, size_of


def stored(image: Image.Image, orientation: int, path: Path) -> None:
    undo = UNDO.get(orientation)
    exif = Image.Exif()
    exif[0x0112] = orientation
    (image.transpose(undo) if undo is not None else image).save(path, exif=exif, quality=95)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "avif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_output_is_the_right_way_up(tmp_path: Path, orientation: int, suffix: str) -> None:
    source = tmp_path / f"in.{suffix}"
    stored(quarters(480, 320), orientation, source)
    output = resize_file(
        source, [tmp_path / "out.png"], resizing_from({"sizes": ["120x120"]}), Settings(home=tmp_path)
    )[0]
    assert (output.width, output.height) == (120, 80)
    assert (output.source_width, output.source_height) == (480, 320)
    assert all(close(*pair, within=12) for pair in zip(corners(tmp_path / "out.png"), QUARTERS, strict=True))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("fit", "anchor"), [("cover", "top-left"), ("cover", "bottom"), ("pad", "right"), ("stretch", "left")]
)
def test_crops_and_frames_are_meant_upright(tmp_path: Path, orientation: int, fit: str, anchor: str) -> None:
    options = resizing_from({"sizes": ["60x90"], "fit": fit, "anchor": anchor})
    pictures = []
    for number in (1, orientation):
        source = tmp_path / f"{number}.png"
        stored(photo(300, 200), number, source)
        resize_file(source, [tmp_path / f"out{number}.png"], options, Settings(home=tmp_path))
        with Image.open(tmp_path / f"out{number}.png") as image:
            pictures.append(image.convert("RGB").tobytes())
    assert max(abs(one - other) for one, other in zip(*pictures, strict=True)) <= 3


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_stored_box_is_the_upright_box_before_turning(orientation: int) -> None:
    image = photo(40, 30)
    upright = turned(image, orientation)
    box = (3.0, 5.0, 17.0, 22.0)
    crop = stored_box(box, upright.size, orientation)
    assert upright_size(image.size, orientation) == upright.size
    assert turned(image.crop(crop), orientation).tobytes() == upright.crop(box).tobytes()


def test_the_turns_are_those_of_pillow() -> None:
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        image = photo(40, 30)
        image.info["exif"] = exif.tobytes()
        wanted = ImageOps.exif_transpose(image)
        assert turned(photo(40, 30), orientation).tobytes() == wanted.tobytes()


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0",
        b"Exif\0\0II*\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0nonsense that is no TIFF at all",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\xff\xff\xff\xff\x06\0\0\0",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x05\0\x01\0\0\0\x1a\0\0\0\0\0\0\0" + bytes(8),
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x63\0\0\0\0\0\0\0",
    ],
)
def test_malformed_exif_costs_nothing(tmp_path: Path, exif: bytes) -> None:
    source = tmp_path / "in.jpg"
    quarters().save(source, exif=exif, quality=95)
    for keep in (False, True):
        options = resizing_from({"sizes": ["120x120"], "keep_copyright": keep})
        resize_file(source, [tmp_path / "out.png"], options, Settings(home=tmp_path))
        assert size_of(tmp_path / "out.png") == (120, 80)
        assert all(close(*pair, within=12) for pair in zip(corners(tmp_path / "out.png"), QUARTERS, strict=True))
