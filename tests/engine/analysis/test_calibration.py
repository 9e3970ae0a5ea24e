"""The verdict does not cry wolf and sees what is there: a small, seeded version of benchmarks/calibration.py."""

from __future__ import annotations

import random

import pytest

from benchmarks.calibration import bootstrapped, bursts, fixed, gaussian, resampled, tally, until_precise

COMPARISONS = 200
FALSE_AT_MOST = 0.05 + 2 * (0.05 * 0.95 / COMPARISONS) ** 0.5
"""5%, and two standard errors of so few comparisons; the benchmark runs a thousand against 5% itself."""


@pytest.mark.parametrize("repeats", [3, 5, 10])
@pytest.mark.parametrize("others", [1, 5])
@pytest.mark.parametrize("noise", ["gaussian", "bursts"])
def test_equal_configurations_have_no_winner_in_about_95_of_100(noise: str, others: int, repeats: int) -> None:
    rng = random.Random(f"{noise} {others} {repeats}")
    draw = {"gaussian": gaussian(0.05), "bursts": bursts(0.05)}[noise]
    speeds = [1.0] * others
    row = tally("A/A", noise, str(repeats), speeds, [fixed(speeds, repeats, draw, rng) for _ in range(COMPARISONS)])
    assert row.named <= FALSE_AT_MOST * COMPARISONS
    assert row.claims <= FALSE_AT_MOST * COMPARISONS


@pytest.mark.parametrize("others", [1, 5])
def test_a_true_difference_of_1_3_is_found_in_90_of_100_with_five_repeats(others: int) -> None:
    rng = random.Random(others)
    speeds = [1.3] + [1.0] * (others - 1)
    row = tally("1.3×", "", "5", speeds, [fixed(speeds, 5, gaussian(0.05), rng) for _ in range(COMPARISONS)])
    assert row.right >= 0.9 * COMPARISONS
    assert row.named == row.right


@pytest.mark.parametrize("deviation", [0.04, 0.06])
def test_stopping_when_precise_makes_no_false_winners(deviation: float) -> None:
    rng = random.Random(5)
    verdicts = [until_precise([1.0], 0.05, gaussian(deviation), rng)[0] for _ in range(150)]
    row = tally("A/A", "", "", [1.0], verdicts)
    assert row.named <= (0.05 + 2 * (0.05 * 0.95 / 150) ** 0.5) * 150


def test_equal_configurations_on_a_quiet_machine_are_called_the_same() -> None:
    rng = random.Random(6)
    verdicts = [fixed([1.0, 1.0], 5, gaussian(0.005), rng) for _ in range(50)]
    assert sum(one.outcome == "same" for one in verdicts) >= 48


def test_recorded_wall_times_become_noise_around_one() -> None:
    draw, rng = resampled([9.0, 10.0, 11.0]), random.Random(1)
    drawn = sorted({draw(rng) for _ in range(50)})
    assert drawn == pytest.approx([0.903, 1.003, 1.104], abs=0.001)


def test_candidates_that_tie_far_ahead_of_the_baseline_have_no_single_winner() -> None:
    rng = random.Random(7)
    speeds = [1.9, 1.9]
    row = tally("tied", "", "5", speeds, [fixed(speeds, 5, gaussian(0.05), rng) for _ in range(COMPARISONS)])
    assert row.named <= FALSE_AT_MOST * COMPARISONS
    assert row.claims == COMPARISONS


def test_a_percentile_bootstrap_would_cry_wolf() -> None:
    two, six = bootstrapped(60, random.Random(8), resamples=200)
    assert two.claims > 0.05 * 60
    assert six.claims > 0.20 * 60
