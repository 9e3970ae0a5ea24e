"""What a result can be beyond a plain encoding: aimed at a size or a likeness, lossless, an animation, the original."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms, ImageDraw

from engine.config import Settings
from engine.errors import TaskFailed
from engine.workloads.images.making import aiming
from engine.workloads.images.making.aiming import ssim
from engine.workloads.images.making.options import resizing_from
from engine.workloads.images.making.resizing import Output, resize_file
from engine.workloads.images.sets.naming import output_names
from tests.engine.workloads.images.pictures import close, colour_at, photo, quarters, wide_rgb_profile

PLACE = b"52 deg"


def made(source: Path, **options: Any) -> list[Output]:
    """The picture in 400 pixels or as asked, in every format asked for, under its usual names."""
    resizing = resizing_from({"sizes": ["400"], **options})
    folder = source.parent / "out"
    (names,) = output_names([source.name], resizing)
    targets = [folder / name for name in names]
    return resize_file(source, targets, resizing, Settings(home=source.parent), targets)


def saved(folder: Path, name: str, picture: Image.Image, **options: Any) -> Path:
    """The picture as a file."""
    picture.save(folder / name, **options)
    return folder / name


def opened(output: Output) -> Image.Image:
    """A result, decoded."""
    with Image.open(output.path) as picture:
        picture.load()
        return picture


def test_several_formats_and_sizes_come_from_one_run_each_with_its_own_quality(tmp_path: Path) -> None:
    source = saved(tmp_path, "a.jpg", photo(900, 600))
    low = made(source, format="jpeg,webp,avif", sizes=["400", "200"], quality="jpeg=20,webp=20,avif=20")
    assert [Path(output.path).name for output in low] == [
        "a_400.jpg", "a_400.webp", "a_400.avif", "a_200.jpg", "a_200.webp", "a_200.avif"
    ]  # fmt: skip
    assert [opened(output).format for output in low[:3]] == ["JPEG", "WEBP", "AVIF"]
    mixed = made(source, format="jpeg,webp,avif", sizes=["400", "200"], quality="webp=90")
    bigger = [one.bytes / other.bytes for one, other in zip(mixed, low, strict=True)]
    assert min(bigger) > 1.5


def test_the_usual_qualities_look_alike(tmp_path: Path) -> None:
    source = saved(tmp_path, "a.png", photo(800, 600))
    reference = opened(made(source, format="png")[0])
    alike = [ssim(reference, opened(output)) for output in made(source, format="jpeg,webp,avif")]
    assert min(alike) > 0.95 and max(alike) - min(alike) < 0.03


def test_huffman_tables_are_optimised_and_nothing_else_changes(tmp_path: Path) -> None:
    source = saved(tmp_path, "a.jpg", photo(900, 600))
    (plain,), (optimised,) = (made(source, name=f"{on}.{{ext}}", optimize=on) for on in (False, True))
    assert 0.75 < optimised.bytes / plain.bytes < 0.995
    assert opened(plain).tobytes() == opened(optimised).tobytes()
    assert not opened(optimised).info.get("progressive")
    assert opened(made(source, progressive=True)[0]).info.get("progressive")


@pytest.mark.parametrize("name", ["jpeg", "webp", "avif"])
def test_a_file_of_at_most_so_many_bytes_is_found_with_four_encodings(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = saved(tmp_path, "a.png", photo(900, 700))
    free = made(source, format=name)[0]
    tried: list[int] = []
    below_size = aiming.below_size

    def counted(encode: aiming.Encode, quality: int, most_bytes: int) -> aiming.Aimed:
        def noting(one: int) -> bytes:
            tried.append(one)
            return encode(one)

        return below_size(noting, quality, most_bytes)

    monkeypatch.setattr("engine.workloads.images.making.saving.below_size", counted)
    wanted_kb = free.bytes * 0.6 / 1000
    small = made(source, format=name, max_kb=wanted_kb)[0]
    assert 0.6 * wanted_kb * 1000 < small.bytes <= wanted_kb * 1000
    assert 2 <= len(tried) <= aiming.ENCODINGS
    assert str(small.note).startswith("quality ")
    tried.clear()
    assert made(source, format=name, max_kb=free.bytes / 1000 + 1)[0].bytes == free.bytes
    assert len(tried) == 1, "what fits already is left at the quality asked for"


def test_a_size_that_no_quality_reaches_is_a_reason(tmp_path: Path) -> None:
    source = saved(tmp_path, "a.png", photo(900, 700))
    for file_format in ("jpeg", "png"):
        with pytest.raises(TaskFailed, match="more than the") as failure:
            made(source, format=file_format, max_kb=1)
        assert failure.value.reason == "too_many_bytes"


def test_a_likeness_is_reached_with_four_encodings_and_held_against_another_measure(tmp_path: Path) -> None:
    source = saved(tmp_path, "a.png", photo(900, 700))
    reference = opened(made(source, format="png")[0])
    sizes = []
    for wanted in (0.9, 0.97, 0.99):
        (output,) = made(source, format="jpeg", ssim=wanted, name=f"{wanted}.{{ext}}")
        assert ssim(reference, opened(output)) >= wanted, output.note
        sizes.append(output.bytes)
    assert sizes == sorted(sizes) and sizes[0] < sizes[2]
    assert "not the 0.999 asked for" in str(made(source, format="jpeg", ssim=0.999)[0].note)


def test_likeness_is_one_for_the_same_and_the_published_formula_for_flat_pictures() -> None:
    flat = [Image.new("L", (64, 64), level) for level in (100, 120)]
    assert ssim(flat[0], flat[0]) == pytest.approx(1.0)
    # Without variance equation 13 is its first factor alone: (2ab + C1) / (a² + b² + C1).
    assert ssim(*flat) == pytest.approx((2 * 100 * 120 + 6.5025) / (100**2 + 120**2 + 6.5025), abs=1e-4)
    assert ssim(photo(200, 160), photo(200, 160, 3)) < 0.9


def test_a_lossless_webp_is_the_very_pixels(tmp_path: Path) -> None:
    source = saved(tmp_path, "a.png", photo(600, 400))
    png, webp = made(source, format="png,webp", lossless=True)
    assert opened(webp).convert("RGB").tobytes() == opened(png).convert("RGB").tobytes()


def few_colours(size: tuple[int, int] = (400, 300)) -> Image.Image:
    """A drawing of 16 colours with a palette."""
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    for at in range(15):
        draw.rectangle((at * 20, at * 10, at * 20 + 90, at * 10 + 60), (at * 16, 255 - at * 16, at * 40 % 256))
    return picture.quantize(16)


def test_a_palette_stays_one_exactly_where_nothing_is_scaled(tmp_path: Path) -> None:
    drawing = few_colours()
    source = saved(tmp_path, "a.png", drawing)
    (same,) = made(source, sizes=["100%"])
    assert opened(same).mode == "P" and opened(same).convert("RGB").tobytes() == drawing.convert("RGB").tobytes()
    assert same.bytes < source.stat().st_size * 1.2
    (half,), (plain,) = (made(source, sizes=["200"], palette=on, name=f"{on}.{{ext}}") for on in (True, False))
    assert opened(half).mode == "P" and half.bytes < plain.bytes
    assert ssim(opened(half).convert("RGB"), opened(plain).convert("RGB")) > 0.98


def test_a_palette_with_transparency_keeps_it(tmp_path: Path) -> None:
    drawing = few_colours().convert("RGBA")
    drawing.paste((0, 0, 0, 0), (0, 0, 50, 50))
    source = saved(tmp_path, "a.png", drawing.quantize(17))
    (same,) = made(source, sizes=["100%"])
    picture = opened(same).convert("RGBA")
    assert picture.getpixel((10, 10))[3] == 0 and picture.getpixel((399, 299)) == (255, 255, 255, 255)  # type: ignore[index]


def private_jpeg(folder: Path, picture: Image.Image, quality: int) -> Path:
    """A JPEG with a place, a date, a camera, a line of copyright, a thumbnail's worth of XMP and a trailing note."""
    exif = Image.Exif()
    exif[0x010F], exif[0x8298] = "Velora", "(c) Somebody"
    exif.get_ifd(0x8769)[0x9003] = "2026:05:04 03:02:01"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 30.0, 15.0), 3: "E", 4: (13.0, 24.0, 0.0)})
    source = saved(folder, "a.jpg", picture, quality=quality, exif=exif, xmp=b"<x:xmpmeta>52 deg</x:xmpmeta>")
    source.write_bytes(source.read_bytes() + PLACE)
    return source


@pytest.mark.parametrize("metadata", ["none", "copyright"])
def test_the_original_is_kept_where_only_its_bytes_would_grow_and_tells_nothing(tmp_path: Path, metadata: str) -> None:
    source = private_jpeg(tmp_path, photo(300, 200), 30)
    (kept,) = made(source, sizes=["100%"], smaller=True, metadata=metadata)
    assert kept.bytes < source.stat().st_size and "the original, which is smaller" in str(kept.note)
    with Image.open(source) as original:
        assert opened(kept).tobytes() == original.convert("RGB").tobytes()
    data = Path(kept.path).read_bytes()
    assert PLACE not in data and b"Velora" not in data and b"2026" not in data
    assert (b"Somebody" in data) is (metadata == "copyright")
    (smaller,) = made(source, sizes=["50%"], smaller=True)
    assert (smaller.width, smaller.height) == (150, 100), "never another size than was asked for"


@pytest.mark.parametrize(("name", "options"), [("a.png", {}), ("a.webp", {"quality": 20}), ("b.webp", {"quality": 20})])
def test_other_formats_keep_their_original_without_its_metadata(
    tmp_path: Path, name: str, options: dict[str, Any]
) -> None:
    picture = few_colours().convert("RGB") if name != "b.webp" else quarters(200, 100).convert("RGBA")
    if name == "b.webp":
        picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    exif = Image.Exif()
    exif[0x010E] = "52 deg"
    source = saved(tmp_path, name, picture, exif=exif, **options)
    (kept,) = made(source, sizes=["100%"], smaller=True, quality=95, palette=False)
    assert PLACE not in Path(kept.path).read_bytes() and PLACE in source.read_bytes()
    if "the original" in str(kept.note):
        with Image.open(source) as original:
            assert opened(kept).convert("RGBA").tobytes() == original.convert("RGBA").tobytes()
    else:
        assert name == "a.png", "another filter may do as well"


def exif_of(output: Output) -> tuple[bool, bool, bool, bool]:
    """Whether a result tells its copyright, date, place and camera."""
    exif = opened(output).getexif()
    date = bool(exif.get_ifd(0x8769).get(0x9003))
    return bool(exif.get(0x8298)), date, bool(exif.get_ifd(0x8825)), bool(exif.get(0x010F))


@pytest.mark.parametrize(
    ("metadata", "wanted"),
    [
        ("none", (False,) * 4),
        ("copyright", (True, False, False, False)),
        ("date-place", (True, True, True, False)),
        ("all", (True,) * 4),
    ],
)
def test_metadata_pass_by_choice_in_every_format(
    tmp_path: Path, metadata: str, wanted: tuple[bool, bool, bool, bool]
) -> None:
    source = private_jpeg(tmp_path, photo(300, 200), 90)
    for output in made(source, format="jpeg,png,webp,avif", metadata=metadata):
        assert exif_of(output) == wanted, output.path
        assert (PLACE in Path(output.path).read_bytes()) is (metadata == "all"), "the XMP"


def test_what_is_kept_says_upright_and_shows_no_thumbnail(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0xA002] = 300
    xmp = b'<x:xmpmeta tiff:Orientation="6"></x:xmpmeta>'
    source = saved(tmp_path, "a.jpg", photo(300, 200), exif=exif, xmp=xmp)
    (output,) = made(source, metadata="all", sizes=["100"])
    picture = opened(output)
    assert picture.size == (67, 100)
    assert picture.getexif().get(0x0112, 1) == 1 and 0xA002 not in picture.getexif().get_ifd(0x8769)
    assert b'Orientation="1"' in picture.info["xmp"]


def test_a_wide_profile_stays_with_its_pixels_on_wish(tmp_path: Path) -> None:
    source = saved(tmp_path, "a.jpg", quarters(64, 64), icc_profile=wide_rgb_profile(), quality=95)
    for output in made(source, format="jpeg,png,webp,avif", profile="keep"):
        picture = opened(output)
        assert picture.info["icc_profile"] == wide_rgb_profile()
        wide = ImageCms.ImageCmsProfile(BytesIO(wide_rgb_profile()))
        seen = ImageCms.profileToProfile(picture.convert("RGB"), wide, ImageCms.createProfile("sRGB"))
        assert seen is not None
        srgb = colour_at(opened(made(source, format="png", name="srgb.{ext}")[0]), (16, 16))
        assert close(colour_at(seen, (16, 16)), srgb, 10)
    narrow = saved(tmp_path, "b.jpg", quarters(64, 64))
    assert "icc_profile" not in opened(made(narrow, profile="keep")[0]).info


def test_the_loss_of_a_gain_map_is_said(tmp_path: Path) -> None:
    xmp = b'<rdf:Description xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"/>'
    source = saved(tmp_path, "a.jpg", quarters(), xmp=xmp)
    assert made(source)[0].note == "its HDR gain map is not kept"
    assert made(saved(tmp_path, "b.jpg", quarters()))[0].note is None


def test_a_little_sharpening_raises_the_contrast_of_edges_and_leaves_flats_alone(tmp_path: Path) -> None:
    picture = Image.new("RGB", (400, 400), (100, 100, 100))
    picture.paste((160, 160, 160), (200, 0, 400, 400))
    source = saved(tmp_path, "a.png", picture)
    (plain,), (sharp,) = (made(source, sizes=["100"], sharpen=on, name=f"{on}.{{ext}}") for on in (False, True))
    ranges = [opened(output).convert("L").getextrema() for output in (plain, sharp)]
    assert ranges[1][0] < ranges[0][0] and ranges[1][1] > ranges[0][1]  # type: ignore[operator]
    assert colour_at(opened(sharp), (10, 50)) == (100, 100, 100)


def test_padding_may_be_transparent_and_is_white_where_there_is_no_alpha(tmp_path: Path) -> None:
    source = saved(tmp_path, "a.png", quarters(200, 100))
    png, webp, jpeg = made(source, sizes=["100x100"], fit="pad", colour="transparent", format="png,webp,jpeg")
    for output in (png, webp):
        assert opened(output).convert("RGBA").getpixel((50, 2))[3] == 0  # type: ignore[index]
        assert opened(output).convert("RGBA").getpixel((50, 50))[3] == 255  # type: ignore[index]
    assert close(colour_at(opened(jpeg), (50, 2)), (255, 255, 255), 3)


@pytest.mark.parametrize("orientation", [1, 6, 8, 3])
def test_a_crop_by_attention_keeps_what_stands_out_whichever_way_up(tmp_path: Path, orientation: int) -> None:
    picture = Image.new("RGB", (1200, 400), (118, 120, 124))
    ImageDraw.Draw(picture).ellipse((960, 120, 1120, 280), (224, 90, 60), "black", 6)
    turn = {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270, 3: Image.Transpose.ROTATE_180}
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = picture.transpose(turn[orientation]) if orientation in turn else picture
    source = saved(tmp_path, "a.jpg", stored, exif=exif, quality=92)
    for anchor, seen in (("centre", False), ("attention", True)):
        (output,) = made(source, sizes=["200x200"], fit="cover", anchor=anchor)
        red = [pixel for pixel in opened(output).get_flattened_data() if pixel[0] > pixel[2] + 80]  # type: ignore[index]
        assert (len(red) > 3000) is seen, anchor
    flat = saved(tmp_path, "flat.png", Image.new("RGB", (600, 200), "grey"))
    assert made(flat, sizes=["50x50"], fit="cover", anchor="attention")[0].width == 50


def frames(count: int = 5) -> list[Image.Image]:
    """A red square that walks over a transparent ground."""
    made_ = []
    for at in range(count):
        frame = Image.new("RGBA", (120, 80))
        frame.paste((220, 40, 40, 255), (at * 20, 20, at * 20 + 30, 60))
        made_.append(frame)
    return made_


@pytest.mark.parametrize("name", ["a.gif", "a.webp"])
def test_an_animation_stays_one_in_its_own_format(tmp_path: Path, name: str) -> None:
    first, *more = frames()
    source = saved(tmp_path, name, first, save_all=True, append_images=more, duration=[40, 80, 120, 160, 200], loop=0,
                   disposal=2)  # fmt: skip
    (output,) = made(source, sizes=["60"])
    assert (Path(output.path).suffix, output.note) == (Path(name).suffix, "animation of 5 frames")
    with Image.open(output.path) as picture:
        assert (picture.size, picture.n_frames, picture.info["loop"]) == ((60, 40), 5, 0)  # type: ignore[attr-defined]
        durations = []
        for at in range(5):
            picture.seek(at)
            picture.load()
            durations.append(picture.info["duration"])
            pixels = picture.convert("RGBA")
            assert close(colour_at(pixels, (at * 10 + 7, 20)), (220, 40, 40), 12)
            assert pixels.getpixel(((at * 10 + 35) % 60, 3))[3] == 0  # type: ignore[index]
        assert durations == [40, 80, 120, 160, 200]


def gif_frame(place: tuple[int, int], size: tuple[int, int], index: int, disposal: int) -> bytes:
    """A graphic control of 100 ms and an image block of one colour, of a table of four (GIF89a, 20 and 23)."""
    plain = saved_bytes(Image.new("P", size, index))
    data = plain[plain.index(b"\x2c", 13 + 3 * (2 << (plain[10] & 7))) + 10 : -1]
    control = b"\x21\xf9\x04" + bytes((disposal << 2, 10, 0, 0, 0))
    return control + b"\x2c" + struct.pack("<4HB", *place, *size, 0) + data


def saved_bytes(image: Image.Image) -> bytes:
    image.putpalette([level for colour in GIF_COLOURS for level in colour] * 64)
    buffer = BytesIO()
    image.save(buffer, "GIF", optimize=False)
    return buffer.getvalue()


GIF_COLOURS = ((0, 0, 255), (220, 40, 40), (40, 200, 60), (240, 220, 50))


@pytest.mark.parametrize("name", ["gif", "webp"])
@pytest.mark.parametrize(
    ("disposal", "left_of_second"), [(1, (220, 40, 40)), (2, None), (3, None)], ids=["kept", "cleared", "as before"]
)
def test_what_no_frame_of_a_gif_paints_is_transparent(
    tmp_path: Path, name: str, disposal: int, left_of_second: tuple[int, int, int] | None
) -> None:
    """The first frame is the left half of its canvas, the second one the right half; nothing is painted below."""
    table = bytes(level for colour in GIF_COLOURS for level in colour)
    data = b"GIF89a" + struct.pack("<2HBBB", 80, 60, 0x81, 1, 0) + table
    data += gif_frame((0, 0), (40, 40), 1, disposal) + gif_frame((40, 0), (40, 40), 2, 1) + b";"
    source = tmp_path / "a.gif"
    source.write_bytes(data)
    (output,) = made(source, format="keep" if name == "gif" else name, animation="keep", sizes=["80x60"])
    assert output.note == "animation of 2 frames"
    with Image.open(output.path) as picture:
        shown = []
        for at in range(2):
            picture.seek(at)
            shown.append(picture.convert("RGBA"))
    wanted = [[(220, 40, 40), None, None], [left_of_second, (40, 200, 60), None]]
    for picture_, colours in zip(shown, wanted, strict=True):
        for place, colour in zip([(20, 20), (60, 20), (40, 50)], colours, strict=True):
            alpha = picture_.getchannel("A").getpixel(place)
            assert alpha == (0 if colour is None else 255)
            assert colour is None or close(colour_at(picture_, place), colour, 12)


def test_a_still_beside_an_animated_png_is_none_of_its_frames(tmp_path: Path) -> None:
    first, *more = frames(3)
    source = saved(tmp_path, "a.png", Image.new("RGBA", (120, 80), "blue"), save_all=True, default_image=True,
                   append_images=[first, *more], duration=[40, 80, 120], loop=0)  # fmt: skip
    (output,) = made(source, format="webp", animation="keep", sizes=["120"])
    assert output.note == "animation of 3 frames"
    with Image.open(output.path) as picture:
        durations = []
        for at in range(3):
            picture.seek(at)
            picture.load()
            durations.append(picture.info["duration"])
            assert close(colour_at(picture, (at * 20 + 15, 40)), (220, 40, 40), 12)
    assert durations == [40, 80, 120]


def test_an_animation_in_another_format_is_its_first_frame_unless_asked_for(tmp_path: Path) -> None:
    first, *more = frames()
    source = saved(tmp_path, "a.gif", first, save_all=True, append_images=more, duration=50, loop=0, disposal=2)
    assert made(source, format="webp")[0].note == "first of 5 frames"
    assert made(source, format="webp", animation="keep")[0].note == "animation of 5 frames"
    (still,) = made(source, animation="first")
    assert (Path(still.path).suffix, still.note) == (".png", "first of 5 frames")
    assert made(source, format="jpeg", animation="keep")[0].note == "first of 5 frames"


def test_pages_of_several_sizes_never_become_an_animation(tmp_path: Path) -> None:
    first, *more = (photo(60, 40), photo(40, 60), photo(20, 20))
    source = saved(tmp_path, "a.tif", first, save_all=True, append_images=more)
    assert made(source, format="webp", animation="keep")[0].note == "first of 3 pages"


def test_an_animation_of_too_many_pixels_is_its_first_frame_and_says_so(tmp_path: Path) -> None:
    first, *more = frames()
    source = saved(tmp_path, "a.gif", first, save_all=True, append_images=more)
    resizing = resizing_from({"sizes": ["60"]})
    target = tmp_path / "b.gif"
    (output,) = resize_file(source, [target], resizing, Settings(home=tmp_path, image_max_megapixels=0.04))
    assert output.note == "first of 5 frames, which are too many to be kept"
