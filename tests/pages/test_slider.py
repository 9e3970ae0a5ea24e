"""Before and after at one scale: the original fills the result's frame as the run's options say."""

from __future__ import annotations

import pytest

from engine.workloads.images.making.sizes import ANCHORS
from pages.parts.components.slider import position_of, told_of


@pytest.mark.parametrize(
    ("anchor", "expected"),
    [("centre", "center"), ("top", "top"), ("bottom-right", "bottom right"), ("attention", "center"), ("", "center")],
)
def test_a_crop_shows_the_part_of_the_original_that_it_kept(anchor: str, expected: str) -> None:
    assert position_of(anchor) == expected


def test_every_anchor_of_a_resize_has_its_place() -> None:
    assert all(position_of(anchor) != "center" for anchor in ANCHORS if anchor != "centre")


def test_a_crop_that_followed_the_picture_says_that_the_original_is_not_aligned() -> None:
    assert "middle" in told_of("cover", "attention") and told_of("inside", "attention") == ""
