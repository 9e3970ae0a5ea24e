"""One result of one picture: encoded, or an animation, or the original's own bytes where they are fewer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from PIL import Image

from engine.config import Settings
from engine.errors import TaskFailed
from engine.workloads.images.making import animations, saving
from engine.workloads.images.making.options import Resizing
from engine.workloads.images.making.shaping import Box, Source, profile_of, shaped
from engine.workloads.images.making.sizes import Placement
from engine.workloads.images.making.stripping import stripped
from engine.workloads.images.opening import opening
from engine.workloads.images.opening.frames import MAX_FRAMES, frames_note
from engine.workloads.images.opening.metadata import Kept


@dataclass(frozen=True, slots=True)
class Work:
    """What all results of one picture share."""

    data: bytes
    opened: Image.Image
    source: Source
    placements: tuple[Placement, ...]
    kept: Kept
    palette: bool
    frames: int
    notes: tuple[str | None, ...]
    resizing: Resizing
    settings: Settings

    @property
    def file_format(self) -> str:
        """Pillow's name of the source's format; empty where it has none."""
        return self.opened.format or ""


@dataclass(frozen=True, slots=True)
class Made:
    """A result: its file, its edges in pixels, and remarks on it."""

    content: bytes
    size: tuple[int, int]
    notes: tuple[str | None, ...] = ()


def made(work: Work, picture: Image.Image, box: Box, placement: Placement, name: str) -> Made:
    """The result of a picture that was `shaped` from `box`, in the format `name`. Raises TaskFailed."""
    frames = frames_note(work.opened, work.data)
    if frames and animations.wanted(work.resizing, name, work.file_format):
        if _fits(work, placement):
            return _animation(work, box, placement, name)
        frames = f"{frames}, which are too many to be kept"
    resizing, beside = work.resizing, _beside(work)
    result = saving.encoded(picture, name, resizing, beside)
    if resizing.smaller and (original := _original(work, placement, name)) and len(original) < len(result.content):
        return Made(original, picture.size, (frames, "the original, which is smaller"))
    return Made(result.content, picture.size, (frames, result.note))


def _beside(work: Work) -> saving.Beside:
    return saving.Beside(work.kept.exif, work.kept.xmp, profile_of(work.source, work.resizing), work.palette)


def _fits(work: Work, placement: Placement) -> bool:
    """Whether all frames may be in memory together."""
    pixels = work.frames * placement.canvas[0] * placement.canvas[1]
    return work.frames <= MAX_FRAMES and pixels <= animations.SHARE * work.settings.image_max_megapixels * 1e6


def _animation(work: Work, box: Box, placement: Placement, name: str) -> Made:
    make = partial(_frame, work, box, placement)
    blocks = saving.blocks(name, _beside(work)) if name != "gif" else {}
    with opening.failures(work.data, work.settings):
        opened = opening.open_image(work.data, work.settings)
        done = animations.animated(opened, work.data, make, name, work.resizing, blocks)
    if work.resizing.max_kb and len(done.content) > work.resizing.max_kb * 1000:
        raise TaskFailed(
            "too_many_bytes",
            f"The animation has {len(done.content) / 1000:,.1f} kB, more than the {work.resizing.max_kb:g} asked for: "
            "choose a smaller size, or keep its first frame only.",
        )
    return Made(done.content, done.size, (f"animation of {done.frames} frames",))


def _frame(work: Work, box: Box, placement: Placement, frame: Image.Image) -> Image.Image:
    return shaped(replace(work.source, image=frame, shrink=1), box, placement, work.resizing)


def _original(work: Work, placement: Placement, name: str) -> bytes | None:
    """The original without its metadata, where the result is to be the very same picture in the same format."""
    source, resizing = work.source, work.resizing
    file_format = "JPEG" if work.file_format == "MPO" else work.file_format
    whole = placement.box == (0.0, 0.0, *map(float, source.upright))
    same = placement.canvas == placement.scaled == source.upright and whole and source.turn == 1
    # Where the profile was used up while the picture was prepared, the file without it would have other colours.
    used_up = source.profile is None and bool(work.opened.info.get("icc_profile"))
    colours = work.opened.mode != "CMYK" and _is_srgb(source) and not used_up
    if not same or not colours or resizing.sharpen or work.frames > 1 or name != file_format.lower():
        return None
    content = stripped(work.data, file_format)
    return _with(content, work.kept, name) if content is not None else None


def _is_srgb(source: Source) -> bool:
    from engine.workloads.images.colours.colours import to_srgb, wide_profile

    if source.image.mode == "L" and source.profile:
        return to_srgb(source.image, source.profile) is source.image
    return wide_profile(source.profile, source.image.mode) is None


def _with(content: bytes, kept: Kept, name: str) -> bytes | None:
    """The file with the metadata that are kept; None where they cannot simply be put in."""
    if not kept.exif and not kept.xmp:
        return content
    if name != "jpeg" or kept.xmp or kept.exif is None:
        return None
    block = kept.exif if kept.exif.startswith(b"Exif\0\0") else b"Exif\0\0" + kept.exif
    return content[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block + content[2:]
