"""The gate: what is opened, what is refused, and why. Rows 18 and 19 of the list of faults."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, features

from engine.config import Settings
from engine.errors import TaskFailed
from engine.workloads.images.making.options import resizing_from
from engine.workloads.images.making.resizing import resize_file
from engine.workloads.images.opening import opening
from engine.workloads.images.opening.formats import refused, sniff
from tests.engine.workloads.images.pictures import photo

SMALL = resizing_from({"sizes": ["32x32"], "format": "png"})

FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF"]


def settings(tmp_path: Path, **values: float) -> Settings:
    return Settings(home=tmp_path, **values)  # type: ignore[arg-type]


def reason_for(path: Path, limits: Settings) -> str:
    with pytest.raises(TaskFailed) as failure:
        target = path.parent / "out" / "out.png"
        resize_file(path, [target], SMALL, limits, [target])
    assert failure.value.message.endswith(".")
    assert not (path.parent / "out" / "out.png").exists()
    return failure.value.reason


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_known_by_its_content(tmp_path: Path, name: str) -> None:
    path = tmp_path / "picture.data"
    photo(96, 64).save(path, name)
    assert sniff(path.read_bytes()) == name
    assert resize_file(path, [tmp_path / "out.png"], SMALL, settings(tmp_path))[0].source_format == name


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "EPS"),
        (b"\xc5\xd0\xd3\xc6" + bytes(40), "EPS"),
        (b'<?xml version="1.0"?><!-- x --><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"8BPS\0\1" + bytes(40), "Photoshop"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04" + bytes(40), "ZIP"),
        (b"<!DOCTYPE html><p>", "web page"),
        (b"\x00\x00\x01\x00\x01\x00" + bytes(40), "icon"),
        (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"\xff\x0a" + bytes(40), "JPEG XL"),
        (b"just words", "text"),
        (b"\x00\x00\x00\x18ftypisom" + bytes(40), "video"),
        (bytes(100), "not a picture"),
        (b"P6\n1 1\n255\n\0\0\0", "Netpbm"),
        (b"P2 1 1 255 0", "Netpbm"),
        (b"\0\0\2" + bytes(9) + b"\1\0\1\0\x18\0\0\0\0", "Targa"),
        (b"\0\0\2\0\1\0" + bytes(40), "cursor"),
    ],
)
def test_a_wrong_kind_of_file_is_named_whatever_its_name_says(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(content)
    with pytest.raises(TaskFailed, match=told) as failure:
        resize_file(path, [tmp_path / "out.jpg"], SMALL, settings(tmp_path))
    assert failure.value.reason == "unsupported_format"


def test_a_camera_raw_that_calls_itself_tiff_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "raw.tif"
    photo(64, 48).save(path, tiffinfo={50706: bytes([1, 4, 0, 0])})
    assert reason_for(path, settings(tmp_path)) == "unsupported_format"


def test_missing_empty_and_odd_files_have_reasons(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jpg"
    empty.touch()
    assert reason_for(empty, settings(tmp_path)) == "empty_file"
    assert reason_for(tmp_path / "gone.jpg", settings(tmp_path)) == "not_found"
    assert reason_for(tmp_path, settings(tmp_path)) == "not_a_file"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert reason_for(tmp_path / "pipe.jpg", settings(tmp_path)) == "not_a_file"


def test_a_file_over_the_byte_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    with path.open("wb") as file:
        file.truncate(50_000_000_000)  # Sparse: reading it would take all memory.
    assert reason_for(path, settings(tmp_path, image_max_mb=1.0)) == "too_large"


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_bomb(width: int, height: int) -> bytes:
    """A PNG that says to be huge and holds a few rows."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(100_000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (11_000, 11_000), (2**31 - 1, 2**31 - 1)])
def test_a_pixel_bomb_is_refused_before_decoding(tmp_path: Path, width: int, height: int) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png_bomb(width, height))
    assert reason_for(path, settings(tmp_path)) == "too_many_pixels"


def test_a_bomb_between_once_and_twice_the_limit_is_an_error_not_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png_bomb(1500, 1000))
    assert reason_for(path, settings(tmp_path, image_max_megapixels=1.0)) == "too_many_pixels"
    photo(1000, 1000).save(path)
    assert resize_file(path, [tmp_path / "o.png"], SMALL, settings(tmp_path, image_max_megapixels=1.0))[0].width == 32


def test_a_result_over_the_pixel_limit_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "small.png"
    photo(30, 30).save(path)
    large = resizing_from({"sizes": ["16000x16000"], "fit": "pad"})
    with pytest.raises(TaskFailed, match="The result would have"):
        resize_file(path, [tmp_path / "out.png"], large, settings(tmp_path))


@pytest.mark.parametrize("name", [*FORMATS, "progressive JPEG", "LZW TIFF", "lossless WEBP"])
def test_a_file_cut_off_at_any_percent_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "cut.data"
    options: dict[str, dict[str, Any]] = {
        "progressive JPEG": {"progressive": True},
        "LZW TIFF": {"compression": "tiff_lzw"},
        "lossless WEBP": {"lossless": True},
    }
    photo(120, 90).save(path, name.split()[-1], **options.get(name, {}))
    whole = path.read_bytes()
    seen = set()
    for percent in range(1, 100):
        path.write_bytes(whole[: max(1, len(whole) * percent // 100)])
        seen.add(reason_for(path, settings(tmp_path)))
    assert seen <= {"truncated", "damaged", "unsupported_format"}
    assert seen & {"truncated", "damaged"}


def test_a_photo_that_is_cut_off_says_where(tmp_path: Path) -> None:
    path = tmp_path / "cut.jpg"
    photo(600, 400).save(path)
    path.write_bytes(path.read_bytes()[:9000])
    with pytest.raises(TaskFailed, match="breaks off after 9,000 bytes") as failure:
        resize_file(path, [tmp_path / "out.jpg"], SMALL, settings(tmp_path))
    assert failure.value.reason == "truncated"


@pytest.mark.parametrize("name", FORMATS)
def test_noise_in_a_file_ends_as_an_output_or_a_reason(tmp_path: Path, name: str) -> None:
    path = tmp_path / "noise.data"
    photo(96, 64).save(path, name)
    whole = path.read_bytes()
    endings = set()
    for seed in range(120):
        damaged = bytearray(whole)
        for step in range(1 + seed % 7):
            damaged[(seed * 7919 + step * 104729) % len(damaged)] = (seed * 31 + step * 17) % 256
        path.write_bytes(damaged)
        try:
            resize_file(path, [tmp_path / "out.png"], SMALL, settings(tmp_path), [tmp_path / "out.png"])
            endings.add("ok")
        except TaskFailed as failure:
            endings.add(failure.reason)
    assert endings <= {"ok", "damaged", "truncated", "unsupported_format", "too_many_pixels", "out_of_memory"}
    # Each of a PNG's chunks has a checksum: no changed byte of its pixels may pass.
    assert ("ok" in endings) == (name != "PNG")


def test_a_header_is_read_without_decoding(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    photo(300, 200).save(path, progressive=True)
    header = opening.read_header(path, settings(tmp_path))
    assert (header.width, header.height, header.format, header.progressive) == (300, 200, "JPEG", True)
    assert header.bytes == path.stat().st_size


def test_brands_tell_avif_from_heic() -> None:
    assert sniff(b"\x00\x00\x00\x1cftypmif1\0\0\0\0mif1avif" + bytes(40)) == "AVIF"
    assert sniff(b"\x00\x00\x00\x1cftypmif1\0\0\0\0mif1heic" + bytes(40)) == "HEIF"
    assert refused(b"\x00\x00\x00\x1cftypmp42\0\0\0\0mp42isom") == "a video or an unknown kind of picture"


def test_pillow_here_reads_and_writes_what_is_promised() -> None:
    assert all(features.check(name) for name in ("webp", "avif", "jpg", "zlib", "libtiff", "littlecms2"))
    assert Image.MAX_IMAGE_PIXELS is not None
