"""HEIC through the optional package: real files, right colours, nothing private, and no decoder with known holes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

from engine.config import Settings
from engine.errors import TaskFailed
from engine.workloads.images.making.options import Resizing, resizing_from
from engine.workloads.images.making.resizing import Output, resize_file
from engine.workloads.images.opening import heic
from engine.workloads.images.opening.opening import read_header
from engine.workloads.images.sets.naming import output_names
from tests.engine.workloads.images.pictures import HEIC, QUARTERS, close, corners, photo, quarters, wide_rgb_profile

NAMES = ["pillow_heif", "pi_heif"]


def encoded(picture: Image.Image, **options: object) -> bytes:
    """The picture as a HEIC file, by pillow-heif's own encoder."""
    buffer = BytesIO()
    pillow_heif.from_pillow(picture).save(buffer, quality=90, **options)
    return buffer.getvalue()


def resized(folder: Path, content: bytes, name: str = "a.png", **options: object) -> Output:
    (folder / "phone.heic").write_bytes(content)
    target, settings = folder / name, Settings(home=folder)
    return resize_file(folder / "phone.heic", [target], resizing_from(options), settings, [target])[0]


@pytest.fixture
def asked_anew() -> Iterator[None]:
    """What serves HEIC is found out once a process: here, for this test and again after it."""
    heic.serving.cache_clear()
    yield
    heic.serving.cache_clear()


def test_the_package_that_is_kept_up_serves() -> None:
    assert heic.serving() == ("pillow_heif", None)


def test_a_file_of_another_encoder_is_read_and_its_own_turn_counts_not_exifs(tmp_path: Path) -> None:
    output = resized(tmp_path, HEIC, sizes=["32x32"], keep_copyright=True)
    assert (output.width, output.height, output.source_format) == (32, 24, "HEIF")
    red, blue, green, _ = corners(tmp_path / "a.png")
    assert close(red, (200, 40, 40), 25)
    assert close(blue, (40, 60, 200), 25)
    assert close(green, (40, 180, 60), 25)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_comes_out_the_right_way_up(tmp_path: Path, orientation: int) -> None:
    backwards = [None, 1, 2, 3, 4, 5, 8, 7, 6][orientation]
    turns = {2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 6: "ROTATE_270"}
    turns |= {7: "TRANSVERSE", 8: "ROTATE_90"}
    stored = quarters()
    if backwards in turns:
        stored = stored.transpose(Image.Transpose[turns[backwards]])
    exif = Image.Exif()
    exif[0x0112] = orientation
    output = resized(tmp_path, encoded(stored, exif=exif.tobytes()), sizes=["120"])
    assert (output.width, output.height) == (120, 80)
    wrong = [pair for pair in zip(corners(tmp_path / "a.png"), QUARTERS, strict=True) if not close(*pair, within=12)]
    assert wrong == []


def test_an_embedded_profile_is_applied_and_transparency_kept(tmp_path: Path) -> None:
    plain = quarters()
    plain.info["icc_profile"] = wide_rgb_profile()
    resized(tmp_path, encoded(plain), sizes=["120"])
    assert not close(corners(tmp_path / "a.png")[0], QUARTERS[0], within=8), "its red is redder than sRGB's"
    alpha = quarters().convert("RGBA")
    alpha.putalpha(Image.linear_gradient("L").resize(alpha.size))
    resized(tmp_path, encoded(alpha), sizes=["120"])
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.mode == "RGBA"
        top, bottom = picture.getchannel("A").crop((0, 0, 120, 8)), picture.getchannel("A").crop((0, 72, 120, 80))
        assert top.getextrema()[1] < 40 and bottom.getextrema()[0] > 215  # type: ignore[operator]


def test_nothing_private_reaches_an_output_but_the_copyright_line_on_wish(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x8298] = "PLACE-SECRET", "(c) Someone"
    content = encoded(quarters(), exif=exif.tobytes(), xmp=b"<x:xmpmeta>PLACE-SECRET</x:xmpmeta>")
    assert b"PLACE-SECRET" in content
    for keep, kept in ((False, {}), (True, {0x8298: "(c) Someone"})):
        resized(tmp_path, content, "a.jpg", keep_copyright=keep)
        assert b"PLACE-SECRET" not in (tmp_path / "a.jpg").read_bytes()
        with Image.open(tmp_path / "a.jpg") as picture:
            assert dict(picture.getexif()) == kept


def test_a_photo_stays_a_photo_where_the_format_is_to_be_kept(tmp_path: Path) -> None:
    assert output_names(["phone.heic"], Resizing()) == [["phone.jpg"]]


def test_a_cut_or_damaged_file_ends_as_an_output_or_a_reason(tmp_path: Path) -> None:
    whole = encoded(photo(96, 64))
    for percent in range(2, 100, 7):
        with pytest.raises(TaskFailed) as failure:
            resized(tmp_path, whole[: len(whole) * percent // 100])
        assert failure.value.reason in ("truncated", "damaged", "unsupported_format")
        assert "Error:" not in failure.value.message and failure.value.message.endswith(".")
    endings = set()
    for seed in range(60):
        damaged = bytearray(whole)
        for step in range(1 + seed % 5):
            damaged[(seed * 7919 + step * 104729) % len(damaged)] = (seed * 31 + step * 17) % 256
        try:
            resized(tmp_path, bytes(damaged))
            endings.add("ok")
        except TaskFailed as failure:
            endings.add(failure.reason)
    assert "ok" in endings
    assert endings <= {"ok", "damaged", "truncated", "unsupported_format", "too_many_pixels", "out_of_memory"}


def test_the_pixel_limit_holds_before_decoding(tmp_path: Path) -> None:
    (tmp_path / "phone.heic").write_bytes(encoded(photo(320, 240)))
    with pytest.raises(TaskFailed, match=r"more than 0\.05 megapixels") as failure:
        read_header(tmp_path / "phone.heic", Settings(home=tmp_path, image_max_megapixels=0.05))
    assert failure.value.reason == "too_many_pixels"


def test_where_no_package_is_installed_the_refusal_names_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked_anew: None
) -> None:
    for name in NAMES:
        monkeypatch.setitem(sys.modules, name, None)  # Python's own way to say that a module is not there
    with pytest.raises(TaskFailed, match="optional package") as failure:
        resized(tmp_path, HEIC)
    assert failure.value.reason == "unsupported_format"
    assert heic.INSTALL in failure.value.message
    assert not (tmp_path / "a.png").exists()
    (tmp_path / "b.jpg").write_bytes(b"just words")
    with pytest.raises(TaskFailed) as failure:
        resize_file(tmp_path / "b.jpg", [tmp_path / "a.png"], Resizing(), Settings(home=tmp_path))
    assert "HEIC" not in failure.value.message, "nothing is promised that cannot be kept"


@pytest.mark.parametrize(
    ("libheif", "libde265", "weak"),
    [
        ("1.23.6", "libde265 HEVC decoder, version 1.1.3", None),
        ("1.23.5", "libde265 HEVC decoder, version 1.1.3", None),
        ("2.0.0", "libde265 HEVC decoder, version 1.10.0", None),
        ("1.23.4", "libde265 HEVC decoder, version 1.1.3", "libheif 1.23.4"),
        ("1.23.0", "libde265 HEVC decoder, version 1.1.0", "libheif 1.23.0"),
        ("1.23.6", "libde265 HEVC decoder, version 1.1.2", "libde265 1.1.2"),
        ("", "", "libheif 0.0.0"),
    ],
)
def test_a_decoder_with_known_holes_is_not_used(libheif: str, libde265: str, weak: str | None) -> None:
    assert heic.too_old({"libheif": libheif, "decoders": {"libde265": libde265}}) == weak


def test_a_decoder_that_does_not_need_libde265_is_judged_by_libheif_alone() -> None:
    assert heic.too_old({"libheif": "1.23.6", "decoders": {"ffmpeg": "FFmpeg HEVC decoder"}}) is None


def test_an_old_package_is_refused_with_its_version_and_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked_anew: None
) -> None:
    (tmp_path / "pi_heif.py").write_text('def libheif_info():\n    return {"libheif": "1.23.0", "decoders": {}}\n')
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    monkeypatch.delitem(sys.modules, "pi_heif", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(TaskFailed, match=r"libheif 1\.23\.0\) has known holes") as failure:
        resized(tmp_path, HEIC)
    assert heic.INSTALL in failure.value.message
    monkeypatch.delitem(sys.modules, "pi_heif")
