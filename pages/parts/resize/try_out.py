"""A try on a few pictures: a small real run, shown on the form's own page at full zoom."""

from __future__ import annotations

import streamlit as st

from engine.errors import RunNotFound
from engine.model import ENDED, Record, Run
from engine.text import data_size
from pages.parts.run.failures import failures
from pages.parts.run.gallery import whole_image
from pages.parts.shared.address import file_url
from pages.parts.shared.guard import guard
from pages.parts.shared.server import run_of, store
from pages.parts.shared.words import duration, literal

TRIED = 3
POLL_S = 0.5


def show_try(token: str, count: int | None) -> None:
    """Draw the try, live; `count` is how many pictures the whole batch has, None where that is not known."""
    try:
        run = run_of(token)
    except RunNotFound:  # it was deleted meanwhile
        del st.session_state["tried"]
        return
    live = run.state not in ENDED
    st.fragment(run_every=POLL_S if live else None)(_draw)(token, count, live)


def _draw(token: str, count: int | None, live: bool) -> None:
    with guard(), st.container(border=True, key="tried_out"):
        run = run_of(token)
        if live and run.state in ENDED:
            st.rerun()
        st.subheader("The try", anchor=False)
        if live:
            st.progress(run.done / run.tasks, run.so_far)
            return
        records = store().records.latest(run, "ok")
        if records:
            _estimate(run, records, count)
            _pictures(run, records)
        if run.failed:
            failures(run)


def _estimate(run: Run, records: list[Record], count: int | None) -> None:
    """What the whole batch would come to, were all its pictures like these."""
    made = sum(_bytes_of(record) for record in records) / len(records)
    source = sum(record.output["source_bytes"] for record in records) / len(records)
    spent = sum((record.finished_s or 0) - (record.started_s or 0) for record in records) / len(records)
    workers = run.configurations[0].workers
    sizes = len(records[0].output.get("also") or []) + 1
    each = f"A picture's {sizes} sizes come to" if sizes > 1 else "A picture becomes"
    text = f"{each} {data_size(made)} on average, from {data_size(source)}."
    if count is not None:
        text += (
            f" All {count:,}: about {data_size(made * count)} and {duration(spent * count / workers)}, "
            "an estimate from these alone."
        )
    st.markdown(text)


def _bytes_of(record: Record) -> int:
    return int(record.output["bytes"]) + sum(int(item["bytes"]) for item in record.output.get("also") or [])


def _pictures(run: Run, records: list[Record]) -> None:
    tabs = st.tabs([literal(record.label) for record in records])
    for tab, record in zip(tabs, records, strict=True):
        with tab:
            for number, output in enumerate([record.output, *(record.output.get("also") or [])]):
                url = file_url(run, "picture", record.task, f"after-{number}")
                whole_image(url, f"{record.label}, resized", f"try_{record.task}_{number}")
                st.caption(f"{output['width']} × {output['height']}, {data_size(output['bytes'])}")
