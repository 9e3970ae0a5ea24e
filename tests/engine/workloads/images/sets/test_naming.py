"""Names of outputs: safe on every system, distinct, folders kept. Row 21 of the list of faults."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathvalidate import is_valid_filename

from engine.workloads.images.making.options import FORMATS, Resizing, resizing_from
from engine.workloads.images.sets.naming import output_names, pattern_of

ONE = resizing_from({"sizes": ["400x400"]})


def names(*paths: str, **options: object) -> list[str]:
    return [row[0] for row in output_names(paths, resizing_from({"sizes": ["400x400"], **options}))]


def test_folders_and_stems_are_kept() -> None:
    assert names("a.jpg", "2024/May/b.png") == ["a.jpg", "2024/May/b.png"]


def test_the_extension_follows_the_format() -> None:
    given_names = ["a.JPG", "a.jpeg", "b.gif", "c.tiff", "d.heic", "e.webp", "f.avif", "g", "h.bmp"]
    kept = ["a.jpg", "a.jpeg", "b.gif", "c.png", "d.jpg", "e.webp", "f.avif", "g.jpg", "h.png"]
    assert names(*given_names) == kept
    assert names("a.png", "b.JPG", format="webp") == ["a.webp", "b.webp"]
    assert names("b.gif", animation="first") == ["b.png"], "a single frame needs no GIF"


def test_several_formats_stand_beside_each_other_size_by_size() -> None:
    resizing = resizing_from({"sizes": ["400", "50%"], "format": "avif,webp,keep"})
    assert output_names(["a.jpg"], resizing) == [
        ["a_400.avif", "a_400.webp", "a_400.jpg", "a_50pct.avif", "a_50pct.webp", "a_50pct.jpg"]
    ]
    assert output_names(["a.webp"], resizing) == [["a_400.avif", "a_400.webp", "a_50pct.avif", "a_50pct.webp"]]
    assert output_names(["a.jpeg"], resizing_from({"format": "keep,jpeg"})) == [["a.jpeg"]]


def test_several_sizes_are_told_apart_by_the_asked_box() -> None:
    sizes = resizing_from({"sizes": ["400x300", "1600", "50%", "200x", "x100"]})
    wanted = ["a_400x300.jpg", "a_1600.jpg", "a_50pct.jpg", "a_w200.jpg", "a_h100.jpg"]
    assert output_names(["a.jpg"], sizes) == [wanted]


def test_patterns() -> None:
    assert names("x/a.jpg", "b.jpg", name="{index:03}-{stem}_{width}x{height}.{ext}") == [
        "x/001-a_400x400.jpg",
        "002-b_400x400.jpg",
    ]
    assert names("a.jpg", name="small/{stem}") == ["small/a.jpg"]
    assert names("a.jpg", sizes=["300x"], name="{stem}_{width}x{height}.{ext}") == ["a_300xauto.jpg"]
    assert pattern_of(Resizing(sizes=("1", "2"), name="photo.{ext}")) == "photo_{size}.{ext}"
    assert pattern_of(Resizing(sizes=("9x1", "9x2"), name="{stem}_{width}.{ext}")) == "{stem}_{size}_{width}.{ext}"


def test_names_that_differ_by_case_or_unicode_only_stay_apart() -> None:
    found = names("a.jpg", "A.jpg", "x/a.jpg", "X/A.JPG")
    assert [name.rpartition("-")[0] for name in found] == ["a", "A", "x/a", "X/A"]
    assert len({name.casefold() for name in found}) == 4
    composed, decomposed = "\u00e9.jpg", "e\u0301.jpg"
    assert len({unicodedata.normalize("NFC", name) for name in names(composed, decomposed)}) == 2


def test_pictures_that_would_share_a_name_are_all_marked_by_their_own_ending() -> None:
    assert names("a.png", "a.jpg", "a.gif", format="jpeg") == ["a-png.jpg", "a-jpg.jpg", "a-gif.jpg"]
    assert names("b.png", "c.jpg", format="jpeg") == ["b.jpg", "c.jpg"]


@pytest.mark.parametrize("pattern", ["{stem}.{ext}", "photo.{ext}"])
def test_no_name_passes_to_another_picture_when_one_goes_or_the_order_changes(pattern: str) -> None:
    paths = ["a.jpeg", "a.jpg", "a.png", "A.jpg", "b/a.tif", "b/a.tiff", "c.gif"]
    before = dict(zip(paths, names(*paths, format="webp", name=pattern), strict=True))
    assert dict(zip(paths[::-1], names(*paths[::-1], format="webp", name=pattern), strict=True)) == before
    for gone in paths:
        left = [path for path in paths if path != gone]
        for path, name in zip(left, names(*left, format="webp", name=pattern), strict=True):
            owner = next((one for one, other in before.items() if other == name), path)
            assert owner == path, f"without {gone}, {name} is {path}; before it was {owner}"


def test_three_of_one_stem_keep_their_names_when_one_goes() -> None:
    three = names("a.jpeg", "a.jpg", "a.png", format="webp")
    assert names("a.jpg", "a.png", format="webp") == three[1:]


def test_pictures_of_one_name_from_several_folders_are_told_apart_by_what_they_are() -> None:
    both = output_names(["x.jpg", "x.jpg"], ONE, ["/b/x.jpg", "/a/x.jpg"])
    assert output_names(["x.jpg", "x.jpg"], ONE, ["/a/x.jpg", "/b/x.jpg"]) == both[::-1]
    assert both[0] != both[1]


def test_a_file_never_takes_a_folders_name() -> None:
    assert names("a.jpg", "a.jpg/b.jpg") == ["a-jpg.jpg", "a.jpg/b.jpg"]


@pytest.mark.parametrize(
    "path",
    ["../x.jpg", "../../etc/x.jpg", "/etc/x.jpg", "..\\x.jpg", "C:\\x.jpg", "a/../../x.jpg", "//server/share/x.jpg"],
)
def test_no_name_leads_out(path: str) -> None:
    (name,) = names(path)
    assert not name.startswith("/")
    assert ".." not in name.split("/")
    assert name.endswith("x.jpg")


@pytest.mark.parametrize(
    "path",
    ["CON.png", "aux", "x" * 300 + ".jpg", "\x00\x1f\n.gif", "日" * 300, "..", "", "a. .jpg", "CONIN$", "com¹.png"],
)
def test_awkward_names_become_usable(path: str) -> None:
    (name,) = names(path)
    assert is_valid_filename(name, platform="universal")
    assert len(name.encode()) <= 200


_paths = st.lists(
    st.one_of(
        st.text(max_size=40),
        st.text(alphabet="aAbB./\\é\u0301 e-2", max_size=8),
        st.sampled_from(["a.jpg", "A.JPG", "a-2.jpg", "a.png", "CON.jpg", "con.png", "a.jpg/x.png", "ß.jpg", "SS.jpg"]),
    ),
    max_size=20,
)


@given(
    paths=_paths,
    sizes=st.sampled_from([("400x400",), ("400", "400x400", "50%"), ("x10", "10x")]),
    form=st.sampled_from(FORMATS),
    pattern=st.sampled_from(
        ["{stem}.{ext}", "{stem}", "all.{ext}", "{index}/{stem}.{ext}", "../{stem}/..", " {stem} ."]
    ),
)
def test_whatever_comes_in_names_are_safe_and_distinct(
    paths: list[str], sizes: tuple[str, ...], form: str, pattern: str
) -> None:
    resizing = resizing_from({"sizes": list(sizes), "format": form, "name": pattern})
    rows = output_names(paths, resizing)
    assert [len(row) for row in rows] == [len(sizes)] * len(paths)
    flat = [name for row in rows for name in row]
    folded = [unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()) for name in flat]
    assert len(set(folded)) == len(folded)
    folders = {
        unicodedata.normalize("NFC", unicodedata.normalize("NFC", str(folder)).casefold())
        for name in flat
        for folder in PurePosixPath(name).parents
    }
    assert not folders & set(folded)
    for name in flat:
        for part in name.split("/"):
            assert is_valid_filename(part, platform="universal"), name
            assert part not in ("", ".", "..")
            assert len(part.encode()) <= 255


def test_names_are_the_same_every_time_and_quick() -> None:
    many = [f"{number % 100}/IMG_{number % 7:05}.jpg" for number in range(20_000)]
    first = output_names(many, ONE)
    assert first == output_names(many, ONE)
    assert len({row[0].casefold() for row in first}) == len(many)
