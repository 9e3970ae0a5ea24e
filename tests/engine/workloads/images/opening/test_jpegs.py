"""Damaged pixels of a JPEG without restart marks: libjpeg warns of them, and Pillow does not pass that on."""

from __future__ import annotations

import io
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from engine.config import Settings
from engine.errors import TaskFailed
from engine.workloads.images.opening.decoding import decode
from engine.workloads.images.opening.opening import open_image
from tests.engine.workloads.images.pictures import photo

WHOLE = "whole"
Damage = Callable[[bytearray, int], None]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def jpeg(mode: str = "RGB", size: tuple[int, int] = (320, 240), **options: object) -> bytes:
    buffer = io.BytesIO()
    photo(*size).convert(mode).save(buffer, "JPEG", **{"quality": 90, **options})
    return buffer.getvalue()


def outcome(data: bytes, settings: Settings, divisor: int = 1) -> str:
    try:
        image = open_image(data, settings)
        image.draft(image.mode, (max(1, image.width // divisor), max(1, image.height // divisor)))
        decode(image, data, settings)
    except TaskFailed as failure:
        return failure.reason
    return WHOLE


def cut_out(data: bytearray, at: int) -> None:
    del data[at : at + 40]


def zeros(data: bytearray, at: int) -> None:
    data[at : at + 64] = bytes(64)


def twice(data: bytearray, at: int) -> None:
    data[at:at] = data[at : at + 90]


def exchanged(data: bytearray, at: int) -> None:
    data[at : at + 100] = data[at + 100 : at + 200]


def pixels_of(data: bytes) -> range:
    """Where damage may be done: behind the header, and not at the very end."""
    return range(data.index(b"\xff\xda") + 20, len(data) - 300)


@pytest.mark.parametrize("divisor", [1, 8])
def test_what_libjpeg_warns_of_is_damaged(settings: Settings, divisor: int) -> None:
    """Held against djpeg, libjpeg's own program: silent is whole; of what it warns, seven in eight are found."""
    djpeg = shutil.which("djpeg")
    if djpeg is None:
        pytest.skip("djpeg, of the package libjpeg-turbo-progs, is not installed")
    chance, data = random.Random(7), jpeg()
    warned, missed = 0, 0
    for damage in (cut_out, zeros, twice, exchanged):
        for at in chance.sample(pixels_of(data), 40):
            content = bytearray(data)
            damage(content, at)
            told = subprocess.run([djpeg, "-outfile", "/dev/null"], input=content, capture_output=True).stderr
            found = outcome(bytes(content), settings, divisor)
            assert told or found == WHOLE, f"refused: {damage.__name__} at {at}, although libjpeg says nothing"
            warned += bool(told)
            missed += bool(told) and found == WHOLE
    assert warned >= 60
    assert missed <= warned / 8


@pytest.mark.parametrize("damage", [cut_out, twice])
def test_most_places_where_pixels_are_missing_or_too_many_show(settings: Settings, damage: Damage) -> None:
    """The others happen to give as many pixels as before: no decoder can tell."""
    data = jpeg(subsampling="4:4:4")
    assert outcome(data, settings) == WHOLE
    found = []
    for at in random.Random(7).sample(pixels_of(data), 20):
        content = bytearray(data)
        damage(content, at)
        found.append(outcome(bytes(content), settings))
    assert found.count("damaged") >= 10


@pytest.mark.parametrize("padding", [b"\0" * 5000, b"\xff\0" * 40, b"\x12\x34", b"\0\0\0\x07"])
def test_what_cameras_leave_behind_the_last_pixel_is_borne(settings: Settings, padding: bytes) -> None:
    data = jpeg()
    assert outcome(data[:-2] + padding + data[-2:], settings) == WHOLE


@pytest.mark.parametrize("divisor", [1, 2, 4, 8])
@pytest.mark.parametrize("options", [
    {"subsampling": "4:4:4"}, {"subsampling": "4:2:2"}, {"subsampling": "4:2:0"}, {"restart_marker_blocks": 3},
    {"optimize": True}, {"progressive": True}, {"quality": 1}, {"quality": 100}, {"mode": "L"}, {"mode": "CMYK"},
])  # fmt: skip
@pytest.mark.parametrize("size", [(1, 1), (8, 8), (17, 3), (33, 250)])
def test_whole_ones_are_decoded_as_pillow_decodes_them(
    settings: Settings, size: tuple[int, int], options: dict[str, object], divisor: int
) -> None:
    data = jpeg(size=size, **options)  # type: ignore[arg-type]
    image = open_image(data, settings)
    plain = Image.open(io.BytesIO(data))
    for one in (image, plain):
        one.draft(one.mode, (max(1, size[0] // divisor), max(1, size[1] // divisor)))
    assert decode(image, data, settings).tobytes() == plain.tobytes()


def test_a_picture_and_what_follows_its_end_are_two_things(settings: Settings) -> None:
    data = jpeg()
    assert outcome(data + jpeg()[:500] + b"\xff\xd9", settings) == WHOLE


def test_a_second_picture_in_the_file_is_no_part_of_the_first(settings: Settings) -> None:
    buffer = io.BytesIO()
    photo(320, 240).save(buffer, "MPO", save_all=True, append_images=[photo(300, 200)], quality=90)
    data = buffer.getvalue()
    content = bytearray(data)
    second = data.rindex(b"\xff\xda") + 500
    del content[second : second + 1000]
    assert outcome(data, settings) == outcome(bytes(content), settings) == WHOLE
    first = data.index(b"\xff\xda") + 500
    content[first : first + 3000] = bytes(3000)
    assert outcome(bytes(content), settings) == "damaged"
