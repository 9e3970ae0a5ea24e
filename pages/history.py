"""History: every run of this server; find, open, mark, run again, export or delete it."""

from __future__ import annotations

from functools import partial
from hashlib import blake2b
from math import ceil

import streamlit as st

from engine.model import ENDED, Run
from engine.text import counted
from pages.parts.history.annotating import ask_for_words, pin, share
from pages.parts.history.deleting import ask_to_delete
from pages.parts.history.filters import is_filtered, wanted
from pages.parts.history.importing import opened
from pages.parts.history.runs_table import runs_table
from pages.parts.history.two_runs import two_runs
from pages.parts.run.again import placed_again
from pages.parts.run.downloads import FORMATS
from pages.parts.run.pictures import is_imported
from pages.parts.shared.address import file_url
from pages.parts.shared.guard import guard
from pages.parts.shared.person import is_own, signs_in
from pages.parts.shared.server import settings, store
from pages.parts.shared.starting import form_token, show, start_and_open

# Runs on a page of the list. (Streamlit would draw a text that stands alone.)
ROWS = 50


def actions(chosen: list[Run]) -> None:
    """What can be done with the runs that are selected."""
    one = chosen[0] if len(chosen) == 1 else None
    if st.button("Open", icon=":material/open_in_new:", type="primary", disabled=one is None, key="open_run") and one:
        show(one)
    repeatable = one is not None and not is_imported(one)
    pressed = st.button("Run again", icon=":material/replay:", disabled=not repeatable, key="again")
    token = form_token("history:again", pressed)
    if pressed and one:
        with guard():
            start_and_open("history:again", token, partial(placed_again, one))
    if one is not None:
        for name, (label, icon, _) in FORMATS.items():
            st.link_button(label, file_url(one, "export", name), icon=icon)
    own = bool(chosen) and all(is_own(run) for run in chosen)
    if st.button("Label", icon=":material/label:", disabled=not own, key="words"):
        ask_for_words(chosen)
    marks(chosen, own)
    ended = all(run.state in ENDED for run in chosen)
    why = None if ended else "A run that is not over must be cancelled first."
    why = why if own or not chosen else "Only whoever started a run may delete it."
    if st.button("Delete", icon=":material/delete:", disabled=not (own and ended), key="delete", help=why):
        ask_to_delete(chosen)


def marks(chosen: list[Run], own: bool) -> None:
    """Pin and share; each button takes back what holds for all that are selected."""
    pinned = bool(chosen) and all(run.pinned for run in chosen)
    label, told = ("Unpin", None) if pinned else ("Pin", "A pinned run is never removed by itself.")
    with guard(stop=False):
        if st.button(label, icon=":material/keep:", disabled=not own, key="pin", help=told):
            pin(chosen)
            st.rerun()
        if signs_in():
            shared = bool(chosen) and all(run.shared for run in chosen)
            label = "Share no longer" if shared else "Share"
            told = None if shared else "Everybody who signs in may look at it and run it again."
            if st.button(label, icon=":material/group:", disabled=not own, key="share", help=told):
                share(chosen)
                st.rerun()


def page_of(pages: int) -> int:
    """Choose a page of the list; another list (other filters, fewer runs) has a choice of its own."""
    which = blake2b(repr((asked, sort, pages)).encode(), digest_size=8).hexdigest()
    named = st.query_params.get("page", "1")
    first = int(named) if named.isascii() and named.isdigit() and len(named) < 9 else 1
    return st.pagination(pages, default=min(max(1, first), pages), key=f"page:{which}")


st.title("History", anchor=False, icon=":material/history:")
whose = "Your runs and those that are shared." if signs_in() else "Every run of this server, whoever started it."
st.caption(f"{whose} Select one to open it, run it again, mark, export or delete it; select two to see what changed "
           "between them.")

asked, sort = wanted()
with st.expander("Open an exported run", icon=":material/upload_file:", key="import"):
    most_mb = max(1, int(settings().import_max_mb))
    exported = st.file_uploader("JSON of a run", ["json"], key="upload:run", max_upload_size=most_mb)
    if exported is not None and st.button("Open it", key="import_now", type="primary"):
        with guard():
            show(opened(exported, most_mb))

count = store().count_runs(asked)
if not count:
    empty = "Nothing has run here yet. Start has a first run at one click."
    st.info("No run matches." if is_filtered(asked) else empty, icon=":material/info:")
    st.stop()
pages = ceil(count / ROWS)
runs_place, foot = st.container(), st.container(horizontal=True, vertical_alignment="center")
with foot:
    page = page_of(pages) if pages > 1 else 1
    st.caption(counted(count, "run"))
with runs_place:
    runs = store().runs(limit=ROWS, wanted=asked, sort=sort, offset=ROWS * (page - 1))
    chosen = runs_table(runs, "runs", "multi-row")
with st.container(horizontal=True, key="actions"):
    actions(chosen)
if len(chosen) == 2:
    with guard(stop=False):
        two_runs(chosen)
