"""A race: what is shown to be slower is left out, at levels that add up to that of one look."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from benchmarks.calibration import raced, tally
from benchmarks.machines import gaussian
from engine.analysis.findings.findings import Circumstances, Race
from engine.analysis.statistics.ratio import LEVEL
from engine.analysis.trials import TimedTrial
from engine.analysis.verdict.racing import LAST, LOOKS, ended, look, look_level, started
from engine.analysis.verdict.verdict import verdict
from engine.model import Configuration
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2, THREADS_4, comparison

RACE = Race(10, LAST)


def run_so_far(speeds: Mapping[Configuration, float], blocks: int, noise: float = 0.01) -> list[TimedTrial]:
    return comparison(speeds, repeats=blocks, noise=noise)


def raced_out(race: Race) -> list[Configuration]:
    return [one.configuration for one in race.left]


def test_the_levels_of_all_looks_and_of_the_planned_end_make_up_one_level() -> None:
    levels = [level for blocks in LOOKS if (level := look_level(blocks))]
    assert sum(levels) + LAST < LEVEL
    assert look_level(4) is None and levels == sorted(levels, reverse=True)


def test_what_is_shown_to_be_slower_is_left_out_and_the_best_two_go_on() -> None:
    trials = run_so_far({THREADS_2: 2.0, THREADS_4: 2.0, PROCESSES_2: 1.2}, 3)
    race = look(RACE, trials, SEQUENTIAL, 3, 2)
    assert raced_out(race) == [PROCESSES_2] and not race.decided
    (left,) = race.left
    assert (left.after, left.since, left.level) == (3, 3, look_level(3))


def test_one_that_is_ahead_of_all_others_decides_it_at_that_looks_level() -> None:
    race = look(RACE, run_so_far({THREADS_2: 2.0, PROCESSES_2: 1.2, THREADS_4: 1.1}, 3), SEQUENTIAL, 3, 2)
    assert race.decided and race.level == look_level(3)
    assert ended(race) == "Decided after 3 of 10 repeats."


def test_the_baseline_runs_to_the_end_however_slow_it_is() -> None:
    race = look(RACE, run_so_far({THREADS_2: 2.0, THREADS_4: 2.0}, 3), SEQUENTIAL, 3, 2)
    assert SEQUENTIAL not in raced_out(race)


@pytest.mark.parametrize(("blocks", "race"), [
    (2, RACE), (4, RACE), (3, replace(RACE, looked=3)), (3, Race(3, LAST)), (5, replace(RACE, decided=True)),
])  # fmt: skip
def test_it_is_looked_at_set_blocks_once_and_not_at_the_end(blocks: int, race: Race) -> None:
    trials = run_so_far({THREADS_2: 2.0, PROCESSES_2: 1.2}, blocks)
    assert look(race, trials, SEQUENTIAL, blocks, blocks - 1) is race


def test_a_row_that_only_stands_beside_leaves_with_the_row_that_counts() -> None:
    beside = replace(PROCESSES_2, reference="multiprocessing.Pool.map")
    trials = run_so_far({THREADS_2: 2.0, THREADS_4: 2.0, PROCESSES_2: 1.2, beside: 1.2}, 3)
    assert set(raced_out(look(RACE, trials, SEQUENTIAL, 3, 2))) == {PROCESSES_2, beside}


def after(trials: Sequence[TimedTrial], race: Race) -> list[TimedTrial]:
    return [one for one in trials if one.configuration not in race.levels or one.block < 3]


def test_who_was_left_out_stays_slower_and_is_told_with_its_repeats() -> None:
    everything = run_so_far({THREADS_2: 2.0, THREADS_4: 1.99, PROCESSES_2: 1.2}, 10, noise=0.03)
    race = look(RACE, [one for one in everything if one.block < 3], SEQUENTIAL, 3, 2)
    found = verdict(after(everything, race), SEQUENTIAL, Circumstances(race=race))
    row = next(one for one in found.rows if one.configuration == PROCESSES_2)
    pair = next(one for one in found.pairs if one.configuration == PROCESSES_2)
    assert row.ratio.pairs == 3 and pair.standing == "slower" and PROCESSES_2 not in found.leaders
    assert "Left out after 3 of 10 repeats, being slower: processes × 2." in found.sentences
    assert found.level == LAST and found.plain()["race"]["left"][0]["configuration"]["label"] == "processes × 2"


def test_what_an_open_verdict_says_of_its_repeats_is_of_those_that_still_run() -> None:
    everything = run_so_far({THREADS_2: 2.0, THREADS_4: 1.95, PROCESSES_2: 0.5}, 5, noise=0.05)
    race = look(RACE, [one for one in everything if one.block < 3], SEQUENTIAL, 3, 2)
    found = verdict(after(everything, race), SEQUENTIAL, Circumstances(race=race))
    assert raced_out(race) == [PROCESSES_2] and found.outcome == "undecided"
    assert any(sentence.startswith("5 repeats could have shown") for sentence in found.sentences)


def test_a_stored_race_goes_on_where_it_stood() -> None:
    race = look(RACE, run_so_far({THREADS_2: 2.0, THREADS_4: 2.0, PROCESSES_2: 1.2}, 3), SEQUENTIAL, 3, 2)
    stored = verdict(run_so_far({THREADS_2: 2.0}, 3), SEQUENTIAL, Circumstances(race=race)).plain()["race"]
    assert started(10, stored) == race
    assert started(10) == RACE


def test_a_race_names_no_false_winner_and_finds_a_true_one_with_half_of_the_trials() -> None:
    rng = random.Random(9)
    equal = [raced((1.0,) * 5, 10, gaussian(0.05), rng) for _ in range(40)]
    row = tally("A/A", "", "10", (1.0,) * 5, [one for one, _ in equal])
    assert max(row.named, row.claims) <= (0.05 + 2 * (0.05 * 0.95 / 40) ** 0.5) * 40
    speeds = (1.3, 1.0, 1.0, 1.0, 1.0)
    true = [raced(speeds, 10, gaussian(0.05), rng) for _ in range(20)]
    assert tally("1.3×", "", "10", speeds, [one for one, _ in true]).right >= 19
    assert sum(spent for _, spent in true) / 20 < 0.5
