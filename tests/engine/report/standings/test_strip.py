"""The verdict at a glance: whose number stands there, how sure it is, and in which words."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from engine.analysis.statistics.ratio import LEAST_PAIRS
from engine.model import Configuration
from engine.report.standings.strip import Headline, headline, headline_text, large, strip, waiting_strip
from tests.engine.report.made import EVIL
from tests.engine.report.standings.made import ASYNCIO, PROCESSES, SEQUENTIAL, THREADS, named, row


def verdict(*rows: dict[str, Any], **values: Any) -> dict[str, Any]:
    """An undecided verdict over these rows, the first of which is recommended."""
    return {
        "sentences": ["It is so.", "And so."], "outcome": "undecided", "baseline": named(SEQUENTIAL),
        "rows": list(rows), "recommended": rows[0]["configuration"] if rows else None,
        "leaders": [one["configuration"] for one in rows], "margin": 0.03, **values,
    }  # fmt: skip


def of(*rows: dict[str, Any], **values: Any) -> Headline:
    found = headline(verdict(*rows, **values))
    assert found is not None
    return found


@pytest.mark.parametrize("found", [None, {}, {"sentences": []}, {"sentences": None, "rows": []}])
def test_before_there_is_a_verdict_there_is_no_headline(found: dict[str, Any] | None) -> None:
    assert headline(found) is None and headline_text(found) is None


def test_a_verdict_over_nothing_has_its_sentence_and_no_number() -> None:
    found = of(outcome="failed", sentences=["Every task failed."])
    assert (found.number, found.estimate, found.who, found.repeats) == (None, None, "", 0)
    assert headline_text(verdict(outcome="failed")) is None
    drawn = strip(found)
    assert "ov-number" not in drawn and "Every task failed." in drawn and "ov-failed" in drawn


def test_the_first_sentence_is_the_headlines() -> None:
    assert of(row(THREADS, 2.0)).sentence == "It is so."


# Whose number.


def test_what_is_recommended_has_its_number_there_also_where_another_leader_is_ahead() -> None:
    found = of(row(THREADS, 2.0), row(PROCESSES, 2.1))
    assert (found.estimate, found.who) == (2.0, "threads × 2 and processes × 4")


def test_a_recommendation_that_does_not_lead_leaves_the_number_to_the_first_leader() -> None:
    found = of(row(THREADS, 2.0), row(PROCESSES, 2.1), recommended=named(ASYNCIO))
    assert (found.estimate, found.who) == (2.1, "processes × 4 and threads × 2")
    assert of(row(THREADS, 2.0), row(PROCESSES, 2.1), recommended=None).estimate == 2.1
    alone = of(row(THREADS, 2.0), row(PROCESSES, 2.1), leaders=[named(PROCESSES)])
    assert (alone.estimate, alone.who) == (2.1, "processes × 4")


def test_without_named_leaders_the_fastest_is_taken_for_one() -> None:
    assert of(row(THREADS, 2.0), row(PROCESSES, 2.1), leaders=[], recommended=None).who == "processes × 4"
    assert of(row(THREADS, 2.0), row(PROCESSES, 2.1), leaders=None, recommended=None).who == "processes × 4"


def test_where_the_baseline_leads_the_number_is_one() -> None:
    found = of(row(THREADS, 0.5), outcome="faster", leaders=[named(SEQUENTIAL)], recommended=named(SEQUENTIAL))
    assert (found.number, found.word, found.who, found.low) == ("1.00×", "Nothing is faster", "sequential", None)
    assert "5 repeats" in strip(found) and "too early" not in strip(found)


def test_the_fewest_repeats_of_any_row_are_told() -> None:
    assert of(row(THREADS, 2.0, pairs=7), row(PROCESSES, 2.1, pairs=4)).repeats == 4


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (1, "threads × 2"),
        (2, "threads × 2 and threads × 3"),
        (3, "threads × 2, threads × 3 and threads × 4"),
        (4, "threads × 2, threads × 3 and 2 more"),
        (9, "threads × 2, threads × 3 and 7 more"),
    ],
)
def test_up_to_three_leaders_are_named_and_of_more_two_and_how_many_others(count: int, told: str) -> None:
    rows = [row(Configuration("threads", number + 2), 3.0 - number / 10) for number in range(count)]
    assert of(*rows).who == told


# How sure.


@pytest.mark.parametrize(
    ("pairs", "low", "high", "known"),
    [
        (LEAST_PAIRS, 1.8, 2.2, True),
        (LEAST_PAIRS - 1, 1.8, 2.2, False),
        (5, 1.0, 10.0, True),
        (5, 1.0, 10.1, False),
        (5, None, None, False),
    ],
)
def test_an_interval_stands_there_where_it_says_something(
    pairs: int, low: float | None, high: float | None, known: bool
) -> None:
    found = of(row(THREADS, 2.0, pairs=pairs, low=low, high=high))
    assert (found.low is not None, found.high is not None) == (known, known)
    assert ("ov-bar" in strip(found)) is known and ("too early to say: " in strip(found)) is not known


@pytest.mark.parametrize(
    ("values", "manner"),
    [
        ({"outcome": "faster"}, "faster"),
        ({"outcome": "same"}, "same"),
        ({"outcome": "failed"}, "failed"),
        ({"outcome": "undecided"}, "undecided"),
        ({"outcome": None}, "undecided"),
        ({"outcome": "of another version"}, "undecided"),
    ],
)
def test_an_outcome_is_a_manner_and_an_unknown_one_is_undecided(values: dict[str, Any], manner: str) -> None:
    assert of(row(THREADS, 2.0), **values).manner == manner


def test_undecided_after_too_few_blocks_is_early_and_decided_is_decided() -> None:
    few = row(THREADS, 2.0, pairs=LEAST_PAIRS - 1)
    assert of(few).manner == "early" and of(few).word == "Too early to say"
    assert of(row(PROCESSES, 1.5), few).manner == "early", "one row is enough"
    assert of(row(THREADS, 2.0, pairs=LEAST_PAIRS)).manner == "undecided"
    assert of(few, outcome="faster").manner == "faster"


@pytest.mark.parametrize(("margin", "word"), [(0.03, "The same within 3%"), (0.1, "The same within 10%"),
                                              (None, "The same within 3%")])  # fmt: skip
def test_the_same_names_its_margin(margin: float | None, word: str) -> None:
    assert of(row(THREADS, 1.0), outcome="same", margin=margin).word == word


def test_several_that_are_all_faster_cannot_be_told_apart() -> None:
    assert of(row(THREADS, 2.0), row(PROCESSES, 2.1)).word == "Cannot be told apart"
    assert of(row(THREADS, 2.0)).word == "Not decided"
    unsure = row(PROCESSES, 2.1, standing="undecided")
    assert of(row(THREADS, 2.0), unsure).word == "Not decided"
    with_baseline = [named(THREADS), named(PROCESSES), named(SEQUENTIAL)]
    assert of(row(THREADS, 2.0), row(PROCESSES, 2.1), leaders=with_baseline).word == "Not decided"


# How it is written.


@pytest.mark.parametrize(
    ("estimate", "text"),
    [(9.94, "9.9×"), (9.95, "10×"), (1.15, "1.1×"), (1.149, "1.15×"), (0.0042, "0.0042×"), (99_999.0, "99,999×")],
)
def test_large_type_changes_its_digits_at_ten_and_near_one(estimate: float, text: str) -> None:
    assert large(estimate) == text


def test_a_terminal_is_told_in_one_line() -> None:
    assert headline_text(verdict(row(THREADS, 2.0), outcome="faster")) == (
        "2.0× as fast as sequential: threads × 2 (a clear winner)"
    )
    assert headline_text(verdict(row(THREADS, 2.0), baseline=None)) == (
        "2.0× as fast as the baseline: threads × 2 (not decided)"
    )


def places(drawn: str) -> dict[str, float]:
    """Where the marks of the small bar lie, in percent of it."""
    return {name: float(at) for name, at in re.findall(r'class="ov-(\w+)" style="left:(-?[\d.]+)%', drawn)}


@pytest.mark.parametrize(("estimate", "low", "high"), [(2.0, 1.5, 3.0), (0.5, 0.4, 0.8), (1.0, 0.9, 1.2)])
def test_the_small_bar_is_to_scale_and_holds_one_and_the_whole_interval(
    estimate: float, low: float, high: float
) -> None:
    drawn = strip(of(row(THREADS, estimate, low=low, high=high)))
    at = places(drawn)
    length = float(re.findall(r"width:([\d.]+)%", drawn)[0])
    assert all(0 <= place <= 100 for place in (*at.values(), at["interval"] + length))
    percent_a_time = length / (high - low)
    assert (at["dot"] - at["interval"]) / percent_a_time == pytest.approx(estimate - low, abs=0.01)
    assert (at["one"] - at["interval"]) / percent_a_time == pytest.approx(1 - low, abs=0.01)
    first, last = 0.94 * min(1.0, low), 1.06 * max(1.0, high)
    assert percent_a_time == pytest.approx(100 / (last - first), rel=0.01)


def test_the_ends_of_the_interval_and_the_repeats_stand_below_the_bar() -> None:
    assert "<span>1.80–2.20</span><span>5 repeats</span>" in strip(of(row(THREADS, 2.0)))
    assert "too early to say: 1 repeat<" in strip(of(row(THREADS, 2.0, pairs=1)))


def test_the_number_of_workers_stays_beside_its_executor_on_a_narrow_page() -> None:
    drawn = strip(of(row(THREADS, 2.0), row(PROCESSES, 2.1)))
    assert "threads&nbsp;×&nbsp;2" in drawn or "processes&nbsp;×&nbsp;4" in drawn


def test_while_blocks_are_still_to_come_the_sentence_says_so() -> None:
    found = of(row(THREADS, 2.0))
    assert ">So far: It is so.<" in strip(found, so_far=True)
    assert ">It is so.<" in strip(found)


def test_every_word_of_others_is_escaped() -> None:
    found = replace(of(row(THREADS, 2.0)), word=EVIL, who=EVIL, against=EVIL, sentence=EVIL)
    drawn = strip(found)
    assert "<script" not in drawn and "<img" not in drawn and unescape(drawn).count("<script>alert(1)") == 4


def test_before_the_first_block_the_strip_keeps_its_place() -> None:
    assert "No verdict yet" in waiting_strip() and waiting_strip().startswith('<div class="ov ov-strip">')


def test_the_baseline_is_not_said_to_be_so_many_times_as_fast_as_itself() -> None:
    rows, base = (row(THREADS, 1.4), row(PROCESSES, 1.3)), named(SEQUENTIAL)
    open_ = verdict(*rows, leaders=[*(one["configuration"] for one in rows), base])
    assert headline_text(open_) == "1.4× as fast as sequential: threads × 2 and processes × 4 (not decided)"
    ahead = verdict(row(THREADS, 0.9), leaders=[base, named(THREADS)], recommended=base)
    assert headline_text(ahead) == "0.90× as fast as sequential: threads × 2 (not decided)"
    alone = verdict(row(THREADS, 0.5), outcome="faster", leaders=[base], recommended=base)
    assert headline_text(alone) == "1.00× as fast as sequential: sequential (nothing is faster)"
