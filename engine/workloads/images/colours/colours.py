"""Colours: whatever a file holds becomes 8-bit grey, RGB or RGBA in sRGB.

Two steps, with the scaling between them: `scalable` makes a mode that can be scaled without
mixing things that must not mix (palette indices, say); `to_srgb` applies the embedded profile to
the few pixels that are left, where the CMS costs a fraction of what it would at full size.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageChops

from engine.errors import TaskFailed
from engine.workloads.images.colours import icc, sixteen
from engine.workloads.images.opening import tiffs

SCALABLE = ("L", "RGB", "RGBA", "CMYK")

_DIRECT: dict[str, str] = {
    "1": "L",
    "LA": "RGBA",
    "PA": "RGBA",
    "RGBa": "RGBA",
    "RGBX": "RGB",
    "YCbCr": "RGB",
    "HSV": "RGB",
}
"""Modes that Pillow converts without loss for our purpose."""

_WIDE = ("I;16", "I;16L", "I;16B", "I;16N", "I", "F")
"""One channel of more than 8 bits; Pillow's own conversion to L clips instead of scaling."""


def prepared(
    image: Image.Image, data: bytes, profile: bytes | None, again: sixteen.Again
) -> tuple[Image.Image, bytes | None]:
    """A decoded image of the content `data` in one of SCALABLE, and the profile of its pixels.

    Transparency that is marked by a single colour becomes an alpha channel. `again` opens the image anew.
    """
    picture, profile = _prepared(image, data, profile, again)
    if profile and picture.mode == "RGBA" and _is_grey(image, data) and icc.space(profile) == _SPACES["L"]:
        # Its profile cannot be applied to the small result, whose pixels are no longer grey ones.
        grey = to_srgb(picture.getchannel("R"), profile)
        return Image.merge("RGBA", (grey, grey, grey, picture.getchannel("A"))), None
    return picture, profile


def _is_grey(image: Image.Image, data: bytes) -> bool:
    """Whether a decoded image of the content `data` is grey; Pillow opens a PNG's 16-bit grey with alpha as RGBA."""
    return image.mode in _GREYS or (image.format == "PNG" and data[25:26] == b"\4")


def _prepared(
    image: Image.Image, data: bytes, profile: bytes | None, again: sixteen.Again
) -> tuple[Image.Image, bytes | None]:
    inverted = tiffs.white_is_zero(image)
    if sixteen.has_sixteen_bits(image, data):
        made = sixteen.reduced(image, profile, inverted, again)
        if made is not None:
            return made
    picture = scalable(image, _clear_level(image, data))
    return (ImageChops.invert(picture) if inverted else picture), profile


_GREYS = ("1", "L", "LA", "La", *_WIDE)
_GREY_STEPS = {2: 85, 4: 17}
"""Bits of a grey PNG to the distance of its levels when they are 8 bits; its tRNS chunk counts in its own."""


def _clear_level(image: Image.Image, data: bytes) -> object:
    """The transparent colour of a decoded image as its 8-bit pixels state it; None where there is none."""
    clear = image.info.get("transparency")
    if image.mode == "L" and image.format == "PNG" and isinstance(clear, int):
        return (clear & (2 ** data[24] - 1)) * _GREY_STEPS.get(data[24], 1)
    return clear


def scalable(image: Image.Image, clear: object = None) -> Image.Image:
    """The decoded image in one of SCALABLE; `clear` is the pixel that is transparent, where there is one."""
    if image.mode == "1" and clear is not None:
        image = image.convert("L")
    if image.mode in ("P", "L", "RGB") and clear is not None:
        image.info["transparency"] = clear
        return image.convert("RGBA")
    if image.mode in SCALABLE:
        return image
    if image.mode == "P":
        return _from_palette(image)
    if image.mode in _WIDE:
        return _from_wide(image)
    if image.mode == "LAB":
        return _from_lab(image)
    if image.mode == "La":
        return image.convert("LA").convert("RGBA")
    if image.mode in _DIRECT:
        return image.convert(_DIRECT[image.mode])
    raise TaskFailed("unsupported_format", f"The picture's kind of pixels ({image.mode}) is not supported.")


def _from_palette(image: Image.Image) -> Image.Image:
    palette = image.palette
    return image.convert("RGBA" if palette is not None and "A" in palette.mode else "RGB")


def _from_wide(image: Image.Image) -> Image.Image:
    """Scale to 0..255 from the type's range: 16 bits, or for 32 bits and floats the range that the values show."""
    if image.mode.startswith("I;16"):
        top = 65535.0
    else:
        low, high = (float(value) for value in _extrema(image))
        top = next((limit for limit in (1.0, 255.0, 65535.0) if high <= limit and image.mode == "F"), 65535.0)
        if image.mode == "I" and high <= 255:
            top = 255.0
        if not (low >= 0 and high <= top):
            raise TaskFailed(
                "unsupported_format",
                f"The picture's values run from {low:g} to {high:g}, so that black and white are unknown: "
                "export it with 8 or 16 bits.",
            )
    if image.mode not in ("I;16", "I", "F"):
        image = image.convert("I")  # `point` knows 16 bits in this machine's order only.
    scaled = image.point(lambda value: value * (255.0 / top) + 0.5)
    return scaled.convert("L")


def _extrema(image: Image.Image) -> tuple[float, float]:
    low, high = image.getextrema()
    if isinstance(low, tuple) or isinstance(high, tuple):
        raise TaskFailed("unsupported_format", "The picture has several channels of an unknown kind.")
    return low, high


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """A scaled image in L, RGB or RGBA, its colours in sRGB.

    A profile that is broken or is for another kind of pixels is ignored, as browsers do.
    Relative colorimetric with black point compensation: what Photoshop and browsers use for photographs.
    """
    if profile and icc.space(profile) == _SPACES[image.mode]:
        if image.mode == "RGBA":
            colours = to_srgb(image.convert("RGB"), profile)
            colours.putalpha(image.getchannel("A"))
            return colours
        transform = _transform(profile, image.mode)
        if transform is not None:
            image = _apply(image, transform) if transform else image
            return image
    return image.convert("RGB") if image.mode == "CMYK" else image


def wide_profile(profile: bytes | None, mode: str) -> bytes | None:
    """The profile of an RGB image where it is another space than sRGB, such as Display P3, and usable; else None."""
    if profile and mode in ("RGB", "RGBA") and icc.space(profile) == _SPACES["RGB"] and _transform(profile, "RGB"):
        return profile
    return None


_SPACES: dict[str, bytes] = {"L": b"GRAY", "RGB": b"RGB ", "RGBA": b"RGB ", "CMYK": b"CMYK"}
"""ICC.1:2022, 7.2.6: the data colour space, at offset 16 of the header."""


_SAME_WITHIN = 2
"""Levels of 255: a transform that moves no colour further is rounding, so the profile is sRGB by another name."""


@lru_cache(maxsize=16)
def _transform(profile: bytes, mode: str) -> object:
    """A transform of `mode` to sRGB; False when nothing would change, None for a profile that cannot be used."""
    from PIL import ImageCms  # Only pictures with a profile pay for the import.

    try:
        transform = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    return transform if mode == "CMYK" or _changes(transform, mode) else False


def _changes(transform: object, mode: str) -> bool:
    """Whether a transform moves any colour of a 9 × 9 × 9 grid (all greys, for L) visibly."""
    if mode == "L":
        before = bytes(range(256))
        wanted = bytes(level for level in before for _ in range(3))
        after = _apply(Image.frombytes("L", (256, 1), before), transform, keep_grey=False)
    else:
        steps = [round(255 * step / 8) for step in range(9)]
        wanted = bytes(level for red in steps for green in steps for blue in steps for level in (red, green, blue))
        after = _apply(Image.frombytes("RGB", (729, 1), wanted), transform)
    return any(abs(one - other) > _SAME_WITHIN for one, other in zip(wanted, after.tobytes(), strict=True))


def _apply(image: Image.Image, transform: object, keep_grey: bool = True) -> Image.Image:
    from PIL import ImageCms

    done = ImageCms.applyTransform(image, transform)  # type: ignore[arg-type]
    assert done is not None  # inPlace is off
    return done.getchannel("G") if image.mode == "L" and keep_grey else done


_D65_XYZ = (0.95047, 1.0, 1.08883)
_XYZ_TO_SRGB = ((3.2406, -1.5372, -0.4986), (-0.9689, 1.8758, 0.0415), (0.0557, -0.2040, 1.0570))
"""IEC 61966-2-1: white, and from XYZ to linear sRGB."""


def _from_lab(image: Image.Image) -> Image.Image:
    """CIE 1976 L*a*b* with the white of sRGB, as libvips reads it (TIFF 6.0, section 23; CIE 15:2004, 8.2.1)."""
    import numpy as np  # only such files pay for the import

    stored = np.asarray(image)
    lightness = stored[..., 0] / np.float32(2.55)
    a, b = (stored[..., at].view(np.int8).astype(np.float32) for at in (1, 2))  # signed, as in the file
    y = (lightness + 16) / 116
    cubes = np.stack([y + a / 500, y, y - b / 200], axis=-1)
    ratios = np.where(cubes > 6 / 29, cubes**3, (cubes - 4 / 29) * 3 * (6 / 29) ** 2)
    light = ratios * np.array(_D65_XYZ) @ np.array(_XYZ_TO_SRGB).T
    return Image.fromarray(np.rint(icc.srgb_levels(light) * 255).astype(np.uint8))
