"""What a live job's page is told between two looks: headline figures, the bar and the lanes, as plain values.

The route gives it and `lanes.js` writes it into the page, so none of it is drawn by Streamlit.
"""

from __future__ import annotations

from typing import Any

from engine.model import Run
from engine.store import Store
from pages.parts.components.lane_data import lane_data
from pages.parts.components.lanes import lanes_of
from pages.parts.run.headline import bar_of, stage, texts_of, tiles, title_of
from pages.parts.run.summary import pace
from pages.parts.shared.polling import clock


def live(store: Store, run: Run) -> dict[str, Any]:
    """The figures of now. Once `stage` is another one than the page was drawn with, it is to be drawn anew."""
    trials = store.trials(run)
    measured = pace(run, trials)
    return {
        "stage": stage(run), "clock": clock(),
        "tiles": texts_of(tiles(run, measured)),
        "bar": bar_of(run, measured), "lanes": lanes_of(run, trials, lane_data(store, run, trials), title_of(run)[1]),
    }  # fmt: skip
