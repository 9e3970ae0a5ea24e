"""The colours of every figure: one per executor, the same everywhere and in both themes.

Okabe and Ito's palette, which colour-blind people tell apart too (Color Universal Design, 2008). The page
colours are those of `.streamlit/config.toml`: figures carry them because Streamlit's own
template holds placeholders that come out black in an export.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

EXECUTORS: Mapping[str, str] = {
    "sequential": "#8C96A0",
    "threads": "#0072B2",
    "processes": "#E69F00",
    "asyncio": "#009E73",
    "subinterpreters": "#CC79A7",
    "dask": "#56B4E9",
}
OTHER = "#8C96A0"
"""An executor that this version does not know, from an imported run."""
FAILED = "#D55E00"
"""Failed tasks, whatever ran them; no executor has it."""
SERIES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8F6BD1", "#8C96A0")
"""For what is no executor: shops, parts of a whole."""


@dataclass(frozen=True, slots=True)
class Theme:
    """The page that a figure stands on."""

    paper: str
    raised: str
    text: str
    muted: str
    grid: str
    empty: str
    """A cell of a heat map in which nothing happened."""


LIGHT = Theme(paper="#FFFFFF", raised="#F3F6F9", text="#0B131B", muted="#5A6876", grid="#E1E7ED", empty="#F3F6F9")
DARK = Theme(paper="#12181F", raised="#1B242E", text="#E4EAF0", muted="#9AA7B4", grid="#2B3743", empty="#1B242E")


def theme(dark: bool) -> Theme:
    """The light or the dark page."""
    return DARK if dark else LIGHT


def executor_colour(executor: str) -> str:
    """The executor's one colour."""
    return EXECUTORS.get(executor, OTHER)


def faded(colour: str, share: float) -> str:
    """The colour, `share` (0 to 1) opaque."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share:g})"
