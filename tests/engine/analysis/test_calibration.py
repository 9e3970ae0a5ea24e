"""The verdict does not cry wolf and sees what is there: a small, seeded version of benchmarks/calibration.py."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from benchmarks.calibration import Row, bootstrapped, doubtful, fixed, table, tally, trials, until_precise
from benchmarks.machines import Machine, autocorrelated, bursts, drift, gaussian, heavy_tails, replayed, unequal
from benchmarks.peers import PEERS, u_test_p, welch_p
from tests.engine.analysis.made import SEQUENTIAL

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


TRACE = [(0.30 + 0.05 * (at * 7 % 11), 0.110 + 0.001 * (at * 5 % 4)) for at in range(60)]
"""Trials that other programs lengthen by half a second now and a quarter then, all of about 0.11 s net of them."""


def test_a_recorded_trace_is_replayed_in_its_order_from_a_random_trial_on() -> None:
    draw = replayed(TRACE)(random.Random(1))
    walls = [draw(0)[0] for _ in range(120)]
    assert walls[:60] == walls[60:]
    ratios = [after / before for before, after in pairwise(walls)]
    recorded = [after[0] / before[0] for before, after in pairwise(TRACE)]
    assert {round(one, 9) for one in recorded} <= {round(one, 9) for one in ratios}


def test_what_other_programs_took_hides_a_true_difference_by_the_clock_and_not_net_of_them() -> None:
    rng, speeds = random.Random(2), (1.3, 1.0, 1.0, 1.0, 1.0)
    for net, least, most in ((False, 0.0, 0.3), (True, 0.85, 1.0)):
        verdicts = [fixed(speeds, 5, replayed(TRACE, net=net), rng) for _ in range(60)]
        assert least <= tally("1.3×", "", "5", speeds, verdicts).right / 60 <= most


@pytest.mark.parametrize("machine", [autocorrelated(), drift(), heavy_tails(), unequal()])
def test_neither_memory_nor_tails_nor_unequal_noise_make_false_winners(machine: Machine) -> None:
    rng, speeds = random.Random(3), (1.0,) * 5
    row = tally("A/A", "", "5", speeds, [fixed(speeds, 5, machine, rng) for _ in range(100)])
    assert row.named <= 0.05 * 100
    assert row.claims <= (0.05 + 2 * (0.05 * 0.95 / 100) ** 0.5) * 100


def test_three_repeats_of_six_configurations_prove_a_true_difference() -> None:
    rng, speeds = random.Random(4), (1.3, 1.0, 1.0, 1.0, 1.0)
    row = tally("1.3×", "", "3", speeds, [fixed(speeds, 3, gaussian(0.05), rng) for _ in range(100)])
    assert row.right >= 0.9 * 100


def test_peers_p_values_are_the_published_ones() -> None:
    one, other = [1.1, 2.2, 3.3, 4.4, 9.9], [5.5, 6.6, 7.7, 8.8, 10.1, 11.0]
    assert u_test_p(one, other) == pytest.approx(0.05194805, abs=1e-7)  # scipy.stats.mannwhitneyu, exact
    assert welch_p(one, other) == pytest.approx(0.05538443, abs=1e-7)  # scipy.stats.ttest_ind, equal_var=False


def test_every_peer_sees_a_difference_that_is_plain() -> None:
    found = trials((2.0, 1.0), 5, gaussian(0.01), random.Random(5))
    truth = next(one.configuration for one in found if one.configuration.workers == 2)
    for name, claims in PEERS.items():
        differing, winner = claims(found, SEQUENTIAL)
        assert winner == truth, name
        assert truth in differing, name


def test_candidates_that_tie_far_ahead_of_the_baseline_have_no_single_winner() -> None:
    rng = random.Random(7)
    speeds = [1.9, 1.9]
    row = tally("tied", "", "5", speeds, [fixed(speeds, 5, gaussian(0.05), rng) for _ in range(COMPARISONS)])
    assert row.named <= FALSE_AT_MOST * COMPARISONS
    assert row.claims == COMPARISONS


@pytest.mark.parametrize(("what", "named", "claims", "expected"), [
    ("A/A", 39, 39, False), ("A/A", 41, 41, True), ("A/A", 0, 41, True), ("1.3×", 900, 900, False),
    ("tied at 1.9×", 30, 1000, False), ("tied at 1.9×", 52, 1000, True),
])  # fmt: skip
def test_a_row_that_names_more_than_the_level_promises_is_simulated_once_more(
    what: str, named: int, claims: int, expected: bool
) -> None:
    assert doubtful(Row(what, "", 2, "5", 1000, named, claims, 0, 0)) is expected


def test_a_share_of_false_winners_is_told_with_two_standard_errors() -> None:
    told = table([Row("A/A", "drift", 2, "5", 1000, 51, 51, 0, 0)]).splitlines()[-1]
    assert "| 5.1% ± 1.4 |" in told
    assert "| 3.9% ± 0.4 |" in table([Row("A/A", "drift", 2, "5", 10_000, 390, 390, 0, 0)])


def test_a_percentile_bootstrap_would_cry_wolf() -> None:
    (two,), (six,) = (bootstrapped(number, 60, seed=8, resamples=200) for number in (2, 6))
    assert two.claims > 0.05 * 60
    assert six.claims > 0.20 * 60
