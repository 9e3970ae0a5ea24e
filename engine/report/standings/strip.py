"""The verdict at a glance: how many times as fast, who, how sure, and one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from engine.analysis import words
from engine.analysis.statistics.ratio import LEAST_PAIRS
from engine.report.comparing import label_of, left_early, ranking
from engine.report.standings.rows import says_something
from engine.text import counted, listed, number, percent

Manner = Literal["faster", "same", "undecided", "early", "failed"]
"""As the verdict's outcome; `early` is one that rests on too few blocks to say anything."""
NAMED = 3
"""More leaders than this are counted, not named."""


@dataclass(frozen=True, slots=True)
class Headline:
    """What the strip says. `number` is None where nothing was compared, `low` and `high` where they say nothing."""

    manner: Manner
    word: str
    number: str | None
    estimate: float | None
    low: float | None
    high: float | None
    who: str
    against: str
    repeats: int
    sentence: str


def headline(verdict: Mapping[str, Any] | None) -> Headline | None:
    """The strip's words and figures; None before there is a verdict."""
    found = verdict or {}
    said = [str(sentence) for sentence in found.get("sentences") or []]
    if not said:
        return None
    ratios = {label_of(row["configuration"]): row["ratio"] for row in found.get("rows") or []}
    against = label_of(found["baseline"]) if found.get("baseline") else "the baseline"
    leaders = _leaders(found, ratios)
    told, early = leaders, left_early(found)
    if found.get("outcome") != "faster":  # nothing is so many times as fast as itself
        told = [label for label in leaders if label != against] or leaders
    shown = _shown(found, told, ratios)
    ratio = ratios.get(shown)
    estimate = None if not ratios else 1.0 if ratio is None else float(ratio["estimate"])
    known = ratio if ratio is not None and says_something(ratio) else None
    manner = _manner(found, ratios)
    return Headline(
        manner=manner,
        word=_word(manner, found, leaders, against),
        number=None if estimate is None else large(estimate),
        estimate=estimate,
        low=None if known is None else float(known["low"]),
        high=None if known is None else float(known["high"]),
        who=_names(told, shown),
        against=against,
        repeats=min((int(one.get("pairs", 0)) for label, one in ratios.items() if label not in early), default=0),
        sentence=said[0],
    )


def large(estimate: float) -> str:
    """A speedup in large type, at most two digits: ``1.7×``, ``28×``; near 1 and below it three."""
    if estimate >= 9.95:
        return f"{estimate:,.0f}×"
    return f"{estimate:.1f}×" if estimate >= 1.15 else f"{number(estimate)}×"


def headline_text(verdict: Mapping[str, Any] | None) -> str | None:
    """The strip in one line, for a terminal: ``1.7× as fast as plain loop: threads × 2 (a clear winner)``."""
    found = headline(verdict)
    if found is None or found.number is None:
        return None
    word = found.word[:1].lower() + found.word[1:]
    return f"{found.number} as fast as {found.against}: {found.who} ({word})"


def strip(found: Headline, so_far: bool = False) -> str:
    """The strip as HTML; its style is `style`. `so_far` says that blocks are still to come."""
    colour = f"ov-{found.manner}"
    figure = "" if found.number is None else (
        f'<div class="ov-number">{found.number}</div>'
        f'<div class="ov-than">as fast as {escape(found.against)}</div>{_bar(found)}'
    )
    note = "So far: " if so_far else ""
    return (
        f'<div class="ov ov-strip"><div>{figure}</div><div><div><span class="ov-badge {colour}">{escape(found.word)}'
        f'</span><span class="ov-who">{_unbroken(found.who)}</span></div>'
        f'<p class="ov-say">{note}{escape(found.sentence)}</p></div></div>'
    )


def _unbroken(who: str) -> str:
    """Names as HTML; ``threads × 2`` never loses its 2 to the next line of a narrow page."""
    return escape(who).replace(" × ", "&nbsp;×&nbsp;")


def waiting_strip() -> str:
    """The strip before the first block is complete; it keeps the place."""
    return (
        '<div class="ov ov-strip"><div class="ov-number ov-aside">…×</div><div>'
        '<span class="ov-who">No verdict yet</span>'
        '<p class="ov-say">It appears here once each has run, and gets surer with every further block of trials.</p>'
        "</div></div>"
    )


def _bar(found: Headline) -> str:
    """The interval as a small bar beside the dashed 1×."""
    repeats = counted(found.repeats, "repeat", "repeats")
    if found.low is None or found.high is None or found.estimate is None:
        told = repeats if found.estimate == 1.0 else f"{words.TOO_EARLY}: {repeats}"
        return f'<div class="ov-ends">{told}</div>'
    first, last = 0.94 * min(1.0, found.low), 1.06 * max(1.0, found.high)

    def at(value: float) -> float:
        return 100 * (value - first) / (last - first)

    left, right = at(found.low), at(found.high)
    return (
        f'<div class="ov-bar"><span class="ov-one" style="left:{at(1):.2f}%"></span>'
        f'<span class="ov-interval" style="left:{left:.2f}%;width:{right - left:.2f}%"></span>'
        f'<span class="ov-dot" style="left:{at(found.estimate):.2f}%"></span></div>'
        f'<div class="ov-ends"><span>{words.interval(found.low, found.high)}</span><span>{repeats}</span></div>'
    )


def _leaders(found: Mapping[str, Any], ratios: Mapping[str, Any]) -> list[str]:
    """Who may be the fastest, the fastest first."""
    named = [label_of(one) for one in found.get("leaders") or []]
    best = sorted(ratios, key=lambda label: -float(ratios[label]["estimate"]))[:1]
    return [label for label in ranking(found) if label in named] or best


def _shown(found: Mapping[str, Any], leaders: Sequence[str], ratios: Mapping[str, Any]) -> str:
    """Whose number stands there: what is recommended, where it is among the leaders, else the first of them."""
    recommended = found.get("recommended")
    if recommended and label_of(recommended) in leaders and label_of(recommended) in ratios:
        return label_of(recommended)
    return leaders[0] if leaders else ""


def _manner(found: Mapping[str, Any], ratios: Mapping[str, Mapping[str, Any]]) -> Manner:
    outcome = str(found.get("outcome") or "undecided")
    if outcome in ("faster", "same", "failed"):
        return outcome  # type: ignore[return-value]
    pairs = [int(one.get("pairs", LEAST_PAIRS)) for one in ratios.values()]
    return "early" if pairs and min(pairs) < LEAST_PAIRS else "undecided"


def _word(manner: Manner, found: Mapping[str, Any], leaders: Sequence[str], against: str) -> str:
    if manner == "faster":
        return "Nothing is faster" if leaders[:1] == [against] else "A clear winner"
    if manner == "undecided" and len(leaders) > 1 and against not in leaders and _all_faster(found, leaders):
        return "Cannot be told apart"
    return {
        "same": f"The same within {percent(float(found.get('margin') or 0.03))}",
        "early": "Too early to say", "undecided": "Not decided", "failed": "Every task failed",
    }[manner]  # fmt: skip


def _all_faster(found: Mapping[str, Any], leaders: Sequence[str]) -> bool:
    standing = {label_of(row["configuration"]): row.get("standing") for row in found.get("rows") or []}
    return all(standing.get(label) == "faster" for label in leaders)


def _names(leaders: Sequence[str], shown: str) -> str:
    named = [shown, *(label for label in leaders if label != shown)] if shown else []
    if len(named) > NAMED:
        named = [*named[: NAMED - 1], f"{len(named) - NAMED + 1} more"]
    return listed(named) if named else ""
