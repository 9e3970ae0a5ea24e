"""A decoded picture brought to one size: crop and scale, sharpen, sRGB, upright, frame."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from engine.workloads.images.colours import colours
from engine.workloads.images.making import saving
from engine.workloads.images.making.attention import focused
from engine.workloads.images.making.options import TRANSPARENT, Resizing
from engine.workloads.images.making.scaling import scaled, sharpened
from engine.workloads.images.making.sizes import ATTENTION, Placement
from engine.workloads.images.opening import orientation

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Source:
    """A decoded picture; `shrink` is the whole number by which decoding reduced it, `upright` its edges before."""

    image: Image.Image
    profile: bytes | None
    turn: int
    upright: tuple[int, int]
    shrink: int


def box_of(source: Source, placement: Placement, resizing: Resizing) -> Box:
    """Which part of the decoded pixels a placement takes; by attention, where that is the anchor of a crop."""
    box = orientation.stored_box(placement.box, source.upright, source.turn)
    left, top, right, bottom = (edge / source.shrink for edge in box)
    # Rounding must not reach a hair beyond the last pixel.
    box = max(left, 0.0), max(top, 0.0), min(right, source.image.width), min(bottom, source.image.height)
    return focused(source.image, box) if resizing.anchor == ATTENTION else box


def shaped(source: Source, box: Box, placement: Placement, resizing: Resizing) -> Image.Image:
    """The part `box` of the source as the placement wants it, in L, RGB or RGBA."""
    small = scaled(source.image, box, orientation.upright_size(placement.scaled, source.turn))
    if profile_of(source, resizing) is None:
        small = colours.to_srgb(small, source.profile)
    if resizing.sharpen:
        small = sharpened(small)
    return _framed(orientation.turned(small, source.turn), placement, resizing.colour)


def profile_of(source: Source, resizing: Resizing) -> bytes | None:
    """The profile that stays with the pixels: that of a wide RGB space, on wish; else they become sRGB."""
    return colours.wide_profile(source.profile, source.image.mode) if resizing.profile == "keep" else None


def _framed(picture: Image.Image, placement: Placement, colour: str) -> Image.Image:
    if placement.canvas == placement.scaled:
        return picture
    if colour == TRANSPARENT:
        canvas = Image.new("RGBA", placement.canvas)
        canvas.paste(picture.convert("RGBA"), placement.offset)
        return canvas
    flat = saving.flattened(picture, colour).convert("RGB")
    canvas = Image.new("RGB", placement.canvas, colour)
    canvas.paste(flat, placement.offset)
    return canvas
