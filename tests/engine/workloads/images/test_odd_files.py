"""Files that are rare, intact and easily read wrongly: right pixels, or a sentence that says what they are.

Their bytes are made here. The wanted values follow from the formats' own specifications; those of gamma, Lab and
16 bits were also seen in Chromium 156, libvips 8.14 and ImageMagick 6.9.
"""

from __future__ import annotations

import io
import logging
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from engine.config import Settings
from engine.errors import TaskFailed
from engine.workloads.images.colours import stated
from engine.workloads.images.making.options import resizing_from
from engine.workloads.images.making.resizing import Output, resize_file
from tests.engine.workloads.images.pictures import (
    close,
    colour_at,
    photo,
    png,
    png_chunk,
    quarters,
    tiff,
    wide_rgb_profile,
)

GREY, RGB, RGBA = 0, 2, 6


def done(folder: Path, data: bytes, **options: object) -> tuple[Image.Image, Output]:
    """A file of these bytes after resizing, at its own size unless told otherwise."""
    source = folder / "in.data"
    source.write_bytes(data)
    (folder / "out.png").unlink(missing_ok=True)
    resizing = resizing_from({"sizes": ["4000x4000"], **options})
    (output,) = resize_file(source, [folder / "out.png"], resizing, Settings(home=folder))
    with Image.open(output.path) as image:
        image.load()
    return image, output


def reason(folder: Path, data: bytes, **options: object) -> TaskFailed:
    with pytest.raises(TaskFailed) as failure:
        done(folder, data, **options)
    return failure.value


def saved(image: Image.Image, name: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, name, **options)
    return buffer.getvalue()


def alphas(image: Image.Image) -> list[int]:
    """The alpha in the middle of the left and of the right half."""
    alpha = image.convert("RGBA").getchannel("A")
    width, height = alpha.size
    return [alpha.tobytes()[width * (height // 2) + column] for column in (width // 4, 3 * width // 4)]


# Damaged files


@pytest.mark.parametrize("seed", range(60))
def test_a_png_whose_pixels_are_damaged_is_never_done(tmp_path: Path, seed: int) -> None:
    data = bytearray(saved(photo(120, 90, seed), "PNG"))
    pixels = data.index(b"IDAT") + 4
    data[pixels + 20 + (seed * 7919) % (len(data) - pixels - 60)] ^= 1 + seed
    assert reason(tmp_path, bytes(data)).reason in ("damaged", "truncated")


def test_the_same_behind_a_checksum_that_fits(tmp_path: Path) -> None:
    rows = bytes(3 * 64 * 64)
    filtered = b"".join(b"\0" + rows[at : at + 192] for at in range(0, len(rows), 192))
    content = bytearray(zlib.compress(filtered))
    content[-30] ^= 0x55
    head = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + head + png_chunk(b"IDAT", bytes(content)) + png_chunk(b"IEND", b"")
    assert reason(tmp_path, data).reason in ("damaged", "truncated")


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate"])
def test_damage_in_the_middle_of_a_tiff_is_found_and_nothing_is_printed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], compression: str
) -> None:
    data = bytearray(saved(photo(200, 150), "TIFF", compression=compression))
    middle = len(data) // 2
    data[middle : middle + 200] = bytes(range(7, 207))
    assert reason(tmp_path, bytes(data)).reason in ("damaged", "truncated")
    assert capfd.readouterr() == ("", ""), "libtiff writes to the terminal by itself"


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "AVIF", "BMP"])
def test_the_first_error_counts_whatever_else_is_asked_of_the_file(tmp_path: Path, name: str) -> None:
    data = saved(photo(200, 150), name)
    cut = data[: len(data) * 6 // 10]
    assert reason(tmp_path, cut, keep_copyright=True).reason in ("damaged", "truncated")


def test_a_reason_quotes_no_library(tmp_path: Path) -> None:
    for name in ("PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP", "AVIF"):
        whole = saved(photo(64, 48), name)
        for cut in range(30, len(whole), max(1, len(whole) // 12)):
            (tmp_path / "in.data").write_bytes(whole[: cut // 2] + bytes(8) + whole[cut // 2 + 8 : cut])
            try:
                done(tmp_path, (tmp_path / "in.data").read_bytes())
            except TaskFailed as failure:
                said = failure.message.lower()
                assert not any(word in said for word in ("decoder", "stream", "image file", "tile", "0x", "error"))


def test_what_pillow_remarks_does_not_reach_the_terminal(tmp_path: Path) -> None:
    tags = {256: (8,), 257: (8,), 258: (8, 8, 8), 259: (1,), 262: (2,), 277: (200_000,), 278: (8,)}
    (tmp_path / "in.tif").write_bytes(tiff(tags, [bytes(192)]))
    code = (
        "import sys; from pathlib import Path\n"
        "from engine.config import Settings\nfrom engine.errors import TaskFailed\n"
        "from engine.workloads.images.making.options import resizing_from\n"
        "from engine.workloads.images.making.resizing import resize_file\n"
        "folder = Path(sys.argv[1])\n"
        "try: resize_file(folder / 'in.tif', [folder / 'o.png'], resizing_from({}), Settings(home=folder))\n"
        "except TaskFailed: pass\n"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert logging.getLogger("PIL").handlers


def test_a_jpeg_that_lacks_only_its_end_is_a_picture(tmp_path: Path) -> None:
    for options in ({}, {"progressive": True}, {"restart_marker_rows": 1}):
        whole = saved(photo(333, 251), "JPEG", quality=90, **options)
        assert whole.endswith(b"\xff\xd9")
        image, _ = done(tmp_path, whole[:-2])
        complete, _ = done(tmp_path, whole)
        assert image.tobytes() == complete.tobytes()


@pytest.mark.parametrize("edge", [20, 80, 150])
@pytest.mark.parametrize("progressive", [False, True])
def test_one_of_an_odd_size_is_reduced_like_a_complete_one(tmp_path: Path, progressive: bool, edge: int) -> None:
    whole = saved(photo(333, 251), "JPEG", quality=90, progressive=progressive)
    image, _ = done(tmp_path, whole[:-2], sizes=[str(edge)])
    complete, _ = done(tmp_path, whole, sizes=[str(edge)])
    assert image.tobytes() == complete.tobytes()


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("missing", [4, 20, 100, 1000, 5000])
def test_one_that_lacks_pixels_as_well_is_not(tmp_path: Path, missing: int, progressive: bool) -> None:
    whole = saved(photo(333, 251), "JPEG", quality=90, progressive=progressive)
    assert reason(tmp_path, whole[:-missing]).reason == "truncated"
    assert reason(tmp_path, whole[:-missing], sizes=["50x50"]).reason == "truncated"


@pytest.mark.parametrize("missing", [*range(1, 14), 20])
def test_a_png_that_breaks_off_behind_its_pixels_is_a_picture(tmp_path: Path, missing: int) -> None:
    """The last 12 bytes are the end mark; then come the checksums of the pixels, backwards."""
    whole = png(64, 48, 8, RGB, photo(64, 48).tobytes())
    assert done(tmp_path, whole[:-missing])[0].tobytes() == done(tmp_path, whole)[0].tobytes()


@pytest.mark.parametrize("missing", [40, 100, 2000])
def test_one_that_breaks_off_in_its_pixels_is_not(tmp_path: Path, missing: int) -> None:
    rows = photo(64, 48).tobytes()
    assert reason(tmp_path, png(64, 48, 8, RGB, rows)[:-missing]).reason in ("truncated", "damaged")


def test_pixels_whose_checksum_does_not_fit_are_damaged(tmp_path: Path) -> None:
    """Zeros end the stream before its own checksum; libpng, vips and ImageMagick say so, Pillow does not."""
    whole = png(64, 48, 8, RGB, photo(64, 48).tobytes())
    assert reason(tmp_path, whole[:-60] + bytes(32) + whole[-28:]).reason == "damaged"
    assert reason(tmp_path, whole[:-16] + bytes(4) + whole[-12:]).reason == "damaged"


def restarted() -> bytes:
    """A JPEG with a restart mark behind each of its 20 rows of units."""
    return saved(photo(240, 160), "JPEG", quality=90, subsampling="4:4:4", restart_marker_rows=1)


def restarts(data: bytes) -> list[int]:
    return [at for at in range(len(data) - 1) if data[at] == 0xFF and 0xD0 <= data[at + 1] <= 0xD7]


@pytest.mark.parametrize("edge", [4000, 30])
@pytest.mark.parametrize(("first", "last"), [(5, 6), (5, 13), (0, 3), (18, 19)])
def test_a_jpeg_that_lacks_a_part_in_its_middle_is_damaged(tmp_path: Path, first: int, last: int, edge: int) -> None:
    """libjpeg makes the part up; sharp refuses such files, too. Eight marks further their numbers are the same."""
    whole = restarted()
    assert len(restarts(whole)) == 19
    cut = whole[: restarts(whole)[first]] + whole[([*restarts(whole), len(whole) - 2])[last] :]
    assert reason(tmp_path, cut, sizes=[str(edge)]).reason == "damaged"


def test_a_jpeg_whose_restarts_are_all_there_is_a_picture(tmp_path: Path) -> None:
    plain, _ = done(tmp_path, saved(photo(240, 160), "JPEG", quality=90, subsampling="4:4:4"))
    whole = restarted()
    one_more = whole[:-2] + b"\xff\xd3" + whole[-2:]
    followed = whole + whole[: len(whole) // 2]
    grey = saved(photo(250, 163).convert("L"), "JPEG", restart_marker_blocks=7)
    for data in (whole, one_more, followed):
        assert done(tmp_path, data)[0].tobytes() == plain.tobytes()
    for options in ({"subsampling": "4:2:0"}, {"subsampling": "4:2:2"}, {"progressive": True}):
        done(tmp_path, saved(photo(251, 163), "JPEG", restart_marker_blocks=3, **options))
    done(tmp_path, grey)


LARGE = zlib.compress(bytes(9_000_000), 9)


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize(
    "chunk",
    [
        png_chunk(b"zTXt", b"c\0\0" + LARGE),
        png_chunk(b"iTXt", b"c\0\1\0en\0c\0" + LARGE),
        png_chunk(b"iCCP", b"c\0\0" + LARGE),
        png_chunk(b"tEXt", b"c\0words")[:-4] + bytes(4),
        png_chunk(b"iCCP", b"c\0\0" + zlib.compress(wide_rgb_profile()))[:-4] + bytes(4),
    ],
    ids=["ztxt", "itxt", "iccp", "checksum", "checksum of a profile"],
)
def test_what_cannot_be_read_beside_the_pixels_of_a_png_costs_nothing(
    tmp_path: Path, chunk: bytes, behind: bool
) -> None:
    """As libpng and browsers do."""
    rows = photo(64, 48).tobytes()
    image, _ = done(tmp_path, png(64, 48, 8, RGB, rows, **{"after" if behind else "before": chunk}))
    assert image.tobytes() == rows
    damaged = png(64, 48, 8, RGB, rows, **{"after" if behind else "before": chunk}).replace(b"IDAT", b"IDAT\0")
    assert reason(tmp_path, damaged).reason in ("damaged", "truncated")


def test_very_many_texts_are_not_all_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked: list[int] = []
    original = zlib.decompressobj

    class Counting:
        def __init__(self) -> None:
            self.inner = original()
            self.unconsumed_tail = b""

        def decompress(self, packed: bytes, most: int) -> bytes:
            found = self.inner.decompress(packed, most)
            self.unconsumed_tail = self.inner.unconsumed_tail
            unpacked.append(len(found))
            return found

    texts = png_chunk(b"zTXt", b"c\0\0" + zlib.compress(bytes(7_000_000), 9)) * 200
    data = png(64, 48, 8, RGB, photo(64, 48).tobytes(), texts)
    monkeypatch.setattr(zlib, "decompressobj", Counting)
    assert done(tmp_path, data)[0].tobytes() == photo(64, 48).tobytes()
    assert 0 < sum(unpacked) < 200_000_000


def test_a_long_text_and_a_large_profile_of_a_png_are_read(tmp_path: Path) -> None:
    """A printer's profile has megabytes, more than Pillow's own limit."""
    rows = photo(64, 48).tobytes()
    profile = wide_rgb_profile() + bytes(3_000_000)
    large = png_chunk(b"iCCP", b"c\0\0" + zlib.compress(struct.pack(">I", len(profile)) + profile[4:]))
    small = png_chunk(b"iCCP", b"c\0\0" + zlib.compress(wide_rgb_profile()))
    images = [done(tmp_path, png(64, 48, 8, RGB, rows, before))[0].tobytes() for before in (large, small)]
    assert images[0] == images[1] != rows


# Transparency


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_the_transparent_level_of_a_grey_png(tmp_path: Path, depth: int) -> None:
    top = 2**depth - 1
    bits = "".join(f"{0 if column < 32 else top:0{depth}b}" for column in range(64))
    row = int(bits, 2).to_bytes(len(bits) // 8, "big")
    image, _ = done(tmp_path, png(64, 8, depth, GREY, row * 8, png_chunk(b"tRNS", struct.pack(">H", top))))
    assert alphas(image) == [255, 0]
    assert colour_at(image, (10, 4)) == (0, 0, 0)


def test_the_transparent_colour_of_a_deep_png_is_one_of_16_bits(tmp_path: Path) -> None:
    left, right = (0x1234, 0x5678, 0x9ABC), (0x1234, 0x5678, 0x9ABD)
    row = struct.pack(">3H", *left) * 32 + struct.pack(">3H", *right) * 32
    image, _ = done(tmp_path, png(64, 8, 16, RGB, row * 8, png_chunk(b"tRNS", struct.pack(">3H", *right))))
    assert alphas(image) == [255, 0], "the last bit tells them apart"
    assert close(colour_at(image, (10, 4)), (0x12, 0x56, 0x9A), within=1)


def test_what_a_gif_frame_leaves_free_is_transparent(tmp_path: Path) -> None:
    data = bytearray(saved(Image.new("P", (20, 10), 1), "GIF"))
    data[6:10] = struct.pack("<HH", 40, 10)  # the canvas is twice as wide as its only frame
    image, _ = done(tmp_path, bytes(data))
    assert image.size == (40, 10)
    assert alphas(image) == [255, 0]


def test_grey_with_associated_alpha(tmp_path: Path) -> None:
    row = bytes((100, 128)) * 32 + bytes((0, 0)) * 32  # grey 200, half covered, then nothing
    tags = {256: (64,), 257: (8,), 258: (8, 8), 259: (1,), 262: (1,), 277: (2,), 278: (8,), 338: (1,)}
    image, _ = done(tmp_path, tiff(tags, [row * 8]))
    assert alphas(image) == [128, 0]
    assert close(colour_at(image, (10, 4)), (199, 199, 199), within=2)


# TIFF


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_palette_of_8_bits_is_not_black(tmp_path: Path, order: str) -> None:
    colours = [0] * 768
    colours[1], colours[257], colours[513] = 250, 130, 40
    tags = {256: (16,), 257: (16,), 258: (8,), 259: (1,), 262: (3,), 277: (1,), 278: (16,), 320: tuple(colours)}
    image, _ = done(tmp_path, tiff(tags, [b"\x01" * 256], order))
    assert colour_at(image, (8, 8)) == (250, 130, 40)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("compression", "predictor"), [(1, 1), (8, 1), (8, 2)])
@pytest.mark.parametrize("rows", [8, 3])
def test_channels_of_16_bits_that_are_stored_apart(
    tmp_path: Path, order: str, compression: int, predictor: int, rows: int
) -> None:
    levels = (0xFF00, 0x8000, 0x2000)
    planes = [plane_of(level, rows, order, compression, predictor) for level in levels]
    tags = {256: (64,), 257: (8,), 258: (16,) * 3, 259: (compression,), 262: (2,), 277: (3,), 278: (rows,), 284: (2,)}
    tags |= {317: (predictor,)} if predictor == 2 else {}
    image, _ = done(tmp_path, tiff(tags, [strip for plane in planes for strip in plane], order))
    assert colour_at(image, (10, 4)) == (0xFF, 0x80, 0x20)
    assert colour_at(image, (50, 4)) == (0, 0, 0)


def plane_of(level: int, rows: int, order: str, compression: int, predictor: int) -> list[bytes]:
    """The strips of one channel of 64 × 8: `level` on the left, nothing on the right."""
    values = [level] * 32 + [0] * 32
    if predictor == 2:  # TIFF 6.0, section 14: differences along a row
        values = [(value - (values[at - 1] if at else 0)) % 65536 for at, value in enumerate(values)]
    row = struct.pack(f"{order}64H", *values)
    strips = [row * min(rows, 8 - start) for start in range(0, 8, rows)]
    return [zlib.compress(strip) if compression == 8 else strip for strip in strips]


def test_cmyk_of_16_bits_that_is_stored_apart(tmp_path: Path) -> None:
    planes = [struct.pack("<64H", *[level] * 64) * 8 for level in (0, 0xFFFF, 0xFFFF, 0)]
    tags = {256: (64,), 257: (8,), 258: (16,) * 4, 259: (1,), 262: (5,), 277: (4,), 278: (8,), 284: (2,)}
    image, _ = done(tmp_path, tiff(tags, planes))
    assert close(colour_at(image, (10, 4)), (255, 0, 0), within=2)


def test_white_is_zero_with_16_bits(tmp_path: Path) -> None:
    row = struct.pack("<64H", *([0] * 32 + [0xC000] * 32))
    tags = {256: (64,), 257: (8,), 258: (16,), 259: (1,), 262: (0,), 277: (1,), 278: (8,)}
    image, _ = done(tmp_path, tiff(tags, [row * 8]))
    assert colour_at(image, (10, 4)) == (255, 255, 255)
    assert close(colour_at(image, (50, 4)), (64, 64, 64), within=1)


def test_grey_of_12_bits_is_not_black(tmp_path: Path) -> None:
    """Two samples in three bytes."""
    row = bytes.fromhex("fff800") * 32  # white, half, white, half
    tags = {256: (64,), 257: (8,), 258: (12,), 259: (1,), 262: (1,), 277: (1,), 278: (8,)}
    image, _ = done(tmp_path, tiff(tags, [row * 8]))
    assert (colour_at(image, (20, 4)), colour_at(image, (21, 4))) == ((255, 255, 255), (128, 128, 128))


def test_lab_is_shown_as_libvips_shows_it(tmp_path: Path) -> None:
    pixel = bytes((128, 40, 256 - 39))  # L* 50.2, a* 40, b* -39: libvips 8.14 gives 152 95 188
    tags = {256: (16,), 257: (16,), 258: (8, 8, 8), 259: (1,), 262: (8,), 277: (3,), 278: (16,)}
    image, _ = done(tmp_path, tiff(tags, [pixel * 256]))
    assert close(colour_at(image, (8, 8)), (152, 95, 188), within=2)


# Steep curves, gamma, and what PNG and AVIF state without a profile

LEVELS = (10, 55, 128, 200)


def ramp(bits: int, before: bytes) -> bytes:
    row = b"".join((level if bits == 8 else level * 257).to_bytes(bits // 8, "big") * 3 * 16 for level in LEVELS)
    return png(64, 8, bits, RGB, row * 8, before)


def shown(image: Image.Image) -> list[int]:
    return [colour_at(image, (8 + 16 * number, 4))[0] for number in range(4)]


@pytest.mark.parametrize(
    ("gamma", "wanted"),
    [(45455, [10, 55, 128, 200]), (55556, [10, 71, 146, 210]), (100000, [56, 128, 188, 229])],
)
@pytest.mark.parametrize("bits", [8, 16])
def test_gamma_is_shown_as_chromium_shows_it(tmp_path: Path, gamma: int, wanted: list[int], bits: int) -> None:
    image, _ = done(tmp_path, ramp(bits, png_chunk(b"gAMA", struct.pack(">I", gamma))))
    assert all(abs(one - other) <= 2 for one, other in zip(shown(image), wanted, strict=True)), shown(image)


def test_an_srgb_chunk_outdoes_gamma(tmp_path: Path) -> None:
    before = png_chunk(b"sRGB", b"\0") + png_chunk(b"gAMA", struct.pack(">I", 100000))
    assert shown(done(tmp_path, ramp(8, before))[0]) == list(LEVELS)


def test_wide_primaries_without_a_profile(tmp_path: Path) -> None:
    """Display P3's red is outside sRGB; its grey is the same. Chromium shows 128 0 0 of P3 as 140 0 0."""
    row = bytes((128, 0, 0)) * 32 + bytes((90, 90, 90)) * 32
    image, _ = done(tmp_path, png(64, 8, 8, RGB, row * 8, png_chunk(b"cICP", bytes((12, 13, 0, 1)))))
    assert close(colour_at(image, (10, 4)), (140, 0, 0), within=3)
    assert close(colour_at(image, (50, 4)), (90, 90, 90), within=1)


@pytest.mark.parametrize("transfer", [16, 18])
def test_hdr_is_converted_and_said(tmp_path: Path, transfer: int) -> None:
    """ST 2084 puts 203 cd/m² at 0.581, BT.2100's HLG at 0.75 (BT.2408): that becomes nearly sRGB's white."""
    white = {16: 148, 18: 191}[transfer]
    row = bytes((white,) * 3) * 32 + bytes((30,) * 3) * 32
    image, output = done(tmp_path, png(64, 8, 8, RGB, row * 8, png_chunk(b"cICP", bytes((9, transfer, 0, 1)))))
    assert output.note == stated.HDR_NOTE
    assert 225 <= colour_at(image, (10, 4))[0] <= 252
    assert colour_at(image, (50, 4))[0] < 40


def test_hdr_in_an_avif_is_converted_and_said(tmp_path: Path) -> None:
    plain = saved(Image.new("RGB", (32, 32), (148, 148, 148)), "AVIF", quality=95)
    at = plain.index(b"nclx")
    hdr = plain[: at + 4] + struct.pack(">HH", 9, 16) + plain[at + 8 :]
    before, after = done(tmp_path, plain), done(tmp_path, hdr)
    assert (before[1].note, after[1].note) == (None, stated.HDR_NOTE)
    assert colour_at(before[0], (16, 16))[0] == pytest.approx(148, abs=2)
    assert colour_at(after[0], (16, 16))[0] > 220


def test_a_linear_profile_of_16_bits_keeps_dark_levels_apart(tmp_path: Path) -> None:
    linear = wide_rgb_profile().replace(struct.pack(">IIH", 0, 1, round(2.2 * 256)), struct.pack(">IIH", 0, 1, 256))
    levels = (100, 200, 300, 400)  # of 65,535: the upper byte of each is 0 or 1
    row = b"".join(struct.pack(">3H", *[level] * 3) * 16 for level in levels)
    profile = png_chunk(b"iCCP", b"wide\0\0" + zlib.compress(linear))
    found = shown(done(tmp_path, png(64, 8, 16, RGB, row * 8, profile))[0])
    assert found == [5, 10, 14, 18], "as libvips 8.14 converts it"


# Which way up


@pytest.mark.parametrize("name", ["JPEG", "PNG"])
def test_xmp_alone_turns_nothing(tmp_path: Path, name: str) -> None:
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    if name == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_itxt("XML:com.adobe.xmp", packet.decode())
        data = saved(quarters(60, 40), name, pnginfo=text)
    else:
        data = saved(quarters(60, 40), name, xmp=packet)
    assert done(tmp_path, data)[0].size == (60, 40)


def test_exif_behind_the_pixels_of_a_png_turns_it(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    rows = bytes(60 * 40 * 3)
    data = png(60, 40, 8, RGB, rows, after=png_chunk(b"eXIf", exif.tobytes()[6:]))
    assert done(tmp_path, data)[0].size == (40, 60)


# Intact, and not supported


def jpeg_with(marker: int, bits: int, channels: int = 3) -> bytes:
    data = bytearray(saved(photo(64, 48), "JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 1], data[at + 4], data[at + 9] = marker, bits, channels
    return bytes(data)


def bmp_of_runs(runs: bytes) -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, 8, 8, 1, 8, 1, len(runs), 2835, 2835, 256, 0)
    return b"BM" + struct.pack("<IHHI", 1078 + len(runs), 0, 0, 1078) + header + bytes(1024) + runs


UNSUPPORTED = {
    "BMP of runs that leave pixels out": bmp_of_runs(bytes((8, 0, 0, 0, 0, 2, 4, 1, 4, 1, 0, 0, 0, 1))),
    "JPEG with 12 bits a channel": jpeg_with(0xC1, 12),
    "lossless JPEG with 16 bits a channel": jpeg_with(0xC3, 16),
    "hierarchical JPEG": jpeg_with(0xC5, 8),
    "big-endian BigTIFF": b"MM\0+\0\x08\0\0" + struct.pack(">QQ", 16, 0) + bytes(200),
    "TIFF with WebP compression": tiff(
        {256: (8,), 257: (8,), 258: (8, 8, 8), 259: (50001,), 262: (2,), 277: (3,), 278: (8,)}, [bytes(90)]
    ),
    "TIFF with JPEG 2000 compression": tiff(
        {256: (8,), 257: (8,), 258: (8, 8, 8), 259: (33004,), 262: (6,), 277: (3,), 278: (8,)}, [bytes(90)]
    ),
    "TIFF with 16-bit integer samples": tiff(
        {256: (8,), 257: (8,), 258: (16, 16, 16), 259: (1,), 262: (8,), 277: (3,), 278: (8,)}, [bytes(384)]
    ),
    "TIFF with 32-bit floating-point samples": tiff(
        {256: (8,), 257: (8,), 258: (32,) * 3, 259: (1,), 262: (2,), 277: (3,), 278: (8,), 339: (3,) * 3}, [bytes(768)]
    ),
}


@pytest.mark.parametrize("words", UNSUPPORTED)
def test_an_intact_file_is_not_called_damaged(tmp_path: Path, words: str) -> None:
    failure = reason(tmp_path, UNSUPPORTED[words])
    assert failure.reason == "unsupported_format", failure.message
    assert words in failure.message


def test_a_tiff_of_nonsense_is_not_called_a_variant(tmp_path: Path) -> None:
    tags = {256: (8,), 257: (8,), 258: (900,), 259: (1,), 262: (77,), 277: (1,), 278: (8,)}
    assert reason(tmp_path, tiff(tags, [bytes(64)])).reason == "damaged"


@pytest.mark.parametrize("at", [2**64 - 1, 2**63 - 1, 2**40])
def test_nor_one_whose_directory_is_nowhere(tmp_path: Path, at: int) -> None:
    assert reason(tmp_path, b"II+\0\x08\0\0\0" + struct.pack("<Q", at) + bytes(100)).reason == "damaged"


# Large photographs


def test_a_large_jpeg_is_judged_by_what_is_decoded(tmp_path: Path) -> None:
    (tmp_path / "in.jpg").write_bytes(saved(Image.new("RGB", (2400, 1600)), "JPEG"))
    small = Settings(home=tmp_path, image_max_megapixels=1.0)
    resizing = resizing_from({"sizes": ["200x200"]})
    (output,) = resize_file(tmp_path / "in.jpg", [tmp_path / "o.png"], resizing, small)
    assert (output.width, output.source_width) == (200, 2400)
    with pytest.raises(TaskFailed, match="OVERLAP_IMAGE_MAX_MEGAPIXELS") as failure:
        resize_file(tmp_path / "in.jpg", [tmp_path / "o.png"], resizing_from({"sizes": ["100%"]}), small)
    assert failure.value.reason == "too_many_pixels"


def test_a_large_progressive_jpeg_is_judged_by_all_its_pixels(tmp_path: Path) -> None:
    (tmp_path / "in.jpg").write_bytes(saved(Image.new("RGB", (2400, 1600)), "JPEG", progressive=True))
    small = Settings(home=tmp_path, image_max_megapixels=1.0)
    with pytest.raises(TaskFailed, match="OVERLAP_IMAGE_MAX_MEGAPIXELS"):
        resize_file(tmp_path / "in.jpg", [tmp_path / "o.png"], resizing_from({"sizes": ["200x200"]}), small)
