"""The results of a resize: pages of thumbnails that the route streams, and one picture before and after."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.model import Record, Run
from pages.parts.address import file_url
from pages.parts.server import store
from pages.parts.words import data_size, literal

A_PAGE = 24
LIVE_PICTURES = 12


def gallery(run: Run, live: bool) -> None:
    """The newest pictures while the run goes on; afterwards pages of them, one of which can be looked at closely."""
    if not run.ok:
        st.caption("No picture has been made yet.")
        return
    if live:
        _thumbs(run, store().records.latest(run, "ok", LIVE_PICTURES, max(0, run.ok - LIVE_PICTURES)))
        return
    looks = st.segmented_control(
        "Show", ["Gallery", "Before and after", "List"], default="Gallery", required=True,
        label_visibility="collapsed", key="gallery_look",
    )  # fmt: skip
    pages = -(-run.ok // A_PAGE)
    number = st.pagination(pages, key="gallery_page") if pages > 1 else 1
    records = store().records.latest(run, "ok", A_PAGE, (number - 1) * A_PAGE)
    LOOKS[str(looks)](run, records)


def _thumbs(run: Run, records: list[Record]) -> None:
    with st.grid("auto", min_column_width=190, gap="small"):
        for record in records:
            size = f"{record.output['width']} × {record.output['height']}, {data_size(record.output['bytes'])}"
            st.image(
                file_url(run, "picture", record.task, "thumb", v=_version(record)),
                caption=f"{literal(record.label)}  \n{size}",
                width="stretch",
                alt=record.label,
            )


def _version(record: Record) -> str:
    """Changes when a retry made the picture anew, so that no browser shows an old one."""
    return f"{record.output['bytes']}-{record.attempts}-{record.finished_s or 0:.3f}"


def _before_after(run: Run, records: list[Record]) -> None:
    labels = {record.task: record.label for record in records}
    task = st.selectbox("Picture", list(labels), format_func=lambda task: labels[task], key="gallery_picture")
    record = next(each for each in records if each.task == task)
    output = record.output
    before, after = st.columns(2)
    with before.container(border=True):
        st.markdown("**Before**")
        st.image(file_url(run, "picture", task, "before"), width="stretch", alt=f"{record.label}, the original")
        st.caption(f"{output['source_width']} × {output['source_height']}, {data_size(output['source_bytes'])}")
    with after.container(border=True):
        st.markdown("**After**")
        url = file_url(run, "picture", task, "after", v=_version(record))
        st.image(url, width="content", alt=f"{record.label}, resized")
        saved = 1 - output["bytes"] / output["source_bytes"] if output["source_bytes"] else 0
        change = f"{saved:.0%} saved" if saved >= 0 else f"{-saved:.0%} larger"
        st.caption(f"{output['width']} × {output['height']}, {data_size(output['bytes'])}: {change}")


def _list(run: Run, records: list[Record]) -> None:
    rows = [
        (
            record.label,
            f"{record.output['source_width']} × {record.output['source_height']}",
            record.output["source_bytes"],
            f"{record.output['width']} × {record.output['height']}",
            record.output["bytes"],
            (record.finished_s or 0) - (record.started_s or 0),
            record.output.get("note"),
            record.output["path"].rpartition("/")[2],
        )
        for record in records
    ]
    columns = ["Original", "Its size", "Its bytes", "New size", "New bytes", "Time", "Note", "New name"]
    st.dataframe(
        pd.DataFrame(rows, columns=columns),
        hide_index=True,
        column_config={
            "Its bytes": st.column_config.NumberColumn(format="bytes"),
            "New bytes": st.column_config.NumberColumn(format="bytes"),
            "Time": st.column_config.NumberColumn(format="%.3f s"),
        },
        alt="Each picture with its size before and after",
        key="gallery_list",
    )


LOOKS = {"Gallery": _thumbs, "Before and after": _before_after, "List": _list}
