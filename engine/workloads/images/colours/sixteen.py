"""Pictures of 16 bits a channel, where the upper 8 alone would not do: a steep curve, or one transparent colour.

Pillow keeps the upper byte of each sample. The lower one is had by decoding once more with the other byte order.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageFile

from engine.workloads.images.colours import icc

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.uint16]

Again = Callable[[], Image.Image]
"""Opens the same picture once more, not decoded."""

WIDE_GREY = ("I;16", "I;16L", "I;16B", "I;16N")

_STEEP_LEVELS = 3.0
"""A curve that takes neighbouring levels of 8 bits further apart than this leaves visible steps in dark parts."""

_OTHER_ORDER = {"B": "L", "L": "B", "N": "B" if sys.byteorder == "little" else "L"}


def has_sixteen_bits(image: Image.Image, data: bytes) -> bool:
    """Whether the samples of a decoded PNG or TIFF of the content `data` have 16 bits."""
    if image.mode in WIDE_GREY:
        return True
    if image.mode not in ("RGB", "RGBA"):
        return False
    bits = getattr(image, "tag_v2", {}).get(258, ())
    return data[24] == 16 if data.startswith(b"\x89PNG") and len(data) > 24 else bool(bits) and set(bits) == {16}


def reduced(
    image: Image.Image, profile: bytes | None, inverted: bool, again: Again
) -> tuple[Image.Image, bytes | None] | None:
    """A decoded picture of 16 bits as one of 8, and the profile that it then has; None where its upper bytes will do.

    `inverted` says that white is zero. Curves that are steep in the dark are undone before bits are dropped.
    """
    curves = _steep(profile)
    clear = image.info.get("transparency")
    if curves is None and clear is None:
        return None
    samples = _samples(image, again)
    if samples is None:
        return None
    import numpy as np

    kept = 65535 - samples if inverted else samples
    colours = kept[..., :3] if kept.ndim == 3 else kept
    small = _levels(colours, curves)
    if clear is not None:
        alpha = np.where(_is(colours, clear), 0, 255).astype(np.uint8)
        rgb = small if small.ndim == 3 else np.repeat(small[..., None], 3, axis=2)
        made = Image.fromarray(np.dstack([rgb, alpha]))
    elif samples.ndim == 3 and samples.shape[2] == 4:
        made = Image.fromarray(np.dstack([small, (kept[..., 3] >> 8).astype(np.uint8)]))
    else:
        made = Image.fromarray(small)
    return made, icc.with_srgb_curves(profile) if profile and curves else profile


def _steep(profile: bytes | None) -> list[Callable[[icc.Levels], icc.Levels]] | None:
    """The curves of a profile where one of them is steep; else None."""
    if profile is None:
        return None
    import numpy as np

    curves = icc.curves(profile) if profile else None
    grid = np.linspace(0, 1, 256)
    steps = [float(np.diff(icc.srgb_levels(curve(grid)) * 255).max()) for curve in curves or []]
    return curves if steps and max(steps) > _STEEP_LEVELS else None


def _samples(image: Image.Image, again: Again) -> Samples | None:
    """All bits of every sample, rows × columns (× channels); None where Pillow cannot be asked for the lower ones."""
    import numpy as np

    if image.mode in WIDE_GREY:
        return np.asarray(image).astype(np.uint16)
    lower = again()
    if not isinstance(lower, ImageFile.ImageFile) or not lower.tile:
        return None
    try:
        lower.tile = [tile._replace(args=_swapped(tile.args)) for tile in lower.tile]
        lower.load()
    except (KeyError, ValueError, OSError):  # a raw mode without its twin
        return None
    whole: Samples = np.asarray(image).astype(np.uint16) << 8 | np.asarray(lower)
    return whole


def _swapped(args: tuple[Any, ...] | str | None) -> tuple[Any, ...] | str:
    if isinstance(args, tuple):
        return (_swapped(args[0]), *args[1:])
    mode = str(args)
    return mode[:-1] + _OTHER_ORDER[mode[-1]]


def _levels(samples: Samples, curves: list[Callable[[icc.Levels], icc.Levels]] | None) -> NDArray[np.uint8]:
    """Samples as 8 bits: with their curves replaced by sRGB's, or scaled."""
    import numpy as np

    if curves is None:
        return ((samples.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
    grid = np.linspace(0, 1, 65536)
    tables = [np.rint(icc.srgb_levels(curve(grid)) * 255).astype(np.uint8) for curve in curves]
    if samples.ndim == 2:
        return tables[0][samples]
    return np.dstack([table[samples[..., at]] for at, table in enumerate(tables)])


def _is(samples: Samples, colour: object) -> NDArray[np.bool_]:
    import numpy as np

    found: NDArray[np.bool_] = np.equal(samples, np.asarray(colour))
    whole: NDArray[np.bool_] = np.all(found, axis=2) if found.ndim == 3 else found
    return whole
