"""The words and tables of the HTML report; every text of the run is escaped here."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from engine.model import Run, Trial
from engine.protocol.results import resized_picture, total_sizes
from engine.report.comparing import (
    COLUMNS,
    ConfigurationRow,
    cells,
    configuration_rows,
    fastest_first,
    laws,
    left_out,
    reasons,
    warning_lines,
)
from engine.report.documents.document import throughput_per_s
from engine.report.html.surroundings import known
from engine.report.standings import CauseRow, cause_rows, chart, headline, standings, strip, style
from engine.store import Store
from engine.text import duration, number, percent, size_change

_MEMORY_KINDS = {"pss": "PSS", "uss": "USS", "rss": "RSS"}


def opening(store: Store, run: Run, dark: bool = False) -> Iterator[str]:
    """What stands before the figures, as on the page: head, verdict, configurations, why, and what to be careful of."""
    trials = store.trials(run)
    yield _title(run, trials)
    if run.kind != "comparison":
        yield _headline(store, run, trials)
    if run.kind == "comparison" and run.verdict:
        yield from _comparison(run, run.verdict, trials, dark)
    elif run.kind == "experiment" and run.verdict:
        yield from map(_experiment, run.verdict.get("experiments", ()))
    yield _failures(store, run)


def closing(store: Store, run: Run) -> Iterator[str]:
    """What stands after the figures: where it was measured, then every trial, folded."""
    yield _environment(run.environment)
    yield from _trials(store.trials(run))


def table(head: Sequence[str], rows: Iterable[Sequence[Any]], marked: Container[int] = ()) -> str:
    """A table of escaped cells; numbers stand to the right, None is a dash. `marked` rows are set off.

    Each cell knows its column's name: on a narrow page a row becomes a list of named values.
    """
    body = "".join(
        ('<tr class="marked">' if number in marked else "<tr>")
        + "".join(_cell(value, name) for name, value in zip(head, row, strict=True)) + "</tr>"
        for number, row in enumerate(rows)
    )  # fmt: skip
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    kind = ' class="named"' if any(head) else ""
    return f"<table{kind}><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>\n"


def _cell(value: Any, name: str) -> str:
    named = f' data-name="{escape(name)}"' if name else ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        text = f"{value:,}" if isinstance(value, int) else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
        return f'<td class="number"{named}>{text}</td>'
    return f"<td{named}>{'–' if value is None else escape(str(value))}</td>"


def _title(run: Run, trials: Sequence[Trial]) -> str:
    how = trials[0].configuration.label if run.kind == "job" and trials else ""
    parts = [f"{run.kind} {run.id}", run.workload, how, run.state, run.created_at.replace("T", " ")[:19] + " UTC"]
    message = f"<p>{escape(run.message)}</p>" if run.message else ""
    return f"<h1>{escape(run.title)}</h1>\n<p class='under'>{escape(' · '.join(filter(None, parts)))}</p>{message}\n"


def _headline(store: Store, run: Run, trials: Sequence[Trial]) -> str:
    pairs = [("Tasks", f"{run.tasks:,}"), ("Succeeded", f"{run.ok:,}"), ("Failed", f"{run.failed:,}")]
    if run.kind == "job":
        wall_s = sum(trial.measurement.wall_s or 0.0 for trial in trials)
        cpu_s = [trial.measurement.cpu_s for trial in trials]
        peak_mb = max((trial.measurement.peak_pss_mb or 0.0 for trial in trials), default=0.0)
        pairs.append(("Wall time", duration(wall_s)))
        if wall_s and run.ok:
            pairs.append(("Throughput", f"{number(run.ok / wall_s)} tasks/s"))
        if wall_s and cpu_s and None not in cpu_s:
            pairs.append(("Cores busy", f"{sum(filter(None, cpu_s)) / wall_s:.1f}"))
        if peak_mb:
            pairs.append(("Peak memory", f"{peak_mb:.0f} MB"))
        if run.workload == "resize":
            outputs = store.records.stream_latest(run, "output")
            before, after = total_sizes(resized_picture(output) for (output,) in outputs)
            pairs += [("Size", size_change(before, after))] if before else []
    else:
        pairs.insert(0, ("Trials", f"{len(trials):,}"))
    shown = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in pairs)
    return f'<dl class="figures">{shown}</dl>\n'


def _comparison(run: Run, verdict: Mapping[str, Any], trials: Sequence[Trial], dark: bool) -> Iterator[str]:
    timed = fastest_first(run, [trial for trial in trials if trial.repeat >= 0])
    yield style(dark)
    if found := headline(verdict):
        yield f'<div class="verdict">{strip(found)}</div>\n<p class="ov ov-phone">{escape(found.sentence)}</p>\n'
        finished = [trial for trial in timed if trial.state == "finished"]
        yield chart(standings(run, finished), found.against) + "\n"
    if further := list(verdict.get("sentences", ()))[1:]:
        yield f"<p>{escape(' '.join(map(str, further)))}</p>\n"
    yield _careful(verdict)
    if apart := left_out(verdict):
        yield f"<p>{escape(apart)}</p>\n"
    yield _configurations(configuration_rows(verdict, timed))
    yield _why(verdict)


def _careful(verdict: Mapping[str, Any]) -> str:
    """How many warnings there are and the gravest, the others folded, as on the page."""
    if not (told := warning_lines(verdict)):
        return ""
    gravest, *others = (escape(text) for text in told)
    if not others:
        return f'<p class="careful">⚠ {gravest}</p>\n'
    listed = "".join(f"<li>{text}</li>" for text in others)
    count = f"<b>{len(told)} warnings</b>, the gravest: {gravest}"
    return f'<details class="careful"><summary>⚠ {count}</summary><ul>{listed}</ul></details>\n'


def _configurations(rows: Sequence[ConfigurationRow]) -> str:
    if not rows:
        return ""
    recommended = {number for number, row in enumerate(rows) if row.recommended}
    note = "Wall times are medians over the repeats. The recommended configuration is set off.\n"
    return f"<h2>Configurations</h2>\n{table(COLUMNS, map(cells, rows), recommended)}<p class='under'>{note}</p>"


def _why(verdict: Mapping[str, Any]) -> str:
    """The causes, a row each, then what was measured of each configuration, folded."""
    causes = "".join(f"<li>{_cause(row)}</li>" for row in cause_rows(verdict))
    lines, unfitted = reasons(verdict), laws(verdict)[1]
    listed = "".join(f"<li><b>{escape(name)}</b>: {escape(text)}</li>" for name, text in lines)
    note = f"<p class='under'>{escape(unfitted)}</p>\n" if unfitted else ""
    if not lines:
        return note
    if not causes:
        return f"<h2>Why</h2>\n<ul>{listed}</ul>\n{note}"
    summary = "<summary>What was measured of each configuration</summary>"
    return f"<h2>Why</h2>\n<ul>{causes}</ul>\n<details class='careful'>{summary}<ul>{listed}</ul></details>{note}"


def _cause(row: CauseRow) -> str:
    where = ", ".join(f"{escape(label)} {percent(share)}" for label, share in row.configurations)
    return f"<b>{escape(row.name)}</b>: {escape(row.sentence)} <span class='under'>Time lost: {where}.</span>"


def _experiment(part: Mapping[str, Any]) -> str:
    remarks = "".join(f"<p class='under'>{escape(text)}</p>" for text in (part["warning"], part["problem"]) if text)
    return f"<h2>{escape(part['title'])}</h2>\n<p>{escape(part['sentence'])}</p>{remarks}\n"


def _trials(trials: Sequence[Trial]) -> Iterator[str]:
    kinds = {trial.measurement.memory_kind for trial in trials} - {None}
    memory = f"peak memory (MB, {' or '.join(sorted(_MEMORY_KINDS[kind] for kind in kinds if kind))})"
    head = (
        "order", "configuration", "repeat", "state", "tasks", "ok", "failed", "interpreter (s)", "start-up (s)",
        "wall (s)", "teardown (s)", "CPU (s)", memory if kinds else "peak memory (MB)", "ok per s",
    )  # fmt: skip
    if not trials:
        return
    yield f"<details><summary>All {len(trials):,} trials, in the order in which they ran</summary>\n"
    yield table(head, map(_trial_row, trials))
    for trial in trials:
        if trial.message:
            yield f"<p>Trial {trial.order}: {escape(trial.message)}</p>\n"
    yield "</details>\n"


def _repeat(trial: Trial) -> int | str:
    return "warm-up, discarded" if trial.repeat < 0 else trial.repeat + 1


def _trial_row(trial: Trial) -> tuple[Any, ...]:
    measured = trial.measurement
    return (
        trial.order, trial.configuration.label, _repeat(trial), trial.state, trial.tasks, trial.ok, trial.failed,
        measured.interpreter_s, measured.startup_s, measured.wall_s, measured.teardown_s, measured.cpu_s,
        measured.peak_pss_mb, throughput_per_s(trial),
    )  # fmt: skip


def _failures(store: Store, run: Run) -> str:
    found = store.records.failures(run)
    if not found:
        return ""
    rows = [(count, (reason or "").replace("_", " "), example) for reason, example, count in found]
    return "<h2>Failures</h2>\n" + table(("tasks", "reason", "for example"), rows)


def _environment(environment: Mapping[str, Any]) -> str:
    rows: list[tuple[str, str]] = known(environment)
    libraries = environment.get("libraries")
    if isinstance(libraries, Mapping):
        rows.append(("Libraries", ", ".join(f"{name} {version}" for name, version in libraries.items())))
    return "<h2>Environment</h2>\n" + table(("", ""), rows) if rows else ""
