"""What a retry came to is told from the run's trials; what a resumed run did is no retry."""

from __future__ import annotations

import pytest

from engine.model import Measurement, Trial
from pages.parts.run.tried_again import tried_again
from tests.pages.conftest import THREADS


def trials(*counts: tuple[int, int, int]) -> list[Trial]:
    """A trial for each (tasks, succeeded, failed); each continues the one before it."""
    return [
        Trial(at + 1, 1, at, 0, THREADS, "finished", at - 1 if at else None, *three, Measurement())
        for at, three in enumerate(counts)
    ]


@pytest.mark.parametrize(
    ("ran", "told"),
    [
        ([], None),
        ([(10, 8, 2)], None),
        ([(10, 8, 2), (2, 0, 2)], "2 tasks were tried again: 2 failed again."),
        ([(10, 8, 2), (2, 1, 1)], "2 tasks were tried again: 1 succeeded, 1 failed again."),
        ([(10, 8, 2), (2, 1, 1), (1, 1, 0)], "1 task was tried again: 1 succeeded."),
        # Some of the failed ones alone, as they were selected.
        ([(10, 5, 5), (2, 2, 0)], "2 tasks were tried again: 2 succeeded."),
        # Cancelled and resumed: nothing was tried again.
        ([(10, 3, 1), (6, 5, 1)], None),
        # Resumed, then all failed ones tried again.
        ([(10, 3, 1), (6, 5, 1), (2, 0, 2)], "2 tasks were tried again: 2 failed again."),
        # A crash ended the retry's trial, and another one ran the rest.
        ([(10, 6, 4), (4, 1, 1), (2, 1, 1)], "4 tasks were tried again: 2 succeeded, 2 failed again."),
        # Tried again before the rest was resumed.
        ([(10, 3, 2), (2, 1, 1)], "2 tasks were tried again: 1 succeeded, 1 failed again."),
        # Cancelled before any of them had ended.
        ([(10, 8, 2), (2, 0, 0)], None),
    ],
)
def test_only_a_retry_is_told_with_how_it_went(ran: list[tuple[int, int, int]], told: str | None) -> None:
    assert tried_again(10, trials(*ran)) == told
