"""One photograph in, one file per size and format out: the whole way of one task.

    read -> open -> [draft] -> decode -> per size: crop and scale -> sRGB -> upright -> frame
                                      -> per format: encode -> put in place

Decoded once, however many sizes and formats there are. JPEG is decoded at a reduced scale (libjpeg's draft mode)
that leaves DRAFT_MARGIN times the pixels that the largest size needs.
"""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from PIL import Image

from engine.config import Settings
from engine.errors import TaskFailed
from engine.workloads.images.colours import colours, stated
from engine.workloads.images.making import making, placing, saving
from engine.workloads.images.making.options import Resizing
from engine.workloads.images.making.shaping import Source, box_of, shaped
from engine.workloads.images.making.sizes import Placement, place
from engine.workloads.images.opening import decoding, opening, orientation, variants
from engine.workloads.images.opening.frames import frames_of
from engine.workloads.images.opening.metadata import gain_map_note, kept_of

DRAFT_MARGIN = 1.5
"""How many times the needed edge a reduction must leave. Measured against a full-size Lanczos with the photographs of
benchmarks/images.py: SSIM before encoding 0.994 to 0.9996, 0.984 for one of seven at 1/2; which is what sharp and vips
make of them, at half the CPU time of a photograph that is decoded whole."""

_REDUCIBLE = ("JPEG", "MPO")


@dataclass(frozen=True, slots=True)
class Output:
    """One file that was written, with its source's own figures beside it.

    Edges are in pixels, the source's upright; `bytes` are on disk; `note` is a remark such as
    ``first of 12 frames``, or None; `digest` is of what was written (BLAKE2b, 8 bytes).
    """

    path: str
    width: int
    height: int
    bytes: int
    source_width: int
    source_height: int
    source_bytes: int
    source_format: str
    note: str | None
    digest: str


def resize_file(
    source: Path,
    targets: Sequence[Path],
    resizing: Resizing,
    settings: Settings,
    replace: Collection[Path] = (),
) -> list[Output]:
    """Resize one file to one target per size and format: those of the first of `resizing.sizes` first.

    Raises TaskFailed; what could be written is then there nevertheless.
    The format written is the one that the target's suffix promises. A target that exists is replaced only when it
    is among `replace`, and never when it is the source itself.
    """
    for target in targets:
        _keep_original(source, target)
    work = _decoded(opening.read_file(source, settings), resizing, settings)
    each = len(targets) // len(work.placements)  # as many formats for each size
    outputs: list[Output] = []
    taken: TaskFailed | None = None
    for at, placement in enumerate(work.placements):
        try:
            box = box_of(work.source, placement, resizing)
            picture = shaped(work.source, box, placement, resizing)
        except MemoryError:
            raise opening.out_of_memory() from None
        for target in targets[at * each : (at + 1) * each]:
            made = making.made(
                work, picture, box, placement, saving.format_for(target, resizing, work.file_format)
            )
            try:
                placing.write(target, made.content, target in replace)
            except TaskFailed as failure:
                taken = taken or failure
                continue
            outputs.append(_output(target, work, made))
    if taken is not None:
        raise taken
    return outputs


def _output(target: Path, work: making.Work, made: making.Made) -> Output:
    note = "; ".join(dict.fromkeys(filter(None, (*made.notes, *work.notes)))) or None
    digest = blake2b(made.content, digest_size=8).hexdigest()
    return Output(
        str(target), *made.size, len(made.content), *work.source.upright, len(work.data), work.file_format, note, digest
    )


def _decoded(data: bytes, resizing: Resizing, settings: Settings) -> making.Work:
    opened = opening.open_image(data, settings)
    palette = opened.mode in ("P", "1") or opened.format == "GIF"
    # A JPEG is decoded when it is known how much of it is needed; the others before they are asked anything else.
    picture = None if opened.format in _REDUCIBLE else decoding.decode(opened, data, settings)
    turn = orientation.orientation_of(opened)
    upright = orientation.upright_size(opened.size, turn)
    placements = tuple(
        place(upright, asked, resizing.fit, resizing.anchor, resizing.enlarge) for asked in resizing.parsed
    )
    _check_sizes(placements, settings)
    shrink = 1
    if picture is None:
        shrink = draft(opened, orientation.upright_size(needed(upright, placements), turn), data)
        picture = decoding.decode(opened, data, settings)
    meant = stated.colours_of(opened, data)
    pixels, profile = _prepared(picture, data, meant.profile, settings)
    kept = kept_of(opened, resizing.metadata)
    return making.Work(
        data, opened, Source(pixels, profile, turn, upright, shrink), placements, kept, palette,
        frames_of(opened, data), (meant.note, gain_map_note(data, opened.format), kept.note), resizing, settings,
    )  # fmt: skip


def _keep_original(source: Path, target: Path) -> None:
    try:
        same = os.path.samefile(source, target)
    except OSError:
        return  # Either is not there: then nothing is overwritten, and opening says what is missing.
    if same:
        raise would_overwrite(target.name)


def would_overwrite(name: str) -> TaskFailed:
    """The failure of a task one of whose results would take an original's place."""
    return TaskFailed(
        "would_overwrite", f"The result {name} would replace an original: choose another folder or name."
    )


def _check_sizes(placements: Sequence[Placement], settings: Settings) -> None:
    for placement in placements:
        width, height = placement.canvas
        if width * height > settings.image_max_megapixels * 1e6:
            raise TaskFailed(
                "too_many_pixels",
                f"The result would have {width} × {height} pixels; "
                f"at most {settings.image_max_megapixels:g} megapixels are made here (OVERLAP_IMAGE_MAX_MEGAPIXELS).",
            )


def _prepared(
    picture: Image.Image, data: bytes, profile: bytes | None, settings: Settings
) -> tuple[Image.Image, bytes | None]:
    with opening.failures(data, settings):
        return colours.prepared(picture, data, profile, lambda: opening.open_image(data, settings))


def needed(upright: tuple[int, int], placements: Sequence[Placement]) -> tuple[int, int]:
    """The least edges of a whole picture of `upright` pixels, decoded, that no placement would have to enlarge."""
    factors = [
        max(
            placement.scaled[0] / (placement.box[2] - placement.box[0]),
            placement.scaled[1] / (placement.box[3] - placement.box[1]),
        )
        for placement in placements
    ]
    factor = min(1.0, max(factors))
    return max(1, math.floor(upright[0] * factor)), max(1, math.floor(upright[1] * factor))


def reduction(size: tuple[int, int], wanted: tuple[int, int]) -> int:
    """By how much a JPEG of `size` is reduced while it is decoded when `wanted` is needed: 8, 4, 2 or 1."""
    left = min(size[0] / wanted[0], size[1] / wanted[1])
    return next((divisor for divisor in (8, 4, 2) if left >= divisor * DRAFT_MARGIN), 1)


def draft(image: Image.Image, wanted: tuple[int, int], data: bytes = b"") -> int:
    """Have a JPEG decoded at 1/2, 1/4 or 1/8 as far as `wanted` allows; the divisor, 1 for everything else."""
    if image.format not in _REDUCIBLE or variants.is_lossless_jpeg(data):
        return 1
    divisor, before = reduction(image.size, wanted), image.size
    done = image.draft(image.mode, (max(1, before[0] // divisor), max(1, before[1] // divisor)))
    return round(before[0] / done[1][2]) if done is not None else 1
