"""The results of a resize: pages of thumbnails that the route streams, and one picture before and after."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod
from pathlib import PurePath

import pandas as pd
import streamlit as st

from engine.model import Record, Run
from engine.protocol.results import ResizedPicture, WrittenFile, resized_picture
from engine.report.notes import notes_of
from engine.text import data_size, share
from engine.workloads.images.opening.formats import SUFFIXES as FORMATS_BY_SUFFIX
from pages.parts.components.slider import Pair, before_after
from pages.parts.run.pictures import has_files, source_of
from pages.parts.shared.address import file_url
from pages.parts.shared.server import store
from pages.parts.shared.words import literal

A_PAGE = 24
LIVE_PICTURES = 12
REMARKS = 8
NO_FILE = WrittenFile(None, None, None, None)
NOTHING_KNOWN = ResizedPicture((), None, None, None, None, None)


@dataclass(frozen=True, slots=True)
class Shown:
    """One file that was made, as the gallery shows it; sizes are in bytes, edges in pixels.

    `position` counts the sizes of a picture from 0.
    """

    task: int
    position: int
    label: str
    name: str
    width: int
    height: int
    size: int
    source_edges: str
    source_size: int
    note: str | None
    time_s: float | None
    version: str

    @property
    def edges(self) -> str:
        """Its width and height."""
        return _edges(self.width or None, self.height or None)

    @property
    def kind(self) -> str:
        """The result's format where it is not that of its original, with a space in front."""
        kind, before = (FORMATS_BY_SUFFIX.get(PurePath(one).suffix.lower(), "") for one in (self.name, self.label))
        return f" {kind}" if kind and kind != before else ""

    @property
    def saved(self) -> str:
        """The share of bytes that went, in words."""
        fewer = self.source_size - self.size
        if not self.source_size:
            return "its size before is not known"
        return f"{share(fewer, self.source_size)} saved" if fewer >= 0 else f"{share(-fewer, self.source_size)} larger"


def shown(record: Record) -> list[Shown]:
    """What the gallery needs of a record, for each size that was made; what an imported one lacks is empty."""
    picture = resized_picture(record.output) or NOTHING_KNOWN
    started, finished = record.started_s, record.finished_s
    return [
        Shown(
            record.task,
            position,
            record.label,
            (file.path or "").replace("\\", "/").rpartition("/")[2],
            file.width or 0,
            file.height or 0,
            file.bytes or 0,
            _edges(picture.source_width, picture.source_height),
            picture.source_bytes or 0,
            picture.note,
            None if started is None or finished is None else finished - started,
            # Changes when a retry made the picture anew, so that no browser shows an old one.
            f"{file.bytes}-{record.attempts}-{finished or 0:.3f}",
        )
        for position, file in enumerate(picture.files or (NO_FILE,))
    ]


def _edges(width: int | None, height: int | None) -> str:
    return "–" if width is None or height is None else f"{width} × {height}"


def gallery(run: Run, live: bool) -> None:
    """The newest pictures while the run goes on; afterwards pages of them, one of which can be looked at closely."""
    if not run.ok:
        st.caption("No picture has been made yet.")
        return
    sizes = _sizes(run)
    if live:
        newest = max(1, LIVE_PICTURES // sizes)
        draw = _thumbs if has_files(run) else LOOKS["List"]
        draw(run, _pictures(run, newest, max(0, run.ok - newest)))
        return
    look = "List"
    if has_files(run):
        chosen = st.segmented_control(
            "Show", list(LOOKS), default="Gallery", required=True, label_visibility="collapsed", key="gallery_look"
        )
        look = str(chosen or "Gallery")
    a_page = max(1, A_PAGE // sizes)
    pages = -(-run.ok // a_page)
    number = st.pagination(pages, key="gallery_page") if pages > 1 else 1
    LOOKS[look](run, _pictures(run, a_page, (number - 1) * a_page))
    for remark in _remarks(run.token, run.ok):
        st.caption(literal(remark))


@lru_cache(maxsize=64)
def _remarks(token: str, ok: int) -> tuple[str, ...]:
    """What is to be said of a run's results, such as how many are first frames; asked anew when there are more."""
    notes = notes_of(store(), store().run(token))
    return tuple(f"{count} of {ok}: {note}." for note, count in notes.most_common(REMARKS))


def _sizes(run: Run) -> int:
    """In how many sizes and formats each picture was asked for; an imported run may say anything."""
    asked = (run.options.get("sizes"), run.options.get("formats"))
    return prod(max(1, len(one)) for one in asked if isinstance(one, list))


def _pictures(run: Run, limit: int, offset: int) -> list[Shown]:
    return [each for record in store().records.latest(run, "ok", limit, offset) for each in shown(record)]


def _thumbs(run: Run, pictures: list[Shown]) -> None:
    st.html(_TILES)
    with st.grid("auto", min_column_width=150, gap="small", key="tiles"):
        for picture in pictures:
            st.image(
                file_url(run, "picture", picture.task, f"thumb-{picture.position}", v=picture.version),
                caption=f"{literal(picture.label)}  \n{picture.edges}{picture.kind}, {data_size(picture.size)}",
                width="stretch",
                alt=picture.label,
            )


_TILES = """<style>
.st-key-tiles img { aspect-ratio: 4 / 3; object-fit: contain; background: rgba(128, 140, 155, 0.14); }
</style>"""
"""Every picture whole, in tiles of one size: an upright one makes no row taller, and nothing moves as they come."""


def _before_after(run: Run, pictures: list[Shown]) -> None:
    labels = {picture.task: picture.label for picture in pictures}
    task = st.selectbox("Picture", list(labels), format_func=labels.__getitem__, key="gallery_picture")
    picture = _chosen_size([each for each in pictures if each.task == task])
    there = source_of(store(), run, task) is not None
    st.markdown(
        f"{literal(picture.source_edges)}, {data_size(picture.source_size)} → **{literal(picture.edges)}"
        f"{picture.kind}, {data_size(picture.size)}: {picture.saved}**"
    )
    pair = Pair(
        file_url(run, "picture", task, "before") if there else None,
        file_url(run, "picture", task, f"after-{picture.position}", v=picture.version),
        picture.label, picture.width, picture.height,
    )  # fmt: skip
    before_after(pair, run.options, f"slider:{task}:{picture.position}")


def _chosen_size(sizes: list[Shown]) -> Shown:
    """One of the sizes of a picture, the one that is chosen where there are several."""
    if len(sizes) == 1:
        return sizes[0]
    position = st.segmented_control(
        "Size",
        range(len(sizes)),
        default=0,
        required=True,
        format_func=lambda at: sizes[at].edges,
        key=f"gallery_size:{len(sizes)}",
        wrap=True,
    )
    return sizes[int(position or 0)]


def whole_image(url: str, alt: str, name: str) -> None:
    """A picture at its full size, in a frame that scrolls where the page is narrower: never scaled."""
    with st.container(key=f"whole_{name}"):
        st.html(
            f"<style>.st-key-whole_{name} {{ overflow: auto; max-height: 80vh; }}"
            f".st-key-whole_{name} img {{ width: auto !important; max-width: none !important; }}</style>"
        )
        st.image(url, width="content", alt=alt)


def _list(run: Run, pictures: list[Shown]) -> None:
    del run
    rows = [
        (each.label, each.source_edges, each.source_size, each.edges, each.size, each.time_s, each.note, each.name)
        for each in pictures
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
        placeholder="",
        alt="Each picture with its size before and after",
        key="gallery_list",
    )


LOOKS = {"Gallery": _thumbs, "Before and after": _before_after, "List": _list}
