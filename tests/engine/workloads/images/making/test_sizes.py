"""Sizes as people write them, and where they put a picture."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SettingRefused
from engine.workloads.images.making.sizes import ANCHORS, FITS, parse_size, place


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("400x300", "box", "400x300"),
        ("400×300", "box", "400x300"),
        (" 400 X 300 ", "box", "400x300"),
        ("400x", "width", "w400"),
        ("x300", "height", "h300"),
        ("1600", "edge", "1600"),
        ("50%", "percent", "50pct"),
        ("12.5 %", "percent", "12.5pct"),
    ],
)
def test_the_five_forms_are_read(text: str, kind: str, name: str) -> None:
    size = parse_size(text)
    assert (size.kind, size.text) == (kind, name)


@pytest.mark.parametrize(
    "text", ["", "x", "0x10", "10x0", "0", "0%", "-5", "1e3", "400x300x2", "99999", "2000%", "big"]
)
def test_anything_else_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(SettingRefused, match=r"write 400x300|too large|greater than zero"):
        parse_size(text)


@pytest.mark.parametrize(
    ("source", "text", "fit", "enlarge", "scaled", "canvas"),
    [
        ((1200, 800), "400x400", "inside", False, (400, 267), (400, 267)),
        ((800, 1200), "400x400", "inside", False, (267, 400), (267, 400)),
        ((100, 80), "400x400", "inside", False, (100, 80), (100, 80)),
        ((100, 80), "400x400", "inside", True, (400, 320), (400, 320)),
        ((1200, 800), "400x400", "cover", False, (400, 400), (400, 400)),
        ((300, 1000), "400x400", "cover", False, (300, 400), (300, 400)),
        ((100, 80), "400x200", "cover", True, (400, 200), (400, 200)),
        ((1200, 800), "400x400", "pad", False, (400, 267), (400, 400)),
        ((100, 80), "400x400", "pad", False, (100, 80), (400, 400)),
        ((1200, 800), "400x400", "stretch", False, (400, 400), (400, 400)),
        ((100, 800), "400x400", "stretch", False, (100, 400), (100, 400)),
        ((1200, 800), "300x", "cover", False, (300, 200), (300, 200)),
        ((1200, 800), "x200", "pad", False, (300, 200), (300, 200)),
        ((1200, 800), "600", "stretch", False, (600, 400), (600, 400)),
        ((1200, 800), "25%", "cover", False, (300, 200), (300, 200)),
        ((1200, 800), "200%", "inside", False, (1200, 800), (1200, 800)),
        ((1200, 800), "200%", "inside", True, (2400, 1600), (2400, 1600)),
        ((10000, 1), "100", "inside", False, (100, 1), (100, 1)),
    ],
)
def test_fits(
    source: tuple[int, int], text: str, fit: str, enlarge: bool, scaled: tuple[int, int], canvas: tuple[int, int]
) -> None:
    placement = place(source, parse_size(text), fit, "centre", enlarge)
    assert (placement.scaled, placement.canvas) == (scaled, canvas)


def test_a_crop_keeps_the_anchored_side() -> None:
    boxes = {
        anchor: place((1200, 800), parse_size("400x400"), "cover", anchor, False).box
        for anchor in ("left", "centre", "right")
    }
    assert boxes == {"left": (0, 0, 800, 800), "centre": (200, 0, 1000, 800), "right": (400, 0, 1200, 800)}


_texts = st.one_of(
    st.builds("{}x{}".format, st.integers(1, 3000), st.integers(1, 3000)),
    st.builds("{}x".format, st.integers(1, 3000)),
    st.builds("x{}".format, st.integers(1, 3000)),
    st.builds("{}".format, st.integers(1, 3000)),
    st.builds("{}%".format, st.integers(1, 300)),
)


@given(
    source=st.tuples(st.integers(1, 9000), st.integers(1, 9000)),
    text=_texts,
    fit=st.sampled_from(FITS),
    anchor=st.sampled_from(list(ANCHORS)),
    enlarge=st.booleans(),
)
def test_every_placement_takes_and_makes_real_pixels(
    source: tuple[int, int], text: str, fit: str, anchor: str, enlarge: bool
) -> None:
    placement = place(source, parse_size(text), fit, anchor, enlarge)
    left, top, right, bottom = placement.box
    assert 0 <= left < right <= source[0] + 1e-6
    assert 0 <= top < bottom <= source[1] + 1e-6
    assert min(placement.scaled) >= 1
    for at, whole, part in zip(placement.offset, placement.canvas, placement.scaled, strict=True):
        assert 0 <= at <= whole - part
    if not enlarge:
        assert placement.scaled[0] <= source[0]
        assert placement.scaled[1] <= source[1]
