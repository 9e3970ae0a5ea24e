"""The lane of the running trial, the small timeline, and the rows of causes."""

from __future__ import annotations

import re
from html import unescape
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from engine.model import Measurement, Trial
from engine.report.figures.colours import executor_colour
from engine.report.standings import Band, between, cause_rows, lane, small_timeline
from engine.report.standings.small_timeline import MOST_ROWS, MOST_SPANS, merged
from tests.engine.report.made import EVIL
from tests.engine.report.standings.made import THREADS


def running(repeat: int = 0, tasks: int = 12) -> Trial:
    return Trial(1, 1, 0, repeat, THREADS, "running", None, tasks, 0, 0, Measurement())


def widths(drawn: str) -> dict[str, float]:
    return {name: float(wide) for name, wide in re.findall(r'class="ov-(ghost|going)" style="width:([\d.]+)%', drawn)}


# The lane.


def test_a_trial_in_time_ends_where_its_median_does_with_some_room_behind_it() -> None:
    assert widths(lane(running(), 0.5, 1.0)) == pytest.approx({"ghost": 100 / 1.15, "going": 50 / 1.15}, abs=0.01)


def test_a_trial_that_takes_longer_than_usual_moves_the_ghost_to_the_left() -> None:
    assert widths(lane(running(), 2.0, 1.0)) == pytest.approx({"ghost": 50 / 1.15, "going": 100 / 1.15}, abs=0.01)


@pytest.mark.parametrize("elapsed_s", [None, 0.0])
def test_before_its_clock_runs_only_the_ghost_is_drawn(elapsed_s: float | None) -> None:
    drawn = lane(running(), elapsed_s, 1.0)
    assert set(widths(drawn)) == {"ghost"} and "so far" not in drawn


def test_the_first_trial_of_a_configuration_has_no_ghost() -> None:
    drawn = lane(running(), 1.0, None)
    assert set(widths(drawn)) == {"going"} and "1 s so far; no trial of it has finished yet" in drawn
    assert widths(lane(running(), None, None)) == {}


@pytest.mark.parametrize(("repeat", "which"), [(-1, "Warm-up, thrown away"), (0, "Block 1"), (4, "Block 5")])
def test_a_lane_says_which_trial_it_is(repeat: int, which: str) -> None:
    assert f"{which}, now threads × 2" in lane(running(repeat), 1.0, 1.0)


@pytest.mark.parametrize(("begun", "told"), [(None, ""), (0, ""), (1, ", task 1 of 2,000"), (2000, ", task 2,000 of ")])
def test_a_lane_says_at_which_task_it_is_once_one_was_begun(begun: int | None, told: str) -> None:
    drawn = lane(running(tasks=2000), 1.0, 1.0, begun)
    assert (told in drawn) and (("task" in drawn) is bool(told))


def test_who_cannot_see_the_lane_is_told_the_same() -> None:
    drawn = unescape(lane(running(), 0.5, 1.0, 3))
    assert 'aria-label="Block 1, now threads × 2, task 3 of 12; 0.5 s so far; its median 1 s"' in drawn


def test_between_two_trials_the_lane_keeps_its_height() -> None:
    assert "Nothing runs yet" in between(begun=False)
    assert "Between two trials" in between() and between().count("<div") == lane(running(), None, None).count("<div")


# The small timeline.


def places(drawn: str) -> list[tuple[float, float]]:
    return [(float(at), float(wide)) for at, wide in re.findall(r'<span style="left:([\d.]+)%;width:([\d.]+)%', drawn)]


def test_bands_share_one_scale_that_holds_the_longest() -> None:
    long = Band("sequential", "sequential", 4.0, (((0.0, 1.0), (1.0, 4.0)),))
    short = Band("threads × 2", "threads", 2.0, (((0.0, 2.0),), ((0.5, 1.5),)))
    drawn = small_timeline([long, short], "8 pages")
    assert places(drawn) == [(0, 25), (25, 75), (0, 50), (12.5, 25)]
    assert [float(at) for at in re.findall(r'class="ov-end" style="left:([\d.]+)%', drawn)] == [100, 50]
    assert 'aria-label="Timeline: 8 pages. sequential 4 s; threads × 2 2 s."' in unescape(drawn)
    assert drawn.index(executor_colour("sequential")) < drawn.index(executor_colour("threads"))


def test_a_task_of_no_length_can_still_be_seen() -> None:
    assert places(small_timeline([Band("x", "threads", 1.0, (((0.5, 0.5),),))], "")) == [(50.0, 0.15)]


@pytest.mark.parametrize(("workers", "drawn_rows", "more"), [
    (MOST_ROWS, MOST_ROWS, ""), (MOST_ROWS + 1, MOST_ROWS, "(1 more workers)"), (32, MOST_ROWS, "(24 more workers)"),
])  # fmt: skip
def test_of_many_workers_some_are_drawn_and_the_others_counted(workers: int, drawn_rows: int, more: str) -> None:
    drawn = small_timeline([Band("x", "threads", 1.0, (((0.0, 1.0),),) * workers)], "")
    assert len(places(drawn)) == drawn_rows and more in drawn and ("more workers" in drawn) is bool(more)


def test_no_band_and_a_band_of_no_time_are_drawn_without_a_fault() -> None:
    assert places(small_timeline([], "nothing")) == []
    assert places(small_timeline([Band("x", "threads", 0.0, ((),))], "")) == []


def test_names_and_what_is_said_stay_text() -> None:
    drawn = small_timeline([Band(EVIL, "threads", 1.0, ())], EVIL)
    assert "<script" not in drawn and "<img" not in drawn


def test_few_spans_are_drawn_as_they_are_in_order() -> None:
    spans = [(3.0, 4.0), (0.0, 1.0), (1.0, 2.0)]
    assert merged(spans, 10.0) == sorted(spans)


def test_of_very_many_spans_near_ones_are_one_and_far_ones_stay_apart() -> None:
    spans = [(float(at), at + 0.5) for at in range(MOST_SPANS)]
    assert merged(spans, 0.6) == spans
    assert merged([*spans, (1000.0, 1001.0)], 0.6) == [(0.0, MOST_SPANS - 0.5), (1000.0, 1001.0)]
    assert len(merged([*spans, (1000.0, 1001.0)], 0.5)) == MOST_SPANS + 1, "exactly so far apart is not nearer"


def test_a_long_span_is_not_cut_by_a_short_one_inside_it() -> None:
    spans = [(0.0, 100.0), *((float(at), at + 0.1) for at in range(1, MOST_SPANS + 1))]
    assert merged(spans, 5.0)[0] == (0.0, MOST_SPANS + 0.1)


@pytest.mark.parametrize("seed", range(5))
def test_merging_leaves_out_no_moment_of_work(seed: int) -> None:
    chance = Random(seed)
    starts = [chance.uniform(0, 200) for _ in range(MOST_SPANS + 1)]
    spans = [(start, start + chance.expovariate(2.0)) for start in starts]
    found = merged(spans, 0.25)
    assert 1 < len(found) < len(spans)
    assert all(any(start <= left and right <= stop for start, stop in found) for left, right in spans)
    assert all(after[0] - before[1] >= 0.25 for before, after in pairwise(found))


# Causes.


def said(label: str, **lost: float) -> dict[str, Any]:
    return {"label": label, "causes": [
        {"name": name, "lost": share, "sentence": f"{label}: {name}."} for name, share in lost.items()
    ]}  # fmt: skip


def test_the_dearest_cause_stands_first_and_is_told_by_who_lost_most_to_it() -> None:
    found = cause_rows({"explanations": [said("a", gil=0.2, disk=0.1), said("b", gil=0.1, disk=0.5)]})
    assert [(one.name, one.lost, one.sentence) for one in found] == [
        ("The disk", 0.5, "b: disk."), ("Turns for the GIL", 0.2, "a: gil."),
    ]  # fmt: skip
    assert found[0].configurations == (("b", 0.5), ("a", 0.1))


def test_a_cause_of_another_version_is_called_by_its_code() -> None:
    (found,) = cause_rows({"explanations": [said("a", cosmic_rays=0.3)]})
    assert found.name == "cosmic rays"


@pytest.mark.parametrize("verdict", [{}, {"explanations": None}, {"explanations": [{"label": "a", "causes": None}]}])
def test_a_verdict_without_causes_has_no_row(verdict: dict[str, Any]) -> None:
    assert cause_rows(verdict) == []
