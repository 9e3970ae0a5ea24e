"""Warnings about noise: where each begins, what it says, and what it advises."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest

from engine.analysis.findings.findings import Circumstances, Findings, VerdictWarning
from engine.analysis.findings.judgement import judge
from engine.analysis.statistics.ratio import Ratio
from engine.analysis.trials import TimedTrial
from engine.analysis.warnings import noise
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2, comparison

USUAL = Circumstances(usable_cpus=2)
Rule = Callable[[Findings, Circumstances], Iterator[VerdictWarning]]


def judged(trials: Sequence[TimedTrial]) -> Findings:
    return judge(trials, SEQUENTIAL, 0.04, 0.03)


def warned(rule: Rule, found: Findings, circumstances: Circumstances = USUAL) -> VerdictWarning | None:
    return next(rule(found, circumstances), None)


def sure(rule: Rule, found: Findings, circumstances: Circumstances = USUAL) -> VerdictWarning:
    (only,) = rule(found, circumstances)
    return only


def baseline_within(reach: float, trials: Sequence[TimedTrial] = ()) -> Findings:
    """Findings whose baseline agrees with itself only within `reach`."""
    found = judged(trials or comparison({THREADS_2: 1.9, PROCESSES_2: 1.8}))
    assert found.noise is not None
    return replace(found, noise=replace(found.noise, low=1 / (1 + reach), high=1 + reach))


# Too few repeats


@pytest.mark.parametrize(
    ("repeats", "words"), [(1, "Only 1 repeat is complete"), (2, "Only 2 repeats are complete"), (3, None)]
)
def test_three_repeats_are_enough_to_say_anything(repeats: int, words: str | None) -> None:
    found = warned(noise.too_few_repeats, judged(comparison({THREADS_2: 1.9}, repeats)))
    assert (found.sentence if found else None) == (
        f"{words}: chance cannot be told from a difference." if words else None
    )


def test_without_anything_to_compare_it_is_not_the_repeats_that_are_missing() -> None:
    assert warned(noise.too_few_repeats, judged(comparison({}))) is None


@pytest.mark.parametrize(
    ("circumstances", "advice"),
    [
        (USUAL, "Ask for at least 3 repeats, better 5."),
        (replace(USUAL, budget_s=90.0), "Give it more than 1 min 30 s, or fewer configurations."),
        (replace(USUAL, budget_s=90.0, cancelled=True), "Resume the run."),
    ],
)
def test_what_to_do_about_too_few_repeats(circumstances: Circumstances, advice: str) -> None:
    assert sure(noise.too_few_repeats, judged(comparison({THREADS_2: 1.9}, 2)), circumstances).advice == advice


# A busy machine


@pytest.mark.parametrize(("share", "told"), [(0.05, False), (0.051, True), (None, False)])
def test_a_machine_is_busy_from_a_twentieth_on(share: float | None, told: bool) -> None:
    trials = [replace(one, other_busy=share) for one in comparison({THREADS_2: 1.9})]
    assert (warned(noise.busy, judged(trials)) is not None) is told


def test_one_busy_trial_does_not_make_the_machine_busy() -> None:
    first, *rest = comparison({THREADS_2: 1.9})
    assert warned(noise.busy, judged([replace(first, other_busy=0.9), *rest])) is None


def test_the_advice_for_a_busy_machine_depends_on_whether_anything_was_decided() -> None:
    trials = [replace(one, other_busy=0.08) for one in comparison({THREADS_2: 1.9})]
    decided, open_ = judged(trials), replace(judged(trials), outcome="undecided")
    assert sure(noise.busy, decided).sentence == (
        "The machine was 8% busy with other work: intervals are wider than usual."
    )
    assert sure(noise.busy, decided).advice == "The verdict holds for a machine as busy as this one."
    assert sure(noise.busy, open_).advice == "Close other programs and compare again."


# A noisy baseline


@pytest.mark.parametrize(("reach", "told"), [(0.0299, False), (0.0301, True)])
def test_a_baseline_is_noisy_beyond_the_margin(reach: float, told: bool) -> None:
    assert (warned(noise.noisy, baseline_within(reach)) is not None) is told


def test_a_baseline_that_does_not_agree_with_itself_at_all_gets_no_number() -> None:
    assert (
        "compared with itself agrees only within ±40% over 5 repeats"
        in sure(noise.noisy, baseline_within(0.4)).sentence
    )
    assert sure(noise.noisy, baseline_within(1.5)).sentence.startswith("Sequential does not agree with itself over 5")


def test_before_three_repeats_or_without_a_second_baseline_nothing_is_said_of_noise() -> None:
    assert warned(noise.noisy, baseline_within(0.4, comparison({THREADS_2: 1.9}, 2))) is None
    assert warned(noise.noisy, replace(baseline_within(0.4), noise=None)) is None


def test_the_repeats_to_ask_for_are_those_that_would_decide_else_twice_as_many() -> None:
    found = baseline_within(0.4)
    assert sure(noise.noisy, replace(found, repeats_needed=23)).advice == (
        "Ask for more repeats (23, say), or for more tasks."
    )
    assert "(10, say)" in sure(noise.noisy, found).advice
    many = baseline_within(0.4, comparison({THREADS_2: 1.9}, 10))
    assert sure(noise.noisy, many).advice == "A quieter machine or more tasks will help; more repeats only slowly."


# A thin lead


def leading(share: float) -> Findings:
    """A winner that leads by this share, beside a baseline that agrees with itself within 5%."""
    found = baseline_within(0.05)
    pairs = [replace(one, ratio=replace(one.ratio, estimate=1 / (1 + share))) for one in found.pairs]
    return replace(found, pairs=tuple(pairs))


@pytest.mark.parametrize(("share", "told"), [(0.04, True), (0.06, False)])
def test_a_lead_is_thin_within_what_the_baseline_differs_from_itself(share: float, told: bool) -> None:
    found = warned(noise.thin_lead, leading(share))
    assert (found is not None) is told
    if found is not None:
        assert found.sentence == (
            "The lead of threads × 2, 4%, was seen in block after block, but is smaller than what sequential differs "
            "from itself (±5%)."
        )
        assert found.configuration == THREADS_2 and found.value == pytest.approx(0.04)


def test_beside_a_baseline_that_does_not_agree_with_itself_no_lead_is_held_against_a_number() -> None:
    thin, plain = (replace(leading(share), noise=baseline_within(1.5).noise) for share in (0.5, 40.0))
    assert sure(noise.thin_lead, thin).sentence.endswith(", but sequential does not agree with itself.")
    assert warned(noise.thin_lead, plain) is None, "forty times as fast is no thin lead"


def test_only_a_winner_can_lead_thinly() -> None:
    assert warned(noise.thin_lead, replace(leading(0.01), outcome="same")) is None
    assert warned(noise.thin_lead, replace(leading(0.01), noise=None)) is None


# A configuration that varies


def scattered(factors: Sequence[float], **slowest: float) -> Findings:
    """Threads whose wall times were multiplied by these factors, block by block; figures of the slowest trial."""
    made = []
    for one in comparison({THREADS_2: 1.9, PROCESSES_2: 1.8}, len(factors)):
        if one.configuration == THREADS_2:
            one = replace(one, wall_s=one.wall_s * factors[one.block])
            if factors[one.block] == max(factors):
                one = replace(one, **slowest)  # type: ignore[arg-type]
        made.append(one)
    return judged(made)


@pytest.mark.parametrize(("factor", "told"), [(1.15, False), (1.4, True)])
def test_a_configuration_varies_from_a_tenth_of_standard_deviation_on(factor: float, told: bool) -> None:
    found = warned(noise.unstable, scattered([1.0, 1.0, factor, 1.0, 1.0]))
    assert (found is not None) is told
    if found is not None:
        assert found.configuration == THREADS_2
        assert found.advice == "More tasks, or more repeats, narrow the interval."


def test_two_trials_do_not_show_that_a_configuration_varies() -> None:
    assert warned(noise.unstable, scattered([1.0, 3.0])) is None


def test_the_slowest_trial_names_the_other_programs_beside_it() -> None:
    found = sure(noise.unstable, scattered([1.0, 1.0, 1.6, 1.0, 1.0], other_busy=0.4))
    assert found.sentence == (
        "The wall times of threads × 2 vary by 21% (standard deviation): "
        "other programs used 40% of the machine in its slowest trial."
    )
    assert found.advice == "Compare again when that is over."


def test_the_slowest_trial_names_its_failures_where_no_other_had_as_many() -> None:
    assert sure(noise.unstable, scattered([1.0, 1.0, 1.6, 1.0, 1.0], failed=1)).sentence.endswith(
        ": its slowest trial had 1 failed task."
    )


def test_other_programs_beside_every_trial_are_no_cause_of_one_slow_one() -> None:
    found = scattered([1.0, 1.0, 1.6, 1.0, 1.0])
    busy = judged([replace(one, other_busy=0.4) for one in found.trials])
    assert sure(noise.unstable, busy).sentence.endswith("; no cause was measured.")
    unknown = judged([replace(one, other_busy=None) for one in found.trials])
    assert sure(noise.unstable, unknown).sentence.endswith("; no cause was measured.")


def test_the_noise_is_a_ratio_of_the_baseline_to_itself() -> None:
    found = judged(comparison({THREADS_2: 1.9}, noise=0.01)).noise
    assert isinstance(found, Ratio) and found.pairs == 5
