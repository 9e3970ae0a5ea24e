"""The chart of speedups: what is drawn in each row, where on the scale it lies, and what is told in words."""

from __future__ import annotations

import re
from html import unescape
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model import Configuration
from engine.report.standings.chart import BEYOND, TICKS, chart, described, scale_end, ticks
from engine.report.standings.rows import Standing
from tests.engine.report.standings.made import ASYNCIO, PROCESSES, SEQUENTIAL, THREADS, standing

BASELINE = standing(SEQUENTIAL, 1.0, "baseline", low=None, high=None)
TO_COME = standing(ASYNCIO, None, "to come")


def left(drawn: str, mark: str) -> list[float]:
    """Where each mark of this kind begins, in percent of the track."""
    return [float(at) for at in re.findall(rf'class="ov-{mark}" style="left:([\d.]+)%', drawn)]


def wide(drawn: str, mark: str) -> list[float]:
    return [float(at) for at in re.findall(rf'class="ov-{mark}" style="left:[\d.]+%;width:([\d.]+)%', drawn)]


def titles(drawn: str) -> list[str]:
    """What a pointer over each row is told."""
    return [unescape(text) for text in re.findall(r'title="([^"]*)"', drawn)]


def test_no_rows_are_no_chart() -> None:
    assert chart([], "sequential") == ""


@pytest.mark.parametrize(("count", "height"), [(1, 36), (4, 36), (5, 29), (7, 29), (8, 24), (20, 24)])
def test_many_rows_are_lower_so_that_all_stay_in_sight(count: int, height: int) -> None:
    rows = [standing(Configuration("threads", number + 2)) for number in range(count)]
    assert f"--ov-row:{height}px" in chart(rows, "sequential")


# The scale.


def test_the_scale_ends_past_the_highest_speedup_repeat_and_interval() -> None:
    rows = [standing(estimate=2.0, low=1.9, high=2.4, repeats=(1.8, 2.6))]
    assert scale_end(rows) == pytest.approx(1.06 * 2.6)
    assert scale_end([standing(estimate=2.0, low=1.9, high=2.7)]) == pytest.approx(1.06 * 2.7)


def test_an_ideal_within_sight_is_on_the_scale() -> None:
    assert scale_end([standing(PROCESSES, 3.0, low=None, high=None)]) == pytest.approx(1.06 * 4)


def test_what_ends_just_within_the_limit_counts_and_just_beyond_it_does_not() -> None:
    assert scale_end([standing(SEQUENTIAL, 2.0, low=1.0, high=2.0 * BEYOND)]) == pytest.approx(1.06 * 2.0 * BEYOND)
    assert scale_end([standing(SEQUENTIAL, 2.0, low=1.0, high=2.0 * BEYOND + 0.01)]) == pytest.approx(1.06 * 2.0)


def test_the_baselines_one_is_always_on_the_scale() -> None:
    assert scale_end([standing(SEQUENTIAL, 0.2, low=0.1, high=0.3)]) == pytest.approx(1.06)
    assert scale_end([TO_COME]) == pytest.approx(1.06)


def test_before_the_first_block_the_repeats_so_far_make_the_scale() -> None:
    row = standing(SEQUENTIAL, None, "to come", repeats=(2.0, 8.0))
    assert scale_end([row]) == pytest.approx(1.06 * 4.0), "their geometric mean; 8 is too far from it"


@given(st.floats(0.1, 10_000))
def test_ticks_are_evenly_apart_few_and_within_the_scale(end: float) -> None:
    found = ticks(end)
    assert found[0] == 0 and 1 <= len(found) <= TICKS + 1 and found[-1] <= end * (1 + 1e-6)
    steps = {round((after - before) / (found[1] or 1), 3) for before, after in pairwise(found)}
    assert steps == {1.0}
    assert found[-1] + found[1] > end * (1 - 1e-6), "another one would be past the end"


@pytest.mark.parametrize(
    ("end", "found"), [(1.06, [0, 0.2, 0.4, 0.6, 0.8, 1.0]), (7.0, [*range(8)]), (14.0, [*range(0, 15, 2)])]
)
def test_ticks_are_steps_of_one_two_or_five(end: float, found: list[float]) -> None:
    assert ticks(end) == pytest.approx(found)


# What is drawn.


def test_a_row_has_its_dot_its_interval_its_repeats_and_the_line_of_one() -> None:
    row = standing(SEQUENTIAL, 2.0, low=1.5, high=2.5, repeats=(1.6, 2.4))
    drawn, end = chart([row], "plain loop"), 1.06 * 2.5
    assert left(drawn, "dot") == pytest.approx([200 / end], abs=0.01)
    assert left(drawn, "one") == pytest.approx([100 / end], abs=0.01)
    assert left(drawn, "interval") == pytest.approx([150 / end], abs=0.01)
    assert wide(drawn, "interval") == pytest.approx([100 / end], abs=0.01)
    assert left(drawn, "repeat") == pytest.approx([160 / end, 240 / end], abs=0.01)


def test_an_interval_is_cut_at_both_ends_of_the_track() -> None:
    drawn = chart([standing(SEQUENTIAL, 2.0, low=-1.0, high=9.0)], "sequential")
    (start,), (length,) = left(drawn, "interval"), wide(drawn, "interval")
    assert (start, start + length) == (0.0, 100.0)


@pytest.mark.parametrize("ends", [{"low": None}, {"high": None}, {"low": None, "high": None}])
def test_half_an_interval_is_none(ends: dict[str, Any]) -> None:
    drawn = chart([standing(SEQUENTIAL, 2.0, **ends)], "sequential")
    assert "ov-interval" not in drawn and "too early" in drawn


def test_a_repeat_that_lies_beyond_the_scale_is_not_drawn_but_told() -> None:
    drawn = chart([standing(SEQUENTIAL, 2.0, repeats=(1.9, 40.0))], "sequential")
    assert len(left(drawn, "repeat")) == 1
    assert titles(drawn) == ["sequential: 2.00× (1.80–2.20); each repeat: 1.90×, 40.0×"]


def test_of_very_many_repeats_a_dozen_are_told() -> None:
    (told,) = titles(chart([standing(SEQUENTIAL, 2.0, repeats=(2.0,) * 30)], "sequential"))
    assert told.count("2.00×") == 1 + 12


def test_the_ideal_is_a_tick_where_it_is_in_sight_and_the_key_explains_it() -> None:
    drawn = chart([standing(THREADS, 1.9, low=1.8, high=2.0)], "sequential")
    assert left(drawn, "ideal") == pytest.approx([200 / (1.06 * 2)], abs=0.01)
    assert "tick: ideal" in drawn and "2 workers: ideal 2×" in titles(drawn)[0]
    assert "ov-ideal" not in chart([standing(ASYNCIO, 2.0)], "sequential"), "32 times would squeeze all else"
    alone = chart([standing(SEQUENTIAL, 2.0)], "sequential")
    assert "ov-ideal" not in alone and "tick: ideal" not in alone and "ideal" not in titles(alone)[0]


def test_what_is_not_counted_is_hollow_and_set_back() -> None:
    drawn = chart([standing(kind="beside")], "sequential")
    assert left(drawn, "dot ov-hollow") and not left(drawn, "dot")
    assert "ov-row ov-aside" in drawn and "not counted" in drawn
    counted = chart([standing()], "sequential")
    assert "ov-hollow" not in counted and "ov-aside" not in counted and "not counted" not in counted


@pytest.mark.parametrize("kind", ["left out", "to come"])
def test_what_has_no_speedup_has_a_word_instead_and_no_dot(kind: str) -> None:
    row = standing(THREADS, None, kind)  # type: ignore[arg-type]
    drawn = chart([row], "sequential")
    assert f"<b>{kind}</b>" in drawn and "ov-dot" not in drawn and "ov-aside" in drawn
    assert re.findall(r'ov-note">([^<]*)<', drawn) == [""]


def test_before_the_first_block_the_speedup_so_far_is_a_number_that_is_too_early() -> None:
    drawn = chart([standing(SEQUENTIAL, None, "to come", repeats=(2.0, 4.5))], "sequential")
    assert "<b>3.00×</b>" in drawn and 'ov-note">too early<' in drawn


def test_the_baseline_is_one_by_definition() -> None:
    drawn = chart([BASELINE], "sequential")
    assert "<b>1×</b>" in drawn and 'ov-note">baseline<' in drawn


def test_only_the_recommended_row_is_set_off() -> None:
    drawn = chart([standing(THREADS, recommended=True), standing(PROCESSES)], "sequential")
    assert drawn.count("ov-recommended") == 1 and drawn.index("ov-recommended") < drawn.index("processes × 4</span>")


# The band around the leader.


def band(*rows: Standing, margin: float = 0.03) -> tuple[float, float] | None:
    """Both ends of the band, as speedups."""
    drawn = chart(rows, "sequential", margin)
    starts, widths, end = left(drawn, "band"), wide(drawn, "band"), scale_end(rows)
    assert len(starts) in (0, len(rows)), "in every row or in none"
    return (starts[0] * end / 100, (starts[0] + widths[0]) * end / 100) if starts else None


def test_the_band_reaches_as_far_below_the_leader_as_above_it() -> None:
    assert band(standing(SEQUENTIAL, 2.0), BASELINE, margin=0.25) == pytest.approx((1.6, 2.2 * 1.06), abs=0.01)
    assert band(standing(SEQUENTIAL, 2.0), BASELINE, margin=0.1) == pytest.approx((2.0 / 1.1, 2.2), abs=0.01)


def test_where_nothing_beats_the_baseline_the_band_is_the_baselines() -> None:
    assert band(BASELINE, standing(SEQUENTIAL, 0.5), margin=0.03) == pytest.approx((1 / 1.03, 1.03), abs=0.01)


def test_code_that_is_not_counted_is_no_leader() -> None:
    assert band(standing(THREADS, 4.0, "beside"), standing(SEQUENTIAL, 2.0), margin=0.1) == pytest.approx(
        (2.0 / 1.1, 2.2), abs=0.01
    )


def test_before_anything_was_compared_there_is_no_band() -> None:
    assert band(BASELINE, TO_COME) is None
    assert band(standing(THREADS, 4.0, "beside"), BASELINE) is None


def test_the_key_names_the_margin_and_what_speedups_are_against() -> None:
    drawn = unescape(chart([standing(SEQUENTIAL)], "plain <loop>", 0.05))
    assert "Times as fast as plain <loop> · small dots: each repeat · line: interval" in drawn
    assert "shaded: within 5% of the leader" in drawn


def test_the_chart_in_words_names_every_row_with_its_interval() -> None:
    rows = [standing(THREADS, 2.0), BASELINE, TO_COME]
    assert described(rows, "sequential") == (
        "Speedup against sequential, the fastest first: threads × 2 2.00× (1.80–2.20); sequential 1×; "
        "asyncio × 32 to come."
    )
