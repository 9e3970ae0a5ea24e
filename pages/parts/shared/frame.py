"""What every page has beside its own content: the colours that the theme cannot set, and a head start for charts."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

# Streamlit writes on its primary buttons in white, also where the theme's own colour is a light one: in the dark.
_STYLE = """<style>
[data-testid*="-primary"]:not([disabled]) :is(p, span) { color: light-dark(#FFFFFF, #0B131B); }
.st-key-head_start, .st-key-follow_theme { display: none; }
</style>"""
_HEAD_START = r"""<script>
(() => {
  const own = document.querySelector("script[src*='/static/js/']")
  if (!own || window.overlapHeadStart) return
  window.overlapHeadStart = true
  const load = () => {
    if (document.querySelector("[class*='st-key-cancel']")) setTimeout(load, 1500)
    else import(new URL("NAME", own.src)).catch(() => {})
  }
  setTimeout(() => (window.requestIdleCallback || setTimeout)(load), 1500)
})()
</script>"""
"""Reads the library of charts (five megabytes, a second of a browser's time) while somebody looks at their first page,
so that the first chart comes at once; beside a run that goes on (the page then has a Cancel), whose tasks it
would slow, once that is over. It is the file that Streamlit itself loads at the first chart, under one name."""


def frame() -> None:
    """Draw it; nothing of it can be seen."""
    st.html(_STYLE)
    if script := _head_start():
        with st.container(key="head_start"):
            st.html(script, unsafe_allow_javascript=True)


@cache
def _head_start() -> str | None:
    """The script for this Streamlit's own file of charts; None for a Streamlit that keeps it elsewhere."""
    files = Path(st.__file__).parent / "static" / "static" / "js"
    found = sorted(files.glob("PlotlyChart.*.js"))
    return _HEAD_START.replace("NAME", found[0].name) if len(found) == 1 else None
