"""The verdict: three outcomes, nothing said that was not measured, and words that a person can use."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace

import pytest

from engine.analysis.findings.findings import Circumstances
from engine.analysis.verdict.verdict import verdict
from engine.model import Configuration
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2, THREADS_4, comparison

PHOTOS = Circumstances(usable_cpus=2, all_tasks=4000, nouns=("photo", "photos"))


def test_one_that_beats_all_others_is_the_winner() -> None:
    found = verdict(comparison({THREADS_2: 1.1, PROCESSES_2: 1.9}, noise=0.01), SEQUENTIAL, PHOTOS)
    assert (found.outcome, found.winner, found.recommended) == ("faster", PROCESSES_2, PROCESSES_2)
    assert found.sentences[0].startswith("Processes × 2 are the fastest here: 1.")
    assert "faster than the next, threads × 2" in found.sentences[0]
    assert "baseline against itself: ±" in found.sentences[0]


def test_equals_are_a_tie_that_start_up_and_memory_break_in_words() -> None:
    found = verdict(comparison({THREADS_2: 1.93, PROCESSES_2: 1.92}, noise=0.003), SEQUENTIAL, PHOTOS)
    assert (found.outcome, found.winner) == ("same", None)
    assert set(found.leaders) == {THREADS_2, PROCESSES_2}
    assert found.recommended == THREADS_2
    assert found.sentences[0].startswith("Threads × 2 (1.93×, 1.9")
    assert " and processes × 2 (1.92×, 1.9" in found.sentences[0]
    assert "are the same within 3% here: speedups are against sequential (this machine's noise" in found.sentences[0]
    assert found.sentences[-1] == "Take threads: they start 0.10 s sooner and use 61 MB less."


def test_noise_leaves_it_open_and_says_how_many_repeats_would_decide() -> None:
    found = verdict(comparison({THREADS_2: 1.2, PROCESSES_2: 1.3}, noise=0.05, seed=5), SEQUENTIAL, PHOTOS)
    assert (found.outcome, found.winner) == ("undecided", None)
    assert " cannot be told apart, and both are faster than sequential (this machine's noise" in found.sentences[0]
    assert found.repeats_needed is not None and found.repeats_needed > 5
    assert found.detectable is not None and "5 repeats could have shown a difference of" in found.sentences[1]
    assert f"About {found.repeats_needed - 5} more repeat" in found.sentences[2]


def test_the_number_of_repeats_that_it_asks_for_does_decide_most_of_the_time() -> None:
    truth = {THREADS_2: 1.2, PROCESSES_2: 1.3}
    decided = 0
    for seed in range(40):
        first = verdict(comparison(truth, noise=0.04, seed=seed), SEQUENTIAL)
        repeats = first.repeats_needed or 5
        decided += verdict(comparison(truth, repeats, noise=0.04, seed=1000 + seed), SEQUENTIAL).outcome != "undecided"
    assert decided >= 20


def test_the_baseline_can_win() -> None:
    found = verdict(comparison({THREADS_2: 0.8, PROCESSES_2: 0.9}, noise=0.01), SEQUENTIAL)
    assert (found.outcome, found.winner, found.recommended) == ("faster", SEQUENTIAL, SEQUENTIAL)
    assert found.sentences[0].startswith("Sequential is the fastest here: processes × 2, the next, reach 0.8")


def test_the_smallest_worker_count_within_the_margin_is_recommended() -> None:
    found = verdict(comparison({THREADS_2: 1.90, THREADS_4: 1.91}, noise=0.002), SEQUENTIAL)
    assert found.recommended == THREADS_2
    assert found.sentences[-1] == "Take threads × 2: more workers gain less than 3%."


def test_more_workers_are_recommended_where_they_pay() -> None:
    assert verdict(comparison({THREADS_2: 1.9, THREADS_4: 3.6}, noise=0.002), SEQUENTIAL).recommended == THREADS_4


def test_a_configuration_with_other_outputs_is_marked_and_left_out() -> None:
    trials = [
        replace(trial, fingerprints={**trial.fingerprints, 7: "something else"})
        if trial.configuration == PROCESSES_2 and trial.block == 2 else trial
        for trial in comparison({THREADS_2: 1.5, PROCESSES_2: 4.0}, noise=0.01)
    ]
    found = verdict(trials, SEQUENTIAL)
    assert found.winner == THREADS_2
    assert found.left_out == (PROCESSES_2,)
    assert [row.configuration for row in found.rows] == [THREADS_2]
    assert "outputs_differ" in [warning.code for warning in found.warnings]


def test_a_trial_that_failed_its_tasks_quickly_is_no_winner() -> None:
    trials = [
        replace(trial, failed=59, wall_s=0.2) if trial.configuration == THREADS_4 else trial
        for trial in comparison({THREADS_2: 1.5, THREADS_4: 1.5}, noise=0.01)
    ]
    found = verdict(trials, SEQUENTIAL)
    assert found.winner == THREADS_2
    assert found.left_out == (THREADS_4,)


@pytest.mark.parametrize("done", range(0, 21))
def test_cancelled_anywhere_it_says_what_the_finished_trials_allow(done: int) -> None:
    trials = comparison({THREADS_2: 1.5, PROCESSES_2: 1.9}, noise=0.01)[:done]
    found = verdict(trials, SEQUENTIAL, replace(PHOTOS, cancelled=True, planned=(SEQUENTIAL, THREADS_2, PROCESSES_2)))
    assert found.outcome == ("faster" if done >= 12 else "undecided")
    assert found.warnings[0].code == "cancelled"
    assert all(text.endswith(".") for text in found.sentences)
    json.dumps(found.plain(), allow_nan=False)


def test_a_winner_is_not_named_while_one_of_them_has_no_finished_trial_beside_the_leader() -> None:
    trials = [trial for trial in comparison({THREADS_2: 1.5, PROCESSES_2: 1.9}) if trial.configuration != THREADS_2]
    stray = [replace(comparison({THREADS_2: 9.0})[-1], block=77), replace(trials[0], block=77)]
    found = verdict([*trials, *stray], SEQUENTIAL)
    assert found.outcome == "undecided"


def test_the_estimate_scales_the_batch_and_is_labelled() -> None:
    found = verdict(comparison({THREADS_2: 2.0}, noise=0.001), SEQUENTIAL, PHOTOS)
    assert found.estimate is not None
    assert found.estimate.seconds == pytest.approx(4000 / 60 * 5.5, rel=0.1)
    assert any(text.startswith("All 4,000 photos with threads × 2: about 5 min") for text in found.sentences)
    assert any("(an estimate)" in text for text in found.sentences)
    assert verdict(comparison({THREADS_2: 2.0}), SEQUENTIAL).estimate is None


def test_with_nothing_but_the_baseline_nothing_is_claimed() -> None:
    found = verdict(comparison({}), SEQUENTIAL)
    assert (found.outcome, found.winner, found.recommended, found.rows) == ("undecided", None, None, ())
    assert found.sentences == (
        "Nothing can be compared yet: no block holds finished trials of the baseline and of another one.",
    )


def test_any_configuration_can_be_the_baseline() -> None:
    trials = [
        replace(trial, role="baseline" if trial.configuration == THREADS_2 else "candidate")
        for trial in comparison({THREADS_2: 2.0}, noise=0.001)
        if trial.role != "baseline_again"
    ]
    found = verdict(trials, THREADS_2)
    assert found.winner == THREADS_2
    assert found.rows[0].ratio.estimate == pytest.approx(0.5, rel=0.01)


def test_the_order_of_the_samples_does_not_matter() -> None:
    trials = comparison({THREADS_2: 1.2, PROCESSES_2: 1.9}, noise=0.02)
    forward, backward = verdict(trials, SEQUENTIAL), verdict(trials[::-1], SEQUENTIAL)
    assert forward.sentences == backward.sentences
    assert (forward.outcome, forward.winner) == (backward.outcome, backward.winner)


def test_many_equals_are_counted_not_listed() -> None:
    found = verdict(comparison({Configuration("threads", number): 1.5 for number in range(2, 9)}), SEQUENTIAL)
    assert "and 4 more are the same within 3%" in found.sentences[0]


@pytest.mark.parametrize("noise", [0.0005, 0.05, 0.2])
@pytest.mark.parametrize("seed", range(4))
def test_each_name_stands_with_its_own_speedup_the_fastest_first(noise: float, seed: int) -> None:
    speeds = {THREADS_4: 1.10, PROCESSES_2: 1.11, THREADS_2: 1.09, Configuration("processes", 4): 1.08}
    found = verdict(comparison(speeds, noise=noise, seed=seed), SEQUENTIAL)
    told = re.findall(r"([a-z]+ × \d+) \(([\d.]+)×", found.sentences[0][:1].lower() + found.sentences[0][1:])
    measured = {row.configuration.label: f"{row.ratio.estimate:.2f}" for row in found.rows}
    assert told and all(measured[label] == number for label, number in told)
    assert [number for _, number in told] == sorted((number for _, number in told), reverse=True)
    assert " sequential (1" not in found.sentences[0], "the baseline has no speedup against itself"


def test_it_is_plain_json_with_labels() -> None:
    found = verdict(comparison({THREADS_2: 1.9}, noise=0.01), SEQUENTIAL, PHOTOS).plain()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["winner"]["label"] == "threads × 2"
    assert found["rows"][0]["ratio"]["estimate"] == pytest.approx(1.9, rel=0.05)
    assert found["text"].startswith("Threads × 2 are faster here")


# The estimate for the whole batch


def test_an_estimate_has_an_interval_from_two_trials_on() -> None:
    several = verdict(comparison({THREADS_2: 2.0}, noise=0.01), SEQUENTIAL, PHOTOS).estimate
    assert several is not None and several.low_s is not None and several.high_s is not None
    assert several.low_s < several.seconds < several.high_s
    one = verdict(comparison({THREADS_2: 2.0}, 1), SEQUENTIAL, PHOTOS).estimate
    assert one is not None and (one.low_s, one.high_s) == (None, None)


def test_an_estimate_holds_the_start_up_once() -> None:
    slow = [replace(one, startup_s=100.0) for one in comparison({THREADS_2: 2.0})]
    quick = [replace(one, startup_s=None) for one in slow]
    with_it, without = (verdict(trials, SEQUENTIAL, PHOTOS).estimate for trials in (slow, quick))
    assert with_it is not None and without is not None
    assert with_it.seconds - without.seconds == pytest.approx(100.0)


def test_trials_that_do_not_say_how_many_tasks_they_had_give_no_estimate() -> None:
    trials = [replace(one, tasks=0) for one in comparison({THREADS_2: 2.0})]
    assert verdict(trials, SEQUENTIAL, PHOTOS).estimate is None


# Which configuration to take


def test_what_is_recommended_is_one_that_the_engine_can_run() -> None:
    reference = Configuration("threads", 2, reference="ThreadPoolExecutor.map")
    loop = Configuration("sequential", 1, reference="plain loop")
    trials = [
        replace(one, configuration={SEQUENTIAL: loop, THREADS_2: reference}[one.configuration], fingerprints={})
        for one in comparison({THREADS_2: 1.9})
    ]
    found = verdict(trials, loop, replace(PHOTOS, short=True))
    assert (found.winner, found.recommended) == (reference, THREADS_2)


def test_each_python_has_its_own_sequential_only_where_there_are_several() -> None:
    here = comparison({PROCESSES_2: 1.8})
    other = [replace(one, configuration=replace(one.configuration, python="python3.14t")) for one in here]
    assert verdict(here, SEQUENTIAL).own == ()
    assert len(verdict([*here, *other], SEQUENTIAL).own) == 2


def test_left_out_are_those_without_a_trial_that_counts_or_stands_beside() -> None:
    trials = [replace(one, failed=60) if one.configuration == THREADS_2 and one.block < 4 else one
              for one in comparison({THREADS_2: 1.5, PROCESSES_2: 1.9})]  # fmt: skip
    assert verdict(trials, SEQUENTIAL).left_out == (), "its fifth trial counts"


# Levels and margins


def test_a_stricter_level_decides_less() -> None:
    trials = comparison({THREADS_2: 1.2, PROCESSES_2: 1.3}, noise=0.02, seed=5)
    assert verdict(trials, SEQUENTIAL, level=0.2).outcome == "faster"
    assert verdict(trials, SEQUENTIAL, level=1e-6).outcome == "undecided"


def test_a_wider_margin_calls_more_the_same() -> None:
    trials = comparison({THREADS_2: 1.9, PROCESSES_2: 1.95}, noise=0.002)
    assert verdict(trials, SEQUENTIAL, margin=0.001).outcome == "faster"
    assert verdict(trials, SEQUENTIAL, margin=0.1).outcome == "same"


def test_without_circumstances_tasks_are_tasks() -> None:
    trials = [replace(one, failed=60) if one.configuration == THREADS_2 else one for one in comparison({THREADS_2: 2})]
    assert "60 of 60 tasks failed." in verdict(trials, SEQUENTIAL).sentences[-1]


def test_its_json_holds_every_field_by_its_name() -> None:
    found = verdict(comparison({THREADS_2: 1.9, PROCESSES_2: 1.5}, noise=0.05), SEQUENTIAL, PHOTOS)
    plain = found.plain()
    assert set(plain) == {*(one.name for one in fields(found)), "text"}
    assert plain["baseline"]["label"] == "sequential"
    assert [row["configuration"]["label"] for row in plain["rows"]] == ["threads × 2", "processes × 2"]
    assert plain["text"] == " ".join(found.sentences)
