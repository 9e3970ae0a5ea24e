"""Resizing real files: every size from one decoding, the same bytes on every executor, nothing private left."""

from __future__ import annotations

import hashlib
import math
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from engine.config import Settings
from engine.errors import TaskFailed
from engine.workloads.images.making import scaling
from engine.workloads.images.making.options import Resizing, resizing_from
from engine.workloads.images.making.resizing import Output, draft, resize_file
from engine.workloads.images.making.saving import flattened
from engine.workloads.images.opening import decoding, opening
from tests.engine.workloads.images.pictures import QUARTERS, close, corners, photo, quarters, size_of


def resize(source: Path, *names: str, **options: object) -> list[Output]:
    """Resize into a folder of this test's own, where whatever is there may be replaced."""
    targets = [source.parent / "out" / name for name in names]
    return resize_file(source, targets, resizing_from(options), Settings(home=source.parent), targets)


def test_one_photo_becomes_one_file_per_size(tmp_path: Path) -> None:
    photo(1200, 800).save(tmp_path / "photo.jpg")
    outputs = resize(tmp_path / "photo.jpg", "a/large.jpg", "small.jpg", sizes=["600x600", "100x100"])
    targets = [tmp_path / "out" / "a" / "large.jpg", tmp_path / "out" / "small.jpg"]
    assert [(output.width, output.height) for output in outputs] == [(600, 400), (100, 67)]
    assert [size_of(target) for target in targets] == [(600, 400), (100, 67)]
    assert [output.bytes for output in outputs] == [target.stat().st_size for target in targets]
    assert outputs[1].source_bytes == (tmp_path / "photo.jpg").stat().st_size


def test_several_sizes_cost_one_decoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo(1200, 800).save(tmp_path / "photo.jpg")
    decoded = []
    decode = decoding.decode

    def counted(image: Image.Image, data: bytes, settings: Settings) -> Image.Image:
        picture = decode(image, data, settings)
        decoded.append(picture.size)
        return picture

    monkeypatch.setattr(decoding, "decode", counted)
    resize(tmp_path / "photo.jpg", "a.jpg", "b.jpg", "c.jpg", sizes=["300x300", "100x100", "25%"])
    assert decoded == [(600, 400)], "half the size leaves twice what the largest needs"


def test_the_original_is_never_written(tmp_path: Path) -> None:
    source = tmp_path / "photo.png"
    quarters().save(source)
    before = source.read_bytes()
    (tmp_path / "link.png").symlink_to(source)
    for target in (source, tmp_path / "link.png", tmp_path / "x" / ".." / "photo.png"):
        (tmp_path / "x").mkdir(exist_ok=True)
        with pytest.raises(TaskFailed, match="replace an original"):
            resize_file(source, [target], resizing_from({}), Settings(home=tmp_path), [target])
    assert source.read_bytes() == before


def test_outputs_appear_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    quarters().save(tmp_path / "photo.png")
    resize(tmp_path / "photo.png", "a.png")
    resize(tmp_path / "photo.png", "a.png", sizes=["20x20"])
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.png"]
    assert size_of(tmp_path / "out" / "a.png") == (20, 13)


def test_a_target_that_cannot_be_written_is_a_reason(tmp_path: Path) -> None:
    quarters().save(tmp_path / "photo.png")
    (tmp_path / "out" / "a.png").mkdir(parents=True)
    with pytest.raises(TaskFailed) as failure:
        resize(tmp_path / "photo.png", "a.png")
    assert failure.value.reason == "not_written"
    assert list((tmp_path / "out").iterdir()) == [tmp_path / "out" / "a.png"]


@pytest.mark.parametrize(
    ("suffix", "written"), [("jpg", "JPEG"), ("jpeg", "JPEG"), ("png", "PNG"), ("webp", "WEBP"), ("avif", "AVIF")]
)
def test_the_format_is_what_the_name_promises(tmp_path: Path, suffix: str, written: str) -> None:
    quarters().save(tmp_path / "photo.png")
    resize(tmp_path / "photo.png", f"a.{suffix}", sizes=["120x120"], quality=95)
    with Image.open(tmp_path / "out" / f"a.{suffix}") as image:
        assert image.format == written
    found = corners(tmp_path / "out" / f"a.{suffix}")
    assert all(close(*pair, within=14) for pair in zip(found, QUARTERS, strict=True))


def test_progressive_and_chroma_follow_the_options(tmp_path: Path) -> None:
    photo(300, 200).save(tmp_path / "photo.png")
    resize(tmp_path / "photo.png", "plain.jpg")
    resize(tmp_path / "photo.png", "fine.jpg", quality=92, progressive=True)
    with Image.open(tmp_path / "out" / "plain.jpg") as plain, Image.open(tmp_path / "out" / "fine.jpg") as fine:
        assert "progressive" not in plain.info
        assert "progressive" in fine.info
        layers = [[layer[1:3] for layer in image.layer] for image in (plain, fine)]  # type: ignore[attr-defined]
        assert layers == [[(2, 2), (1, 1), (1, 1)], [(1, 1), (1, 1), (1, 1)]]


def difference(one: Image.Image, other: Image.Image) -> tuple[int, float]:
    """The largest difference of any channel in levels, and the root of the mean square."""
    gaps = [abs(a - b) for a, b in zip(one.tobytes(), other.tobytes(), strict=True)]
    return max(gaps), math.sqrt(sum(gap * gap for gap in gaps) / len(gaps))


@pytest.mark.skipif(scaling.simd is None, reason="cykooz-resizer is not installed")
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "CMYK"])
def test_simd_and_pillow_give_the_same_within_a_level_or_two(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    image = photo(500, 300).convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(image.size).point(lambda level: max(level, 16)))
    box, size = (10.5, 20.25, 480.0, 290.0), (160, 90)
    fast = scaling.scaled(image, box, size)
    monkeypatch.setattr(scaling, "simd", None)
    slow = scaling.scaled(image, box, size)
    assert fast.mode == slow.mode == mode
    # What is seen: a colour of little alpha has few levels left, so that its number may differ and not show.
    largest, typical = difference(flattened(fast, "#808080"), flattened(slow, "#808080"))
    assert largest <= 3
    assert typical <= 0.8


def test_decoding_at_a_reduced_scale_hardly_shows(tmp_path: Path) -> None:
    photo(1600, 1200).save(tmp_path / "photo.jpg", quality=92)
    resize(tmp_path / "photo.jpg", "a.png", sizes=["300x300"])
    with Image.open(tmp_path / "photo.jpg") as image, Image.open(tmp_path / "out" / "a.png") as small:
        reference = image.resize(small.size, Image.Resampling.LANCZOS)
        _, typical = difference(small, reference)
    assert typical < 1.5


def test_draft_leaves_its_margin_above_what_is_needed(tmp_path: Path) -> None:
    photo(1601, 1203).save(tmp_path / "photo.jpg")
    cases = {(1601, 1203): 1, (534, 401): 1, (533, 401): 2, (267, 200): 2, (266, 200): 4, (134, 100): 4, (133, 100): 8}
    for needed, shrink in cases.items():
        image = opening.open_image((tmp_path / "photo.jpg").read_bytes(), Settings(home=tmp_path))
        assert draft(image, needed) == shrink


SECRETS = (b"GPS-SECRET", b"XMP-SECRET", b"IPTC-SECRET", b"COMMENT-SECRET", b"THUMB-SECRET", b"PROFILE-SECRET")


def private_exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x8298] = "(c) 2026 A. Photographer"
    exif[0x010F] = "THUMB-SECRET"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.0), 29: "GPS-SECRET"})
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0COMMENT-SECRET"
    return exif


def private_file(path: Path) -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>XMP-SECRET</rdf:RDF></x:xmpmeta>'
    options: dict[str, Any] = {"exif": private_exif(), "icc_profile": b"PROFILE-SECRET" + bytes(200)}
    if path.suffix == ".tif":
        options = {"tiffinfo": {0x8298: "(c) 2026 A. Photographer", 270: "GPS-SECRET", 700: xmp, 33723: b"IPTC-SECRET"}}
    elif path.suffix == ".png":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", xmp.decode())
        info.add_text("Comment", "COMMENT-SECRET")
        options["pnginfo"] = info
    else:
        options["xmp"] = xmp
        options["comment"] = b"COMMENT-SECRET"
    quarters().save(path, **options)
    if path.suffix == ".jpg":
        body = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + (16).to_bytes(4, "big") + b"\x1c\x02\x78\0\x0bIPTC-SECRET"
        content = path.read_bytes()
        path.write_bytes(content[:2] + b"\xff\xed" + (len(body) + 2).to_bytes(2, "big") + body + content[2:])


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".avif", ".tif"])
def test_nothing_private_reaches_an_output(tmp_path: Path, suffix: str, keep: bool) -> None:
    source = tmp_path / f"in{suffix}"
    private_file(source)
    assert b"GPS-SECRET" in source.read_bytes()
    names = ["a.jpg", "a.png", "a.webp", "a.avif"]
    for name in names:
        resize(source, name, sizes=["1000x1000"], keep_copyright=keep)
        content = (tmp_path / "out" / name).read_bytes()
        assert [secret for secret in SECRETS if secret in content] == []
        with Image.open(tmp_path / "out" / name) as image:
            exif = dict(image.getexif())
            assert exif == ({0x8298: "(c) 2026 A. Photographer"} if keep else {})
            assert "icc_profile" not in image.info


def test_the_copyright_line_is_found_in_xmp_too(tmp_path: Path) -> None:
    xmp = b"<dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>(c) M&amp;N</rdf:li></rdf:Alt></dc:rights>"
    quarters().save(tmp_path / "in.jpg", xmp=xmp)
    resize(tmp_path / "in.jpg", "a.jpg", keep_copyright=True)
    with Image.open(tmp_path / "out" / "a.jpg") as image:
        assert image.getexif()[0x8298] == "(c) M&N"


@pytest.mark.parametrize(
    ("suffix", "note"), [("gif", "frames"), ("webp", "frames"), ("png", "frames"), ("tif", "pages")]
)
def test_of_several_frames_the_first_is_taken_and_that_is_said(tmp_path: Path, suffix: str, note: str) -> None:
    others = [photo(240, 160, seed) for seed in range(2, 13)]
    quarters().save(tmp_path / f"in.{suffix}", save_all=True, append_images=others)
    output = resize(tmp_path / f"in.{suffix}", "a.png", sizes=["120x120"])[0]
    assert output.note == f"first of 12 {note}"
    assert all(close(*pair, within=12) for pair in zip(corners(tmp_path / "out" / "a.png"), QUARTERS, strict=True))


def test_ten_thousand_frames_cost_no_more_than_one(tmp_path: Path) -> None:
    quarters(40, 40).save(tmp_path / "one.gif")
    content = (tmp_path / "one.gif").read_bytes()
    at = content.index(b",", 13 + 3 * 2 ** ((content[10] & 7) + 1))
    (tmp_path / "many.gif").write_bytes(content[:-1] + content[at:-1] * 9_999 + b";")
    output = resize(tmp_path / "many.gif", "a.png", sizes=["20x20"])[0]
    assert output.note == "first of more than 1000 frames"
    assert (output.width, output.height) == (20, 20)


def _one(arguments: tuple[str, str, Resizing, Settings]) -> str:
    source, target, resizing, settings = arguments
    resize_file(Path(source), [Path(target)], resizing, settings)
    return hashlib.sha256(Path(target).read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("corpus")
    for number in range(16):
        suffix = ("jpg", "png", "webp", "jpg")[number % 4]
        exif = Image.Exif()
        exif[0x0112] = 1 + number % 8
        photo(640 + 40 * number, 480, number).save(folder / f"{number}.{suffix}", exif=exif)
    yield folder


@pytest.fixture(scope="module")
def processes() -> Iterator[Executor]:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.mark.parametrize("output_format", ["jpeg", "png", "webp", pytest.param("avif", marks=pytest.mark.stress)])
def test_all_executors_write_the_same_bytes(
    tmp_path: Path, corpus: Path, processes: Executor, output_format: str
) -> None:
    resizing = resizing_from({"sizes": ["160x160"], "fit": "cover", "format": output_format})
    settings = Settings(home=tmp_path)
    suffix = {"jpeg": "jpg"}.get(output_format, output_format)
    sources = sorted(corpus.iterdir())

    def digests(executor: Executor | None, name: str) -> list[str]:
        tasks = [(str(one), str(tmp_path / name / f"{one.stem}.{suffix}"), resizing, settings) for one in sources]
        return list(executor.map(_one, tasks) if executor is not None else map(_one, tasks))

    alone = digests(None, "sequential")
    with ThreadPoolExecutor(4) as threads:
        assert digests(threads, "threads") == alone
    assert digests(processes, "processes") == alone
    assert len(set(alone)) == len(alone)
