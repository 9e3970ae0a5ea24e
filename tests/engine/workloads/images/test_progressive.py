"""Progressive JPEGs at 1/8: the very pixels that all scans would have given, out of a part of them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from engine.config import Settings
from engine.errors import TaskFailed
from engine.workloads.images.making.options import resizing_from
from engine.workloads.images.making.resizing import resize_file
from engine.workloads.images.progressive import without_detail
from tests.engine.workloads.images.pictures import photo


def progressive(mode: str = "RGB", size: tuple[int, int] = (1003, 777), **options: object) -> bytes:
    buffer = io.BytesIO()
    photo(*size).convert(mode).save(buffer, "JPEG", quality=92, progressive=True, **options)
    return buffer.getvalue()


def eighth(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    assert image.draft(image.mode, (image.width // 8, image.height // 8))
    image.load()
    return image


@pytest.mark.parametrize("size", [(1003, 777), (64, 64), (8, 9), (4099, 33)])
@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0", "4:1:1"])
def test_the_pixels_are_those_of_all_scans(subsampling: str, size: tuple[int, int]) -> None:
    data = progressive(size=size, subsampling=subsampling)
    shorter = without_detail(data)
    assert shorter is not None
    assert eighth(shorter).tobytes() == eighth(data).tobytes()


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_grey_and_four_inks(mode: str) -> None:
    data = progressive(mode)
    shorter = without_detail(data)
    assert shorter is not None and len(shorter) < len(data) / 2
    assert eighth(shorter).tobytes() == eighth(data).tobytes()


def test_restart_marks_and_what_follows_the_end_do_no_harm() -> None:
    data = progressive(restart_marker_blocks=7)
    shorter = without_detail(data + progressive(size=(64, 64)))
    assert shorter is not None
    assert eighth(shorter).tobytes() == eighth(data).tobytes()


def test_damage_in_the_detail_does_not_spread() -> None:
    data = bytearray(progressive())
    at = len(data) * 3 // 4
    data[at : at + 40] = b"\x55" * 40
    shorter = without_detail(bytes(data))
    assert shorter is not None
    assert eighth(shorter).tobytes() == eighth(bytes(data)).tobytes()


def test_what_is_not_complete_or_not_progressive_is_left_alone() -> None:
    data = progressive()
    buffer = io.BytesIO()
    photo(300, 200).save(buffer, "JPEG")
    assert without_detail(buffer.getvalue()) is None
    assert {without_detail(data[:length]) for length in range(0, len(data) - 1, 997)} == {None}
    assert without_detail(data[:-2]) is None
    assert (
        without_detail(b"") is None
        and without_detail(data.replace(b"\xff\xc2\x00\x11\x08", b"\xff\xc2\x00\x11\x0c")) is None
    )


def test_means_that_no_low_frequencies_follow_are_smoothed_by_the_decoder_so_their_scans_stay() -> None:
    """The first scan brings the means; behind it the file ends properly."""
    data = progressive("L")
    second = data.index(b"\xff\xc4", data.index(b"\xff\xda"))
    assert without_detail(data[:second] + b"\xff\xd9") is None


def test_a_result_is_the_same_and_a_cut_file_is_still_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, resizing, settings = tmp_path / "in.jpg", resizing_from({"sizes": ["60"]}), Settings(home=tmp_path)
    data = progressive()
    source.write_bytes(data)
    (short,) = resize_file(source, [tmp_path / "short.jpg"], resizing, settings)
    with monkeypatch.context() as patch:
        patch.setattr("engine.workloads.images.progressive.without_detail", lambda data: None)
        (full,) = resize_file(source, [tmp_path / "full.jpg"], resizing, settings)
    assert (short.digest, short.width, short.note) == (full.digest, 60, None)
    source.write_bytes(data[: len(data) // 2])
    with pytest.raises(TaskFailed, match="breaks off"):
        resize_file(source, [tmp_path / "cut.jpg"], resizing, settings)
