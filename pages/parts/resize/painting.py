"""The bar that shows how far the sample photos are, the first time that somebody wants them."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st


def painting() -> Callable[[int, int], None]:
    """What to call with (done, of) after each photo; the bar goes when the last one is there."""
    place = st.empty()

    def tell(done: int, of: int) -> None:
        if done < of:
            place.progress(done / of, f"Making the sample photos, this once: {done} of {of}")
        else:
            place.empty()

    return tell
