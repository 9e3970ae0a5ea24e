"""What very many records add up to: quantiles within their error, cells and failures that lose nothing."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.tally import CELLS, ERROR, EXAMPLES, MOST_REASONS, MOST_ROWS, OTHER, Tally, edges_s, tally_from
from engine.protocol.record import Row, row_of


def record(task: int, started_s: float, took_s: float, worker: int | None = 0, reason: str | None = None) -> Row:
    return row_of(
        1, f"task {task}", task=task, worker=worker, started_s=started_s, finished_s=started_s + took_s,
        status="failed" if reason is not None else "ok", reason=reason, error=reason and f"Task {task}: {reason}.",
    )  # fmt: skip


def tally_of(rows: list[Row], workers: int = 2, at_once: int = 700) -> Tally:
    """The tally of rows that come in batches."""
    tally = Tally(workers)
    for first in range(0, len(rows), at_once):
        tally.take(rows[first : first + at_once])
    return tally


DURATIONS: dict[str, Callable[[random.Random], float]] = {
    "even": lambda chance: chance.uniform(0.001, 0.002),
    "long tail": lambda chance: chance.lognormvariate(-7, 2),
    "two kinds": lambda chance: chance.choice((2e-6, 3.0)),
    "all the same": lambda chance: 0.25,
}


@pytest.mark.parametrize("kind", DURATIONS)
def test_quantiles_agree_with_the_exact_ones_within_the_stated_error(kind: str) -> None:
    chance = random.Random(kind)
    took = [DURATIONS[kind](chance) for _ in range(20_000)]
    tally = tally_of([record(task, 0.0, one) for task, one in enumerate(took)])
    for share in (0.0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.999, 1.0):
        exact = sorted(took)[int(share * (len(took) - 1))]
        assert tally.quantile(share) == pytest.approx(exact, rel=ERROR * 1.000001), share


@given(st.lists(st.tuples(st.floats(0, 5_000), st.floats(0, 300), st.integers(0, 199)), min_size=1, max_size=40))
def test_cells_lose_no_task_and_no_second_however_long_a_run_becomes(tasks: list[tuple[float, float, int]]) -> None:
    rows = [record(number, start, took, worker) for number, (start, took, worker) in enumerate(tasks)]
    tally = tally_of(rows, workers=200, at_once=3)
    assert sum(cell.tasks for cell in tally.cells) == tally.tasks == len(tasks)
    assert sum(cell.busy_s for cell in tally.cells) == pytest.approx(sum(took for _, took, _ in tasks), abs=1e-5)
    assert all(0 <= cell.stretch < CELLS and 0 <= cell.row < MOST_ROWS for cell in tally.cells)
    for cell in tally.cells:
        assert cell.busy_s <= tally.width_s * len(tasks) + 1e-9


def test_a_task_counts_where_it_ended_and_is_busy_where_it_ran() -> None:
    tally = tally_of([record(0, 0.0, 1.0), record(1, 0.5, 1.5, worker=1), record(2, 1.9, 0.1, reason="odd")])
    width_s = tally.width_s
    by_row = [sum(cell.busy_s for cell in tally.cells if cell.row == row) for row in (0, 1)]
    assert by_row == pytest.approx([1.1, 1.5])
    first = next(cell for cell in tally.cells if (cell.row, cell.stretch) == (1, round(0.5 / width_s)))
    assert first.tasks == 0 and first.busy_s == pytest.approx(width_s)
    assert [cell.stretch for cell in tally.cells if cell.failed] == [int(2.0 / width_s)]


def test_failures_are_grouped_by_reason_with_the_first_few_as_examples() -> None:
    rows = [record(task, 0.0, 0.1, reason="late" if task % 3 else "gone") for task in range(90)]
    failures = tally_of(rows, at_once=10).failures
    assert {reason: count for reason, (count, _) in failures.items()} == {"late": 60, "gone": 30}
    assert [one.task for one in failures["gone"][1]] == [0, 3, 6, 9, 12][:EXAMPLES]
    assert failures["late"][1][0].error == "Task 1: late."


def test_a_reason_of_its_own_for_every_task_does_not_fill_the_memory() -> None:
    tally = tally_of([record(task, 0.0, 0.1, reason=f"reason {task}") for task in range(5_000)])
    assert len(tally.failures) == MOST_REASONS + 1
    assert sum(count for count, _ in tally.failures.values()) == 5_000 and tally.failures[OTHER][0] > 4_000


def test_records_of_tasks_that_never_ran_have_no_duration() -> None:
    tally = Tally(2)
    tally.take([row_of(1, "a", task=0, status="cancelled", reason="cancelled", error="Cancelled.")])
    assert (tally.tasks, tally.cells, tally.failures) == (0, [], {})
    with pytest.raises(ValueError, match="nothing ran"):
        tally.quantile(0.5)


def test_a_tally_is_the_same_after_it_was_stored() -> None:
    rows = [record(task, task / 100, 0.02 * (task % 7), task % 3, "late" if task % 50 == 0 else None)
            for task in range(3_000)]  # fmt: skip
    tally = tally_of(rows, workers=3)
    again = tally_from(json.loads(json.dumps(tally.plain())))
    assert again.plain() == tally.plain() and again.quantile(0.95) == tally.quantile(0.95)
    low_s, high_s = edges_s(max(again.bins))
    assert low_s < again.longest_s <= high_s
    assert len(json.dumps(tally.plain())) < 60_000
