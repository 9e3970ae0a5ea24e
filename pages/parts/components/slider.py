"""A picture before and after, one over the other at one scale, parted by a line that a slider moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

HERE = Path(__file__).parent

_SLIDER = st.components.v2.component(
    "overlap_before_after",
    html=(
        '<div class="bar"><span>Original</span>'
        '<input type="range" min="0" max="100" value="50" aria-label="How much of the original is shown, in percent">'
        '<span>Result</span><button class="fit" type="button">Fit the page</button>'
        '<button class="whole" type="button">100%</button></div>'
        '<div class="frame" tabindex="0" role="group" aria-label="Original and result"><div class="stage">'
        '<img class="after" draggable="false" alt=""><img class="before" draggable="false" alt="">'
        '<div class="line"></div></div></div><p class="told"></p>'
    ),
    css=(HERE / "slider.css").read_text(encoding="utf-8"),
    js=(HERE / "slider.js").read_text(encoding="utf-8"),
)
_FITS = {"inside": "fill", "cover": "cover", "pad": "contain", "stretch": "fill"}
_PLACES = {"left": "left", "right": "right", "top": "top", "bottom": "bottom"}


@dataclass(frozen=True, slots=True)
class Pair:
    """A picture's two files: their addresses, names, and the result's edges in pixels; `before` is None where gone."""

    before: str | None
    after: str
    label: str
    width: int
    height: int


def before_after(pair: Pair, options: Mapping[str, Any], key: str) -> None:
    """Draw the slider; `options` are the run's, which say how the original fills the result's frame."""
    fit, anchor = str(options.get("fit", "inside")), str(options.get("anchor", "centre"))
    _SLIDER(
        data={
            "before": pair.before, "after": pair.after, "before_alt": f"{pair.label}, the original",
            "after_alt": f"{pair.label}, resized", "width": pair.width, "height": pair.height,
            "fit": _FITS.get(fit, "fill"), "position": position_of(anchor), "told": told_of(fit, anchor),
            "gone": "The original is not on this server any more, or not its to show.",
            "unshowable": "This browser cannot show the original's format; the result is whole.",
        },
        key=key,
    )  # fmt: skip


def position_of(anchor: str) -> str:
    """The part of the original that a crop kept, as CSS names it; the middle where the picture itself decided."""
    return " ".join(_PLACES[part] for part in anchor.split("-") if part in _PLACES) or "center"


def told_of(fit: str, anchor: str) -> str:
    """What cannot be seen from the pictures themselves."""
    if fit == "cover" and anchor == "attention":
        return "The crop follows what stands out; the original is shown from its middle."
    return ""
