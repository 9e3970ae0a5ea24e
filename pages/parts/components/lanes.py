"""Worker lanes: who is at what, live and afterwards, and how many tasks a second end. Data: `lane_data`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from engine.model import Run, Trial
from engine.text import counted
from pages.parts.components.lane_data import LANES
from pages.parts.components.seats import seats_of, told
from pages.parts.shared.address import file_url
from pages.parts.shared.polling import PACE, clock
from pages.parts.shared.server import is_dark
from pages.parts.shared.words import duration

HERE = Path(__file__).parent
HEAT_PX, CLUSTER_PX, HOST_ROW_PX = 128, 512, 4
"""A heat map is as high as 32 lanes; a cluster's has room for the names of hosts, so it grows with the workers."""
CLUSTER = "dask"
"""The executor whose workers sit on hosts: before it has begun, its height is what it will be with their names."""
AROUND_PX = 90
"""Its key above, the tasks a second and the axis below."""

_LANES = st.components.v2.component(
    "overlap_lanes",
    html='<div class="lanes"><div class="key"></div><canvas role="img"></canvas><div class="tip" hidden></div></div>',
    css=(HERE / "lanes.css").read_text(encoding="utf-8"),
    js=(HERE / "lanes.js").read_text(encoding="utf-8"),
)


def lanes(
    run: Run, trials: Sequence[Trial], picture: dict[str, Any], unit: str, stage: str, drawn: dict[str, Any]
) -> None:
    """Draw the picture; its height depends on the configuration alone, so nothing below it ever moves.

    `drawn` are the tiles and the bar as the page shows them now.

    While the run goes on, its script asks for newer figures by itself, and has the page look again once their stage is
    not `stage` any more.
    """
    data = {**lanes_of(run, trials, picture, unit), "dark": is_dark(), "follow": None, "drawn": drawn}
    if picture["live"]:
        data["follow"] = {**PACE, "url": file_url(run, "live"), "stage": stage, "clock": clock()}
    with st.container(key="lanes"):
        _LANES(data=data, height=data["height"] + AROUND_PX, key="lanes_of", on_look_change=lambda: None)


def lanes_of(run: Run, trials: Sequence[Trial], picture: dict[str, Any], unit: str) -> dict[str, Any]:
    """What `lanes.js` draws."""
    how = run.configurations[0]
    height, told = height_of(how.workers, how.executor), in_words(run, trials, picture)
    waits = "waiting for its photo" if run.workload == "resize" else "waiting for its turn"
    return {**picture, "height": height, "title": _title(picture), "told": told, "unit": unit, "waits": waits}


def height_of(workers: int, executor: str) -> int:
    """Pixels of all lanes together."""
    if workers <= LANES:
        return workers * max(4, min(18, 128 // workers))
    return min(CLUSTER_PX, HOST_ROW_PX * workers) if executor == CLUSTER else HEAT_PX


def _title(picture: dict[str, Any]) -> str:
    workers = counted(picture["lanes"], "worker")
    if picture["seats"] and picture["heat"]:
        each = picture["heat"]["each"]
        workers += " by host" + (f", up to {each} of one host a row" if each > 1 else "")
    if not picture["live"]:
        return f"{workers}, the whole run"
    return f"{workers}, the last 30 s" if picture["from"] else f"{workers}, live"


def in_words(run: Run, trials: Sequence[Trial], picture: dict[str, Any]) -> str:
    """The picture's name, for who cannot see it."""
    said = f"{counted(picture['lanes'], 'lane')}, one a worker"
    if not trials:
        return f"{said}: nothing has run yet"
    if picture["seats"] and (seats := seats_of(trials[-1].measurement.worker_names, picture["lanes"])):
        said = f"{said}, by host: {told(seats)}"
    done = f"{counted(run.ok, 'task')} done, {run.failed:,} failed"
    return f"{said}: {done} within {duration(picture.get('now'))}"
