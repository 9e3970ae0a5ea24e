"""Saving a lab's figures, and laying any number of saved results side by side: a class of laptops, say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from engine.lab import Lab, experiment, names
from engine.lab.reading.words import short
from engine.lab.together.compare import compare_documents
from pages.parts.shared.guard import guard
from pages.parts.shared.server import is_dark
from pages.parts.shared.words import literal
from pages.parts.uploads.reading import read_once
from pages.parts.uploads.received import received

LARGEST_MB = 20


def saved(which: Lab, document: dict[str, Any] | None) -> None:
    """The download of the figures that are shown, and the comparison of what is loaded."""
    with st.container(border=True, key="saved"):
        st.subheader("Several machines side by side", anchor="side-by-side")
        if document:
            st.download_button(
                "Save these figures (JSON)",
                json.dumps(document, indent=1),
                file_name=f"overlap-{which}-{document['environment']['host']}.json",
                mime="application/json",
                icon=":material/download:",
                key="save",
            )
        uploads = st.file_uploader(
            "Load saved results",
            type="json",
            accept_multiple_files=True,
            max_upload_size=LARGEST_MB,
            help=f"What this page saved, or what `overlap {which} --json` printed, on any machine.",
            key=f"lab:{which}:saved",
        )
        loaded = _loaded(which, uploads) if uploads else []
        if loaded:
            _compare(which, [*([document] if document else []), *loaded])


def _loaded(which: Lab, uploads: Sequence[UploadedFile]) -> list[dict[str, Any]]:
    """The loaded documents of this lab; what is none is told."""
    found: list[dict[str, Any]] = []
    with guard(stop=False):
        files = [(given.path, given.name) for given in (received(one, LARGEST_MB) for one in uploads)]
        reader = "engine.lab.together.saved:read_files"
        found, problems = read_once("saved", "Reading saved results", reader, files, which)
        for sentence in problems:
            st.error(literal(sentence), icon=":material/error:")
    return found


def _compare(which: Lab, documents: list[dict[str, Any]]) -> None:
    from engine.report.figures import CONFIG
    from engine.report.figures.lab import side_by_side

    rows = compare_documents(documents)
    present = {row["experiment"] for row in rows}
    name = st.selectbox(
        "Experiment",
        [one for one in names(which) if one in present],
        format_func=lambda one: experiment(one).title,
        key=f"lab:{which}:compared",
    )
    if name is None:
        return
    figure = side_by_side(rows, name, is_dark())
    st.plotly_chart(figure, theme=None, config=CONFIG, alt="Results side by side", key="figure_side_by_side")
    st.dataframe(_table([row for row in rows if row["experiment"] == name]), hide_index=True, key="side_by_side")


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "series": row["series"],
                "quantity": row["quantity"],
                "x": row["x"],
                "unit": row["unit"],
                **{label: _cell(point) for label, point in row["points"].items()},
            }
            for row in rows
        ]
    )


def _cell(point: dict[str, Any] | None) -> str:
    if point is None:
        return "–"
    return f"{_exact(point['median'])} ({_exact(point['low'])}–{_exact(point['high'])})"


def _exact(value: float) -> str:
    return short(value) if value == 0 or abs(value) >= 0.01 else f"{value:.3g}"
