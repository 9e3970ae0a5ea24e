"""One bar for a job's progress: what is done, what has failed, what is left."""

from __future__ import annotations

from html import escape

import streamlit as st

from engine.model import Run

REST = "rgba(128, 140, 155, 0.25)"
"""What is left, on a light page and on a dark one."""


def bar(drawn: str) -> None:
    """Draw what `bar_html` gave."""
    st.html(drawn)


def bar_html(run: Run, text: str, done: str, failed: str) -> str:
    """The bar under its text; `done` and `failed` are the colours of what is done and of what has failed."""
    total = max(run.tasks, 1)
    parts = "".join(
        f'<div style="width:{100 * count / total:.3f}%;background:{colour}"></div>'
        for count, colour in ((run.ok, done), (run.failed, failed))
    )
    return (
        f'<div style="font-size:0.875rem;margin-bottom:0.3rem">{escape(text)}</div>'
        f'<div role="progressbar" aria-label="{run.ok:,} done, {run.failed:,} failed, of {run.tasks:,}" '
        f'aria-valuemin="0" aria-valuemax="{run.tasks}" aria-valuenow="{run.done}" '
        f'style="display:flex;height:0.6rem;border-radius:0.3rem;overflow:hidden;background:{REST}">{parts}</div>'
    )
