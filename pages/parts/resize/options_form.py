"""The options of a resize: a preset first, then every option that it sets, open to change."""

from __future__ import annotations

import streamlit as st

from engine.errors import SettingRefused
from engine.text import listed
from engine.workloads.images.making.options import NAME_FIELDS, TRANSPARENT, Resizing, resizing_from
from engine.workloads.images.making.sizes import ANCHORS, ATTENTION
from pages.parts.resize.more_options import bytes_options, bytes_title, kept_options, kept_title
from pages.parts.resize.presets import FITS, FORMATS, PRESETS, in_words
from pages.parts.shared.words import literal


def resizing_form(label: str = "Made for") -> Resizing | None:
    """Draw the options, and in words what they make; None, with what is wrong, when they cannot be used."""
    chosen = st.segmented_control(
        label, list(PRESETS), default="Gallery", required=True, key="preset", persist_state="session", wrap=True
    )
    name = str(chosen or "Gallery")
    explained = st.empty()
    with st.expander(_options_title(name, PRESETS[name]), icon=":material/straighten:", key="options"):
        values = _options(name, PRESETS[name])
    with st.expander(bytes_title(name, PRESETS[name]), icon=":material/compress:", key="bytes"):
        values |= bytes_options(name, PRESETS[name])
    with st.expander(kept_title(name, PRESETS[name]), icon=":material/info:", key="kept"):
        values |= kept_options(name, PRESETS[name])
    try:
        resizing = resizing_from(values)
    except SettingRefused as error:
        # The field says it, too; but its section may be closed.
        explained.error(f"{literal(str(error))} Open the section below that holds it.", icon=":material/error:")
        return None
    explained.caption(literal(in_words(resizing)))
    return resizing


def _options_title(preset: str, start: Resizing) -> str:
    """The section's title with what is set in it: its widgets' values are known before they are drawn again."""
    state = st.session_state
    sizes = str(state.get(f"sizes:{preset}", ", ".join(start.sizes)))
    formats = [FORMATS[one] for one in state.get(f"format:{preset}", start.formats) if one in FORMATS]
    kept = formats == [FORMATS["keep"]]
    made = "each in its own format" if kept else listed(formats) if formats else "no format"
    names = str(state.get(f"name:{preset}", start.name))
    return f"Size, format and names: {literal(sizes)} · {made} · {literal(names)}"


def _fault(name: str, value: object) -> None:
    """Say at a field why what it holds cannot be used."""
    try:
        resizing_from({name: value})
    except SettingRefused as error:
        st.error(literal(str(error)), icon=":material/error:")


def _options(preset: str, start: Resizing) -> dict[str, object]:
    """Every option, from the preset's on; their keys name the preset, so that choosing another one resets them."""
    left, right = st.columns(2)
    with left:
        sizes = st.text_input(
            "Size",
            ", ".join(start.sizes),
            key=f"sizes:{preset}",
            persist_state="session",
            help="400x300 is a box, 400x a width, x300 a height, 400 the longest edge, 50% a share. "
            "Several with commas: each picture is then made in each size.",
        )
        _fault("sizes", sizes)
        fit = st.segmented_control(
            "Into a box",
            list(FITS),
            default=start.fit,
            required=True,
            format_func=FITS.__getitem__,
            key=f"fit:{preset}",
            persist_state="session",
            help="Concerns sizes with a width and a height.",
            wrap=True,
        )
        anchor = st.selectbox(
            "Keep when cropping",
            [*ANCHORS, ATTENTION],
            format_func=lambda name: "What stands out" if name == ATTENTION else str(name).capitalize(),
            key=f"anchor:{preset}",
            persist_state="session",
        )
        clear = st.toggle(
            "Transparent padding",
            start.colour == TRANSPARENT,
            key=f"clear:{preset}",
            persist_state="session",
            help="In PNG, WebP and AVIF; a JPEG has no transparency.",
        )
        colour = TRANSPARENT
        if not clear:
            colour = st.color_picker(
                "Colour of padding", start.colour, key=f"colour:{preset}", persist_state="session"
            )
    with right:
        formats = st.segmented_control(
            "Formats",
            list(FORMATS),
            selection_mode="multi",
            default=list(start.formats),
            format_func=FORMATS.__getitem__,
            key=f"format:{preset}",
            persist_state="session",
            help="Several: each picture is then made in each of them.",
            wrap=True,
        )
        _fault("formats", list(formats))
        pattern = st.text_input(
            "Names",
            start.name,
            key=f"name:{preset}",
            persist_state="session",
            help="May hold " + ", ".join(f"`{{{field}}}`" for field in NAME_FIELDS) + ".",
        )
        _fault("name", pattern)
        enlarge = st.toggle(
            "Enlarge small pictures", start.enlarge, key=f"enlarge:{preset}", persist_state="session"
        )
        sharpen = st.toggle(
            "Sharpen a little", start.sharpen, key=f"sharpen:{preset}", persist_state="session"
        )
    return {
        "sizes": sizes,
        "fit": fit,
        "anchor": anchor,
        "colour": colour,
        "formats": list(formats),
        "name": pattern,
        "enlarge": enlarge,
        "sharpen": sharpen,
    }
