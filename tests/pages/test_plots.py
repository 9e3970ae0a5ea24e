"""What the small plots of a run are told to draw."""

from __future__ import annotations

import json
import re

import numpy as np

from engine.model import Configuration, Measurement
from engine.report.figures.jobs.over_time import done_over_time, memory, task_times, tasks_at_once
from engine.report.figures.plots import INK
from pages.parts.components.plots import plain_plot
from tests.engine.report.figures.made import failed, many, row

HOW = Configuration("threads", 2)
ROWS = [row(0, 0, 0.0, 0.2), failed(1, 1, 0.0, 0.3)]
SAMPLES = [{"at_s": 0.1 * at, "memory_mb": 20.0 + at, "cpu_s": 0.1 * at} for at in range(20)]
MEASURED = Measurement(interpreter_s=0.3, startup_s=0.2, wall_s=2.0, cpu_s=2.0, memory_kind="pss")


def test_bars_are_stacked_up_to_the_highest_and_every_task_is_in_one() -> None:
    plain = plain_plot(task_times(ROWS * 4, HOW), "Times")
    assert sum(sum(bars["heights"]) for bars in plain["bars"]) == 8
    assert plain["highest"] == max(map(sum, zip(*(bars["heights"] for bars in plain["bars"]), strict=True)))
    for bars in plain["bars"]:
        assert len(bars["edges"]) == len(bars["heights"]) + 1 == len(bars["words"]) + 1
    assert [word for _, word in plain["rules"]] == ["median", "95%"]


def test_what_is_drawn_travels_as_json_and_stays_small() -> None:
    drawn = [
        plain_plot(done_over_time(many(40_000), HOW), "Done"),
        plain_plot(tasks_at_once(many(40_000, workers=4), HOW, SAMPLES, MEASURED), "At once"),
        plain_plot(memory(SAMPLES, MEASURED, HOW), "Memory"),
    ]
    assert len(json.dumps(drawn, allow_nan=False)) < 100_000
    assert drawn[1]["lines"][1]["colour"] == INK, "the cores have the colour of the page's text"
    for plain in drawn:
        for line in plain["lines"]:
            assert len(line["x"]) == len(line["y"]) > 1
            assert np.all(np.diff(line["x"]) >= 0), "the pointer finds its point by halving"
            assert re.findall(r"\{[xy](?::\.\d[fg])?\}", line["hover"]), "a format that the script knows"


def test_nothing_to_draw_says_why() -> None:
    plain = plain_plot(memory([]), "Memory")
    assert plain["sentence"].endswith(".") and not plain["lines"]
