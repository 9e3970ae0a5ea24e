"""A comparison's table and explanations, as the page, the report and a terminal show them: one order, one statistic.

Made from the plain verdict of a run. Wall times are medians over the repeats, as in the charts; the fastest is first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from engine.analysis import words
from engine.analysis.statistics.ratio import LEAST_PAIRS
from engine.model import Run, Trial, configuration_from
from engine.text import listed, number, percent, seconds


@dataclass(frozen=True, slots=True)
class ConfigurationRow:
    """One configuration of the verdict; texts are ready to be shown, None is not known.

    `own_part` is the share of the time that the engine's own loop took; other code has none.
    """

    label: str
    speedup: str
    ratio: Mapping[str, Any] | None
    wall: str
    wall_s: float
    startup: str | None
    startup_s: float | None
    peak_mb: float | None
    cores_busy: float | None
    tasks_at_once: float | None
    trials: int
    failed: int
    own_part: float | None
    recommended: bool


COLUMNS = (
    "Configuration", "Speedup", "Wall time", "Start-up", "Peak memory", "Cores busy", "Tasks at once", "Trials",
    "Failed tasks", "Our own part",
)  # fmt: skip
UNCOUNTED = ", not counted"
"""Behind the speedup of a row that is shown beside: of our own loop where tasks are short, else of other code."""


def label_of(values: Mapping[str, Any]) -> str:
    """A configuration's name; a verdict carries it, except in old files."""
    return str(values.get("label") or configuration_from(values).label)


def configuration_rows(verdict: Mapping[str, Any], trials: Sequence[Trial]) -> list[ConfigurationRow]:
    """A row for each configuration that was timed, the fastest first, and after them those that do not count.

    The wall times are those of the chart.
    """
    walls = _median_walls(trials)
    told = [*(verdict.get("rows") or []), *(verdict.get("beside") or [])]
    ratios = {label_of(row["configuration"]): row["ratio"] for row in told}
    clocks = {label_of(row["configuration"]): row["wall"] for row in told if row.get("basis") == "net"}
    beside = list(verdict.get("beside_figures") or [])
    uncounted = _uncounted(verdict)
    own = {str(part["label"]): part["loop"] for part in verdict.get("own_part") or []}
    baseline = label_of(verdict["baseline"]) if verdict.get("baseline") else ""
    left_out = {label_of(one) for one in verdict.get("left_out") or []}
    early = left_early(verdict)
    recommended = recommended_label(verdict)
    rows = []
    for figure in [*(verdict.get("figures") or []), *beside]:
        label = label_of(figure["configuration"])
        ratio = None if label in left_out else ratios.get(label)
        rows.append(
            ConfigurationRow(
                label=label,
                speedup=("baseline" if label == baseline else "left out" if label in left_out else speedup_text(ratio))
                + (_by_the_clock(clocks[label]) if ratio and label in clocks else "")
                + (UNCOUNTED if label in uncounted else "")
                + (f", {early[label]}" if label in early else ""),
                ratio=ratio,
                wall=seconds(walls.get(label, figure["wall_s"])),
                wall_s=walls.get(label, figure["wall_s"]),
                startup_s=figure["startup_s"],
                startup=None if figure["startup_s"] is None else seconds(figure["startup_s"]),
                peak_mb=figure["peak_pss_mb"],
                cores_busy=figure["cores_busy"],
                tasks_at_once=figure["tasks_at_once"],
                trials=figure["trials"],
                failed=figure["failed"],
                own_part=own.get(label),
                recommended=label == recommended,
            )
        )
    place = {label: number for number, label in enumerate(ranking(verdict))}
    return sorted(rows, key=lambda row: place.get(row.label, len(place)))


def left_early(verdict: Mapping[str, Any]) -> dict[str, str]:
    """Of each configuration that a race left out, ``left out after 3 of 10 repeats``."""
    race = verdict.get("race") or {}
    return {
        label_of(one["configuration"]): words.left_early(int(one["after"]), race.get("of"))
        for one in race.get("left") or []
    }


def _uncounted(verdict: Mapping[str, Any]) -> set[str]:
    return {label_of(figure["configuration"]) for figure in verdict.get("beside_figures") or []}


def recommended_label(verdict: Mapping[str, Any]) -> str | None:
    """The row to be set off: what is recommended, or the code beside it where only that counts."""
    if not (named := verdict.get("recommended")):
        return None
    if label_of(named) not in _uncounted(verdict):
        return label_of(named)
    how = (named["executor"], named["workers"])
    counted = {label_of(one["configuration"]): one["configuration"] for one in verdict.get("figures") or []}
    like = [one for one in ranking(verdict) if one in counted]
    return next((one for one in like if (counted[one]["executor"], counted[one]["workers"]) == how), None)


def cells(row: ConfigurationRow) -> tuple[str | int | None, ...]:
    """What stands under COLUMNS, as text where it is no count; None is a dash."""
    return (
        row.label, row.speedup, row.wall, row.startup, None if row.peak_mb is None else f"{row.peak_mb:,.0f} MB",
        _decimal(row.cores_busy), _decimal(row.tasks_at_once), row.trials, row.failed,
        None if row.own_part is None else percent(row.own_part),
    )  # fmt: skip


def _decimal(value: float | None) -> str | None:
    return None if value is None else f"{value:.1f}"


def table_document(verdict: Mapping[str, Any], trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """The rows as JSON values, in their order: times in seconds, memory in MB, shares as fractions."""
    return [
        {
            "configuration": row.label, "recommended": row.recommended, "speedup": row.speedup,
            **{name: (row.ratio or {}).get(name) for name in ("estimate", "low", "high")},
            "wall_s": row.wall_s, "startup_s": row.startup_s, "peak_mb": row.peak_mb, "cores_busy": row.cores_busy,
            "tasks_at_once": row.tasks_at_once, "trials": row.trials, "failed": row.failed, "own_part": row.own_part,
        }
        for row in configuration_rows(verdict, trials)
    ]  # fmt: skip


def reasons(verdict: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Why, for each configuration and each law that could be fitted: of what, and what was measured."""
    return [*explained(verdict), *((f"{name}, with more workers", text) for name, text in laws(verdict)[0])]


def warning_lines(verdict: Mapping[str, Any]) -> list[str]:
    """What to be careful of, the gravest first and with what to do about it; the others are told without.

    One piece of advice: what helps against the gravest comes first, and several could disagree. Of those that differ in
    the configuration alone one is told, and the others are named behind it.
    """
    alike: dict[str, list[Mapping[str, Any]]] = {}
    for place, one in enumerate(verdict.get("warnings") or []):
        alike.setdefault(str(one.get("code") or place), []).append(one)
    told = [f"{group[0]['sentence']}{_likewise(group[1:])}" for group in alike.values()]
    advice = next((str(group[0].get("advice") or "") for group in alike.values()), "")
    return [f"{told[0]} {advice}".strip(), *told[1:]] if told else []


def _likewise(others: Sequence[Mapping[str, Any]]) -> str:
    labels = [label_of(one["configuration"]) for one in others if one.get("configuration")]
    return f" Likewise: {listed(labels)}." if labels else ""


def left_out(verdict: Mapping[str, Any]) -> str | None:
    """Which configurations the verdict leaves out, a sentence; None where there are none."""
    labels = [label_of(one) for one in verdict.get("left_out") or []]
    return f"Left out of the verdict: {', '.join(labels)}." if labels else None


def _median_walls(trials: Sequence[Trial]) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for trial in trials:
        if trial.state == "finished" and trial.repeat >= 0 and trial.measurement.wall_s:
            found.setdefault(trial.configuration.label, []).append(trial.measurement.wall_s)
    return {label: median(values) for label, values in found.items()}


def speedup_text(ratio: Mapping[str, Any] | None) -> str:
    """A speedup with its interval."""
    if ratio is None:
        return "–"
    if ratio.get("pairs", LEAST_PAIRS) < LEAST_PAIRS:
        return f"{number(ratio['estimate'])}× ({words.TOO_EARLY})"
    return words.times(ratio["estimate"], ratio["low"], ratio["high"])


def _by_the_clock(ratio: Mapping[str, Any]) -> str:
    """Behind a speedup that is net of other programs: what the clock says."""
    return f", net of other programs; {number(ratio['estimate'])}× by the clock"


def ranking(verdict: Mapping[str, Any] | None) -> list[str]:
    """The configurations' names, the highest speedup first; what has none comes last, in the order of its wall time."""
    found = verdict or {}
    counted = _ranked(found.get("rows") or [], found.get("figures") or [], found.get("baseline"))
    beside = _ranked(found.get("beside") or [], found.get("beside_figures") or [], None)
    return list(dict.fromkeys([*counted, *beside]))


def _ranked(
    rows: Sequence[Mapping[str, Any]], figures: Sequence[Mapping[str, Any]], baseline: Mapping[str, Any] | None
) -> list[str]:
    speeds = {label_of(row["configuration"]): float(row["ratio"]["estimate"]) for row in rows}
    if speeds and baseline:
        speeds[label_of(baseline)] = 1.0
    walls = {label_of(one["configuration"]): float(one["wall_s"]) for one in figures}
    return sorted({**speeds, **walls}, key=lambda label: (-speeds.get(label, 0.0), walls.get(label, 0.0)))


def fastest_first(run: Run, trials: Sequence[Trial]) -> list[Trial]:
    """The trials in the order of their configurations' rows; before there is a verdict, as they were asked for."""
    asked = [one.label for one in run.configurations]
    place = {label: number for number, label in enumerate(dict.fromkeys([*ranking(run.verdict), *asked]))}
    return sorted(trials, key=lambda trial: (place.get(trial.configuration.label, len(place)), trial.order))


def explained(verdict: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Why each configuration is as fast as it is: its name and what was measured, the fastest first.

    What one worker does side by side with itself explains nothing; nor does the baseline against itself.
    """
    baseline = label_of(verdict["baseline"]) if verdict.get("baseline") else None
    place = {label: number for number, label in enumerate(ranking(verdict))}
    told = [
        (str(one["label"]), " ".join(map(str, one["sentences"])))
        for one in verdict.get("explanations") or []
        if one.get("sentences") and one["label"] != baseline and one["configuration"]["workers"] > 1
    ]
    return sorted(told, key=lambda pair: place.get(pair[0], len(place)))


def laws(verdict: Mapping[str, Any]) -> tuple[list[tuple[str, str]], str | None]:
    """How each executor scales, where that could be fitted; else why it could not, once for all of them."""
    found = verdict.get("scaling") or {}
    fitted = [(str(name), str(one["sentence"])) for name, one in found.items() if one.get("single")]
    several = [str(one["sentence"]) for one in found.values() if len(one.get("counts") or ()) > 1]
    return fitted, None if fitted or not several else several[0]
