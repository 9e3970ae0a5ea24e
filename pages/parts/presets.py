"""What a picture is usually made smaller for: each preset is a whole set of options."""

from __future__ import annotations

from engine.images.options import Resizing

PRESETS: dict[str, Resizing] = {
    "Web page": Resizing(sizes=("1600",), fit="inside", format="webp", quality=80),
    "Thumbnail": Resizing(sizes=("200x200",), fit="cover", format="jpeg", quality=80, name="{stem}-thumb.{ext}"),
    "Gallery": Resizing(sizes=("400x400",), fit="inside", format="keep", quality=85),
    "Social": Resizing(sizes=("1080x1080",), fit="cover", format="jpeg", quality=85, name="{stem}-square.{ext}"),
    "E-mail": Resizing(sizes=("1024",), fit="inside", format="jpeg", quality=75),
}
EXPLAINED = {
    "Web page": "Longest edge 1600 pixels, WebP: a tenth of the bytes.",
    "Thumbnail": "200 × 200 pixels, filled and cropped, JPEG.",
    "Gallery": "Fits 400 × 400 pixels, in its own format.",
    "Social": "1080 × 1080 pixels, filled and cropped, JPEG.",
    "E-mail": "Longest edge 1024 pixels, JPEG.",
}
FITS = {
    "inside": "Fit inside",
    "cover": "Fill and crop",
    "pad": "Fit and pad",
    "stretch": "Stretch",
}
FORMATS = {"keep": "As it was", "jpeg": "JPEG", "png": "PNG", "webp": "WebP", "avif": "AVIF"}
