"""The rows of the chart: every configuration that was asked for or measured, with what is known of it."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import Any

import pytest

from engine.model import Configuration, Measurement, Run, Trial, plain
from engine.report.standings.rows import Standing, says_something, standings
from tests.engine.report.standings.made import ASYNCIO, PROCESSES, SEQUENTIAL, THREADS, named, row, standing

BASELINE = {"baseline": plain(SEQUENTIAL)}
RUN = Run(
    id=1, token="t", kind="comparison", workload="wait", title="", state="running", created_at="", started_at=None,
    ended_at=None, tasks=1, ok=0, failed=0, options={}, terms=BASELINE, configurations=(SEQUENTIAL, THREADS, PROCESSES),
    time_limit_s=None, environment={}, verdict=None, waiting_for=None, message=None,
)  # fmt: skip


def block(number: int, **walls_s: float) -> list[Trial]:
    """One finished trial of each configuration that is named by its executor."""
    how = {"sequential": SEQUENTIAL, "threads": THREADS, "processes": PROCESSES}
    return [
        Trial(0, 1, 0, number, how[name], "finished", None, 1, 1, 0, Measurement(wall_s=wall_s))
        for name, wall_s in walls_s.items()
    ]


def by_label(found: list[Standing]) -> dict[str, Standing]:
    return {one.label: one for one in found}


def judged(*rows: dict[str, Any], **values: Any) -> Run:
    return replace(RUN, verdict={"baseline": named(SEQUENTIAL), "rows": list(rows), "figures": [], **values})


def test_before_a_verdict_rows_stand_as_they_were_asked_for_after_the_baseline() -> None:
    asked = replace(RUN, configurations=(PROCESSES, THREADS))
    assert [(one.label, one.kind) for one in standings(asked, [])] == [
        ("sequential", "baseline"), ("processes × 4", "to come"), ("threads × 2", "to come"),
    ]  # fmt: skip


def test_the_fastest_stands_first_once_there_is_a_verdict_and_what_has_none_last() -> None:
    found = standings(judged(row(PROCESSES, 0.7), row(THREADS, 2.0)), block(0, sequential=1.0))
    assert [one.label for one in found] == ["threads × 2", "sequential", "processes × 4"]
    assert [one.label for one in standings(judged(row(THREADS, 2.0)), [])][-1] == "processes × 4"


def test_what_was_measured_but_not_asked_for_has_a_row_too() -> None:
    trials = block(0, sequential=1.0, processes=0.5)
    assert "processes × 4" in by_label(standings(replace(RUN, configurations=()), trials))


def test_what_the_verdict_speaks_of_and_nobody_asked_for_or_measured_has_none() -> None:
    assert "asyncio × 32" not in by_label(standings(judged(row(ASYNCIO, 9.0)), []))


def test_each_kind_is_told_apart() -> None:
    beside = Configuration("threads", 2, reference="ThreadPoolExecutor.map")
    run = judged(
        row(THREADS, 2.0), beside=[row(beside, 3.0)], beside_figures=[{"configuration": named(beside), "wall_s": 0.3}],
        left_out=[named(PROCESSES)],
    )  # fmt: skip
    run = replace(run, configurations=(*run.configurations, beside, ASYNCIO))
    assert {one.label: one.kind for one in standings(run, [])} == {
        "threads × 2": "counted", "sequential": "baseline", beside.label: "beside", "processes × 4": "left out",
        "asyncio × 32": "to come",
    }  # fmt: skip


def test_what_was_left_out_shows_no_figure_even_where_the_verdict_has_one() -> None:
    found = by_label(standings(judged(row(THREADS, 2.0), left_out=[named(THREADS)]), block(0, sequential=1, threads=2)))
    assert (found["threads × 2"].estimate, found["threads × 2"].repeats) == (None, ())


def test_a_counted_row_has_the_verdicts_figures() -> None:
    found = by_label(standings(judged(row(THREADS, 2.0, low=1.8, high=2.2, repeats=[1.9, 2.1])), []))["threads × 2"]
    assert (found.estimate, found.low, found.high, found.repeats) == (2.0, 1.8, 2.2, (1.9, 2.1))


@pytest.mark.parametrize(
    ("values", "known"),
    [
        ({}, True), ({"pairs": 3}, True), ({"pairs": 2}, False), ({"low": 0.1, "high": 9.0}, False),
        ({"low": None, "high": None}, False),
    ],
)  # fmt: skip
def test_an_interval_that_says_nothing_is_left_out(values: dict[str, Any], known: bool) -> None:
    found = row(THREADS, 2.0, **values)
    assert says_something(found["ratio"]) is known
    one = by_label(standings(judged(found), []))["threads × 2"]
    assert ((one.low is not None), (one.high is not None), one.estimate) == (known, known, 2.0)


def test_an_old_verdict_without_its_number_of_pairs_is_believed() -> None:
    assert says_something({"estimate": 2.0, "low": 1.9, "high": 2.1})


def test_the_baseline_is_one_and_shows_how_its_own_trials_scattered() -> None:
    trials = [*block(0, sequential=1.0, threads=0.5), *block(1, sequential=1.0, threads=0.5)]
    found = by_label(standings(judged(row(THREADS, 2.0)), trials))["sequential"]
    assert (found.estimate, found.low, found.high, found.recommended) == (1.0, None, None, False)
    assert found.repeats == pytest.approx((1.0, 1.0))


def test_before_a_verdict_repeats_are_shown_by_the_clock() -> None:
    trials = [*block(0, sequential=4.0, threads=2.0), *block(1, sequential=4.0, threads=0.5)]
    found = by_label(standings(RUN, trials))["threads × 2"]
    assert (found.estimate, found.kind) == (None, "to come")
    assert sorted(found.repeats) == pytest.approx([2.0, 8.0])
    assert found.so_far == pytest.approx(sqrt(2.0 * 8.0)), "their geometric mean"


def test_a_warm_up_is_no_repeat() -> None:
    trials = [*block(-1, sequential=4.0, threads=0.1), *block(0, sequential=4.0, threads=2.0)]
    assert by_label(standings(RUN, trials))["threads × 2"].repeats == pytest.approx((2.0,))


def test_beside_figures_net_of_other_programs_no_time_by_the_clock_is_shown() -> None:
    trials = block(0, sequential=4.0, threads=2.0, processes=2.0)
    by_clock = by_label(standings(judged(row(THREADS, 2.0, basis="wall")), trials))
    assert by_clock["processes × 4"].repeats and by_clock["sequential"].repeats
    net = by_label(standings(judged(row(THREADS, 2.0, basis="net", repeats=[1.5])), trials))
    assert net["processes × 4"].repeats == () and net["sequential"].repeats == ()
    assert net["threads × 2"].repeats == (1.5,)


def test_without_a_baseline_nothing_is_compared_by_the_clock() -> None:
    found = standings(replace(RUN, terms={}), block(0, sequential=4.0, threads=2.0))
    assert {one.kind for one in found} == {"to come"} and {one.repeats for one in found} == {()}


def test_the_verdicts_baseline_counts_before_that_of_the_terms() -> None:
    found = by_label(standings(judged(row(SEQUENTIAL, 0.5), baseline=named(THREADS)), []))
    assert (found["threads × 2"].kind, found["sequential"].kind) == ("baseline", "counted")


def test_the_recommended_row_is_taken() -> None:
    found = standings(judged(row(THREADS, 2.0), recommended=named(THREADS)), [])
    assert [one.label for one in found if one.recommended] == ["threads × 2"]
    assert not any(one.recommended for one in standings(judged(row(THREADS, 2.0)), []))


def test_a_speedup_so_far_is_one_before_there_is_an_estimate_only() -> None:
    assert standing(THREADS, 2.0, repeats=(1.0, 4.0)).so_far is None
    assert standing(THREADS, None, "to come").so_far is None
    assert standing(THREADS, None, "to come", repeats=(3.0,)).so_far == pytest.approx(3.0)


@pytest.mark.parametrize(("workers", "ideal"), [(1, None), (2, 2), (32, 32)])
def test_one_worker_has_no_ideal(workers: int, ideal: int | None) -> None:
    assert standing(Configuration("threads", workers)).ideal == ideal
