"""Each warning has a case in which it must appear and one in which it must not, and advice that fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from engine.analysis.findings.findings import Circumstances, VerdictWarning
from engine.analysis.trials import TimedTrial
from engine.analysis.verdict.verdict import verdict
from engine.analysis.warnings.every import RULES
from engine.model import Configuration
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2, comparison

THREADS_16 = Configuration("threads", 16)
QUIET = Circumstances(usable_cpus=2, planned=(SEQUENTIAL, THREADS_2, PROCESSES_2))


def clean() -> list[TimedTrial]:
    return comparison({THREADS_2: 1.5, PROCESSES_2: 1.9}, noise=0.005)


def warned(trials: Sequence[TimedTrial], circumstances: Circumstances = QUIET) -> dict[str, VerdictWarning]:
    return {warning.code: warning for warning in verdict(trials, SEQUENTIAL, circumstances).warnings}


def changed(
    trials: Sequence[TimedTrial], configuration: Configuration, blocks: int = 99, **values: Any
) -> list[TimedTrial]:
    """The trials with some figures of one configuration's first blocks replaced."""
    return [
        replace(one, **values) if one.configuration == configuration and one.block < blocks else one for one in trials
    ]


def test_a_clean_comparison_gives_no_warning() -> None:
    assert warned(clean()) == {}


def one_slow_trial(busy: float) -> list[TimedTrial]:
    return [
        replace(one, wall_s=one.wall_s * 1.6, other_busy=busy)
        if (one.configuration, one.block) == (THREADS_2, 3) else one
        for one in clean()
    ]


def restless_baseline(lead: float) -> list[TimedTrial]:
    """Candidates that hardly vary, beside a baseline whose second trial of a block is now slower, now faster by 6%."""
    trials = comparison({THREADS_2: 1.5, PROCESSES_2: 1.5 * lead}, noise=0.001)
    return [
        replace(one, wall_s=one.wall_s * (1.06 if one.block % 2 else 0.94)) if one.role == "baseline_again" else one
        for one in trials
    ]


CASES: dict[str, tuple[list[TimedTrial], Circumstances]] = {
    "cancelled": (clean()[:9], replace(QUIET, cancelled=True)),
    "outputs_differ": (changed(clean(), THREADS_2, fingerprints={3: "other"}), QUIET),
    "outputs_vary": (changed(clean(), SEQUENTIAL, blocks=2, fingerprints={3: "other"}), QUIET),
    "failures": (changed(clean(), THREADS_2, blocks=1, failed=1), QUIET),
    "no_trial": ([one for one in clean() if one.configuration != PROCESSES_2], QUIET),
    "too_few_repeats": (clean()[:8], QUIET),
    "busy_machine": ([replace(one, other_busy=0.08) for one in clean()], QUIET),
    "noisy_baseline": (comparison({THREADS_2: 1.5, PROCESSES_2: 1.9}, noise=0.05), QUIET),
    "thin_lead": (restless_baseline(1.05), QUIET),
    "unstable": (one_slow_trial(0.01), QUIET),
    "workers_above_cpus": (comparison({THREADS_16: 1.9}), replace(QUIET, planned=())),
    "too_few_tasks": ([replace(one, tasks=3) for one in clean()], QUIET),
    "batch_too_short": (comparison({THREADS_2: 1.5, PROCESSES_2: 1.9}, wall_s=0.05), QUIET),
    "startup_not_paid": (changed(clean(), PROCESSES_2, startup_s=30.0), QUIET),
}


@pytest.mark.parametrize("code", RULES)
def test_every_warning_appears_where_it_must_with_a_sentence_and_advice(code: str) -> None:
    warning = warned(*CASES[code])[code]
    assert warning.code == code
    for text in (warning.sentence, warning.advice):
        assert (text[0].isupper() or text[0].isdigit()) and text.endswith(".")
        assert "  " not in text and "None" not in text


def test_a_lead_beyond_the_noise_is_not_called_thin() -> None:
    assert verdict(restless_baseline(1.05), SEQUENTIAL, QUIET).winner == PROCESSES_2
    assert "thin_lead" not in warned(restless_baseline(1.3))


def test_workers_above_the_cpus_are_right_for_tasks_that_wait() -> None:
    waiting = [replace(one, cpu_s=0.02 * one.wall_s) for one in comparison({THREADS_16: 12.0})]
    assert "workers_above_cpus" not in warned(waiting, replace(QUIET, planned=()))


def test_an_unstable_configuration_names_a_cause_only_where_one_was_measured() -> None:
    quiet, busy = (warned(one_slow_trial(share))["unstable"].sentence for share in (0.01, 0.4))
    assert quiet.endswith("no cause was measured.")
    assert "other programs used 40% of the machine in its slowest trial" in busy


def test_what_slows_whole_blocks_is_not_instability_of_a_configuration() -> None:
    trials = [replace(one, wall_s=one.wall_s * (1 + one.block)) for one in clean()]
    assert "unstable" not in warned(trials)


def test_the_advice_for_too_few_repeats_depends_on_what_was_asked_for() -> None:
    few = clean()[:8]
    assert "at least 3 repeats" in warned(few)["too_few_repeats"].advice
    assert "more than 5.0 s" in warned(few, replace(QUIET, budget_s=5.0))["too_few_repeats"].advice
    assert "Resume" in warned(few, replace(QUIET, cancelled=True))["too_few_repeats"].advice


def test_the_advice_for_noise_depends_on_the_repeats_already_run() -> None:
    truth = {THREADS_2: 1.5}
    circumstances = replace(QUIET, planned=())
    few, many = (comparison(truth, repeats, noise=0.08) for repeats in (5, 12))
    assert "more repeats (10, say)" in warned(few, circumstances)["noisy_baseline"].advice
    assert "more repeats only slowly" in warned(many, circumstances)["noisy_baseline"].advice


def test_a_cancelled_comparison_says_what_its_trials_are_enough_for() -> None:
    cancelled = replace(QUIET, cancelled=True)
    assert "5 finished trials, not enough to decide" in warned(clean()[:5], cancelled)["cancelled"].sentence
    assert "enough to name a winner" in warned(clean()[:16], cancelled)["cancelled"].sentence
    assert warned(clean()[:3], cancelled)["cancelled"].sentence.endswith("; of processes × 2 none finished.")


def test_failures_say_how_many_trials_do_not_count() -> None:
    warning = warned(changed(clean(), THREADS_2, blocks=2, failed=30))["failures"]
    assert "2 of 5 trials of threads × 2 had failed tasks, at most 30 of 60 tasks; 2 failed more" in warning.sentence


def test_failures_that_the_baseline_has_too_are_told_but_not_held_against_anyone() -> None:
    trials = [replace(one, failed=5) for one in clean()]
    found = verdict(trials, SEQUENTIAL, QUIET)
    assert found.winner == PROCESSES_2
    assert {warning.code for warning in found.warnings} == {"failures"}


def test_start_up_is_held_against_the_full_batch_when_one_is_named() -> None:
    slow_start = changed(clean(), PROCESSES_2, startup_s=30.0)
    assert "startup_not_paid" not in warned(slow_start, replace(QUIET, all_tasks=4000))
    assert "from about 3" in warned(slow_start)["startup_not_paid"].sentence


def test_warnings_come_with_the_gravest_first() -> None:
    trials = [replace(one, other_busy=0.08, tasks=3, fingerprints={3: "other"} if one.configuration == THREADS_2
                      else one.fingerprints) for one in clean()[:8]]  # fmt: skip
    codes = list(warned(trials, replace(QUIET, cancelled=True)))
    assert codes == sorted(codes, key=list(RULES).index)
    assert codes[:2] == ["cancelled", "outputs_differ"] and {"too_few_repeats", "busy_machine"} <= set(codes)


def test_every_warning_is_data_with_a_figure_and_a_code_of_its_own_rule() -> None:
    for code, (trials, circumstances) in CASES.items():
        for found in warned(trials, circumstances).values():
            assert found.value is not None and found.value >= 0
            assert found.code in RULES, code
            assert found.configuration is None or found.configuration.label in found.sentence.lower()


def test_a_rule_knows_no_workloads_name() -> None:
    called = replace(QUIET, nouns=("widget", "widgets"), cancelled=True, planned=())
    said = " ".join(
        found.sentence + found.advice
        for trials, _ in CASES.values() for found in warned(trials, called).values()
    )  # fmt: skip
    assert "widgets" in said
    assert not any(word in said for word in ("photo", "page", "picture"))
