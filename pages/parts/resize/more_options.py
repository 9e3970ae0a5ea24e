"""What few need of a resize's options: how many bytes a result may have, and what stays of what cameras wrote."""

from __future__ import annotations

import streamlit as st

from engine.workloads.images.making.options import ANIMATIONS, METADATA, PROFILES, Resizing

AIMS = {"quality": "A figure", "size": "Size of the file", "ssim": "Likeness (SSIM)"}
"""What decides on a picture's quality."""
QUALITY = {"jpeg": "JPEG", "webp": "WebP", "avif": "AVIF"}
"""Formats that have a quality."""
KEPT = {
    "none": "Nothing",
    "copyright": "The copyright line",
    "date-place": "Copyright, date and place",
    "all": "Everything (EXIF and XMP)",
}
COLOURS = {"srgb": "sRGB, right on every screen", "keep": "A wide profile stays (Display P3, Adobe RGB)"}
MOVING = {
    "auto": "Stay so in their own format",
    "keep": "Stay so wherever the format can",
    "first": "Become their first frame",
}
assert tuple(KEPT) == METADATA and tuple(COLOURS) == PROFILES and tuple(MOVING) == ANIMATIONS


def bytes_title(preset: str, start: Resizing) -> str:
    """The section's title with what is set in it: its widgets' values are known before they are drawn again."""
    state = st.session_state
    aim = state.get(f"aim:{preset}", "quality")
    if aim == "size":
        return f"Quality and bytes: at most {state.get(f'max_kb:{preset}', _usual_kb(start)):,} kB"
    if aim == "ssim":
        return f"Quality and bytes: SSIM of {state.get(f'ssim:{preset}', start.ssim or USUAL_SSIM):g}"
    asked = state.get(f"format:{preset}") or start.formats
    names = [name for name in QUALITY if name in asked or "keep" in asked]
    figures = [f"{QUALITY[name]} {state.get(f'quality_{name}:{preset}', start.quality(name))}" for name in names]
    return f"Quality and bytes: {', '.join(figures)}" if figures else "Quality and bytes"


def kept_title(preset: str, start: Resizing) -> str:
    """The section's title with what is set in it."""
    metadata = KEPT[st.session_state.get(f"metadata:{preset}", start.metadata)]
    profile = st.session_state.get(f"profile:{preset}", start.profile)
    colours = "sRGB" if profile == "srgb" else "wide profiles stay"
    return f"Metadata, colours and animation: {metadata[0].lower()}{metadata[1:]} kept, {colours}"


USUAL_SSIM = 0.98


def _usual_kb(start: Resizing) -> int:
    return int(start.max_kb) or 200


def bytes_options(preset: str, start: Resizing) -> dict[str, object]:
    """How a result's bytes and quality are chosen; keys name the preset, so that choosing another one resets them."""
    left, right = st.columns(2)
    with left:
        aim = st.segmented_control(
            "Quality by",
            list(AIMS),
            default="quality",
            required=True,
            format_func=AIMS.__getitem__,
            key=f"aim:{preset}",
            persist_state="session",
            wrap=True,
        )
        values = _AIMED[str(aim)](preset, start)
    with right:
        values["smaller"] = _toggle(
            "Keep the original if it is smaller", start.smaller, f"smaller:{preset}",
            "Where nothing but its bytes would change; without its metadata.",
        )  # fmt: skip
        values["palette"] = _toggle("PNG: keep palettes", start.palette, f"palette:{preset}", None)
        values["lossless"] = _toggle("WebP: lossless", start.lossless, f"lossless:{preset}", None)
        values["optimize"] = _toggle("JPEG: optimise", start.optimize, f"optimize:{preset}", "About 4% smaller.")
        values["progressive"] = _toggle(
            "JPEG: progressive", start.progressive, f"progressive:{preset}",
            "A tenth smaller, and shown coarse first; several times slower to make.",
        )  # fmt: skip
    return values


def _toggle(label: str, value: bool, key: str, told: str | None) -> bool:
    return st.toggle(label, value, key=key, persist_state="session", help=told)


def _figures(preset: str, start: Resizing) -> dict[str, object]:
    """A quality for each format; the defaults look alike to the eye."""
    values: dict[str, object] = {}
    for name, label in QUALITY.items():
        values[f"quality_{name}"] = st.slider(
            label, 1, 100, start.quality(name), key=f"quality_{name}:{preset}", persist_state="session"
        )
    return values


def _size(preset: str, start: Resizing) -> dict[str, object]:
    most = st.number_input(
        "At most, in kB", 1, 1_000_000, _usual_kb(start), key=f"max_kb:{preset}", persist_state="session"
    )
    st.caption("The quality is lowered until the file fits, with at most four encodings.")
    return {"max_kb": float(most)}


def _likeness(preset: str, start: Resizing) -> dict[str, object]:
    wanted = st.slider(
        "SSIM, at least", 0.9, 0.999, start.ssim or USUAL_SSIM, 0.001, format="%.3f", key=f"ssim:{preset}",
        persist_state="session", help="Structural similarity with the result before it is encoded; 1 is the same.",
    )  # fmt: skip
    st.caption("The lowest quality that is as like, found with at most four encodings.")
    return {"ssim": wanted}


_AIMED = {"quality": _figures, "size": _size, "ssim": _likeness}


def kept_options(preset: str, start: Resizing) -> dict[str, object]:
    """What passes from the original to the results."""
    left, right = st.columns(2)
    metadata = left.selectbox(
        "Keep of what cameras write", METADATA, METADATA.index(start.metadata), format_func=KEPT.__getitem__,
        key=f"metadata:{preset}", persist_state="session",
        help="The place where a picture was taken is dropped unless you choose a line that names it.",
    )  # fmt: skip
    profile = left.selectbox(
        "Colours", PROFILES, PROFILES.index(start.profile), format_func=COLOURS.__getitem__,
        key=f"profile:{preset}", persist_state="session",
    )  # fmt: skip
    animation = right.selectbox(
        "Animated GIF and WebP", ANIMATIONS, ANIMATIONS.index(start.animation), format_func=MOVING.__getitem__,
        key=f"animation:{preset}", persist_state="session",
    )  # fmt: skip
    return {"metadata": metadata, "profile": profile, "animation": animation}
