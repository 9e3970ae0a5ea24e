"""One bar for a job's progress: what is done, what has failed, what is left."""

from __future__ import annotations

import streamlit as st

from engine.model import Run


def bar(run: Run, text: str, colours: tuple[str, str, str]) -> None:
    """Draw the bar under its text; `colours` are of what is done, of what has failed, and of what is left."""
    done, failed, rest = colours
    total = max(run.tasks, 1)
    parts = "".join(
        f'<div style="width:{100 * count / total:.3f}%;background:{colour}"></div>'
        for count, colour in ((run.ok, done), (run.failed, failed))
    )
    st.html(
        f'<div style="font-size:0.875rem;margin-bottom:0.3rem">{text}</div>'
        f'<div role="progressbar" aria-label="{run.ok:,} done, {run.failed:,} failed, of {run.tasks:,}" '
        f'aria-valuemin="0" aria-valuemax="{run.tasks}" aria-valuenow="{run.done}" '
        f'style="display:flex;height:0.6rem;border-radius:0.3rem;overflow:hidden;background:{rest}">{parts}</div>'
    )
