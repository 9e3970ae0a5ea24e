"""Right colours from every kind of pixels, against values that other programs gave.

The golden values of pictures with a profile come from ImageMagick 6.9.11 (`convert IN -intent Relative
-black-point-compensation -profile sRGB.icc OUT`), those of CMYK also from libvips 8.14
(`vips icc_transform IN OUT sRGB.icc --embedded --intent relative`); they agreed within two levels.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from engine.config import Settings
from engine.errors import TaskFailed
from engine.workloads.images.making.options import resizing_from
from engine.workloads.images.making.resizing import resize_file
from tests.engine.workloads.images.pictures import (
    QUARTERS,
    Colour,
    close,
    cmyk_profile,
    colour_at,
    corners,
    grey_profile,
    png,
    png_chunk,
    quarters,
    wide_rgb_profile,
)

INKS = ((200, 20, 30, 10), (10, 180, 160, 0), (0, 30, 220, 40), (90, 80, 70, 160))


def inks() -> Image.Image:
    image = Image.new("CMYK", (64, 64))
    for number, ink in enumerate(INKS):
        left, top = (number % 2) * 32, (number // 2) * 32
        image.paste(ink, (left, top, left + 32, top + 32))
    return image


def resized(source: Path, **options: object) -> list[Colour]:
    target = source.with_name("out.png")
    resize_file(
        source, [target], resizing_from({"sizes": ["32x32"], **options}), Settings(home=source.parent), [target]
    )
    return corners(target)


def check(found: list[Colour], wanted: list[Colour] | tuple[Colour, ...], within: int = 3) -> None:
    assert all(close(*pair, within=within) for pair in zip(found, wanted, strict=True)), (found, wanted)


def test_an_embedded_rgb_profile_is_applied(tmp_path: Path) -> None:
    quarters(64, 64).save(tmp_path / "in.png", icc_profile=wide_rgb_profile())
    check(resized(tmp_path / "in.png"), [(241, 0, 10), (0, 204, 0), (39, 69, 229), (244, 220, 0)])


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "avif"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_no_profile_is_left_in_an_output_so_its_bytes_do_not_tell_when_it_was_made(
    tmp_path: Path, mode: str, suffix: str
) -> None:
    quarters().convert(mode).save(tmp_path / "in.png", icc_profile=wide_rgb_profile())
    resize_file(tmp_path / "in.png", [tmp_path / f"a.{suffix}"], resizing_from({"sizes": ["60"]}), Settings(tmp_path))
    with Image.open(tmp_path / f"a.{suffix}") as picture:
        assert "icc_profile" not in picture.info
    assert b"acsp" not in (tmp_path / f"a.{suffix}").read_bytes()


def test_an_embedded_grey_profile_is_applied_and_grey_stays_grey(tmp_path: Path) -> None:
    quarters(64, 64).convert("L").save(tmp_path / "in.png", icc_profile=grey_profile())
    check(resized(tmp_path / "in.png"), [(163,) * 3, (193,) * 3, (152,) * 3, (232,) * 3])
    with Image.open(tmp_path / "out.png") as image:
        assert image.mode == "L"


@pytest.mark.parametrize("smaller", [False, True])
@pytest.mark.parametrize(("bits", "kind"), [(8, 4), (16, 4), (8, 0), (16, 0)])
def test_a_grey_profile_is_applied_to_grey_with_transparency_too(
    tmp_path: Path, bits: int, kind: int, smaller: bool
) -> None:
    """As Chromium 156 does: a grey PNG with alpha (kind 4), or with a transparent level (kind 0)."""
    grey, depth = quarters(32, 32).convert("L").tobytes(), bits // 8
    rows = b"".join(bytes([level]) * depth + (b"\xff" * depth if kind == 4 else b"") for level in grey)
    profile = png_chunk(b"iCCP", b"c\0\0" + zlib.compress(grey_profile()))
    clear = b"" if kind == 4 else png_chunk(b"tRNS", b"\0\5")
    (tmp_path / "in.png").write_bytes(png(32, 32, bits, kind, rows, profile + clear))
    found = resized(tmp_path / "in.png", smaller=smaller)
    check(found, [(163,) * 3, (193,) * 3, (152,) * 3, (232,) * 3])


@pytest.mark.parametrize("suffix", ["jpg", "tif"])
def test_cmyk_with_a_profile(tmp_path: Path, suffix: str) -> None:
    inks().save(tmp_path / f"in.{suffix}", quality=100, icc_profile=cmyk_profile())
    check(resized(tmp_path / f"in.{suffix}"), [(2, 159, 201), (225, 108, 100), (210, 191, 58), (72, 88, 97)])


def test_cmyk_without_a_profile(tmp_path: Path) -> None:
    inks().save(tmp_path / "in.jpg", quality=100)
    check(resized(tmp_path / "in.jpg"), [(52, 225, 216), (245, 75, 95), (215, 189, 29), (61, 65, 68)])


@pytest.mark.parametrize("profile", [b"", b"nonsense", cmyk_profile(), wide_rgb_profile()[:200], b"\0" * 500])
def test_a_profile_that_cannot_be_meant_is_ignored(tmp_path: Path, profile: bytes) -> None:
    quarters(64, 64).save(tmp_path / "in.png", icc_profile=profile)
    check(resized(tmp_path / "in.png"), QUARTERS)


def test_palette_with_and_without_transparency(tmp_path: Path) -> None:
    palette = quarters(64, 64).quantize(8)
    palette.save(tmp_path / "in.png")
    check(resized(tmp_path / "in.png"), QUARTERS)
    number = palette.getpixel((2, 2))
    assert isinstance(number, int)
    palette.save(tmp_path / "in.gif", transparency=number)
    resized(tmp_path / "in.gif")
    with Image.open(tmp_path / "out.png") as image:
        assert image.mode == "RGBA"
        assert image.getchannel("A").getextrema() == (0, 255)


def test_two_levels_become_grey_and_smooth(tmp_path: Path) -> None:
    checks = Image.frombytes("1", (64, 64), b"\xaa\x55" * 256)
    checks.save(tmp_path / "in.png")
    check(resized(tmp_path / "in.png", sizes=["8x8"]), [(128, 128, 128)] * 4, within=8)


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bits_are_scaled_not_clipped(tmp_path: Path, suffix: str) -> None:
    levels = (0, 16_000, 40_000, 65_535)
    rows = b"".join(
        struct.pack("<64H", *[levels[(row // 32) * 2 + column // 32] for column in range(64)]) for row in range(64)
    )
    Image.frombytes("I;16", (64, 64), rows).save(tmp_path / f"in.{suffix}")
    check(resized(tmp_path / f"in.{suffix}"), [(round(level / 257),) * 3 for level in levels], within=1)


def test_floats_from_nought_to_one_are_scaled_and_others_refused(tmp_path: Path) -> None:
    Image.new("F", (64, 64), 0.5).save(tmp_path / "in.tif")
    check(resized(tmp_path / "in.tif"), [(128, 128, 128)] * 4, within=1)
    Image.new("F", (64, 64), -3.0).save(tmp_path / "in.tif")
    with pytest.raises(TaskFailed, match="black and white are unknown"):
        resized(tmp_path / "in.tif")


def test_transparent_pixels_do_not_bleed_into_their_neighbours(tmp_path: Path) -> None:
    image = Image.new("RGBA", (64, 64), (0, 255, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 33, 64))
    image.save(tmp_path / "in.png")
    resized(tmp_path / "in.png", sizes=["16x16"])
    with Image.open(tmp_path / "out.png") as small:
        edge = small.convert("RGBA").getpixel((8, 8))
    assert isinstance(edge, tuple)
    assert edge[1] <= 2, "the invisible green would show at the edge"
    assert 0 < edge[3] < 255


def test_a_transparent_colour_of_an_rgb_png_is_transparent(tmp_path: Path) -> None:
    quarters(64, 64).save(tmp_path / "in.png", transparency=QUARTERS[0])
    resized(tmp_path / "in.png")
    with Image.open(tmp_path / "out.png") as image:
        alpha = image.convert("RGBA").getchannel("A")
        assert (alpha.getpixel((4, 4)), alpha.getpixel((28, 28))) == (0, 255)


@pytest.mark.parametrize("colour", ["#ffffff", "#102030"])
def test_transparency_becomes_the_colour_where_the_format_has_none(tmp_path: Path, colour: str) -> None:
    Image.new("RGBA", (64, 64), (255, 0, 0, 0)).save(tmp_path / "in.png")
    options = resizing_from({"sizes": ["32x32"], "colour": colour, "quality": 100})
    resize_file(tmp_path / "in.png", [tmp_path / "out.jpg"], options, Settings(home=tmp_path))
    with Image.open(tmp_path / "out.jpg") as image:
        red, green, blue = colour_at(image, (16, 16))
    assert close((red, green, blue), tuple(bytes.fromhex(colour[1:])), within=2)  # type: ignore[arg-type]


def test_padding_has_the_colour(tmp_path: Path) -> None:
    quarters(64, 32).save(tmp_path / "in.png")
    resized(tmp_path / "in.png", fit="pad", colour="#0a0b0c", sizes=["64x64"])
    with Image.open(tmp_path / "out.png") as image:
        assert image.size == (64, 64)
        assert colour_at(image, (10, 3)) == (10, 11, 12)
        assert close(colour_at(image, (16, 24)), QUARTERS[0], within=2)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "P", "1", "I;16"])
def test_every_mode_of_png_can_be_written_in_every_format(tmp_path: Path, mode: str) -> None:
    source = quarters(64, 64).convert("L" if mode == "I;16" else mode).convert(mode)
    source.save(tmp_path / "in.png")
    targets = [tmp_path / f"out.{suffix}" for suffix in ("jpg", "png", "webp", "avif")]
    for target in targets:
        resize_file(tmp_path / "in.png", [target], resizing_from({"sizes": ["32x32"]}), Settings(home=tmp_path))
        with Image.open(target) as image:
            assert image.size == (32, 32)
            image.load()
