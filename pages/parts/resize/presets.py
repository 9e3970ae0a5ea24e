"""What a picture is usually made smaller for: each preset is a whole set of options; and any such set in words."""

from __future__ import annotations

from collections.abc import Callable

from engine.text import listed
from engine.workloads.images.making.options import Resizing
from engine.workloads.images.making.sizes import Size

PRESETS: dict[str, Resizing] = {
    "Web page": Resizing(sizes=("1600",), fit="inside", formats=("webp",), quality_webp=78),
    "Thumbnail": Resizing(
        sizes=("200x200",), fit="cover", formats=("jpeg",), quality_jpeg=80, name="{stem}-thumb.{ext}"
    ),
    "Gallery": Resizing(sizes=("400x400",), fit="inside"),
    "Social": Resizing(sizes=("1080x1080",), fit="cover", formats=("jpeg",), name="{stem}-square.{ext}"),
    "E-mail": Resizing(sizes=("1024",), fit="inside", formats=("jpeg",), quality_jpeg=75),
}
FITS = {
    "inside": "Fit inside",
    "cover": "Fill and crop",
    "pad": "Fit and pad",
    "stretch": "Stretch",
}
FORMATS = {"keep": "As it was", "jpeg": "JPEG", "png": "PNG", "webp": "WebP", "avif": "AVIF"}


def in_words(resizing: Resizing) -> str:
    """What is made of each picture: ``Longest edge 1600 pixels, WebP.``"""
    sizes = list(dict.fromkeys(_SIZES[size.kind](size, resizing.fit) for size in resizing.parsed))
    kinds = ["its own format" if one == "keep" else FORMATS[one] for one in resizing.formats]
    kind = kinds[0] if len(kinds) == 1 and resizing.formats[0] != "keep" else f"in {listed(kinds)}"
    if len(sizes) == 1:
        return f"{sizes[0][0].upper()}{sizes[0][1:]}, {kind}."
    return f"Each picture in {len(sizes)} sizes: {'; '.join(sizes)}; {kind}."


_BOXES = {
    "inside": "fits {box} pixels",
    "cover": "{box} pixels, filled and cropped",
    "pad": "{box} pixels, fitted and padded",
    "stretch": "stretched to {box} pixels",
}
_SIZES: dict[str, Callable[[Size, str], str]] = {
    "box": lambda size, fit: _BOXES[fit].format(box=f"{size.width} × {size.height}"),
    "width": lambda size, _fit: f"{size.width} pixels wide",
    "height": lambda size, _fit: f"{size.height} pixels high",
    "edge": lambda size, _fit: f"longest edge {size.width} pixels",
    "percent": lambda size, _fit: f"{size.percent:g}% of its width and height",
}
"""Kind of size: it in words, with the fit that boxes have."""
