"""The verdict in sentences, in the order in which a reader wants them: who, how sure, how long, at what cost.

Stands above `findings`, `choice` and `words`, below `verdict`.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.analysis import words
from engine.analysis.findings.choice import smallest_of_each, why
from engine.analysis.findings.findings import Circumstances, Findings
from engine.analysis.net import why_unknown
from engine.analysis.statistics.ratio import LEAST_PAIRS
from engine.analysis.statistics.speedup import Speedup
from engine.analysis.trials import disturbance
from engine.model import Configuration
from engine.text import counted, duration, listed, number, percent, seconds

NAMED = 3
"""More configurations than this in one sentence are counted, not named."""


def sentences(findings: Findings, circumstances: Circumstances, estimate_s: float | None) -> tuple[str, ...]:
    """The verdict's sentences. `estimate_s` is the expected time for all tasks, None to leave it out."""
    if not findings.rows:
        nothing = "Nothing can be compared yet: no block holds finished trials of the baseline and of another one."
        return (nothing, *_out(findings, circumstances))
    parts = [_headline(findings), *_net(findings), *_hidden(findings, circumstances)]
    parts += [*_which_count(circumstances), *_still_open(findings)]
    parts.extend(_out(findings, circumstances))
    parts.extend(_left(circumstances))
    if circumstances.stopped:
        parts.append(circumstances.stopped)
    chosen = findings.recommended
    if chosen is not None and estimate_s is not None and circumstances.all_tasks:
        parts.append(
            f"All {counted(circumstances.all_tasks, *circumstances.nouns)} with {chosen.label}: "
            f"about {duration(estimate_s)} (an estimate)."
        )
    parts.extend(_advice(findings))
    return tuple(parts)


def _out(findings: Findings, circumstances: Circumstances) -> list[str]:
    """Which configurations are out because they failed more than the baseline did, and an example of why."""
    found = []
    for one in dict.fromkeys(trial.configuration for trial in findings.dropped):
        if one in findings.figures:  # some of its trials count
            continue
        worst = max((trial for trial in findings.dropped if trial.configuration == one), key=lambda one: one.failed)
        why = circumstances.why_failed.get(one)
        found.append(
            f"{words.sentence(one.label)} {'are' if words.many(one) else 'is'} out: {worst.failed:,} of "
            f"{counted(worst.tasks, *circumstances.nouns)} failed" + (f" ({why})." if why else ".")
        )
    return found


def _left(circumstances: Circumstances) -> list[str]:
    """Which configurations a race has left out, and after how many repeats."""
    race = circumstances.race
    if race is None:
        return []
    by_look: dict[int, list[str]] = {}
    for one in race.left:
        by_look.setdefault(one.after, []).append(one.configuration.label)
    return [
        f"{words.sentence(words.left_early(after, race.of))}, being slower: {_some(labels)}."
        for after, labels in sorted(by_look.items())
    ]


def _some(labels: Sequence[str]) -> str:
    """Beyond NAMED they are counted."""
    return listed([*labels[:NAMED], f"{len(labels) - NAMED} more"] if len(labels) > NAMED else labels)


def _which_count(circumstances: Circumstances) -> list[str]:
    """Of short tasks: why the references count and not our own rows."""
    if not circumstances.short or circumstances.task_s is None:
        return []
    return [
        f"Each {circumstances.nouns[0]} takes about {seconds(circumstances.task_s)}: our own loop and records, "
        "some 10 to 20 µs a task, would decide this, so only rows of code without them count."
    ]


def _headline(findings: Findings) -> str:
    return {"faster": _winner, "same": _tie, "undecided": _undecided}[findings.outcome](findings)


def _net(findings: Findings) -> list[str]:
    """Which figures are net of other programs, and what the clock says of them."""
    net = [row for row in findings.rows if row.basis == "net"]
    if not net:
        return []
    first = max(net, key=lambda row: row.ratio.estimate)
    by_clock = words.times(first.wall.estimate, first.wall.low, first.wall.high)
    which = "These figures are" if len(net) == len(findings.rows) else (
        f"The {'figure' if len(net) == 1 else 'figures'} of {listed([row.configuration.label for row in net])} "
        f"{'is' if len(net) == 1 else 'are'}"
    )
    return [
        f"{which} net of other programs, which held CPUs for {percent(disturbance(findings.timed))} of the time; "
        f"by the clock {first.configuration.label}: {by_clock}."
    ]


def _winner(findings: Findings) -> str:
    leader = findings.leaders[0]
    verb = "are" if words.many(leader) else "is"
    if leader == findings.baseline:
        best = max(findings.rows, key=lambda row: row.ratio.estimate)
        return (
            f"{words.sentence(leader.label)} {verb} the fastest here: {best.configuration.label}, the next, "
            f"{'reach' if words.many(best.configuration) else 'reaches'} {_times(best)} its speed{_noise(findings)}."
        )
    speed = f"{_times(_row(findings, leader))} {findings.baseline.label}"
    how = "faster" if len(findings.rows) == 1 else "the fastest"
    text = f"{words.sentence(leader.label)} {verb} {how} here: {speed}"
    if len(findings.rows) == 1:
        return f"{text}{_noise(findings)}."
    behind = [pair for pair in findings.pairs if pair.ratio.estimate < 1]
    if not behind:  # a race left all others out, of which none has many repeats
        return f"{text}{_noise(findings)}."
    next_best = max(behind, key=lambda pair: pair.ratio.estimate)
    ahead = percent(1 / next_best.ratio.estimate - 1)
    return f"{text}, and {ahead} faster than the next, {next_best.configuration.label}{_noise(findings)}."


def _tie(findings: Findings) -> str:
    names = words.sentence(_pairs(findings, findings.leaders))
    same = f"are the same within {percent(findings.margin)} here"
    return f"{names} {same}: {_against(findings)}."


def _undecided(findings: Findings) -> str:
    everyone = [row.configuration for row in findings.rows]
    others = [one for one in findings.leaders if one != findings.baseline] or everyone
    if len(findings.leaders) == 1:
        return f"No clear winner yet; {_looks_fastest(findings)}: {_against(findings)}."
    ahead = {row.configuration for row in findings.rows if row.ratio.estimate > 1}
    known = [one for one in others if one in ahead and one not in _only_by_the_clock(findings)]
    fastest = max(others, key=lambda one: _row(findings, one).ratio.estimate)
    # Never of one that others are drawn above: what is advised, and the chart's first row, go by the figures.
    if fastest in known and len(known) < len(others):
        looks = "look" if len(known) > 1 or words.many(known[0]) else "looks"
        return f"No clear winner yet; {_pairs(findings, known)} {looks} fastest: {_against(findings)}."
    standings = {row.configuration: row.standing for row in findings.rows}
    if findings.baseline not in findings.leaders and all(standings[one] == "faster" for one in others):
        return _faster_together(findings, others)
    return f"No clear winner between {_pairs(findings, findings.leaders)}: {_against(findings)}."


def _faster_together(findings: Findings, others: Sequence[Configuration]) -> str:
    """A tie at the top, which is no open question against the baseline."""
    both = "both" if len(others) == 2 else "all of them"
    return (
        f"{words.sentence(_pairs(findings, others))} cannot be told apart, and {both} are faster than "
        f"{findings.baseline.label}{_noise(findings)}."
    )


def _only_by_the_clock(findings: Findings) -> list[Configuration]:
    """The leaders of which only the time with other programs in it is known, while that of others is net of them."""
    basis = {row.configuration: row.basis for row in findings.rows}
    return [one for one in findings.leaders if basis.get(one) == "wall"] if "net" in basis.values() else []


def _hidden(findings: Findings, circumstances: Circumstances) -> list[str]:
    """Of an open verdict: what keeps a configuration from being told beside others, in whose times nothing else is."""
    if findings.outcome != "undecided":
        return []
    reasons: dict[str, list[Configuration]] = {}
    for one in _only_by_the_clock(findings):
        reasons.setdefault(why_unknown(one, circumstances.usable_cpus), []).append(one)
    return [
        f"Of {_pairs(findings, alike)} that cannot be said: other programs' time is in these figures and cannot be "
        f"taken out of them, because {why}. A quieter machine would tell."
        for why, alike in reasons.items()
    ]


def _looks_fastest(findings: Findings) -> str:
    leader = findings.leaders[0]
    looks = f"{_pairs(findings, [leader])} {'look' if words.many(leader) else 'looks'} fastest"
    if leader != findings.baseline:
        return looks
    return f"{looks} before {_pairs(findings, [row.configuration for row in findings.rows])}"


def _still_open(findings: Findings) -> list[str]:
    if findings.outcome != "undecided":
        return []
    if failing := findings.failing:
        one, counting = failing
        ran = counted(len(findings.by_configuration[one]), "trial")
        count = "counts" if counting == 1 else "count"
        return [f"Of {one.label} only {counting} of {ran} {count}: tasks failed in the others, so nothing is decided."]
    if findings.repeats < 2:
        return ["One repeat shows no spread: ask for more."]
    if findings.repeats < LEAST_PAIRS:
        return [f"{words.sentence(counted(findings.repeats, 'repeat', 'repeats'))}: {words.TOO_EARLY}."]
    seen = [] if findings.detectable is None else [
        f"{words.sentence(counted(findings.repeats, 'repeat', 'repeats'))} could have shown a difference of "
        f"{_difference(findings.detectable)} or more."
    ]
    more = (findings.repeats_needed or 0) - findings.repeats
    if more > 0:
        return [*seen, f"About {counted(more, 'more repeat', 'more repeats')} would decide it."]
    return seen


def _difference(fraction: float) -> str:
    """A doubling and more is told as a factor."""
    return percent(fraction) if fraction < 1 else f"{number(1 + fraction)}×"


def _advice(findings: Findings) -> list[str]:
    chosen = findings.recommended
    if chosen is None:
        return []
    rivals = [one for one in smallest_of_each(findings.near) if one != chosen]
    prefix = "Take" if findings.outcome != "undecided" else "Meanwhile take"
    if rivals:
        reason = next((text for one in rivals if (text := why(chosen, one, findings.figures))), None)
        return [f"{prefix} {_short(chosen, rivals)}" + (f": {reason}." if reason else ".")]
    larger = [one for one in findings.near if one != chosen]
    if larger:
        return [f"{prefix} {chosen.label}: more workers gain less than {percent(findings.margin)}."]
    return [f"{prefix} {chosen.label}."] if findings.outcome == "undecided" else []


def _short(chosen: Configuration, rivals: Sequence[Configuration]) -> str:
    """Only the executor's name where that is enough to tell it from its rivals."""
    return chosen.label if any(one.executor == chosen.executor for one in rivals) else chosen.executor


def _pairs(findings: Findings, configurations: Sequence[Configuration]) -> str:
    """Each configuration with its own speedup behind it, the fastest first; beyond NAMED they are counted."""
    ratios = {row.configuration: row.ratio for row in findings.rows}
    ranked = sorted(configurations, key=lambda one: -ratios[one].estimate if one in ratios else -1.0)
    pairs = [
        f"{one.label} ({words.times_in_brackets(ratio.estimate, *ratio.told)})"
        if (ratio := ratios.get(one)) else one.label
        for one in ranked[:NAMED]
    ]
    return listed([*pairs, f"{len(ranked) - NAMED} more"] if len(ranked) > NAMED else pairs)


def _against(findings: Findings) -> str:
    return f"speedups are against {findings.baseline.label}{_noise(findings)}"


def _noise(findings: Findings) -> str:
    reach = findings.noise.within if findings.noise else None
    return "" if reach is None else f" (this machine's noise, baseline against itself: {words.within(reach)})"


def _row(findings: Findings, configuration: Configuration) -> Speedup:
    return next(row for row in findings.rows if row.configuration == configuration)


def _times(row: Speedup) -> str:
    return words.times(row.ratio.estimate, *row.ratio.told)
