"""What a trial's death says about its tasks: who runs again, who alone, who is to blame."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.orchestrator.blame import Guilty, Remaining, after_death
from engine.protocol.board import Post

ALL = Remaining(None)


def post(task: int | None, slot: int = 0) -> Post:
    """A worker at a task."""
    return Post(slot, 100 + slot, task, 1.5)


def test_all_tasks_remain_of_a_run_that_has_not_begun() -> None:
    assert ALL.attempts(3) == {0: 0, 1: 0, 2: 0}


def test_a_part_of_a_run_remains_with_the_attempts_so_far() -> None:
    assert Remaining({4: 0, 7: 1}, {9: 1}).attempts(100) == {4: 0, 7: 1, 9: 1}


def test_a_task_that_is_a_suspect_and_in_the_rest_counts_as_the_suspect() -> None:
    assert Remaining({4: 0}, {4: 1}).attempts(5) == {4: 1}


def test_a_death_beside_no_task_blames_and_suspects_nobody() -> None:
    remaining, guilty = after_death(ALL, 4, done=[0, 2], busy=[], overdue=set(), known_suspects=None)
    assert remaining == Remaining({1: 0, 3: 0}, {})
    assert guilty == []


def test_tasks_on_the_board_run_again_alone_with_one_attempt_more() -> None:
    remaining, guilty = after_death(ALL, 5, [0], [post(1), post(3, slot=1)], set(), None)
    assert remaining == Remaining({2: 0, 4: 0}, {1: 1, 3: 1})
    assert guilty == []


def test_a_task_on_the_board_whose_record_has_arrived_is_no_suspect() -> None:
    remaining, guilty = after_death(ALL, 3, [1], [post(1)], set(), None)
    assert remaining == Remaining({0: 0, 2: 0}, {})
    assert guilty == []


def test_an_idle_slot_and_a_task_of_another_trial_on_the_board_mean_nothing() -> None:
    remaining, guilty = after_death(Remaining({1: 0}), 9, [], [post(None), post(7, slot=1)], set(), None)
    assert remaining == Remaining({1: 0}, {})
    assert guilty == []


def test_a_suspect_that_dies_alone_is_guilty() -> None:
    before = Remaining({0: 0, 2: 0}, {1: 1, 3: 1})
    remaining, guilty = after_death(before, 4, [], [post(1)], set(), None)
    assert guilty == [Guilty(post(1), 1, 2, overdue=False)]
    assert remaining == Remaining({0: 0, 2: 0}, {3: 1})


def test_a_suspect_that_dies_beside_others_is_not_guilty_yet() -> None:
    remaining, guilty = after_death(Remaining({0: 0}, {1: 1}), 2, [], [post(1), post(0, slot=1)], set(), None)
    assert guilty == []
    assert remaining == Remaining({}, {1: 2, 0: 1})


def test_a_task_that_was_alone_on_the_board_but_no_suspect_gets_a_second_try() -> None:
    remaining, guilty = after_death(ALL, 2, [0], [post(1)], set(), None)
    assert guilty == []
    assert remaining == Remaining({}, {1: 1})


def test_a_task_past_its_limit_is_guilty_at_once_and_nobody_else_is_suspect() -> None:
    remaining, guilty = after_death(ALL, 4, [0], [post(1), post(2, slot=1)], {2}, None)
    assert guilty == [Guilty(post(2, slot=1), 2, 1, overdue=True)]
    assert remaining == Remaining({1: 0, 3: 0}, {})


def test_a_suspect_past_its_limit_is_guilty_and_no_suspect_any_more() -> None:
    remaining, guilty = after_death(Remaining({0: 0}, {1: 1}), 2, [], [post(1)], {1}, None)
    assert guilty == [Guilty(post(1), 1, 2, overdue=True)]
    assert remaining == Remaining({0: 0}, {})


def test_what_the_trial_itself_could_still_say_counts_more_than_the_board() -> None:
    before = Remaining(None, {4: 1})
    remaining, guilty = after_death(before, 5, [0], [post(2)], set(), known_suspects=[(3, 1)])
    assert guilty == []
    assert remaining == Remaining({1: 0, 2: 0}, {4: 1, 3: 1})


def test_a_suspect_whose_record_arrived_is_settled() -> None:
    remaining, _ = after_death(Remaining({0: 0}, {1: 1}), 2, [1], [], set(), None)
    assert remaining == Remaining({0: 0}, {})


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
    before = Remaining({task: 0 for task in everyone - set(alone)}, alone)
    remaining, guilty = after_death(before, total, done, [post(task) for task in busy], overdue, known)
    rest, suspected = set(remaining.tasks or {}), set(remaining.suspects)
    blamed = {one.task for one in guilty}
    assert rest | suspected | blamed | done == everyone
    assert len(rest) + len(suspected) + len(blamed) + len(done) == total, "no task is in two places"
    assert blamed <= set(busy), "only a task at work is ever blamed"
