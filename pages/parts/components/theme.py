"""The page follows the system's theme while it is open: figures have colours that Python gives them."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.parts.shared.server import is_dark

_FOLLOW = st.components.v2.component(
    "overlap_theme", html="<i></i>", js=(Path(__file__).parent / "theme.js").read_text(encoding="utf-8")
)


def follow_theme() -> None:
    """Draw it; nothing of it can be seen."""
    with st.container(key="follow_theme"):
        _FOLLOW(data={"dark": is_dark()}, key="theme", on_changed_change=lambda: None)
