"""What a trial's death says about its tasks: who runs again, who alone, who is to blame."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.orchestrator.blame import Culprit, Pending, after_death
from engine.protocol.board import BusySlot

ALL = Pending(None)


pytestmark = pytest.mark.heart


def post(task: int, slot: int = 0) -> BusySlot:
    """A worker at a task."""
    return BusySlot(slot, 100 + slot, task, 1.5)


def test_all_tasks_remain_of_a_run_that_has_not_begun() -> None:
    assert ALL.attempts(3) == {0: 0, 1: 0, 2: 0}


def test_a_part_of_a_run_remains_with_the_attempts_so_far() -> None:
    assert Pending({4: 0, 7: 1}, {9: 1}).attempts(100) == {4: 0, 7: 1, 9: 1}


def test_a_task_that_is_a_suspect_and_in_the_rest_counts_as_the_suspect() -> None:
    assert Pending({4: 0}, {4: 1}).attempts(5) == {4: 1}


def test_a_death_beside_no_task_blames_and_suspects_nobody() -> None:
    pending, culprits = after_death(ALL, 4, done=[0, 2], busy=[], overdue=set(), known_suspects=None)
    assert pending == Pending({1: 0, 3: 0}, {})
    assert culprits == []


def test_tasks_on_the_board_run_again_alone_with_one_attempt_more() -> None:
    pending, culprits = after_death(ALL, 5, [0], [post(1), post(3, slot=1)], set(), None)
    assert pending == Pending({2: 0, 4: 0}, {1: 1, 3: 1})
    assert culprits == []


def test_a_task_on_the_board_whose_record_has_arrived_is_no_suspect() -> None:
    pending, culprits = after_death(ALL, 3, [1], [post(1)], set(), None)
    assert pending == Pending({0: 0, 2: 0}, {})
    assert culprits == []


def test_a_task_of_another_trial_on_the_board_means_nothing() -> None:
    pending, culprits = after_death(Pending({1: 0}), 9, [], [post(7)], set(), None)
    assert pending == Pending({1: 0}, {})
    assert culprits == []


def test_a_suspect_that_dies_alone_is_guilty() -> None:
    before = Pending({0: 0, 2: 0}, {1: 1, 3: 1})
    pending, culprits = after_death(before, 4, [], [post(1)], set(), None)
    assert culprits == [Culprit(post(1), 2, overdue=False)]
    assert pending == Pending({0: 0, 2: 0}, {3: 1})


def test_a_suspect_that_dies_beside_others_is_not_guilty_yet() -> None:
    pending, culprits = after_death(Pending({0: 0}, {1: 1}), 2, [], [post(1), post(0, slot=1)], set(), None)
    assert culprits == []
    assert pending == Pending({}, {1: 2, 0: 1})


def test_a_task_that_was_alone_on_the_board_but_no_suspect_gets_a_second_try() -> None:
    pending, culprits = after_death(ALL, 2, [0], [post(1)], set(), None)
    assert culprits == []
    assert pending == Pending({}, {1: 1})


def test_a_task_past_its_limit_is_guilty_at_once_and_nobody_else_is_suspect() -> None:
    pending, culprits = after_death(ALL, 4, [0], [post(1), post(2, slot=1)], {2}, None)
    assert culprits == [Culprit(post(2, slot=1), 1, overdue=True)]
    assert pending == Pending({1: 0, 3: 0}, {})


def test_a_suspect_past_its_limit_is_guilty_and_no_suspect_any_more() -> None:
    pending, culprits = after_death(Pending({0: 0}, {1: 1}), 2, [], [post(1)], {1}, None)
    assert culprits == [Culprit(post(1), 2, overdue=True)]
    assert pending == Pending({0: 0}, {})


def test_what_the_trial_itself_could_still_say_counts_more_than_the_board() -> None:
    before = Pending(None, {4: 1})
    pending, culprits = after_death(before, 5, [0], [post(2)], set(), known_suspects=[(3, 1)])
    assert culprits == []
    assert pending == Pending({1: 0, 2: 0}, {4: 1, 3: 1})


def test_a_suspect_whose_record_arrived_is_settled() -> None:
    pending, _ = after_death(Pending({0: 0}, {1: 1}), 2, [1], [], set(), None)
    assert pending == Pending({0: 0}, {})


@settings(max_examples=40)
@given(
    st.integers(1, 30), st.sets(st.integers(0, 29)), st.lists(st.integers(0, 29), unique=True, max_size=6),
    st.sets(st.integers(0, 29), max_size=3), st.sets(st.integers(0, 29), max_size=3),
    st.none() | st.just([]),
)  # fmt: skip
def test_every_task_is_done_or_guilty_or_remains_exactly_once(
    total: int,
    done: set[int],
    busy: list[int],
    overdue: set[int],
    suspects: set[int],
    known: list[tuple[int, int]] | None,
) -> None:
    everyone = set(range(total))
    done, busy = done & everyone, [task for task in busy if task < total]
    alone = {task: 1 for task in suspects & everyone}
    before = Pending({task: 0 for task in everyone - set(alone)}, alone)
    pending, culprits = after_death(before, total, done, [post(task) for task in busy], overdue, known)
    rest, suspected = set(pending.tasks or {}), set(pending.suspects)
    blamed = {one.task for one in culprits}
    assert rest | suspected | blamed | done == everyone
    assert len(rest) + len(suspected) + len(blamed) + len(done) == total, "no task is in two places"
    assert blamed <= set(busy), "only a task at work is ever blamed"
