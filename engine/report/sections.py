"""The words and tables of the HTML report; every text of the run is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from engine.analysis.words import duration, number
from engine.figures.pictures import size
from engine.model import Run, Trial
from engine.report.document import throughput_per_s
from engine.report.savings import saved
from engine.store import Store

_ENVIRONMENT = (
    ("host", "Host"), ("system", "System"), ("processor", "Processor"), ("cpus_usable", "Usable CPUs"),
    ("memory_mb", "Memory (MB)"), ("python", "Python"), ("gil", "GIL"), ("power", "Power"),
    ("load_1min", "Load, last minute"),
)  # fmt: skip
_MEMORY_KINDS = {"pss": "PSS", "uss": "USS", "rss": "RSS"}


def sections(store: Store, run: Run) -> Iterator[str]:
    """Head, verdict, environment, trials and failures, as HTML."""
    trials = store.trials(run)
    yield _title(run, trials)
    yield _headline(store, run, trials)
    if run.verdict:
        yield _verdict(run.verdict)
    yield from _trials(trials)
    yield _failures(store, run)
    yield _environment(run.environment)


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table of escaped cells; numbers stand to the right, None is a dash."""
    body = "".join("<tr>" + "".join(_cell(value) for value in row) + "</tr>" for row in rows)
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    return f'<div class="scroll"><table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table></div>\n'


def _cell(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        text = f"{value:,}" if isinstance(value, int) else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
        return f'<td class="number">{text}</td>'
    return f"<td>{'–' if value is None else escape(str(value))}</td>"


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
        if run.workload == "resize" and (gain := saved(store, run)):
            pairs.append(("Saved", f"{size(gain.bytes)}, {gain.share:.0%}" if gain.bytes > 0 else "nothing"))
    else:
        pairs.insert(0, ("Trials", f"{len(trials):,}"))
    shown = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in pairs)
    return f'<dl class="figures">{shown}</dl>\n'


def _verdict(verdict: Mapping[str, Any]) -> str:
    sentences = "".join(f"<p>{escape(str(sentence))}</p>" for sentence in verdict.get("sentences", ()))
    warnings = "".join(
        f"<li>{escape(str(one['sentence']))} {escape(str(one.get('advice') or ''))}</li>"
        for one in verdict.get("warnings", ())
    )
    warned = f"<ul>{warnings}</ul>" if warnings else ""
    return f'<h2>Verdict</h2>\n<div class="verdict">{sentences}{warned}</div>\n'


def _trials(trials: Sequence[Trial]) -> Iterator[str]:
    kinds = {trial.measurement.memory_kind for trial in trials} - {None}
    memory = f"peak memory (MB, {' or '.join(sorted(_MEMORY_KINDS[kind] for kind in kinds if kind))})"
    head = (
        "order", "configuration", "repeat", "state", "tasks", "ok", "failed", "interpreter (s)", "start-up (s)",
        "wall (s)", "teardown (s)", "CPU (s)", memory if kinds else "peak memory (MB)", "ok per s",
    )  # fmt: skip
    yield "<h2>Trials</h2>\n" + table(head, map(_trial_row, trials))
    for trial in trials:
        if trial.message:
            yield f"<p>Trial {trial.order}: {escape(trial.message)}</p>\n"


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
    rows = [(name, _words(environment.get(key))) for key, name in _ENVIRONMENT if environment.get(key) is not None]
    libraries = environment.get("libraries")
    if isinstance(libraries, Mapping):
        rows.append(("Libraries", ", ".join(f"{name} {version}" for name, version in libraries.items())))
    return "<h2>Environment</h2>\n" + table(("", ""), rows) if rows else ""


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:,}" if isinstance(value, int) else str(value)
