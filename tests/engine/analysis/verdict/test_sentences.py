"""The verdict's sentences, whole: what a reader is told in every situation that a comparison can be in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from engine.analysis.findings.findings import Circumstances, Findings
from engine.analysis.findings.judgement import judge
from engine.analysis.trials import TimedTrial
from engine.analysis.verdict.sentences import sentences
from engine.analysis.verdict.verdict import verdict
from engine.model import Configuration
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2, THREADS_4, comparison

LEVEL, MARGIN = 0.04, 0.03
NOISELESS = " (this machine's noise, baseline against itself: ±0%)"
PHOTOS = Circumstances(usable_cpus=2, nouns=("photo", "photos"))
ASYNCIO = Configuration("asyncio", 8)


def judged(trials: Sequence[TimedTrial]) -> Findings:
    return judge(trials, SEQUENTIAL, LEVEL, MARGIN)


def told(
    trials: Sequence[TimedTrial], circumstances: Circumstances = PHOTOS, estimate_s: float | None = None
) -> tuple[str, ...]:
    return sentences(judged(trials), circumstances, estimate_s)


def without_other_programs(trials: Sequence[TimedTrial], unknown: Sequence[Configuration] = ()) -> list[TimedTrial]:
    """The trials, a fifth of whose time went to other programs' CPUs; of some it is not known."""
    return [replace(one, net_s=None if one.configuration in unknown else 0.8 * one.wall_s) for one in trials]


# Who


def test_of_two_the_faster_one_is_told_with_its_speedup() -> None:
    assert told(comparison({THREADS_2: 1.9})) == (
        f"Threads × 2 are faster here: 1.90× (1.90–1.90) sequential{NOISELESS}.",
    )


def test_of_several_the_fastest_is_told_with_its_lead_over_the_next() -> None:
    (first,) = told(comparison({THREADS_2: 1.5, PROCESSES_2: 1.9, THREADS_4: 1.6}))
    assert first == (
        "Processes × 2 are the fastest here: 1.90× (1.90–1.90) sequential, "
        f"and 19% faster than the next, threads × 4{NOISELESS}."
    )


def test_a_baseline_that_wins_is_told_with_the_next_best() -> None:
    assert told(comparison({THREADS_2: 0.5, PROCESSES_2: 0.4})) == (
        "Sequential is the fastest here: threads × 2, the next, reach 0.50× (0.50–0.50) its speed" + NOISELESS + ".",
    )


def test_one_of_one_kind_takes_the_singular() -> None:
    trials = [
        replace(one, configuration=ASYNCIO) if one.configuration == THREADS_2 else one
        for one in comparison({THREADS_2: 1.9})
    ]
    assert told(trials)[0].startswith("Asyncio × 8 is faster here: ")
    slower = [replace(one, wall_s=3 * one.wall_s) if one.configuration == ASYNCIO else one for one in trials]
    assert "asyncio × 8, the next, reaches 0.63×" in told(slower)[0]


def test_a_tie_with_the_baseline_names_all_and_what_to_take() -> None:
    assert told(comparison({THREADS_2: 1.0, PROCESSES_2: 1.0})) == (
        "Sequential, threads × 2 (1.00×, 1.00–1.00) and processes × 2 (1.00×, 1.00–1.00) are the same within 3% here: "
        f"speedups are against sequential{NOISELESS}.",
        "Take sequential: it starts 0.10 s sooner and uses 62 MB less.",
    )


# How sure


@pytest.mark.parametrize(
    ("repeats", "second"), [(1, "One repeat shows no spread: ask for more."), (2, "2 repeats: too early to say.")]
)
def test_before_three_repeats_it_is_too_early(repeats: int, second: str) -> None:
    first, *rest = told(comparison({THREADS_2: 1.9}, repeats=repeats))
    assert first.startswith("No clear winner between threads × 2 (1.90×) and sequential: speedups are against")
    assert rest == [second, "Meanwhile take threads × 2."]


def test_a_single_repeat_has_no_noise_to_tell() -> None:
    assert "noise" not in told(comparison({THREADS_2: 1.9}, repeats=1)[:1] + comparison({THREADS_2: 1.9}, 1)[2:])[0]


def test_an_open_verdict_says_what_difference_could_have_been_seen() -> None:
    found = replace(judged(comparison({THREADS_2: 1.01}, noise=0.1)), repeats_needed=None)
    assert sentences(found, PHOTOS, None)[1:] == (
        "5 repeats could have shown a difference of 30% or more.", "Meanwhile take threads × 2.",
    )  # fmt: skip
    assert sentences(replace(found, detectable=None), PHOTOS, None)[1:] == ("Meanwhile take threads × 2.",)


@pytest.mark.parametrize(("fraction", "words"), [(0.999, "100%"), (1.0, "2.00×"), (3.5, "4.50×")])
def test_a_difference_of_a_doubling_and_more_is_told_as_a_factor(fraction: float, words: str) -> None:
    found = replace(judged(comparison({THREADS_2: 1.01}, noise=0.1)), detectable=fraction)
    assert f"a difference of {words} or more" in " ".join(sentences(found, PHOTOS, None))


@pytest.mark.parametrize(
    ("needed", "words"),
    [
        (6, "About 1 more repeat would decide it."),
        (12, "About 7 more repeats would decide it."),
        (5, None),
        (None, None),
    ],
)
def test_the_repeats_that_are_missing_are_told_where_they_are_known(needed: int | None, words: str | None) -> None:
    found = replace(judged(comparison({THREADS_2: 1.01}, noise=0.1)), repeats_needed=needed)
    assert [one for one in sentences(found, PHOTOS, None) if one.startswith("About")] == ([words] if words else [])


def test_equals_that_both_beat_the_baseline_are_no_open_question_against_it() -> None:
    first, *_ = told(comparison({THREADS_2: 1.2, PROCESSES_2: 1.3}, noise=0.05, seed=5))
    assert first.startswith("Processes × 2 (") and " and threads × 2 (" in first
    assert " cannot be told apart, and both are faster than sequential (this machine's noise" in first


def test_three_and_more_that_cannot_be_told_apart_are_all_of_them_faster() -> None:
    found = judged(comparison({THREADS_2: 2.0, PROCESSES_2: 2.02, THREADS_4: 1.98}, noise=0.02, seed=2))
    assert found.outcome == "undecided"
    assert "cannot be told apart, and all of them are faster than sequential" in sentences(found, PHOTOS, None)[0]


def test_a_leader_alone_that_is_not_sure_looks_fastest() -> None:
    found = replace(judged(comparison({THREADS_2: 1.9, PROCESSES_2: 1.2})), outcome="undecided")
    assert sentences(found, PHOTOS, None)[0] == (
        f"No clear winner yet; threads × 2 (1.90×, 1.90–1.90) look fastest: speedups are against sequential{NOISELESS}."
    )


def test_a_baseline_alone_that_is_not_sure_looks_fastest_before_the_others() -> None:
    found = replace(judged(comparison({THREADS_2: 0.5})), outcome="undecided")
    assert sentences(found, PHOTOS, None)[0].startswith(
        "No clear winner yet; sequential looks fastest before threads × 2 (0.50×, 0.50–0.50): "
    )


# Beside other programs


def test_figures_that_are_net_of_other_programs_are_told_with_the_clock() -> None:
    first, second = told(without_other_programs(comparison({THREADS_2: 1.5, PROCESSES_2: 1.9})))
    assert first.startswith("Processes × 2 are the fastest here: 1.90×")
    assert second == (
        "These figures are net of other programs, which held CPUs for 20% of the time; "
        "by the clock processes × 2: 1.90× (1.90–1.90)."
    )


def test_where_only_some_figures_are_net_they_are_named() -> None:
    speeds = {THREADS_2: 1.3, THREADS_4: 1.5, PROCESSES_2: 1.9}
    one, two = (
        told(without_other_programs(comparison(speeds), unknown))[1]
        for unknown in ((THREADS_2, THREADS_4), (THREADS_2,))
    )
    assert one.startswith("The figure of processes × 2 is net of other programs, ")
    assert two.startswith("The figures of ") and " are net of other programs, " in two
    assert "threads × 4" in two and "threads × 2" not in two


def test_an_open_verdict_says_which_times_hide_other_programs_and_why() -> None:
    trials = without_other_programs(comparison({THREADS_2: 1.5, PROCESSES_2: 1.6}, noise=0.05), [THREADS_2])
    said = told(trials)
    assert said[0].startswith("No clear winner yet; processes × 2 (1.54×, 1.41–1.69) look fastest: ")
    assert said[2] == (
        "Of threads × 2 (1.45×, 1.35–1.56) that cannot be said: other programs' time is in these figures and cannot be "
        "taken out of them, because its workers share one lock, and while the one that holds it waits for a CPU all "
        "the others wait, too, which no clock tells from taking turns. A quieter machine would tell."
    )


def test_what_is_slower_than_the_baseline_does_not_look_fastest_because_its_time_alone_is_net() -> None:
    trials = comparison({THREADS_2: 0.95, PROCESSES_2: 0.6}, noise=0.2, seed=8)
    first = told(without_other_programs(trials, [THREADS_2]))[0]
    assert first.startswith(
        "No clear winner between threads × 2 (1.10×, 0.79–1.52), sequential and processes × 2 (0.65×, 0.53–0.78): "
    )


# What is out, how many there are, how long it takes


def test_what_failed_its_tasks_is_out_with_an_example_of_why() -> None:
    trials = [
        replace(one, failed=50 + one.block) if one.configuration == THREADS_2 else one
        for one in comparison({THREADS_2: 1.9, PROCESSES_2: 1.5})
    ]
    assert told(trials)[1] == "Threads × 2 are out: 54 of 60 photos failed."
    known = replace(PHOTOS, why_failed={THREADS_2: "no such file"})
    assert told(trials, known)[1] == "Threads × 2 are out: 54 of 60 photos failed (no such file)."


def test_what_has_some_trials_that_count_is_not_out() -> None:
    trials = [
        replace(one, failed=50) if (one.configuration, one.block) == (THREADS_2, 0) else one
        for one in comparison({THREADS_2: 1.9})
    ]
    assert not [one for one in told(trials) if " out: " in one]


def test_where_most_trials_of_one_do_not_count_it_is_not_said_that_more_repeats_would_help() -> None:
    trials = [
        replace(one, failed=50) if one.configuration == THREADS_2 and one.block else one
        for one in comparison({THREADS_2: 1.9, PROCESSES_2: 1.5})
    ]
    found = " ".join(told(trials))
    assert "Of threads × 2 only 1 of 5 trials counts: tasks failed in the others, so nothing is decided." in found
    assert "ask for more" not in found
    assert "too_few_repeats" not in {one.code for one in verdict(trials, SEQUENTIAL).warnings}


def test_where_nothing_can_be_compared_it_is_said_with_what_is_out() -> None:
    trials = [
        replace(one, failed=60) if one.configuration == THREADS_2 else one for one in comparison({THREADS_2: 1.9})
    ]
    assert told(trials) == (
        "Nothing can be compared yet: no block holds finished trials of the baseline and of another one.",
        "Threads × 2 are out: 60 of 60 photos failed.",
    )


def test_of_short_tasks_it_is_said_why_only_plain_code_counts() -> None:
    short = replace(PHOTOS, short=True, task_s=20e-6)
    assert told(comparison({THREADS_2: 1.9}), replace(short, task_s=None)) == told(comparison({THREADS_2: 1.9}))
    assert sentences(judged(comparison({THREADS_2: 1.9})), short, None)[1] == (
        "Each photo takes about 20 µs: our own loop and records, some 10 to 20 µs a task, would decide this, "
        "so only rows of code without them count."
    )


def test_the_time_for_all_tasks_is_an_estimate_and_comes_after_why_it_stopped() -> None:
    circumstances = replace(PHOTOS, all_tasks=4000, stopped="Stopped after 6 repeats.")
    assert told(comparison({THREADS_2: 1.9}), circumstances, 90.0)[1:] == (
        "Stopped after 6 repeats.", "All 4,000 photos with threads × 2: about 1 min 30 s (an estimate).",
    )  # fmt: skip
    assert told(comparison({THREADS_2: 1.9}), circumstances, None)[1:] == ("Stopped after 6 repeats.",)
    assert len(told(comparison({THREADS_2: 1.9}), PHOTOS, 90.0)) == 1, "all tasks are those that were compared"


# What to take


def test_the_smaller_of_one_kind_is_taken_because_more_gain_little() -> None:
    assert told(comparison({THREADS_2: 1.90, THREADS_4: 1.91}))[-1] == (
        "Take threads × 2: more workers gain less than 3%."
    )


def test_a_rival_of_the_same_executor_is_told_by_its_whole_label() -> None:
    chunked = replace(PROCESSES_2, chunk=8)
    trials = comparison({PROCESSES_2: 1.9, chunked: 1.9})
    assert any(one.startswith("Take processes × 2") for one in told(trials)[-1:])


def test_a_clear_winner_needs_no_advice() -> None:
    assert len(told(comparison({THREADS_2: 1.5, PROCESSES_2: 1.9}))) == 1
