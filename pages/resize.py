"""Resize images: choose pictures and what they are for, try it on three, start."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from engine.model import Configuration, Plan
from engine.runs.resize_plans import resize_plan
from engine.workloads.images.making.options import Resizing
from engine.workloads.images.sets import targets
from pages.parts.resize.destination import (
    Asked,
    Destination,
    ask,
    choose_destination,
    keep_question,
    question,
    rerun_with,
)
from pages.parts.resize.image_inputs import Pictures, choose_pictures
from pages.parts.resize.options_form import resizing_form
from pages.parts.resize.storage import plan_at
from pages.parts.resize.try_out import TRIED, show_try
from pages.parts.shared.guard import guard
from pages.parts.shared.how_to_run import how_to_run
from pages.parts.shared.server import settings, store
from pages.parts.shared.starting import form_token, planning, start, start_and_open
from pages.parts.uploads.spool import spread

st.title("Resize images", anchor=False, icon=":material/photo_size_select_large:")
st.caption("Makes a batch of pictures smaller, in parallel; the originals are never changed.")


def plan(
    pictures: Pictures,
    resizing: Resizing,
    configuration: Configuration,
    most: int | None,
    destination: Destination,
    token: str,
) -> Plan:
    """Put the pictures in place and name the tasks. Raises Asked when some results exist already."""
    folder = store().folder(token)
    named = destination.named(resizing)
    to_address = destination.address if destination.place == "address" else None
    if pictures.address:
        chosen = spread(pictures.sources, most)
        title = pictures.title if most is None else f"Try on {len(chosen)}: {pictures.title}"
        return plan_at(
            chosen, named, configuration, to_address, destination.overwriting, title, origin=pictures.address
        )
    sources, root = pictures.place(folder.inputs, most)
    if to_address is not None:
        return plan_at(
            sources, named, configuration, to_address, destination.overwriting, pictures.title, root, folder.path
        )
    target = destination.folder(pictures)
    title = pictures.title if most is None else f"Try on {len(sources)}: {pictures.title}"
    made = resize_plan(
        sources, named, configuration, settings(), target, root, folder.path, title,
        overwriting=destination.overwriting, beside=destination.beside, html=destination.html, told=planning(),
    )  # fmt: skip
    if target is not None:
        targets.ready(target)
    return made


pictures = choose_pictures("**1** · Pictures from", at_addresses=True)
resizing = resizing_form("**2** · Made for")
destination = choose_destination(pictures)
configuration = how_to_run("resize")

ready = pictures is not None and resizing is not None
count = "" if pictures is None or pictures.count is None else f" {pictures.count:,}"
with st.container(horizontal=True, vertical_alignment="center"):
    st.markdown("**3** · Start", width="content")
    started = st.button(
        f"Resize{count} pictures" if count != " 1" else "Resize 1 picture",
        type="primary",
        icon=":material/play_arrow:",
        disabled=not ready,
        key="start",
    )
    tried = st.button(f"Try on {TRIED}", icon=":material/science:", disabled=not ready, key="try")

answer = ask(names) if (names := question()) else None
token, try_token = form_token("resize", started or answer is not None), form_token("resize:try", tried)
if pictures is not None and resizing is not None:
    with guard():
        if started or answer is not None:
            keep_question(None)
            decided = replace(destination, agreed=answer)
            try:
                start_and_open("resize", token, partial(plan, pictures, resizing, configuration, None, decided))
            except Asked as asked:
                rerun_with(asked.names)
        if tried:
            run = start(
                "resize:try", try_token, partial(plan, pictures, resizing, configuration, TRIED, Destination())
            )
            st.session_state["tried"] = run.token
if shown := st.session_state.get("tried"):
    show_try(shown, None if pictures is None else pictures.count)
