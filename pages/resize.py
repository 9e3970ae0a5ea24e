"""Resize images: choose pictures and what they are for, try it on three, start."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import streamlit as st

from engine.images import targets
from engine.images.options import Resizing
from engine.images.sources import RESULTS, new_results_folder
from engine.model import Configuration, Plan
from engine.plans import resize_plan
from pages.parts.guard import guard
from pages.parts.how_to_run import how_to_run
from pages.parts.image_inputs import Pictures, choose_pictures
from pages.parts.resizing_form import resizing_form
from pages.parts.server import settings, store
from pages.parts.starting import form_token, start, start_and_open
from pages.parts.try_out import TRIED, show_try

st.title("Resize images", anchor=False, icon=":material/photo_size_select_large:")
st.caption("Makes a batch of pictures smaller, in parallel; the originals are never changed.")


def plan(
    pictures: Pictures, resizing: Resizing, configuration: Configuration, most: int | None, here: bool, token: str
) -> Plan:
    """Put the pictures in place and name the tasks."""
    folder = store().folder(token)
    sources, root = pictures.place(folder.inputs, most)
    now = datetime.now(UTC).astimezone()
    target = new_results_folder(pictures.folder, now) if here and pictures.folder else None
    title = pictures.title if most is None else f"Try on {len(sources)}: {pictures.title}"
    made = resize_plan(sources, resizing, configuration, settings(), target, root, folder.path, title)
    if target is not None:
        targets.ready(target)
    return made


pictures = choose_pictures()
resizing = resizing_form()
configuration = how_to_run("resize")
here = False
if pictures is not None and pictures.folder is not None:
    here = st.toggle(
        "Write the results into a new folder beside the originals",
        value=True,
        key="here",
        help=f"In {RESULTS}/.",
        persist_state="session",
    )

ready = pictures is not None and resizing is not None
count = "" if pictures is None or pictures.count is None else f" {pictures.count:,}"
with st.container(horizontal=True, vertical_alignment="center"):
    started = st.button(
        f"Resize{count} pictures" if count != " 1" else "Resize 1 picture",
        type="primary",
        icon=":material/play_arrow:",
        disabled=not ready,
        key="start",
    )
    tried = st.button(f"Try on {TRIED}", icon=":material/science:", disabled=not ready, key="try")

token, try_token = form_token("resize", started), form_token("resize:try", tried)
if pictures is not None and resizing is not None:
    with guard():
        if started:
            start_and_open("resize", token, partial(plan, pictures, resizing, configuration, None, here))
        if tried:
            run = start("resize:try", try_token, partial(plan, pictures, resizing, configuration, TRIED, False))
            st.session_state["tried"] = run.token
if shown := st.session_state.get("tried"):
    show_try(shown, None if pictures is None else pictures.count)
